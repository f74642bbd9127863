"""Write a fitted estimator as a SavedModel of TensorFlow."""

from __future__ import annotations

import fcntl
import os
import shutil
import stat
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext, suppress
from glob import escape
from pathlib import Path
from typing import IO, Any

from skmlbio.export._whole_numbers import require_whole_number

_OF_A_SAVED_MODEL = {"saved_model.pb", "fingerprint.pb", "variables", "assets", "assets.extra", "keras_metadata.pb"}


def export_saved_model(
    estimator: Any, path: str | os.PathLike, *, overwrite: bool = False, version: int | None = None
) -> None:
    """Write a fitted estimator, or a pipeline, as one SavedModel, which TensorFlow alone can serve.

    What an estimator of skmlbio becomes, its method ``export_saved_model`` says.  A pipeline becomes a model that takes
    what its first step takes, and has one signature for each of ``predict``, ``predict_proba``, ``decision_function``,
    ``transform`` and ``score_samples`` that it answers.  The input is ``X``, of shape (batch, n_features), or each
    column by its name where `fit` saw a data frame: float64 for numbers, strings where a step learned strings; columns
    that no step looks at are left out, and "" stands for a string that is missing.  Between steps all numbers are
    float64.  The page on export lists the steps of scikit-learn that are converted; `register_converter` adds others.

    Beside the model lies ``assets.extra/skmlbio.json``: versions, steps, classes and names of features.

    Parameters
    ----------
    estimator : estimator or pipeline
        A fitted one, of skmlbio or scikit-learn.
    path : str or path-like
        The folder to make.
    overwrite : bool, default=False
        Whether a SavedModel or a file at `path` is replaced.  An empty folder is taken without asking; anything else,
        links too, always stays.
    version : int, optional
        Makes the model the folder of this number in `path`, which is made if it is missing: the layout from which
        TensorFlow Serving takes the highest version.

    Raises
    ------
    TypeError
        If a step cannot be converted; nothing has been written then.
    ValueError
        If `version` is no integer from 0 to 2⁶³ - 1.
    sklearn.exceptions.NotFittedError
        If the estimator is not fitted.
    FileExistsError
        If there is something at `path` that is not to be replaced.
    FileNotFoundError
        If the folder that `path` shall be in does not exist.

    Examples
    --------
    >>> import tempfile, tensorflow as tf
    >>> from sklearn.datasets import load_iris
    >>> from sklearn.pipeline import make_pipeline
    >>> from sklearn.preprocessing import RobustScaler
    >>> from skmlbio import DenseClassifier
    >>> from skmlbio.export import export_saved_model
    >>> X, y = load_iris(return_X_y=True)
    >>> pipeline = make_pipeline(RobustScaler(), DenseClassifier(epochs=5, random_state=0)).fit(X, y)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     export_saved_model(pipeline, f"{folder}/iris", version=1)
    ...     served = tf.saved_model.load(f"{folder}/iris/1")
    >>> sorted(served.signatures)
    ['decision_function', 'predict', 'predict_proba', 'serving_default']
    """
    from skmlbio.export._exported_model import exported_model

    path, place = ensure_place(path, overwrite=overwrite, version=version)
    model = exported_model(estimator)
    with nullcontext() if version is None else _folder(path):
        _write_beside(place, model.save)


def ensure_place(path: str | os.PathLike, *, overwrite: bool, version: int | None) -> tuple[Path, Path]:
    """Return the folder that a user names, and the one that becomes the model, once it is known that it may be made.

    Raises
    ------
    ValueError, OSError
        As `export_saved_model`, and if nothing can be written there.
    """
    path = Path(path).absolute()
    if version is not None:
        _require_version(version, path)
    place = path if version is None else path / str(version)
    _require_place(place, overwrite, path.parent)
    try:
        with _scratch_folder(place if place.parent.is_dir() else path):
            return path, place
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(path)) from error


@contextmanager
def _folder(path: Path) -> Iterator[None]:
    """Make a folder unless it is there, and take it away again if what shall be in it fails."""
    missing = not path.exists()
    path.mkdir(exist_ok=True)
    try:
        yield
    except BaseException:
        if missing:
            path.rmdir()
        raise


def _require_version(version: Any, path: Path) -> None:
    require_whole_number("version", version)
    if os.path.lexists(path) and (path.is_symlink() or not path.is_dir() or (path / "saved_model.pb").exists()):
        raise FileExistsError(f"{str(path)!r} is no folder of versions; version={version} is written into one.")


def _require_place(path: Path, overwrite: bool, parent: Path) -> None:
    if not parent.is_dir():
        raise FileNotFoundError(f"cannot export to {str(path)!r}: the folder {str(parent)!r} does not exist.")
    if not os.path.lexists(path):
        return
    kind = _kind(path.lstat().st_mode)
    if kind not in ("file", "folder"):
        raise FileExistsError(f"{str(path)!r} is a {kind}; only a file, an empty folder or a SavedModel is replaced.")
    inside = {entry.name for entry in path.iterdir()} if kind == "folder" else {"itself"}
    if kind == "folder" and inside and not ("saved_model.pb" in inside <= _OF_A_SAVED_MODEL):
        raise FileExistsError(f"{str(path)!r} is a folder that holds something else than a SavedModel; it stays.")
    if inside and not overwrite:
        raise FileExistsError(f"{str(path)!r} exists already; overwrite=True replaces it.")


def _kind(mode: int) -> str:
    """What a mode of the file system, not followed through a link, says of a path."""
    tests = {
        "file": stat.S_ISREG,
        "folder": stat.S_ISDIR,
        "link": stat.S_ISLNK,
        "named pipe": stat.S_ISFIFO,
        "socket": stat.S_ISSOCK,
    }
    return next((kind for kind, test in tests.items() if test(mode)), "device")


def _write_beside(path: Path, write: Callable[[Path], None]) -> None:
    """Write a folder under another name, and give it its own once it is whole."""
    with _scratch_folder(path) as scratch:
        new, old = scratch / "new", scratch / "old"
        write(new)
        try:
            if os.path.lexists(path):
                path.rename(old)
            new.rename(path)
        except BaseException:
            if os.path.lexists(old):
                old.rename(path)
            raise


@contextmanager
def _scratch_folder(path: Path) -> Iterator[Path]:
    """A folder beside `path`, so that it can be renamed to it; those that killed processes left there are removed.

    Each holds a file that is locked while its process lives, so nobody takes away what another one writes to.
    """
    prefix = f".{path.name}-skmlbio-"
    for lock in path.parent.glob(f"{escape(prefix)}*/lock"):
        if _is_left_behind(lock):
            shutil.rmtree(lock.parent, ignore_errors=True)  # another process may be quicker
    scratch = Path(tempfile.mkdtemp(prefix=prefix, dir=path.parent))
    try:
        with (scratch / "unlocked").open("w") as file:
            if _locked(file):
                (scratch / "unlocked").rename(scratch / "lock")
            yield scratch
    finally:
        shutil.rmtree(scratch)


def _is_left_behind(lock: Path) -> bool:
    with suppress(FileNotFoundError, PermissionError), lock.open("r+") as file:  # gone by now, or another user's
        return _locked(file)
    return False


def _locked(file: IO) -> bool:
    """Lock a file until it is closed, unless another process does, or the file system has no locks."""
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True

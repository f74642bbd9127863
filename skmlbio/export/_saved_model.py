"""Write a fitted estimator as a SavedModel of TensorFlow."""

from __future__ import annotations

import fcntl
import os
import shutil
import stat
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from glob import escape
from pathlib import Path
from typing import IO, Any

from sklearn.utils.validation import check_is_fitted

from skmlbio.export._signatures import Signature

_OF_A_SAVED_MODEL = {"saved_model.pb", "fingerprint.pb", "variables", "assets", "assets.extra", "keras_metadata.pb"}


def export_saved_model(estimator: Any, path: str | os.PathLike, *, overwrite: bool = False) -> None:
    """Write a fitted estimator as a SavedModel; the same as its method ``export_saved_model``, which says more.

    Parameters
    ----------
    estimator : estimator of skmlbio
        A fitted one.
    path : str or path-like
        The folder to make.
    overwrite : bool, default=False
        Whether a SavedModel or a file at `path` is replaced.  An empty folder is taken without asking; anything else,
        links too, always stays.

    Raises
    ------
    TypeError
        If it is no estimator of skmlbio, such as a pipeline, whose last step may be one.
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
    >>> from skmlbio import DenseClassifier
    >>> from skmlbio.export import export_saved_model
    >>> X, y = load_iris(return_X_y=True)
    >>> classifier = DenseClassifier(epochs=5, random_state=0).fit(X, y)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     export_saved_model(classifier, f"{folder}/iris")
    ...     served = tf.saved_model.load(f"{folder}/iris")
    >>> sorted(served.signatures)
    ['decision_function', 'predict', 'predict_proba', 'serving_default']
    """
    _require_own(estimator)
    check_is_fitted(estimator, "weights_")
    path = Path(path).absolute()
    _require_place(path, overwrite)
    _write_beside(path, lambda folder: _save(estimator, folder))


def _save(estimator: Any, folder: Path) -> None:
    from skmlbio._tensorflow import tf
    from skmlbio.export._served_network import ServedNetwork

    network = ServedNetwork(estimator.blueprint_, estimator.weights_)
    functions = {name: _trace(signature) for name, signature in estimator._export_signatures(network).items()}
    default = next(iter(functions.values()))
    options = tf.saved_model.SaveOptions(experimental_custom_gradients=network.keeps_gradients)
    tf.saved_model.save(
        network.module, str(folder), signatures={"serving_default": default, **functions}, options=options
    )


def _trace(signature: Signature) -> Any:
    from skmlbio._tensorflow import tf

    # TensorFlow finds an input again by the name in its specification.
    specs = {name: tf.TensorSpec(spec.shape, spec.dtype, name) for name, spec in signature.inputs.items()}
    return tf.function(signature.function, autograph=False).get_concrete_function(**specs)


def _require_own(estimator: Any) -> None:
    """Refuse what is no estimator of ours; where it holds one that was fitted last, say how to get at it."""
    part, place = estimator, "pipeline" if hasattr(estimator, "steps") else "search"
    while not hasattr(part, "_export_signatures"):
        if hasattr(part, "best_estimator_"):
            part, place = part.best_estimator_, f"{place}.best_estimator_"
        elif hasattr(part, "steps"):
            part, place = part.steps[-1][1], f"{place}[-1]"
        else:
            raise TypeError(
                f"a {type(part).__name__} cannot be exported: only estimators of skmlbio can, such as the last step of "
                "a pipeline or the best_estimator_ of a search."
            )
    if part is not estimator:
        raise TypeError(
            f"a {type(estimator).__name__} cannot be exported: export its last step, {place}.export_saved_model(path); "
            "what comes before is no part of the model."
        )


def _require_place(path: Path, overwrite: bool) -> None:
    if not path.parent.is_dir():
        raise FileNotFoundError(f"cannot export to {str(path)!r}: the folder {str(path.parent)!r} does not exist.")
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

"""Write a fitted estimator as a SavedModel of TensorFlow."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sklearn.utils.validation import check_is_fitted

from skmlbio.export._signatures import Signature


def export_saved_model(estimator: Any, path: str | os.PathLike, *, overwrite: bool = False) -> None:
    """Write a fitted estimator as a SavedModel; the same as its method ``export_saved_model``, which says more.

    Parameters
    ----------
    estimator : estimator of skmlbio
        A fitted one.
    path : str or path-like
        The folder to make.
    overwrite : bool, default=False
        Whether a SavedModel, a file or an empty folder at `path` is replaced.

    Raises
    ------
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
    tf.saved_model.save(network.module, str(folder), signatures={"serving_default": default, **functions})


def _trace(signature: Signature) -> Any:
    from skmlbio._tensorflow import tf

    # TensorFlow finds an input again by the name in its specification.
    specs = {name: tf.TensorSpec(spec.shape, spec.dtype, name) for name, spec in signature.inputs.items()}
    return tf.function(signature.function, autograph=False).get_concrete_function(**specs)


def _require_place(path: Path, overwrite: bool) -> None:
    if not path.parent.is_dir():
        raise FileNotFoundError(f"cannot export to {str(path)!r}: the folder {str(path.parent)!r} does not exist.")
    if not os.path.lexists(path):
        return
    if not overwrite:
        raise FileExistsError(f"{str(path)!r} exists already; overwrite=True replaces it.")
    if path.is_dir() and not path.is_symlink() and any(path.iterdir()) and not (path / "saved_model.pb").is_file():
        raise FileExistsError(f"{str(path)!r} is a folder that holds something else than a SavedModel; it stays.")


def _write_beside(path: Path, write: Callable[[Path], None]) -> None:
    """Write a folder under another name, and give it its own once it is whole."""
    scratch = Path(tempfile.mkdtemp(prefix=f".{path.name}-", dir=path.parent))
    new, old = scratch / "new", scratch / "old"
    try:
        write(new)
        if os.path.lexists(path):
            path.rename(old)
        new.rename(path)
    except BaseException:
        if os.path.lexists(old):
            old.rename(path)
        shutil.rmtree(scratch)
        raise
    shutil.rmtree(scratch)

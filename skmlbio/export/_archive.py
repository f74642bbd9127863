"""An estimator in one file that holds no code."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
from importlib.metadata import version
from typing import Any
from uuid import uuid4

from sklearn.base import BaseEstimator

from skmlbio.export._archive_values import Reader, Writer

_FORMAT = 1
_LARGEST_HEADER = 100_000_000  # of safetensors
_BEGINNING = re.compile(rb'"skmlbio":"([0-9a-f]{64}) format ([0-9]{1,9}): ')  # of what the header says
_NO_DIGEST = "0" * 64
_LIBRARIES = ("skmlbio", "keras", "scikit-learn", "numpy")


def save(estimator: Any, path: str | os.PathLike) -> None:
    """Write an estimator, fitted or not, to a file that holds no code.

    It is a file of safetensors, with the arrays by the names of their attributes; the parameters and all that is no
    array stand in its header, as JSON.  A file that is there is replaced, at the end and at once.

    Parameters
    ----------
    estimator : estimator
        One of skmlbio, on its own or in a pipeline or another estimator of scikit-learn.
    path : str or path-like
        The file.

    Raises
    ------
    TypeError
        If it is no estimator.
    ValueError
        If it holds what an archive does not: a function of your own, an object of another class.
    OSError
        If the file cannot be written.

    See Also
    --------
    load : Read it.

    Examples
    --------
    >>> import tempfile, skmlbio
    >>> from sklearn.datasets import load_iris
    >>> X, y = load_iris(return_X_y=True)
    >>> classifier = skmlbio.DenseClassifier(epochs=5, random_state=0).fit(X, y)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     skmlbio.save(classifier, f"{folder}/iris.skmlbio")
    ...     again = skmlbio.load(f"{folder}/iris.skmlbio")
    >>> again
    DenseClassifier(epochs=5, random_state=0)
    >>> (again.predict_proba(X) == classifier.predict_proba(X)).all().item()
    True
    """
    if not isinstance(estimator, BaseEstimator):
        raise TypeError(f"save writes estimators, got {type(estimator).__name__}.")
    content = _content(estimator)
    at = content.index(_NO_DIGEST.encode())
    digest = _digest(content, at)
    path = os.path.realpath(path)
    part = f"{path}.{uuid4().hex}.part"
    try:
        with open(part, "xb") as file:
            file.writelines([content[:at], digest, memoryview(content)[at + len(digest) :]])
        os.replace(part, path)
    finally:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(part)


def load(path: str | os.PathLike, *, max_bytes: int | None = None) -> Any:
    """Read an estimator that `save` has written.

    Nothing in the file is run, and no class is made that is not in a list of skmlbio's and scikit-learn's.

    Parameters
    ----------
    path : str or path-like
        The file.
    max_bytes : int, optional
        The largest file to read; memory is needed for some times as much.

    Returns
    -------
    estimator
        With the parameters, and the answers to the last bit, of the one that was written.

    Raises
    ------
    ValueError
        If it is no such file, is damaged, was written by a later skmlbio, or is larger than `max_bytes`.
    OSError
        If it cannot be read.

    Warns
    -----
    sklearn.exceptions.InconsistentVersionWarning
        If there are steps of scikit-learn that were fitted by another version of it.

    See Also
    --------
    save : Write one, with an example.
    """
    content, header = _read(path, max_bytes)
    try:
        return _estimator(content, header)
    except (OSError, Warning):
        raise
    except Exception as error:  # of many kinds, by what there is in a file that somebody has made
        raise ValueError(
            f"{os.fspath(path)!r} says what skmlbio.save does not write: {_in_one_line(error)}."
        ) from error


def _content(estimator: BaseEstimator) -> bytes:
    """Return the file, with zeros for the digest."""
    from safetensors.numpy import save as safetensors_of

    writer = Writer()
    try:
        written = writer.written(estimator)
    except RecursionError as error:
        raise ValueError(f"{type(estimator).__name__} holds values too deep in each other for an archive.") from error
    versions = {name: version(name) for name in _LIBRARIES}
    text = json.dumps({"versions": versions, "estimator": written}, allow_nan=False)
    content = safetensors_of(writer.arrays, {"skmlbio": f"{_NO_DIGEST} format {_FORMAT}: {text}"})
    if _header_bytes(content) > _LARGEST_HEADER:
        raise ValueError(
            f"{type(estimator).__name__} has {_header_bytes(content)} bytes beside its arrays, and an archive "
            f"{_LARGEST_HEADER} at most."
        )
    return content


def _read(path: str | os.PathLike, max_bytes: int | None) -> tuple[bytes, bytes]:
    """Return a file and its header, both whole."""
    name = repr(os.fspath(path))
    with open(path, "rb") as file:
        n_bytes = os.fstat(file.fileno()).st_size
        if max_bytes is not None and n_bytes > max_bytes:
            raise ValueError(f"{name} has {n_bytes} bytes, more than max_bytes={max_bytes}.")
        start = file.read(8)
        header = file.read(min(_header_bytes(start), _LARGEST_HEADER))
        said = _BEGINNING.search(header)
        if said is None:
            raise ValueError(f"{name} is no file that skmlbio.save has written, or its beginning is damaged.")
        content = start + header + file.read(n_bytes)
    if _digest(content, 8 + said.start(1)) != said[1]:
        raise ValueError(f"{name} is damaged: its bytes are not those that skmlbio.save has written.")
    if int(said[2]) != _FORMAT:
        raise ValueError(
            f"{name} is of format {int(said[2])}, and this version of skmlbio reads format {_FORMAT} only."
        )
    return content, header


def _estimator(content: bytes, header: bytes) -> BaseEstimator:
    from safetensors.numpy import load as arrays_of

    text = json.loads(header)["__metadata__"]["skmlbio"]
    written = json.loads(text.partition(": ")[2])
    estimator = Reader(arrays_of(content)).read(written["estimator"])
    if not isinstance(estimator, BaseEstimator):
        raise ValueError("it holds no estimator")
    return estimator


def _in_one_line(error: Exception) -> str:
    if isinstance(error, RecursionError):
        return "it is nested too deeply"
    return str(error).partition("\n")[0].rstrip(".") or type(error).__name__


def _header_bytes(content: bytes) -> int:
    return int.from_bytes(content[:8], "little")


def _digest(content: bytes, at: int) -> bytes:
    """Return the digest of a file without the place of the digest."""
    digest = hashlib.sha256(content[:at])
    digest.update(memoryview(content)[at + len(_NO_DIGEST) :])
    return digest.hexdigest().encode()

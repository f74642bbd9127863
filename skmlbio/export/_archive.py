"""An estimator in one file that holds no code."""

from __future__ import annotations

import json
import os
import re
import zlib
from importlib.metadata import version
from typing import Any

import numpy as np
from sklearn.base import BaseEstimator

from skmlbio._files import replacing
from skmlbio.export._archive_values import Reader, Writer
from skmlbio.export._safetensors import header_of, read_arrays, read_header, write_arrays
from skmlbio.export._whole_numbers import require_whole_number

_FORMAT = 1
_BEGINNING = re.compile(rb'"skmlbio":"([0-9a-f]{8}) format ([0-9]{1,9}): ')  # of what the header says
_NO_CHECKSUM = b"0" * 8
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
    header, arrays = _written(estimator)
    with replacing(path) as part, open(part, "xb") as file:
        file.write(header)
        checksum = write_arrays(file, arrays, zlib.crc32(header))
        file.seek(header.index(_NO_CHECKSUM))
        file.write(b"%08x" % checksum)


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
        If it is no such file, is damaged, was written by a later skmlbio, or is larger than `max_bytes`; or if
        `max_bytes` is no integer from 0 up.
    OSError
        If it cannot be read.

    Warns
    -----
    sklearn.exceptions.InconsistentVersionWarning
        If there are steps of scikit-learn that were fitted by another version of it.

    See Also
    --------
    save : Write one, with an example.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> import skmlbio
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     skmlbio.save(skmlbio.MarkovChain(3), Path(folder) / "chain.skmlbio")
    ...     skmlbio.load(Path(folder) / "chain.skmlbio", max_bytes=10**6)
    MarkovChain(order=3)
    """
    return load_with_versions(path, max_bytes=max_bytes)[0]


def load_with_versions(path: str | os.PathLike, *, max_bytes: int | None = None) -> tuple[Any, dict[str, str]]:
    """Read an estimator as `load` does, and which version of each library has written it."""
    require_whole_number("max_bytes", max_bytes)
    name = repr(os.fspath(path))
    arrays, text = _read(path, name, max_bytes)
    try:
        said = json.loads(text)
        estimator, versions = Reader(arrays).read(said["estimator"]), dict(said["versions"])
    except (OSError, Warning):
        raise
    except Exception as error:  # of many kinds, by what there is in a file that somebody has made
        raise ValueError(f"{name} says what skmlbio.save does not write: {_in_one_line(error)}.") from error
    if not isinstance(estimator, BaseEstimator):
        raise ValueError(f"{name} says what skmlbio.save does not write: it holds no estimator.")
    return estimator, versions


def is_archive(path: str | os.PathLike) -> bool:
    """Whether a file begins as those that `save` writes."""
    with open(path, "rb") as file:
        return _BEGINNING.search(read_header(file, os.fstat(file.fileno()).st_size)) is not None


def _written(estimator: BaseEstimator) -> tuple[bytes, dict[str, np.ndarray]]:
    """Return the beginning of the file, with zeros for the checksum, and the arrays that come after it."""
    writer = Writer()
    try:
        written = writer.written(estimator)
    except RecursionError as error:
        raise ValueError(f"{type(estimator).__name__} holds values too deep in each other for an archive.") from error
    versions = {name: version(name) for name in _LIBRARIES}
    text = json.dumps({"versions": versions, "estimator": written}, allow_nan=False)
    arrays = dict(sorted(writer.arrays.items(), key=lambda item: -item[1].itemsize))  # so that all are aligned
    return header_of(arrays, {"skmlbio": f"{_NO_CHECKSUM.decode()} format {_FORMAT}: {text}"}), arrays


def _read(path: str | os.PathLike, name: str, max_bytes: int | None) -> tuple[dict[str, np.ndarray], str]:
    """Return the arrays of a file, and the text that says what they are, once it is known to be whole."""
    with open(path, "rb") as file:
        n_bytes = os.fstat(file.fileno()).st_size
        if max_bytes is not None and n_bytes > max_bytes:
            raise ValueError(f"{name} has {n_bytes} bytes, more than max_bytes={max_bytes}.")
        header = read_header(file, n_bytes)
        said = _BEGINNING.search(header)
        if said is None:
            raise ValueError(f"{name} is no file that skmlbio.save has written, or its beginning is damaged.")
        checksum = zlib.crc32(header[: said.start(1)] + _NO_CHECKSUM + header[said.end(1) :])
        try:
            text = json.loads(header[8:])["__metadata__"]["skmlbio"]
            arrays, checksum = read_arrays(file, header, n_bytes, checksum)
        except OSError:
            raise
        except Exception as error:
            raise ValueError(f"{name} is damaged: {_in_one_line(error)}.") from error
    if b"%08x" % checksum != said[1]:
        raise ValueError(f"{name} is damaged: its bytes are not those that skmlbio.save has written.")
    if int(said[2]) != _FORMAT:
        raise ValueError(
            f"{name} is of format {int(said[2])}, and this version of skmlbio reads format {_FORMAT} only."
        )
    return arrays, text.partition(": ")[2]


def _in_one_line(error: Exception) -> str:
    if isinstance(error, RecursionError):
        return "it is nested too deeply"
    if isinstance(error, KeyError):
        return f"{error} is missing there, or unknown"
    return str(error).partition("\n")[0].rstrip(".") or type(error).__name__

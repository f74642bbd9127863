"""A short text that tells values apart, the same in every process."""

from __future__ import annotations

import hashlib
import pickle
import types
from typing import Any

import numpy as np

from skmlbio.training._batches import TrainingSet
from skmlbio.training._fingerprint import freeze, is_own
from skmlbio.training._targets import RaggedTarget

_BYTES_AT_ONCE = 2**22


class Digest:
    """Digests values, and samples as the network takes them, one after the other.

    Functions count by what they do, as in `freeze`, and classes by what their methods do; all else that is not known by
    its value counts by what is pickled of it.
    """

    def __init__(self):
        self._hash = hashlib.blake2b(digest_size=16)

    def hexdigest(self) -> str:
        """Return 32 characters."""
        return self._hash.hexdigest()

    def add(self, value: Any) -> None:
        """Add a value that `freeze` takes.

        Raises
        ------
        TypeError
            If it can neither be frozen nor pickled.
        """
        self._add(freeze(value), ())

    def add_samples(self, samples: TrainingSet | None) -> None:
        """Add every number of samples, their targets and weights, a block at a time."""
        if samples is None:
            self._write("no samples")
            return
        for bucket in samples.data.buckets():
            self._write(f"bucket {bucket.form!r}")
            self._add_array(bucket.rows)
            n_rows = max(1, _BYTES_AT_ONCE // max(1, bucket.row_bytes()))
            for start in range(0, len(bucket.rows), n_rows):
                for array in bucket.take(bucket.rows[start : start + n_rows]):
                    self._add_array(array)
            for array in bucket.shared:
                self._add_array(array)
        for target in samples.targets:
            for array in (target.values, target.offsets) if isinstance(target, RaggedTarget) else (target,):
                self._add_array(array)
        self._add_array(samples.weights)

    def _add(self, value: Any, within: tuple[int, ...]) -> None:
        if isinstance(value, tuple):
            self._write(f"{len(value)} of tuple")
            for item in value:
                self._add(item, within)
        elif isinstance(value, frozenset):
            self._write(" ".join(["set", *sorted(_of(item, within) for item in value)]))
        elif isinstance(value, types.CodeType):
            self._write("code")
            names = value.co_name, value.co_names, value.co_varnames, value.co_freevars
            self._add((value.co_code, value.co_consts, *names), within)
        elif value is None or isinstance(value, (str, bytes, bool, int, float, complex, types.EllipsisType)):
            self._write(f"{type(value).__name__} {value!r}")
        else:
            self._add_other(value.value, within)

    def _add_other(self, value: Any, within: tuple[int, ...]) -> None:
        if id(value) in within:  # a method that names its class
            self._write("recursion")
        elif isinstance(value, type):
            self._write(f"class {value.__module__}.{value.__qualname__}")
            methods = {name: of for name, of in vars(value).items() if isinstance(of, types.FunctionType)}
            self._add(freeze(methods), (*within, id(value)))
        else:
            try:
                self._write(f"{type(value).__qualname__} {pickle.dumps(value)!r}")
                if is_own(type(value)):  # the methods of a library are those of its version
                    self._add(freeze(type(value)), (*within, id(value)))
            except Exception as error:  # whatever a class of one's own raises
                raise TypeError(f"holds {value!r}, which cannot be pickled: {error}") from error

    def _add_array(self, array: np.ndarray) -> None:
        self._write(f"{array.dtype.str} {array.shape}")
        self._hash.update(np.ascontiguousarray(array).reshape(-1).view(np.uint8))

    def _write(self, text: str) -> None:
        self._hash.update(f"{text}\n".encode())


def _of(value: Any, within: tuple[int, ...]) -> str:
    digest = Digest()
    digest._add(value, within)
    return digest.hexdigest()

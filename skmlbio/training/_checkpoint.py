"""A fit that can be stopped and taken up: its state at the end of an epoch, in a file."""

from __future__ import annotations

import fcntl
import itertools
import json
import os
import tempfile
import time
import warnings
import weakref
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

_SECONDS_BETWEEN = 10.0
_LEAST_SHARE_OF_TRAINING = 20  # of the time that goes into files
_SECONDS_OF_A_WRITE_GIVEN_UP = 3600.0
_STATE = "state"


class Checkpoint:
    """The file of one fit.

    It is written at the ends of epochs: 10 seconds at least after it was written before, and 20 times as long as that
    took.  It is whole at any time: what is written gets its name when it has reached the disk.

    Parameters
    ----------
    folder : str or path-like
        The folder of the file, made if it is missing.
    name : str
        Of the file: the same for the same fit only.
    rng : numpy.random.Generator
        The one of the fit; it is put back to where the fit began, if that has begun before.
    keep : bool
        Whether the file of a fit that has ended stays, so that the same fit is there at once.

    Attributes
    ----------
    found : dict or None
        The state of the fit, if the file was there.

    Raises
    ------
    OSError
        If the folder cannot be written to, or a file not be read.
    ValueError
        If the file is damaged.
    """

    def __init__(self, folder: str | os.PathLike, name: str, rng: np.random.Generator, keep: bool = True):
        self._folder, self._path, self._keep = Path(folder), Path(folder) / f"{name}.npz", keep
        self._written, self._seconds_to_write = time.monotonic(), 0.0
        self._require_folder()
        if not keep:
            self._find_a_free_name(name)
        self.found = self._read()
        if self.found is not None:
            rng.bit_generator.state = self.found["begun"]
        self._begun = rng.bit_generator.state

    def due(self) -> bool:
        """Whether it is time to write."""
        pause = max(_SECONDS_BETWEEN, _LEAST_SHARE_OF_TRAINING * self._seconds_to_write)
        return time.monotonic() - self._written >= pause

    def write(self, state: dict[str, Any]) -> None:
        """Write a state: numbers, text and arrays in dicts and lists.  If that fails, warn: the fit is worth more."""
        begun = time.monotonic()
        try:
            self._replace(state | {"begun": self._begun})
        except OSError as error:
            warnings.warn(
                f"the checkpoint {self._path} could not be written ({error.strerror or error}); the fit goes on, and "
                "what was written before stays.",
                stacklevel=2,
            )
        self._written = time.monotonic()
        self._seconds_to_write = self._written - begun

    def end(self, state: dict[str, Any]) -> None:
        """Write the state after the last epoch, or remove the file, if it is not kept."""
        if self._keep:
            self.write(state)
        else:
            self._path.unlink(missing_ok=True)
            self._path.with_suffix(".lock").unlink(missing_ok=True)
            self._unlock()

    def _find_a_free_name(self, name: str) -> None:
        """Leave a fit alone that goes on elsewhere: without a seed, it is another.

        A process that is killed lets go of its lock.
        """
        for number in itertools.count():
            self._path = self._folder / f"{name}{f'-{number}' if number else ''}.npz"
            lock = os.open(self._path.with_suffix(".lock"), os.O_CREAT | os.O_WRONLY)
            self._unlock = weakref.finalize(self, os.close, lock)
            try:
                return fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                self._unlock()

    def _require_folder(self) -> None:
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=self._folder):
                pass
        except OSError as error:
            raise type(error)(
                error.errno, f"checkpoint must be a folder that can be written to ({error.strerror})", str(self._folder)
            ) from error
        for part in self._folder.glob(f"{self._path.stem}.*.part"):  # of a process that was killed
            if time.time() - part.stat().st_mtime > _SECONDS_OF_A_WRITE_GIVEN_UP:
                part.unlink(missing_ok=True)

    def _read(self) -> dict[str, Any] | None:
        if not self._path.exists():
            return None
        try:
            with open(self._path, "rb") as file, np.load(file, allow_pickle=False) as arrays:
                return _unpacked(json.loads(arrays[_STATE].tobytes()), arrays)
        except OSError:
            raise
        except Exception as error:  # whatever NumPy, zipfile and json raise on damaged files
            raise ValueError(
                f"the checkpoint {self._path} is damaged ({type(error).__name__}: {error}): delete it, and the fit "
                "begins anew."
            ) from error

    def _replace(self, state: dict[str, Any]) -> None:
        handle, part = tempfile.mkstemp(".part", f"{self._path.stem}.", self._folder)
        try:
            with open(handle, "wb") as file:
                _save(file, state)
                file.flush()
                os.fsync(file.fileno())
            os.replace(part, self._path)
        except BaseException:
            Path(part).unlink(missing_ok=True)
            raise
        folder = os.open(self._folder, os.O_RDONLY)
        try:
            os.fsync(folder)  # the new name too
        finally:
            os.close(folder)


def _save(file: BinaryIO, state: dict[str, Any]) -> None:
    arrays: list[np.ndarray] = []
    text = json.dumps(_packed(state, arrays)).encode()
    named = {str(place): array for place, array in enumerate(arrays)}
    np.savez(file, **named, **{_STATE: np.frombuffer(text, np.uint8)})


def _packed(value: Any, arrays: list[np.ndarray]) -> Any:
    """Put arrays aside; what remains is JSON."""
    if isinstance(value, (np.ndarray, np.generic)):
        arrays.append(np.asarray(value))
        return {"array": len(arrays) - 1, "dtype": value.dtype.name}
    if isinstance(value, dict):
        return {key: _packed(item, arrays) for key, item in value.items()}
    return [_packed(item, arrays) for item in value] if isinstance(value, (list, tuple)) else value


def _unpacked(value: Any, arrays: Any) -> Any:
    if isinstance(value, dict) and value.keys() == {"array", "dtype"}:
        return arrays[str(value["array"])].view(np.dtype(value["dtype"]))  # bfloat16 is saved as two bytes
    if isinstance(value, dict):
        return {key: _unpacked(item, arrays) for key, item in value.items()}
    return [_unpacked(item, arrays) for item in value] if isinstance(value, list) else value

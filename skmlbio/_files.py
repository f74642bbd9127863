"""Files that are whole, or not there."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from uuid import uuid4


@contextlib.contextmanager
def replacing(path: str | os.PathLike) -> Iterator[str]:
    """Yield a temporary name beside a path; what is written there gets the path's name at the end, and at once.

    Raises
    ------
    FileExistsError
        If there is something else than a file at the path, such as a folder or a device.
    FileNotFoundError
        If the folder that the path shall be in does not exist.
    """
    name, path = os.fspath(path), os.path.realpath(path)
    if os.path.exists(path) and not os.path.isfile(path):
        raise FileExistsError(f"{name} is there and is no regular file; name another.")
    if not os.path.isdir(os.path.dirname(path)):
        raise FileNotFoundError(f"{name} cannot be written, because its folder does not exist.")
    part = f"{path}.{uuid4().hex}.part"
    try:
        yield part
        os.replace(part, path)
    finally:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(part)


class _OnlyTried(Exception):
    """Ends an attempt to write before anything is replaced."""


def require_writable(path: str | os.PathLike) -> None:
    """Find out, before there is something to write, whether `replacing` could write there; nothing is left behind.

    Raises
    ------
    OSError
        If it could not.
    """
    try:
        with replacing(path) as part, open(part, "xb"):
            raise _OnlyTried
    except _OnlyTried:
        return
    except OSError as error:
        if error.errno is None:
            raise
        raise OSError(error.errno, error.strerror, os.fspath(path)) from error

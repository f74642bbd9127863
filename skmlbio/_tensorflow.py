"""Start TensorFlow quietly.

Every room that needs Keras imports this module first.  TensorFlow's C++ code writes start-up notes straight to file
descriptor 2, before any Python setting can stop it; they are held back while it is imported, and everything else that
was written meanwhile is handed on.  The environment is left as it was found.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

_LOG_LEVEL = "TF_CPP_MIN_LOG_LEVEL"
_BACKEND = "KERAS_BACKEND"
_CHATTER = (b"I0000", b"W0000", b"E0000", b"WARNING: All log messages before absl::InitializeLog()")


@contextmanager
def _environment(**defaults: str) -> Iterator[None]:
    """Set the variables that the user has not set, and remove them again."""
    added = [name for name in defaults if name not in os.environ]
    os.environ.update({name: defaults[name] for name in added})
    try:
        yield
    finally:
        for name in added:
            os.environ.pop(name, None)


@contextmanager
def _without_chatter() -> Iterator[None]:
    """Hold back TensorFlow's start-up notes on file descriptor 2, and pass on all other lines."""
    try:
        sys.__stderr__.flush()
        saved = os.dup(2)
    except (AttributeError, OSError, ValueError):  # there is no file descriptor 2: nothing can be written to it either
        yield
        return
    with tempfile.TemporaryFile() as held:
        os.dup2(held.fileno(), 2)
        try:
            yield
        finally:
            os.dup2(saved, 2)
            os.close(saved)
            held.seek(0)
            rest = b"".join(line for line in held if not line.startswith(_CHATTER))
            if rest.strip():
                os.write(2, rest)


with _environment(**{_LOG_LEVEL: "2", _BACKEND: "tensorflow"}), _without_chatter():
    import keras
    import tensorflow as tf

    tf.config.list_physical_devices()  # looks for a GPU now, while its complaints are held back

if keras.backend.backend() != "tensorflow":
    raise ImportError(
        f"skmlbio needs Keras on TensorFlow, but Keras was started on {keras.backend.backend()!r}; "
        "set the environment variable KERAS_BACKEND=tensorflow before Keras is first imported."
    )

__all__ = ["keras", "tf"]

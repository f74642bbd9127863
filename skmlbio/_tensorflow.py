"""Start TensorFlow quietly.

Every room that needs Keras imports this module first.  TensorFlow's C++ code writes start-up notes straight to file
descriptor 2, before any Python setting can stop it; they are held back while it is imported, and everything else that
was written meanwhile is handed on.  The environment is left as it was found.

TensorFlow's threads do not survive a fork, and what waits for them waits for ever: `require_unforked` tells instead.
"""

from __future__ import annotations

import multiprocessing
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
    from tensorflow.python.eager import context as _runtime  # nothing public tells whether TensorFlow has started

    tf.config.list_physical_devices()  # looks for a GPU now, while its complaints are held back

if keras.backend.backend() != "tensorflow":
    raise ImportError(
        f"skmlbio needs Keras on TensorFlow, but Keras was started on {keras.backend.backend()!r}; "
        "set the environment variable KERAS_BACKEND=tensorflow before Keras is first imported."
    )

_forked_after_start = False


def _note_fork() -> None:
    """In a child that was just forked, note whether the parent had started TensorFlow; importing it starts nothing."""
    global _forked_after_start
    context = _runtime.context_safe()
    _forked_after_start = _forked_after_start or (context is not None and context._initialized)


def _take_the_limit_of_a_worker() -> None:
    """In a worker of joblib or Dask, use as many threads as it is given, unless the user has told TensorFlow how many.

    TensorFlow would start as many in every worker as the machine has cores.
    """
    worker = type(multiprocessing.current_process()).__module__.startswith("joblib.externals.loky") or _in_dask_worker()
    limit, context = os.environ.get("OMP_NUM_THREADS", ""), _runtime.context_safe()
    started = context is not None and context._initialized
    if not worker or not limit.isdigit() or started:
        return
    for kind in ("intra", "inter"):
        said = getattr(tf.config.threading, f"get_{kind}_op_parallelism_threads")()
        if not said and f"TF_NUM_{kind.upper()}OP_THREADS" not in os.environ:
            getattr(tf.config.threading, f"set_{kind}_op_parallelism_threads")(int(limit))


def _in_dask_worker() -> bool:
    """Whether a task of Dask runs here; a process that has not loaded distributed has none."""
    distributed = sys.modules.get("distributed")
    try:
        return distributed is not None and distributed.get_worker() is not None
    except (AttributeError, ValueError):  # not wholly loaded yet, or no worker
        return False


_take_the_limit_of_a_worker()
if hasattr(os, "register_at_fork"):  # not on Windows, which does not fork
    os.register_at_fork(after_in_child=_note_fork)


def require_unforked() -> None:
    """Raise a RuntimeError in a process that has lost TensorFlow's threads, where any call might wait for ever."""
    if _forked_after_start:
        raise RuntimeError(
            "TensorFlow was started before this process was forked; use spawn or loky: "
            "multiprocessing.get_context('spawn'), or joblib's backend 'loky'."
        )


__all__ = ["keras", "require_unforked", "tf"]

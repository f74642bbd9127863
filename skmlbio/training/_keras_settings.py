"""What Keras looks up globally while a network is made, as a part of the network."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

process_wide = threading.RLock()  # for whoever sets, for a while, what all threads read


class KerasSettings(NamedTuple):
    """The Keras-wide settings that a layer, an optimizer or an operation may depend on.

    Attributes
    ----------
    dtype_policy : str
        Name of the policy of layers that are given none.
    floatx : str
        Dtype of numbers that are given none.
    image_data_format : {"channels_last", "channels_first"}
        Where the channels of images are.
    epsilon : float
        What keeps divisors from zero.
    """

    dtype_policy: str
    floatx: str
    image_data_format: str
    epsilon: float

    @classmethod
    def current(cls) -> KerasSettings:
        """Return what the user has set."""
        from skmlbio._tensorflow import keras

        config = keras.config
        return cls(config.dtype_policy().name, config.floatx(), config.image_data_format(), config.epsilon())

    def _set(self) -> None:
        from skmlbio._tensorflow import keras

        for name, value in self._asdict().items():
            getattr(keras.config, f"set_{name}")(value)

    @contextmanager
    def in_force(self) -> Iterator[None]:
        """Let Keras work under these settings, one thread at a time, and bring the user's back."""
        with process_wide:
            before = KerasSettings.current()
            if before == self:
                yield
                return
            self._set()
            try:
                yield
            finally:
                before._set()

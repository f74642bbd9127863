"""What a network function returns."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import keras

from skmlbio.layers._precision import wide_dtype


class Architecture(NamedTuple):
    """An uncompiled network, seen from every side that an estimator needs.

    Attributes
    ----------
    training : keras.Model
        Maps a batch of inputs to whatever the loss function looks at.  It owns every variable.
    heads : dict of str to keras.Model
        What can be asked of the fitted network, such as ``"transform"`` or ``"predict"``; each shares the variables of
        `training`.  The first head is the one that users see as ``model_``.
    other_forms : dict of str to callable
        Each returns the same network, with the same variables, for inputs that are laid out in another way; it is
        called when that form is first needed.  A `Bucket` names the form that takes its samples.
    """

    training: keras.Model
    heads: dict[str, keras.Model]
    other_forms: dict[str, Callable[[], Architecture]] = {}


def output_dtype(dtype: str | None) -> str:
    """Return the precision of what enters and leaves a network: double if it computes in double, else single."""
    policy = keras.config.dtype_policy() if dtype is None else keras.dtype_policies.get(dtype)
    return wide_dtype(policy.compute_dtype)

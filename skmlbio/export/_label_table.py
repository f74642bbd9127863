"""Classes as a tensor."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import tensorflow as tf


def label_table(classes: np.ndarray) -> tf.Tensor:
    """Return classes as a tensor: numbers in their own type, all strings as tf.string."""
    from skmlbio._tensorflow import tf

    if classes.dtype.kind in "biuf":
        return tf.constant(classes)
    unusual = [label for label in classes.tolist() if not isinstance(label, str)]
    if unusual:
        raise TypeError(
            f"the label {unusual[0]!r} is of type {type(unusual[0]).__name__}, which TensorFlow does not know; labels "
            "can be exported if they are strings, numbers or booleans."
        )
    return tf.constant(classes.tolist())

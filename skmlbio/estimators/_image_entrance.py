"""Images on their way into an exported network."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from skmlbio.export._signatures import Entrance


def image_entrance(n_channels: int, served_dtype: str, dtype: type, padded: bool, gaps: bool = False) -> Entrance:
    """Let images in, as the input ``X``; where they are padded, their heights and widths too, as ``sizes``.

    Parameters
    ----------
    n_channels : int
        Channels.
    served_dtype : str
        Of the pixels that a client sends: "uint8", "uint16", or "" for numbers.
    dtype : type
        Of the numbers that the network takes.
    padded : bool
        Whether images of several sizes come together, padded below and to the right.
    gaps : bool
        Whether pixels may be NaN.
    """
    import tensorflow as tf

    from skmlbio.export._signatures import Entrance

    X = tf.TensorSpec((None, None, None, n_channels), served_dtype or np.dtype(dtype).name)
    if not padded:
        return Entrance({"X": X}, lambda X: (_numbers(X, dtype, gaps),))

    def encode(X, sizes):
        ends = tf.shape(X)[1:3]
        checks = [
            tf.debugging.assert_greater(sizes, 0, "an image of sizes has no pixels."),
            tf.debugging.assert_less_equal(sizes, ends, "an image of sizes is larger than X."),
        ]
        with tf.control_dependencies(checks):
            return _numbers(X, dtype, gaps), tf.identity(sizes)

    return Entrance({"X": X, "sizes": tf.TensorSpec((None, 2), tf.int32)}, encode, "padded")


def row_entrances(
    shape: tuple[int, int, int], served_dtype: str, dtype: type, names: Any, gaps: bool = False
) -> dict[str, Entrance]:
    """Let rows of pixels in: as a matrix ``X``, or as columns that have names, and as a matrix beside them."""
    import tensorflow as tf

    from skmlbio.export._signatures import MAX_NAMED_COLUMNS, array_entrance, column_entrance

    spec = tf.TensorSpec((None, int(np.prod(shape))), served_dtype or np.dtype(dtype).name)

    def reshaped(entrance: Entrance) -> Entrance:
        def encode(**given):
            (rows,) = entrance.encode(**given)
            return (tf.reshape(_numbers(rows, dtype, gaps), [-1, *shape]),)

        return entrance._replace(encode=encode)

    matrix = reshaped(array_entrance(spec, gaps))
    if names is None:
        return {"": matrix}
    if len(names) > MAX_NAMED_COLUMNS:
        return {"": matrix, "_matrix": matrix}
    return {"": reshaped(column_entrance(spec, names, gaps)), "_matrix": matrix}


def _numbers(pixels: Any, dtype: type, gaps: bool) -> Any:
    """Return pixels as `skmlbio.images.as_numbers` does."""
    import tensorflow as tf

    from skmlbio.export._signatures import require_finite

    unit = {tf.uint8: 255, tf.uint16: 65535}.get(pixels.dtype)
    if unit is None:
        return require_finite(tf.cast(pixels, np.dtype(dtype).name), "X", gaps)
    # TensorFlow may multiply by 1 / unit instead, which in double precision leaves the bits of a float32 alone.
    return tf.cast(tf.cast(pixels, tf.float64) / unit, np.dtype(dtype).name)

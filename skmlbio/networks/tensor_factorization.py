"""Deep tensor factorisation: a vector of each category of each axis, and a network on what they make together."""

from __future__ import annotations

import functools
from collections.abc import Sequence

import keras
from keras import ops

from skmlbio.layers.category_vectors import SMALL, CategoryVectors
from skmlbio.layers.noise import Dropout
from skmlbio.networks._architecture import Architecture, output_dtype
from skmlbio.networks.dense import dense_stack
from skmlbio.networks.supervised import with_targets


def tensor_factorization(
    sizes: tuple[int, ...],
    latent_dim: tuple[int, ...],
    interaction: str,
    n_outputs: int,
    hidden_layer_sizes: Sequence[int] = (64,),
    dropout: float = 0.0,
    activation: str = "gelu",
    dtype: str | None = None,
) -> Architecture:
    """y = W h(c) + b, where c is v_1(x_1) * ... * v_m(x_m), by elements, or v_1(x_1), ..., v_m(x_m) side by side.

    Vectors of a product are drawn larger, the more there are: else it would begin near 0, where it has no gradient.

    Parameters
    ----------
    sizes : tuple of int
        How many categories each axis has.
    latent_dim : tuple of int
        Lengths of the vectors of each axis; for products all the same.
    interaction : {"product", "concatenate"}
        What the vectors make together.
    n_outputs : int
        Numbers of a cell.
    hidden_layer_sizes, dropout, activation
        Of h.
    dtype : str, optional
        Keras' dtype policy of h.

    Returns
    -------
    Architecture
        From numbers of shape (batch, n_axes), int32, as `skmlbio.estimators._categories.Categories` gives them.
        Head: ``"predict"``.
    """
    wide = output_dtype(dtype)
    x = keras.Input((len(sizes),), name="numbers", dtype="int32")
    deviation = SMALL ** (1 / len(sizes)) if interaction == "product" else SMALL
    vectors, first = [], len(sizes)
    for axis, (size, width) in enumerate(zip(sizes, latent_dim, strict=True)):
        numbers = ops.maximum(x[:, axis] - (first - 1), 0)  # 0 is what is unknown, 1 and up are the axis' own
        of_axis = CategoryVectors((size,), width, deviation=deviation, name=f"axis_{axis}", dtype=wide)
        vectors.append(of_axis(numbers))
        first += size
    c = functools.reduce(ops.multiply, vectors) if interaction == "product" else ops.concatenate(vectors, axis=-1)
    if dropout:
        c = Dropout(dropout, name="vectors_dropout", dtype=dtype)(c)
    h = dense_stack(c, hidden_layer_sizes, activation, dropout, dtype=dtype)
    return with_targets(x, h, n_outputs, "numbers", dtype=dtype)

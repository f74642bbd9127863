"""Vectors of categories, learned by what stands beside them or by a target."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import keras
from keras import ops

from skmlbio.layers.category_vectors import CategoryVectors
from skmlbio.layers.noise import Dropout
from skmlbio.layers.sequence_pooling import SequencePooling
from skmlbio.layers.skip_gram import MOST_EXPECTED as MOST_EXPECTED
from skmlbio.layers.skip_gram import SkipGram
from skmlbio.networks._architecture import Architecture, output_dtype
from skmlbio.networks.dense import dense_stack
from skmlbio.networks.supervised import with_targets


def embedding_network(
    sizes: tuple[int, ...],
    tokens: dict[str, Any] | None,
    targets: dict[str, Any] | None,
    embedding_dim: int = 16,
    contexts: tuple[int, ...] = (),
    n_negative: int = 5,
    hidden_layer_sizes: Sequence[int] = (),
    dropout: float = 0.0,
    activation: str = "relu",
    dtype: str | None = None,
) -> Architecture:
    """code = mean_i v(x_i) of a sequence, or v(x_1) ... v(x_c) of a row; outputs = W h(code) + b.

    Parameters
    ----------
    sizes : tuple of int
        How many categories each column has: one number for sequences.
    tokens : dict or None
        For sequences: ``members``, as `CategoryVectors` takes it, and the ``dtype`` in which tokens come.  None for
        rows of a table.
    targets : dict or None
        Arguments of `with_targets`; None learns from pairs of a category and a context.
    embedding_dim : int
        Length of a vector.
    contexts : tuple of int
        How many contexts each of their columns has; see `SkipGram`, which is there without targets.
    n_negative : int
        Negatives of a pair.
    hidden_layer_sizes, dropout, activation
        Of h, with targets.
    dtype : str, optional
        Keras' dtype policy of h.

    Returns
    -------
    Architecture
        Heads: ``"transform"``, and ``"outputs"``, which returns what the loss looks at.
    """
    wide = output_dtype(dtype)
    members = None if tokens is None else tokens["members"]
    letters = CategoryVectors(sizes, embedding_dim, members, name="letters", dtype=wide)
    if tokens is None:
        x = keras.Input((len(sizes),), name="numbers", dtype="int32")
        code = keras.layers.Flatten(name="code", dtype=wide)(letters(x))
    else:
        x = keras.Input((None,), name="tokens", dtype=tokens["dtype"])
        numbers = ops.cast(x, "int32")  # of a vocabulary, 0 is padding, which the layer knows nothing of
        vectors = letters(numbers - 1 if members is None else numbers)
        code = SequencePooling("mean", name="code", dtype=wide)(vectors, real=ops.not_equal(x, 0))
    if targets is None:
        training = _of_pairs(letters, contexts, n_negative, wide)
    else:
        h = Dropout(dropout, name="code_dropout", dtype=dtype)(code) if dropout else code
        h = dense_stack(h, hidden_layer_sizes, activation, dropout, dtype=dtype)
        training = with_targets(x, h, **targets, dtype=dtype).training
    return Architecture(training, {"transform": keras.Model(x, code, name="embedding"), "outputs": training})


def _of_pairs(letters: CategoryVectors, contexts: tuple[int, ...], n_negative: int, dtype: str) -> keras.Model:
    category, context = (keras.Input((), name=name, dtype="int32") for name in ("category", "context"))
    losses = SkipGram(contexts, n_negative, name="skip_gram", dtype=dtype)(letters(category, plain=True), context)
    return keras.Model([category, context], losses, name="skip_gram_losses")

"""Convolution over strings of any lengths, then one vector a string."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import keras

from skmlbio.layers.graph_normalization import NodeNormalization
from skmlbio.layers.local_pooling import LocalPooling
from skmlbio.layers.noise import Dropout
from skmlbio.layers.positions import LearnedPositions
from skmlbio.layers.sequence_convolution import LetterConvolution, SequenceConvolution
from skmlbio.layers.sequence_pooling import SequencePooling
from skmlbio.layers.strands import BothStrands, JoinedStrands
from skmlbio.networks._architecture import Architecture
from skmlbio.networks._tokens import enter_tokens
from skmlbio.networks.supervised import with_targets


def sequence_cnn(
    tokens: dict[str, Any],
    targets: dict[str, Any],
    n_filters: int = 32,
    kernel_width: Sequence[int] = (9,),
    n_layers: int = 2,
    positions: str = "learned",
    max_length: int = 1,
    dilation: int = 1,
    residual: bool = False,
    batch_normalization: bool = False,
    local_pooling: str | None = None,
    pool_size: int = 2,
    pooling: str = "max",
    reverse_complement: str = "none",
    embedding_dim: int = 32,
    dropout: float = 0.3,
    activation: str = "relu",
    dtype: str | None = None,
) -> Architecture:
    """h_i = pool(σ(normalize(h_(i-1) * W_i) + positions) + h_(i-1)), outputs = W pool(h_n) + b.

    Parameters
    ----------
    tokens : dict
        Arguments of `enter_tokens`.
    targets : dict
        Arguments of `with_targets`.
    n_filters : int
        Filters of each width, in every layer.
    kernel_width : sequence of int
        Widths of filters that stand side by side.
    n_layers : int
        Convolutions one after the other.
    positions : {"learned", "none"}
        Whether a number of each place and filter is added to what the first layer's filters find.
    max_length : int
        Places that have numbers of their own; see `LearnedPositions`.
    dilation : int
        By what the steps between the positions that a filter sees grow from layer to layer, beginning with 1.
    residual : bool
        Whether h_(i-1) is added where it is as wide as h_i.
    batch_normalization : bool
        Whether convolutions are followed by `NodeNormalization`, over residues, and pooling by one of running moments.
    local_pooling : {"max", "mean"} or None
        How `pool_size` neighbouring positions become one after each layer.
    pool_size : int
        See `local_pooling`.
    pooling : {"mean", "max", "attention"}
        How the positions of a string become one vector; see `pool_sequences`.
    reverse_complement : {"none", "share"}
        Whether the other strand of each string is read too, by the same weights, and positions of both are pooled;
        letters then come in an order whose reverse are their partners, as A, C, G, T do.
    embedding_dim : int
        Width of a token's vector, where it is learned.
    dropout : float
        Share of features that are dropped in training, before every layer but the first and before the output.
    activation : str
        σ.
    dtype : str, optional
        Keras' dtype policy of all but the output.

    Returns
    -------
    Architecture
        Heads: those of `with_targets`; ``"features"``, what leaves the last layer, of shape (batch, length,
        n_features), or, where that has other positions than the string, pooled; and ``"activations"``, of shape (batch,
        length, n_features): of the first layer's filters, those of a width one after the other; with both strands of
        shape (batch, 2 * length, n_features), those of the other strand second.
    """
    numbers, x, real = enter_tokens(**tokens, width=embedding_dim, dtype=dtype)
    both = reverse_complement == "share"
    x, real = BothStrands(name="strands", dtype=dtype)(x, real=real) if both else (x, real)
    x, real, found = convolved(
        x, real, tokens["vectors"] is not None, n_filters, kernel_width, n_layers, positions, max_length, dilation,
        residual, batch_normalization, local_pooling, pool_size, dropout, activation, dtype,
    )  # fmt: skip
    residues = x
    x, real = _joined(x, real, both, "joined", dtype)
    x = SequencePooling(pooling, name="pool", dtype=dtype)(x, real=real)
    if batch_normalization:  # by running moments, because the strings of a batch have about one length
        x = NodeNormalization(running=True, name="pool_normalization", dtype=dtype)(x)
    features = x if both or local_pooling is not None else residues
    x = Dropout(dropout, name="pool_dropout", dtype=dtype)(x) if dropout else x
    trained = with_targets(numbers, x, **targets, dtype=dtype)
    activations, _ = _joined(*found, both, "joined_activations", dtype)
    inside = {"features": features, "activations": activations}
    return trained._replace(
        heads=trained.heads | {name: keras.Model(numbers, of, name=name) for name, of in inside.items()}
    )


def convolved(
    x: Any,
    real: Any,
    of_letters: bool,
    n_filters: int,
    kernel_width: Sequence[int],
    n_layers: int,
    positions: str,
    max_length: int,
    dilation: int,
    residual: bool,
    batch_normalization: bool,
    local_pooling: str | None,
    pool_size: int,
    dropout: float,
    activation: str,
    dtype: str | None,
) -> tuple[Any, Any, tuple[Any, Any]]:
    """Return h_n and which of its positions are real, and both for h_1 before it is pooled; see `sequence_cnn`."""
    found = []
    for i in range(n_layers):
        name = f"layer_{i}"
        options = {"dilation": dilation**i, "use_bias": not batch_normalization, "dtype": dtype}
        h = _filters(x, real, name, n_filters, kernel_width, of_letters and not i, **options)
        h = NodeNormalization(name=f"{name}_normalization", dtype=dtype)(h, real=real) if batch_normalization else h
        h = LearnedPositions(max_length, name="positions", dtype=dtype)(h) if positions == "learned" and not i else h
        h = keras.layers.Activation(activation, name=f"{name}_{activation}", dtype=dtype)(h)
        found.append((h, real))
        h = keras.layers.Add(name=f"{name}_residual", dtype=dtype)([x, h]) if residual and _as_wide(x, h) else h
        x, real = _pooled(h, real, name, local_pooling, pool_size, dtype)
        x = Dropout(dropout, name=f"{name}_dropout", dtype=dtype)(x) if dropout and i < n_layers - 1 else x
    return x, real, found[0]


def _filters(
    x: Any, real: Any, name: str, n_filters: int, widths: Sequence[int], of_letters: bool, **options: Any
) -> Any:
    """Return x * W + b, for filters of several widths side by side."""
    convolution = LetterConvolution if of_letters else SequenceConvolution
    parts = [
        convolution(n_filters, width, name=f"{name}_convolution_{number}", **options)(x, real=real)
        for number, width in enumerate(widths)
    ]
    if len(parts) == 1:
        return parts[0]
    return keras.layers.Concatenate(name=f"{name}_convolutions", dtype=options["dtype"])(parts)


def _joined(x: Any, real: Any, both: bool, name: str, dtype: str | None) -> tuple[Any, Any]:
    return JoinedStrands(name=name, dtype=dtype)(x, real=real) if both else (x, real)


def _pooled(x: Any, real: Any, name: str, pooling: str | None, size: int, dtype: str | None) -> tuple[Any, Any]:
    if pooling is None:
        return x, real
    return LocalPooling(size, pooling, name=f"{name}_pool", dtype=dtype)(x, real=real)


def _as_wide(x: Any, h: Any) -> bool:
    return x.shape[-1] == h.shape[-1]

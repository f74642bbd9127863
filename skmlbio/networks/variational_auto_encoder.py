"""The variational auto-encoder."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import keras

from skmlbio.layers.counts import LibraryDraw, LogCounts
from skmlbio.layers.evidence import (
    ImportanceWeightedBound,
    LikelihoodDraw,
    LikelihoodMean,
    LogLikelihood,
    NormalDivergence,
    likelihood_of,
)
from skmlbio.layers.likelihood import Likelihood, Offset, SameForAllRows, Scale
from skmlbio.layers.noise import Dropout
from skmlbio.layers.one_hot_columns import OneHotColumns
from skmlbio.layers.sampling import PosteriorDraw, PriorDraw
from skmlbio.layers.standardize import Standardize
from skmlbio.layers.table_features import KnownFeatures, LogColumns
from skmlbio.networks._architecture import Architecture, output_dtype
from skmlbio.networks.dense import dense_stack, kernel_initializer

POSTERIOR_FLOOR = 1e-4  # below which standard deviations of q cannot shrink


def variational_auto_encoder(
    n_features: int,
    latent_dim: int,
    hidden_layer_sizes: Sequence[int],
    activation: str,
    dropout: float,
    parts: Sequence[dict[str, Any]],
    standardize: bool,
    condition_sizes: Sequence[int] = (),
    of_table: bool = False,
    dtype: str | None = None,
) -> Architecture:
    """z ~ q(z | x) = N(mean(x), scale(x)^2), and p(x | z) = likelihood(x; decoder(z)); the decoder mirrors the encoder.

    Parameters
    ----------
    n_features, latent_dim : int
        Widths of the data and of z.
    hidden_layer_sizes : sequence of int
        Widths of the encoder's hidden layers.
    activation, dropout
        Of the hidden layers.
    parts : sequence of dict
        The likelihoods of x given z, side by side; see `skmlbio.layers.evidence.likelihood_of`.
    standardize : bool
        Whether the network works on features of mean 0 and variance 1: x and samples are then float64, else float32.
        Densities are those of x all the same.
    condition_sizes : sequence of int
        How many categories each column has that encoder and decoder are told beside x and z: q(z | x, c), p(x | z, c).
    of_table : bool
        Whether features may be NaN: they are left out of likelihoods, and the encoder sees the mean and which they are.
    dtype : str, optional
        Keras' dtype policy of the hidden layers.

    Returns
    -------
    Architecture
        Training outputs: ``"reconstruction"``, log p(x | z) of every row, and ``"divergence"`` of q from the prior, for
        every row and component; in nats.  Heads: ``"reconstruct"``, ``"transform"`` (means of q),
        ``"inverse_transform"`` (means of p), ``"sample"`` (from the numbers of rows and their seeds),
        ``"score_samples"`` (from x, seeds and numbers of draws).  Numbers of categories, (batch, n_columns), and
        library sizes, (batch,), come behind samples, codes or seeds, where there are any; ``"library_size"`` draws
        sizes (from numbers of rows and seeds).
    """
    wide = output_dtype(dtype)
    likelihoods = [likelihood_of(**part) for part in parts]
    counts = LogCounts(name="library", dtype=wide) if likelihoods[0].of_library else None
    layers = hidden_layer_sizes, activation, dropout, condition_sizes, dtype
    n_seen = 2 * n_features if of_table else n_features
    encoder, decoder = _encoder(n_seen, latent_dim, *layers), _decoder(latent_dim, likelihoods, *layers)
    view = _TableView(likelihoods, wide) if of_table else _MatrixView(standardize, counts, wide)
    log_likelihood = LogLikelihood(parts, view.units, of_table, name="log_likelihood", dtype=wide)
    library = [] if counts is None else [keras.Input((), name="library_size", dtype="float32")]
    beside = [*_codes(condition_sizes), *library]

    def decode(z, *beside):
        codes, library = (beside[:1], beside[1:]) if condition_sizes else ((), beside)
        return [*keras.tree.flatten(decoder([z, *codes])), *library]

    def means(z):
        return view.to_data(LikelihoodMean(parts, name="means", dtype=wide)(*decode(z, *beside)))

    x = keras.Input((n_features,), name="x", dtype="float64" if standardize or of_table else "float32")
    features, seen = view(x)
    mean, scale = encoder([seen, *beside[: bool(condition_sizes)]])
    z = PosteriorDraw(name="posterior_draw", dtype=wide)(x, mean, scale)
    outputs = {
        "reconstruction": log_likelihood(features, *decode(z, *beside)),
        "divergence": NormalDivergence(name="divergence", dtype=wide)(mean, scale),
    }
    code = keras.Input((latent_dim,), name="code", dtype="float32")
    seed, number, n_draws = (keras.Input((), name=name, dtype="int64") for name in ("seed", "number", "n_draws"))
    bound = ImportanceWeightedBound(decode, log_likelihood, name="bound", dtype=wide)
    evidence = bound(x, features, mean, scale, seed, n_draws, *beside)
    z = PriorDraw(latent_dim, name="prior_draw", dtype=wide)(number, seed)
    drawn = LikelihoodDraw(parts, name="likelihood_draw", dtype=wide)(number, seed, *decode(z, *beside))
    heads = {
        "reconstruct": _model([x, *beside], means(mean), "variational_auto_encoder"),
        "transform": _model([x, *beside], mean, "encode"),
        "inverse_transform": _model([code, *beside], means(code), "decode"),
        "sample": _model([number, seed, *beside], view.to_data(drawn), "sample"),
        "score_samples": _model([x, *beside, seed, n_draws], evidence, "bound"),
    }
    if counts is not None:
        heads["library_size"] = _model(
            [number, seed], LibraryDraw(counts, name="library_draw")(number, seed), "library"
        )
    return Architecture(_model([x, *beside], outputs, "variational_auto_encoder_training"), heads)


class _MatrixView:
    """What likelihoods and encoder see of a matrix, and the way back from the units of the network."""

    def __init__(self, standardize: bool, counts: LogCounts | None, dtype: str):
        self.units = Standardize(name="standardize", dtype=dtype) if standardize else None
        self._counts = counts

    def __call__(self, x):
        features = self.units(x) if self.units else x
        return features, features if self._counts is None else self._counts(x)

    def to_data(self, features):
        return self.units(features, inverse=True) if self.units else features


class _TableView:
    """The same of a table: its numbers, which stand first, have units; the encoder sees all standardised."""

    def __init__(self, likelihoods: Sequence[Likelihood], dtype: str):
        widths = [likelihood.n_features for likelihood in likelihoods]
        logarithmic = [likelihood.logarithmic for likelihood in likelihoods]
        self._n_numbers = widths[0] if likelihoods[0].kind == "gaussian" else 0
        self._flags = [flag for flag, width in zip(logarithmic, widths, strict=True) for _ in range(width)]
        self._dtype = dtype
        self.units = Standardize(name="numbers", dtype=dtype) if self._n_numbers else None
        self._others = Standardize(name="others", dtype=dtype)

    def __call__(self, x):
        numbers, others = x[:, : self._n_numbers], x[:, self._n_numbers :]
        raw = keras.ops.cast(others, self._dtype)
        flags = self._flags[self._n_numbers :]
        standardised = [self.units(numbers)] if self.units else []
        known = KnownFeatures(name="known", dtype=self._dtype)
        if not flags:
            return standardised[0], known(standardised[0])
        logarithms = LogColumns(flags, name="logarithms", dtype="float64")(others)
        return _joined([*standardised, raw]), known(_joined([*standardised, self._others(logarithms)]))

    def to_data(self, features):
        numbers, others = features[:, : self._n_numbers], features[:, self._n_numbers :]
        back = [self.units(numbers, inverse=True)] if self.units else []
        return _joined([*back, keras.ops.cast(others, "float64")] if len(self._flags) > self._n_numbers else back)


def _joined(tensors: list) -> Any:
    return tensors[0] if len(tensors) == 1 else keras.ops.concatenate(tensors, axis=1)


def _model(inputs: list, outputs: Any, name: str) -> keras.Model:
    return keras.Model(inputs[0] if len(inputs) == 1 else inputs, outputs, name=name)


def _conditioned(inputs, sizes, activation, dropout, condition_sizes, dtype):
    """h_1 = activation(x W + one_hot(c) V + b), and so on: the first of the hidden layers also sees categories.

    Its kernel is applied to x and to one-hot vectors apart: XLA would compute the features again for every part of a
    concatenation.
    """
    if not condition_sizes:
        return dense_stack(inputs[0], sizes, activation, dropout, dtype=dtype)
    x, codes = inputs
    wide = output_dtype(dtype)
    condition = OneHotColumns(condition_sizes, name="condition", dtype=wide)(codes)
    if not sizes:
        return keras.layers.Concatenate(name="beside", dtype=wide)([x, condition])
    first = keras.layers.Dense(sizes[0], kernel_initializer=kernel_initializer(activation), name="first", dtype=dtype)
    shift = keras.layers.Dense(sizes[0], use_bias=False, name="shift", dtype=dtype)
    h = keras.layers.Add(name="sum", dtype=dtype)([first(x), shift(condition)])
    h = keras.layers.Activation(activation, name="first_activation", dtype=dtype)(h)
    h = Dropout(dropout, name="first_dropout", dtype=dtype)(h) if dropout else h
    return dense_stack(h, sizes[1:], activation, dropout, dtype=dtype)


def _codes(condition_sizes: Sequence[int]) -> list:
    return [keras.Input((len(condition_sizes),), name="categories", dtype="int32")] if condition_sizes else []


def _encoder(n_features, latent_dim, sizes, activation, dropout, condition_sizes, dtype) -> keras.Model:
    """Return a model from features, and categories, to the mean and the scale of q."""
    wide = output_dtype(dtype)
    inputs = [keras.Input((n_features,), name="features", dtype=wide), *_codes(condition_sizes)]
    h = _conditioned(inputs, sizes, activation, dropout, condition_sizes, dtype)
    mean = keras.layers.Dense(latent_dim, name="posterior_mean", dtype=wide)(h)
    raw = keras.layers.Dense(latent_dim, kernel_initializer="zeros", name="posterior_scale", dtype=wide)(h)
    return keras.Model(inputs, [mean, Scale(POSTERIOR_FLOOR, name="scale", dtype=wide)(raw)], name="encoder")


def _decoder(latent_dim, likelihoods, sizes, activation, dropout, condition_sizes, dtype) -> keras.Model:
    """Return a model from z, and categories, to the parameters of the likelihoods, in the network's units."""
    wide = output_dtype(dtype)
    inputs = [keras.Input((latent_dim,), name="code", dtype=wide), *_codes(condition_sizes)]
    h = _conditioned(inputs, tuple(sizes)[::-1], activation, dropout, condition_sizes, dtype)
    outputs = []
    for place, likelihood in enumerate(likelihoods):
        prefix = f"{likelihood.kind}_{place}_" if len(likelihoods) > 1 else ""
        for name, source in likelihood.outputs().items():
            kernel = "glorot_uniform" if name == "output" else "zeros"
            options = {"name": prefix + name, "dtype": wide}
            if source == "feature":
                outputs.append(SameForAllRows(**options)(outputs[-1]))
                continue
            outputs.append(keras.layers.Dense(likelihood.n_features, kernel_initializer=kernel, **options)(h))
            if name == "output" and likelihood.has_offset:
                outputs[-1] = Offset(name=f"{prefix}offset", dtype=wide)(outputs[-1])
    return keras.Model(inputs, outputs, name="decoder")

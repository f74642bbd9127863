"""Networks that begin with the network of another fit, or with a model of Keras."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterator, Sequence
from functools import partial
from typing import Any

import keras
import numpy as np

from skmlbio._tensorflow import tf
from skmlbio.layers.noise import Dropout
from skmlbio.layers.sequence_pooling import SequencePooling
from skmlbio.layers.standardize import Standardize
from skmlbio.networks._architecture import Architecture, output_dtype
from skmlbio.networks._image_layers import ImageEntrance
from skmlbio.networks._tokens import enter_tokens
from skmlbio.networks.dense import dense_stack
from skmlbio.networks.supervised import target_layers

ENCODER = "encoder"  # what the paths of its weights begin with
_HEADS = ("features", "vectors", "transform")  # by which a network tells what it sees in samples
_KEPT_HEADS = ("attention_maps", "activations", "pixels", "maps")


def pretrained_network(
    encoder: dict[str, Any],
    targets: dict[str, Any],
    pooling: str | None = None,
    hidden_layer_sizes: Sequence[int] = (),
    activation: str = "relu",
    dropout: float = 0.0,
    dtype: str | None = None,
) -> Architecture:
    """outputs = W hidden(pool(encoder(x))) + b.

    Parameters
    ----------
    encoder : dict
        Arguments of `EncoderFeatures`.
    targets : dict
        Arguments of `with_targets`.
    pooling : {"mean", "max", "attention"}, optional
        How the vectors of residues become one; not looked at where the encoder gives one vector a sample.
    hidden_layer_sizes, activation : sequence of int, str
        Of dense layers between the vectors and the outputs.
    dropout : float
        Share of features that are dropped in training, after each hidden layer, and before the output if there is none.
    dtype : str, optional
        Keras' dtype policy of what follows the encoder.

    Returns
    -------
    Architecture
        It has all forms of the encoder.  Heads: those of `with_targets`, ``"features"``, what the linear layer sees of
        a sample, and those of the encoder that look inside.
    """
    features = EncoderFeatures(**encoder)
    name = f"head_{_depth(encoder)}"
    pool = SequencePooling(pooling, name=f"{name}_pool", dtype=dtype) if pooling else None
    finish = target_layers(**targets, dtype=dtype)
    readout: list[keras.Model] = []

    def of_form(form: str = "") -> Architecture:
        inputs, x, kept = features(form)
        x = pool(x, real=features.real_residues(inputs)) if pool is not None and len(x.shape) == 3 else x
        if not readout:
            readout.append(_readout(x, hidden_layer_sizes, activation, dropout, name, dtype))
        x = readout[0](x)
        trained = finish(inputs, x)
        return trained._replace(heads=trained.heads | kept | {"features": keras.Model(inputs, x, name="features")})

    return of_form()._replace(other_forms={form: partial(of_form, form) for form in features.forms})


def _readout(x: Any, sizes: Sequence[int], activation: str, dropout: float, name: str, dtype: Any) -> keras.Model:
    """Return what stands between vectors and the output layer, for every form of them."""
    h = vectors = keras.Input(x.shape[1:], name=f"{name}_vectors", dtype=x.dtype)
    h = dense_stack(h, sizes, activation, dropout, name=f"{name}_hidden", dtype=dtype)
    if dropout and not sizes:
        h = Dropout(dropout, name=f"{name}_dropout", dtype=dtype)(h)
    h = h if h is not vectors else keras.layers.Identity(name=f"{name}_identity", dtype=dtype)(h)
    return keras.Model(vectors, h, name=name)


def features_head(heads: Collection[str]) -> str:
    """Return the head by which a network tells what it sees in samples."""
    found = [name for name in _HEADS if name in heads]
    if not found:
        raise ValueError(
            "encoder must tell what it sees in samples, but has no code, and does not end in a dense layer."
        )
    return found[0]


class EncoderFeatures:
    """What another network sees in samples.

    Called with a form, it returns the inputs, the features, of shape (batch, n_features) or (batch, length,
    n_features), and heads that look inside, such as attention maps.  The paths of its weights begin with ``"encoder"``.

    Parameters
    ----------
    network, arguments : callable, dict
        A function that returns an `Architecture`, and its arguments.
    n_frozen : int or None
        How many layers with weights, beginning at the input, stay as they are; None: all.
    rank : int, optional
        That of adapters, see `adapt`; then all other weights stay as they are.

    Attributes
    ----------
    forms : list of str
        Other forms than ``""``.

    Raises
    ------
    ValueError
        If the network offers no features of X alone, has no layer for an adapter, or fewer than `n_frozen` layers.
    """

    def __init__(
        self, network: Callable[..., Architecture], arguments: dict[str, Any], n_frozen: int | None = None,
        rank: int | None = None,
    ):  # fmt: skip
        with keras.name_scope(ENCODER):
            self._architecture = network(**arguments)
            self.forms = list(self._architecture.other_forms)
            self._head = features_head(self._architecture.heads)
            model = self._of_form("")[0]
            if network is not keras_features and not any(layers_that_learn(model)):
                raise ValueError(
                    f"encoder has learned nothing about samples that are given: {network.__name__} makes them."
                )
            if rank is not None:
                adapt(model, rank)
            else:
                _freeze(model, n_frozen)

    def _of_form(self, form: str) -> tuple[keras.Model, Architecture]:
        architecture = self._architecture if not form else self._architecture.other_forms[form]()
        return architecture.heads[self._head], architecture

    def __call__(self, form: str = "") -> tuple[Any, Any, dict[str, keras.Model]]:
        model, architecture = self._of_form(form)
        kept = {name: architecture.heads[name] for name in _KEPT_HEADS if name in architecture.heads}
        return model.input, model.output, kept

    def real_residues(self, tokens: Any) -> Any:
        """Return which positions of strings are real, of shape (batch, length), as the encoder itself knows it."""
        letters = [layer for layer in self._of_form("")[0].layers if layer.name == "letters"]
        return letters[0].output[1] if letters else keras.ops.not_equal(tokens, 0)


def features_of_residues(encoder: dict[str, Any]) -> tuple[Any, Any, Any]:
    """Return the tokens of strings, the vectors that an encoder has of residues, and which positions are real.

    Raises
    ------
    ValueError
        If it has a vector of each string only.
    """
    features = EncoderFeatures(**encoder)
    inputs, x, _ = features()
    if len(x.shape) != 3:
        raise ValueError(
            "encoder must tell what it sees in every residue, but has one vector a string: it pools them inside."
        )
    return inputs, x, features.real_residues(inputs)


def layers_that_learn(model: keras.Model) -> Iterator[keras.Layer]:
    """Yield the layers with weights to learn, beginning at the input, those of models within too."""
    for layer in model.layers:
        if isinstance(layer, keras.Model):
            yield from layers_that_learn(layer)
        elif any(v.trainable for v in layer.variables):
            yield layer


def _freeze(model: keras.Model, n_frozen: int | None) -> None:
    """Let the first layers keep their weights and moments, and work as they predict."""
    if n_frozen is None:
        model.trainable = False
        return
    layers = list(layers_that_learn(model))
    if n_frozen > len(layers):
        names = ", ".join(layer.name for layer in layers)
        raise ValueError(f"freeze={n_frozen}, but the encoder has {len(layers)} layers with weights: {names}.")
    for layer in layers[:n_frozen]:
        layer.trainable = False


def adapt(model: keras.Model, rank: int) -> None:
    """Freeze all weights of a model, and let W + A B stand for every kernel W of the layers that know how.

    A B, of some rank, is what is learned (Hu et al. 2022, "LoRA: low-rank adaptation of large language models"); it is
    zero at the beginning.  Layers know it by a method ``enable_lora``, as Keras' dense ones and our attention do.

    Raises
    ------
    ValueError
        If no layer does.
    """
    adapted = [layer for layer in model._flatten_layers() if hasattr(layer, "enable_lora")]
    if not adapted:
        names = ", ".join(layer.name for layer in layers_that_learn(model))
        raise ValueError(f"adapt='lora' needs an encoder with layers of attention or dense ones, it has {names}.")
    for variable in model.variables:
        variable.trainable = False
    for layer in adapted:
        initializer = keras.initializers.HeUniform()
        layer.enable_lora(rank, a_initializer=initializer, b_initializer="zeros")
        layer.lora_kernel_a_initializer = initializer  # where the draws of initial weights look for it
    fixed = [layer for layer in model._flatten_layers(include_self=False) if not layer.trainable_variables]
    for layer in fixed:  # running moments and noise, too
        layer.trainable = False


def _depth(encoder: dict[str, Any]) -> int:
    """Return on how many networks this one stands, one after the other; layers of each need names of their own."""
    within = encoder["arguments"].get(ENCODER)
    return 1 + _depth(within) if isinstance(within, dict) and "arguments" in within else 1


# Models of Keras ------------------------------------------------------------------------------------------------------


def built_again(config: str) -> keras.Model:
    """Build a model of Keras from its configuration, as JSON, which runs no code of others.

    Raises
    ------
    ValueError
        If it does not say all.
    """
    try:
        return keras.saving.deserialize_keras_object(json.loads(config), safe_mode=True)
    except Exception as error:  # of many kinds, from whatever layers there are
        raise ValueError(
            "encoder, a model of Keras, cannot be built again from its configuration; classes of your own need "
            f"keras.saving.register_keras_serializable, and a function of your own must be a layer: {error}"
        ) from error


@keras.saving.register_keras_serializable(package="skmlbio")
class Predicting(keras.layers.Layer):
    """A model that works as it predicts, in training too."""

    supports_masking = True

    def __init__(self, model: keras.Model, **options):
        super().__init__(**options)
        self.model = model

    def call(self, x):
        return self.model(x, training=False)

    def get_config(self):
        return super().get_config() | {"model": keras.saving.serialize_keras_object(self.model)}

    @classmethod
    def from_config(cls, config):
        return cls(keras.saving.deserialize_keras_object(config.pop("model")), **config)


def keras_features(config: str, frozen: bool, enter: Callable[..., tuple[Any, Any]], **way_in: Any) -> Architecture:
    """What a model of Keras makes of samples, as an encoder.

    Parameters
    ----------
    config : str
        See `built_again`.
    frozen : bool
        Whether it works as it predicts.
    enter : callable
        Returns what enters the network, and what the model sees of it: `rows`, `images`, or `strings`.
    **way_in
        Its arguments.

    Returns
    -------
    Architecture
        Heads: ``"features"``, of shape (batch, n_features) or (batch, length, n_features), and, of images of which the
        model makes maps, whose means are the features, ``"pixels"`` and ``"maps"``.
    """
    with keras.name_scope("model"):
        model = built_again(config)
    inputs, x = enter(model, **way_in)
    y = Predicting(model, name="model")(x) if frozen else model(x)
    y = Unmasked(name="unmasked")(y)
    heads = {}
    if len(y.shape) == 4:
        heads = {"pixels": keras.Model(inputs, [x]), "maps": keras.Model(inputs, [y])}
        y = keras.layers.GlobalAveragePooling2D(name="pool")(y)
    elif enter is images:
        heads = {"pixels": keras.Model(inputs, [x])}
    features = keras.Model(inputs, y, name="features")
    return Architecture(features, {"features": features} | heads)


def rows(model: keras.Model, n_features: int, standardize: bool, dtype: str | None) -> tuple[Any, Any]:
    """Rows of numbers, as they come or standardised."""
    x = keras.Input((n_features,), name="x", dtype="float64" if standardize else "float32")
    return x, Standardize(name="standardize", dtype=output_dtype(dtype))(x) if standardize else x


def images(model: keras.Model, **entrance: Any) -> tuple[Any, Any]:
    """Images of one size; arguments of `ImageEntrance`."""
    enter = ImageEntrance(**entrance)
    inputs, x, _ = enter.inputs()
    return inputs, enter(inputs, x)


def strings(model: keras.Model, tokens: dict[str, Any], dtype: str | None) -> tuple[Any, Any]:
    """Numbers of letters or tokens, or one-hot vectors, as the input of the model has two axes or three.

    Padding is 0 in both.
    """
    numbers, x, _ = enter_tokens(**tokens, width=1, dtype=dtype)
    return numbers, x if len(model.inputs[0].shape) == 3 else numbers


@keras.saving.register_keras_serializable(package="skmlbio")
class Unmasked(keras.layers.Layer):
    """What comes in, without Keras' mask."""

    supports_masking = True

    def call(self, x):
        return x

    def compute_mask(self, x, mask=None):
        return None


def require_no_padding(config: str, samples: list[Any], padding: int, name: str) -> None:
    """Refuse a model of Keras that answers differently for a string if zeros come after it.

    Whether it does is asked of its structure: of weights that are drawn, not its own, biases of zero among them.

    Parameters
    ----------
    config : str
        See `built_again`.
    samples : list of ndarray
        Inputs for single strings, with a first axis of one.
    padding : int
        How many places of zeros are added.
    name : str
        That of the model.

    Raises
    ------
    ValueError
        If answers differ, or the model cannot read the strings.
    """
    model, rng = built_again(config), np.random.default_rng(0)
    for variable in model.variables:
        if "float" in variable.dtype:
            variable.assign(np.abs(rng.normal(0.5, 0.2, variable.shape)))
    for sample in samples:
        length = sample.shape[1]
        padded = np.pad(sample, [(0, 0), (0, padding), *[(0, 0)] * (sample.ndim - 2)])
        try:
            alone, beside = (np.asarray(model(x, training=False)) for x in (sample, padded))
        except tf.errors.InvalidArgumentError as error:
            largest = f", which are numbers up to {sample.max()}" if sample.ndim == 2 else ""
            raise ValueError(f"encoder {name!r} cannot read {length} letters{largest}: {error.message}") from error
        of_residues = alone.ndim == 3
        if of_residues and alone.shape[1] != length:
            raise ValueError(
                f"encoder {name!r} makes {alone.shape[1]} vectors of {length} letters; it must make one of each, or of "
                "the whole string."
            )
        if not np.allclose(alone, beside[:, :length] if of_residues else beside, rtol=1e-3, atol=1e-4):
            raise ValueError(
                f"encoder {name!r} answers differently for a string if it is padded, so that answers would depend on "
                "the strings beside it: let it begin with keras.layers.Masking() or Embedding(mask_zero=True), go on "
                "with layers that know a mask, and leave the pooling of convolutions to the estimator."
            )

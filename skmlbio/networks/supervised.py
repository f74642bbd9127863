"""Somebody's network, with what a classifier or a regressor puts before and behind it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras

from skmlbio.layers.standardize import Standardize
from skmlbio.networks._architecture import Architecture, output_dtype


def build_network(
    network: Callable[..., keras.Model], input_shape: tuple[int, ...], n_outputs: int, params: dict[str, Any]
) -> keras.Model:
    """Call a user's function, and check what it returns.

    Raises
    ------
    TypeError
        If it is no `keras.Model`.
    ValueError
        If the model's output has another width, or ends in a softmax or sigmoid.
    """
    model = network(input_shape, n_outputs, **params)
    name = getattr(network, "__name__", repr(network))
    if not isinstance(model, keras.Model):
        raise TypeError(f"network {name} must return a keras.Model, got {type(model).__name__}.")
    shape = model.compute_output_shape((None, *input_shape))
    if tuple(shape[1:]) != (n_outputs,):
        raise ValueError(
            f"network {name} must return an output of shape (batch, {n_outputs}), got {_shape_text(shape)}."
        )
    return model


def require_logits(model: keras.Model) -> None:
    """Refuse a classifier that ends in probabilities: their logarithm would be taken twice."""
    last = model.layers[-1] if model.layers else None
    activation = getattr(getattr(last, "activation", None), "__name__", "")
    if activation in ("softmax", "sigmoid"):
        raise ValueError(
            f"the last layer {last.name!r} of the network applies {activation}; leave its activation out, because the "
            "classifier itself turns logits into probabilities."
        )


def classifier(
    network: Callable[..., keras.Model],
    input_shape: tuple[int, ...],
    n_outputs: int,
    params: dict[str, Any],
    kind: str,
    sizes: tuple[int, ...],
    standardize: bool,
) -> Architecture:
    """logits = network(standardize(x)), probabilities = softmax(logits), or sigmoid for two classes and for labels.

    Parameters
    ----------
    network : callable
        ``(input_shape, n_outputs, **params) -> keras.Model``.
    input_shape, n_outputs, params
        Its arguments.
    kind, sizes
        Of the labels; see `skmlbio.base`.
    standardize : bool
        Whether the last axis of the input is brought to mean 0 and variance 1 first.

    Returns
    -------
    Architecture
        Heads: ``"predict_proba"``, ``"decision_function"``.
    """
    model = build_network(network, input_shape, n_outputs, params)
    require_logits(model)
    x, features, _ = _input(model, input_shape, standardize)
    return with_probabilities(x, model(features), kind, sizes)


def with_probabilities(x: Any, logits: Any, kind: str, sizes: tuple[int, ...]) -> Architecture:
    """Put the heads of a classifier on logits of shape (batch, n_outputs)."""
    wide = output_dtype(logits.dtype)
    logits = keras.layers.Activation("linear", name="logits", dtype=wide)(logits)
    if kind in ("binary", "multilabel-indicator"):
        probabilities = keras.layers.Activation("sigmoid", name="probabilities", dtype=wide)(logits)
    else:
        ends = [sum(sizes[: i + 1]) for i in range(len(sizes))]
        parts = [logits[:, end - size : end] for end, size in zip(ends, sizes, strict=True)]
        softmax = keras.layers.Softmax(name="probabilities", dtype=wide)
        probabilities = softmax(parts[0]) if len(parts) == 1 else [softmax(part) for part in parts]
    training = keras.Model(x, logits, name="classifier_logits")
    return Architecture(
        training, {"predict_proba": keras.Model(x, probabilities, name="classifier"), "decision_function": training}
    )


def regressor(
    network: Callable[..., keras.Model],
    input_shape: tuple[int, ...],
    n_outputs: int,
    params: dict[str, Any],
    standardize: bool,
) -> Architecture:
    """z = network(standardize(x)), y = mean + scale * z.

    Parameters
    ----------
    network, input_shape, n_outputs, params, standardize
        As in `classifier`.

    Returns
    -------
    Architecture
        Training output ``"standardized"`` is z.  Head: ``"predict"``.
    """
    model = build_network(network, input_shape, n_outputs, params)
    x, features, _ = _input(model, input_shape, standardize)
    return with_target_scale(x, model(features))


def with_target_scale(x: Any, z: Any) -> Architecture:
    """Put the head of a regressor on outputs of mean 0 and variance 1."""
    wide = output_dtype(z.dtype)
    z = keras.layers.Activation("linear", name="standardized", dtype=wide)(z)
    y = Standardize(name="target", dtype=wide)(z, inverse=True)
    training = keras.Model(x, {"standardized": z, "prediction": y}, name="regressor_training")
    return Architecture(training, {"predict": keras.Model(x, y, name="regressor")})


def transformer(
    network: Callable[..., keras.Model],
    input_shape: tuple[int, ...],
    n_outputs: int,
    params: dict[str, Any],
    code_layer: str,
    standardize: bool,
) -> Architecture:
    """z = network(standardize(x)) shall equal standardize(x); the code is the output of one layer inside.

    Parameters
    ----------
    network, input_shape, n_outputs, params, standardize
        As in `classifier`; the output is as wide as the flattened input.
    code_layer : str
        Name of the layer whose output is the code.

    Returns
    -------
    Architecture
        Heads: ``"reconstruct"``, ``"transform"``, ``"errors"``.

    Raises
    ------
    ValueError
        If the network has no such layer.
    """
    model = build_network(network, input_shape, n_outputs, params)
    names = [layer.name for layer in model.layers]
    if code_layer not in names:
        raise ValueError(f"code_layer {code_layer!r} is no layer of the network, which has {', '.join(names)}.")
    x, clean, back = _input(model, input_shape, standardize)
    code, z = keras.Model(model.inputs, [model.get_layer(code_layer).output, model.outputs[0]], name="network")(clean)
    wide = output_dtype(z.dtype)
    code = keras.layers.Flatten(name="code", dtype=wide)(code)
    flat = keras.layers.Reshape((n_outputs,), name="clean", dtype=wide)(clean)
    outputs = {"clean": flat, "reconstruction": z, "code": code}
    z = keras.layers.Reshape(input_shape, name="reconstruction", dtype=wide)(z)
    training = keras.Model(x, outputs, name="transformer_training")
    heads = {"reconstruct": keras.Model(x, back(z)), "transform": keras.Model(x, code), "errors": training}
    return Architecture(training, heads)


def _input(model: keras.Model, input_shape: tuple[int, ...], standardize: bool) -> tuple[Any, Any, Callable]:
    """Return the input, what the network sees of it, and the way back."""
    embeds = any(isinstance(layer, keras.layers.Embedding) for layer in model.layers)
    if standardize and embeds:
        raise ValueError("the network has an Embedding, which needs whole numbers as they are: set standardize=False.")
    x = keras.Input(input_shape, name="x", dtype="float32")
    if not standardize:
        return x, x, lambda z: z
    layer = Standardize(name="standardize", dtype=output_dtype(model.outputs[0].dtype))
    return x, layer(x), lambda z: layer(z, inverse=True)


def _shape_text(shape: Any) -> str:
    return "(" + ", ".join("batch" if i == 0 else str(size) for i, size in enumerate(shape)) + ")"

"""Somebody's network, with what a classifier or a regressor puts before and behind it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras

from skmlbio._tensorflow import tf
from skmlbio.layers.standardize import Standardize
from skmlbio.networks._architecture import Architecture, output_dtype


def build_network(
    network: Callable[..., keras.Model], input_shape: tuple[int, ...], n_outputs: int, params: dict[str, Any]
) -> keras.Model:
    """Call a user's function, and check what it returns.

    A `Sequential` without an input and a subclass of `keras.Model` have no graph of layers until they are called; they
    are called on an input of the shape of a sample.

    Raises
    ------
    TypeError
        If it is no `keras.Model`.
    ValueError
        If the model cannot take the samples, or its output is not one of the right width.
    """
    model = network(input_shape, n_outputs, **params)
    name = getattr(network, "__name__", repr(network))
    if not isinstance(model, keras.Model):
        raise TypeError(f"network {name} must return a keras.Model, got {type(model).__name__}.")
    model = model if _has_graph(model) else _called(model, name, input_shape)
    if len(model.inputs) != 1:
        raise ValueError(f"network {name} must return a model of one input, X, got one of {len(model.inputs)} inputs.")
    taken = tuple(model.inputs[0].shape[1:])
    if len(taken) != len(input_shape) or any(n not in (None, m) for n, m in zip(taken, input_shape, strict=True)):
        raise ValueError(f"network {name} takes samples of shape {taken}, but X has samples of shape {input_shape}.")
    shapes = [_shape_text(output.shape) for output in model.outputs]
    if len(shapes) != 1 or tuple(model.outputs[0].shape[1:]) != (n_outputs,):
        raise ValueError(
            f"network {name} must return an output of shape (batch, {n_outputs}), got {' and '.join(shapes)}."
        )
    if isinstance(model, keras.Sequential) or not (isinstance(model.input, dict) or isinstance(model.output, dict)):
        return model
    return keras.Model(model.inputs[0], model.outputs[0], name=model.name)


def _has_graph(model: keras.Model) -> bool:
    return hasattr(model, "inputs")


def _called(model: keras.Model, name: str, input_shape: tuple[int, ...]) -> keras.Model:
    x = keras.Input(input_shape, name="sample", dtype="float32")
    try:
        y = model(x)
        return model if _has_graph(model) else keras.Model(x, y, name="network")
    except Exception as error:  # of any kind, from the user's own code
        raise ValueError(
            f"network {name} returned a {type(model).__name__} that cannot be called on one input, a batch of samples "
            f"of shape {input_shape}."
        ) from error


def require_logits(model: keras.Model) -> None:
    """Refuse a classifier that ends in probabilities: their logarithm would be taken twice."""
    last = model.layers[-1]
    activation = getattr(last.activation, "__name__", "") if hasattr(last, "activation") else _last_operation(model)
    if activation in ("softmax", "sigmoid"):
        raise ValueError(
            f"the last layer {last.name!r} of the network applies {activation}; leave its activation out, because the "
            "classifier itself turns logits into probabilities."
        )


def _last_operation(model: keras.Model) -> str:
    """Return TensorFlow's name, in lower case, of what a model does last, where the last layer does not tell."""
    spec = tf.TensorSpec(model.inputs[0].shape, model.inputs[0].dtype)
    operation = tf.function(model, autograph=False).get_concrete_function(spec).outputs[0].op
    while operation.type in ("Identity", "Cast", "Reshape"):
        operation = operation.inputs[0].op
    return operation.type.lower()


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
        Whether the last axis of the input is brought to mean 0 and variance 1 first; it is then float64, else float32.

    Returns
    -------
    Architecture
        Heads: ``"predict_proba"``, ``"decision_function"``, and, where the network ends in a dense layer, what that
        sees, ``"features"``.
    """
    model = build_network(network, input_shape, n_outputs, params)
    require_logits(model)
    x, features, _ = _input(model, input_shape, standardize)
    return _with_features(with_probabilities(x, model(features), kind, sizes), model, x, features)


def _with_features(trained: Architecture, model: keras.Model, x: Any, seen: Any) -> Architecture:
    """Add a head that answers what the last layer of a network sees, if that is a dense one."""
    last = model.layers[-1]
    if not isinstance(last, keras.layers.Dense):
        return trained
    inside = keras.Model(model.inputs[0], last.input, name="inside")
    return trained._replace(heads=trained.heads | {"features": keras.Model(x, inside(seen), name="features")})


def with_targets(
    inputs: Any, x: Any, n_outputs: int, kind: str, sizes: tuple[int, ...] = (), *, dtype: str | None = None
) -> Architecture:
    """Put a linear layer and the heads of a classifier, or of a regressor, on features of whole samples.

    Parameters
    ----------
    inputs, x : tensor
        What enters the network, and features of shape (batch, n_features).
    n_outputs : int
        Width of the linear layer.
    kind, sizes
        Of the labels, see `skmlbio.base`; "numbers" for a regressor.
    dtype : str, optional
        Keras' dtype policy of the linear layer.

    Returns
    -------
    Architecture
        See `with_probabilities` and `with_target_scale`.
    """
    return target_layers(n_outputs, kind, sizes, dtype=dtype)(inputs, x)


def target_layers(
    n_outputs: int, kind: str, sizes: tuple[int, ...] = (), *, dtype: str | None = None
) -> Callable[[Any, Any], Architecture]:
    """Return `with_targets` as a function of inputs and x, with the same layers for every form of a network."""
    output = keras.layers.Dense(n_outputs, name="output", dtype=dtype)
    finish = target_heads(kind, sizes, dtype=dtype)
    return lambda inputs, x: finish(inputs, output(x))


def target_heads(
    kind: str, sizes: tuple[int, ...] = (), *, dtype: str | None = None
) -> Callable[[Any, Any], Architecture]:
    """Return what puts the heads of a classifier, or of a regressor, on outputs of the right width."""
    if kind != "numbers":
        return lambda inputs, outputs: with_probabilities(inputs, outputs, kind, sizes)
    scale = Standardize(name="target", dtype=output_dtype(dtype))
    return lambda inputs, outputs: with_target_scale(inputs, outputs, scale)


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
        Training output ``"standardized"`` is z.  Heads: ``"predict"``, and ``"features"`` as in `classifier`.
    """
    model = build_network(network, input_shape, n_outputs, params)
    x, features, _ = _input(model, input_shape, standardize)
    z = model(features)
    trained = with_target_scale(x, z, Standardize(name="target", dtype=output_dtype(z.dtype)))
    return _with_features(trained, model, x, features)


def with_target_scale(x: Any, z: Any, scale: Standardize) -> Architecture:
    """Put the head of a regressor on outputs of mean 0 and variance 1, which a layer brings back to their units."""
    z = keras.layers.Activation("linear", name="standardized", dtype=output_dtype(z.dtype))(z)
    y = scale(z, inverse=True)
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
    if not _has_graph(model.layers[-1]) and isinstance(model.layers[-1], keras.Model):
        raise ValueError(
            f"the network is a {type(model.layers[-1]).__name__}, in which no code_layer can be found; a transformer "
            "needs a keras.Sequential or a keras.Model(inputs, outputs)."
        )
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
    embeds = any(isinstance(layer, keras.layers.Embedding) for layer in model._flatten_layers())
    if standardize and embeds:
        raise ValueError("the network has an Embedding, which needs whole numbers as they are: set standardize=False.")
    x = keras.Input(input_shape, name="x", dtype="float64" if standardize else "float32")
    if not standardize:
        return x, x, lambda z: z
    layer = Standardize(name="standardize", dtype=output_dtype(model.outputs[0].dtype))
    return x, layer(x), lambda z: layer(z, inverse=True)


def _shape_text(shape: Any) -> str:
    return "(" + ", ".join("batch" if i == 0 else str(size) for i, size in enumerate(shape)) + ")"

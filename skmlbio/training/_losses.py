"""Losses of single rows, by the names that Keras gives them."""

from __future__ import annotations

import math
from collections.abc import Callable

from skmlbio._tensorflow import keras, tf
from skmlbio.training._loss_choice import LOSSES_OF_ROWS

_HUBER_DELTA = 1.0
_NEVER = float("-inf")  # the logit of what a translator never writes


def squared_error(targets: tf.Tensor, outputs: tf.Tensor) -> tf.Tensor:
    """(y - f)^2, element by element."""
    return tf.math.squared_difference(targets, outputs)


def absolute_error(targets: tf.Tensor, outputs: tf.Tensor) -> tf.Tensor:
    """|y - f|, element by element."""
    return tf.abs(targets - outputs)


def huber(targets: tf.Tensor, outputs: tf.Tensor) -> tf.Tensor:
    """Square near 0, straight beyond 1 (Huber 1964), element by element."""
    error = tf.abs(targets - outputs)
    return tf.where(error <= _HUBER_DELTA, 0.5 * error**2, _HUBER_DELTA * (error - 0.5 * _HUBER_DELTA))


def binary_crossentropy(targets: tf.Tensor, logits: tf.Tensor) -> tf.Tensor:
    """-y log(p) - (1 - y) log(1 - p) with p = sigmoid(logit), element by element."""
    return tf.nn.sigmoid_cross_entropy_with_logits(labels=targets, logits=logits)


ELEMENTWISE = {"mse": squared_error, "mae": absolute_error, "huber": huber, "binary_crossentropy": binary_crossentropy}


def compared(kind: str | dict | Callable, targets: tf.Tensor, outputs: tf.Tensor) -> tf.Tensor:
    """Compare outputs with targets by a name, by Keras' configuration of a loss, or by a function of somebody's own.

    Parameters
    ----------
    kind : str, dict or callable
        Of `ELEMENTWISE`, or as `loss_choice` returns it.
    targets, outputs : tensors of shape (batch, n_outputs), of one floating dtype

    Returns
    -------
    tensor of shape (batch, n_outputs), or (batch,) for losses that do not go element by element
    """
    if isinstance(kind, str):
        return ELEMENTWISE[kind](targets, outputs)
    if isinstance(kind, dict):
        loss = _loss_of_keras(**kind)
        if kind["class_name"] in LOSSES_OF_ROWS:
            return loss.call(targets, outputs)
        return loss.call(targets[..., tf.newaxis], outputs[..., tf.newaxis])  # Keras averages the last axis
    return tf.cast(tf.convert_to_tensor(kind(targets, outputs)), outputs.dtype)


def _loss_of_keras(class_name: str, config: dict) -> keras.losses.Loss:
    try:
        return getattr(keras.losses, class_name).from_config(config)
    except (TypeError, ValueError) as error:
        raise ValueError(f"loss {class_name} cannot be made from the configuration {config}: {error}") from error


def require_loss(kind: dict | Callable, n_outputs: int) -> None:
    """Try a loss on a few zeros; raise a ValueError if it does not return what it should."""
    n_rows = 3 if n_outputs != 3 else 4
    targets = outputs = tf.zeros((n_rows, n_outputs))
    made = _loss_of_keras(**kind) if isinstance(kind, dict) else kind
    name = f"loss {type(made).__name__ if isinstance(kind, dict) else getattr(kind, '__name__', repr(kind))}"
    with tf.GradientTape() as tape:
        tape.watch(outputs)
        try:
            values = compared(kind, tf.identity(targets), outputs)
        except Exception as error:  # of any kind, from the user's own code
            raise ValueError(
                f"{name} cannot be called on targets and outputs of shape ({n_rows}, {n_outputs}): {error}"
            ) from error
    if values.shape not in ((n_rows,), (n_rows, n_outputs)):
        raise ValueError(
            f"{name} must return a tensor of shape (batch,) or (batch, {n_outputs}), one number a sample or one an "
            f"output, but returns {tuple(values.shape)} for a batch of {n_rows}."
        )
    if tape.gradient(values, outputs) is None:
        raise ValueError(f"{name} has no gradient: it must be made of operations of Keras that can be differentiated.")


def mean_over_features(values: tf.Tensor) -> tf.Tensor:
    """Average all axes but the first."""
    if not values.shape[1:].is_fully_defined():  # images of any size, in one row each
        return tf.reduce_mean(values, axis=list(range(1, values.shape.rank)))
    return tf.reduce_mean(tf.reshape(values, (-1, math.prod(values.shape[1:]))), axis=1)


def mean_over_present(values: tf.Tensor, present: tf.Tensor) -> tf.Tensor:
    """Average, for every row, what is there; 0 where nothing is.

    Parameters
    ----------
    values : tensor of shape (batch, length, ...)
        Losses of single elements; those of padding and of what is missing may be anything, NaN too.
    present : bool tensor of the same shape
        Which elements count; ``~tf.math.is_nan(targets)``, or ``targets >= 0``, for a `RaggedTarget`.

    Returns
    -------
    tensor of shape (batch,)
        Its gradient is 0 for elements that do not count, whatever they are, so long as `values` itself has one: put a
        number in place of a target that is NaN before it is compared.
    """
    axes = list(range(1, values.shape.rank))
    total = tf.reduce_sum(tf.where(present, values, tf.zeros_like(values)), axis=axes)
    return total / tf.maximum(tf.reduce_sum(tf.cast(present, values.dtype), axis=axes), 1)


def mean_over_columns(values: tf.Tensor, targets: tuple) -> tf.Tensor:
    """Average all axes but the first, by the shares that come after targets with gaps."""
    if len(targets) == 1:
        return mean_over_features(values)
    _require_columns(values)
    return mean_over_features(values * tf.cast(targets[1], values.dtype))


def mean_over_known(values: tf.Tensor, known: tf.Tensor) -> tf.Tensor:
    """Average, for every row, the columns of which `known` is 1."""
    _require_columns(values)
    return mean_over_present(values, known > 0)


def _require_columns(values: tf.Tensor) -> None:
    if values.shape.rank == 1:
        raise ValueError(
            "the loss returns one number a sample, but targets miss in part: one that leaves out gaps returns a tensor "
            "of shape (batch, n_outputs)."
        )


def reconstruction(outputs, inputs, targets, scalars, kind: str) -> tf.Tensor:
    """Compare ``outputs["reconstruction"]`` with ``outputs["clean"]``, and ask for a sparse ``outputs["code"]``.

    The activity penalty ``activity_l1 * mean|code|`` is there where the fit gives its strength.  With
    ``outputs["known"]``, the average is over features of which that is 1.
    """
    values = compared(kind, outputs["clean"], outputs["reconstruction"])
    loss = mean_over_known(values, outputs["known"]) if "known" in outputs else mean_over_features(values)
    if "activity_l1" in scalars:
        loss += scalars["activity_l1"] * mean_over_features(tf.abs(outputs["code"]))
    return loss


def regression(outputs, inputs, targets, scalars, kind: str) -> tf.Tensor:
    """Compare the network's output with targets of mean 0 and variance 1."""
    z = outputs["standardized"]
    return mean_over_columns(compared(kind, tf.cast(targets[0], z.dtype), z), targets)


def classification(logits, inputs, targets, scalars, kind: str, sizes: tuple[int, ...]) -> tf.Tensor:
    """Minus the log-likelihood of the labels, averaged over labels where a sample has several."""
    codes = targets[0]
    if kind == "binary":
        return binary_crossentropy(tf.cast(codes, logits.dtype), logits[:, 0])
    if kind == "multilabel-indicator":
        return mean_over_columns(binary_crossentropy(tf.cast(codes, logits.dtype), logits), targets)
    columns = [codes] if len(sizes) == 1 else tf.unstack(codes, axis=1)
    parts = tf.split(logits, list(sizes), axis=1)
    losses = [
        tf.nn.sparse_softmax_cross_entropy_with_logits(labels=column, logits=part)
        for column, part in zip(columns, parts, strict=True)
    ]
    return tf.add_n(losses) / len(losses)


def own_classification(
    logits, inputs, targets, scalars, kind: str, sizes: tuple[int, ...], loss: dict | Callable
) -> tf.Tensor:
    """Compare logits with ones and zeros by a loss that is not the log-likelihood, averaged over outputs."""
    codes = targets[0]
    if kind in ("binary", "multilabel-indicator"):
        wide = codes[:, tf.newaxis] if kind == "binary" else codes
        return mean_over_columns(compared(loss, tf.cast(wide, logits.dtype), logits), targets)
    columns = [codes] if len(sizes) == 1 else tf.unstack(codes, axis=1)
    parts = tf.split(logits, list(sizes), axis=1)
    losses = [
        mean_over_features(compared(loss, tf.one_hot(column, size, dtype=logits.dtype), part))
        for column, size, part in zip(columns, sizes, parts, strict=True)
    ]
    return tf.add_n(losses) / len(losses)


def negative_bound(outputs, inputs, targets, scalars) -> dict[str, tf.Tensor]:
    """beta * KL - log p(x | z): the KL is the sum of ``outputs["divergence"]``, the rest is in ``"reconstruction"``.

    With beta = 1 and no free bits it is minus the evidence lower bound (ELBO; Kingma and Welling 2014); beta is that of
    Higgins et al. (2017).  Free bits (Kingma et al. 2016), here in nats for every row and component, cost nothing.
    While the KL is being warmed up (Sonderby et al. 2016) only its gradient is scaled down, so that losses of different
    epochs compare, and patience is not misled.
    """
    log_likelihood, divergence = outputs["reconstruction"], outputs["divergence"]
    kl = tf.reduce_sum(divergence, axis=1)
    price = tf.reduce_sum(tf.maximum(divergence, scalars["free_bits"]), axis=1)
    share = scalars["kl_share"]
    price = share * price + tf.stop_gradient((1.0 - share) * price)
    loss = scalars["beta"] * price - log_likelihood
    return {"loss": loss, "elbo": log_likelihood - kl, "reconstruction": log_likelihood, "kl": kl}


negative_bound.names = ("loss", "elbo", "reconstruction", "kl")


def graph_reconstruction(outputs, inputs, targets, scalars) -> dict[str, tf.Tensor]:
    """Add up what the codes of nodes miss of their features, and of the edges between them."""
    return {"loss": outputs["features"] + outputs["edges"], "features": outputs["features"], "edges": outputs["edges"]}


graph_reconstruction.names = ("loss", "features", "edges")


def game(outputs, inputs, targets, scalars) -> dict[str, tf.Tensor]:
    """Train two players, and watch what neither of them sees.

    The gradient is that of ``outputs["critic"]`` with its penalty, in which the other player's is contained, turned
    around.  What a player loses says little of how good it is, only of how good it is against the other; so the value
    of the loss is ``outputs["distance"]`` of made rows from real ones.
    """
    critic = outputs["critic"]
    if "gradient_penalty" in scalars:
        critic += scalars["gradient_penalty"] * outputs["penalty"]
    loss = tf.stop_gradient(outputs["distance"]) + (critic - tf.stop_gradient(critic))
    return {"loss": loss, "critic": critic, "generator": outputs["generator"]}


game.names = ("loss", "critic", "generator")


def translation(logits, inputs, targets, scalars) -> tf.Tensor:
    """Average -log p over the tokens of a target and its end, each given those before.

    What is never written, by a logit of -inf, does not count where it is wanted.  With ``scalars["label_smoothing"]``,
    that share of what is wanted is spread over all that can be written at its place (Szegedy et al. 2016).
    """
    tokens = tf.cast(inputs[1], tf.int32)
    wanted = tf.pad(tokens, [(0, 0), (0, 1)])
    present = tf.pad(tokens > 0, [(0, 0), (1, 0)], constant_values=True)
    possible = tf.not_equal(logits, _NEVER)
    present &= tf.gather(possible, wanted, batch_dims=2)
    losses = tf.nn.sparse_softmax_cross_entropy_with_logits(labels=wanted, logits=logits)
    if "label_smoothing" in scalars:
        smoothing = tf.cast(scalars["label_smoothing"], logits.dtype)
        everywhere = tf.reduce_logsumexp(logits, axis=-1) - _mean_of(logits, possible)
        losses += smoothing * (everywhere - losses)
    return mean_over_present(losses, present)


def _mean_of(values: tf.Tensor, counted: tf.Tensor) -> tf.Tensor:
    """Average the last axis over what counts."""
    total = tf.reduce_sum(tf.where(counted, values, tf.zeros_like(values)), axis=-1)
    return total / tf.reduce_sum(tf.cast(counted, values.dtype), axis=-1)


def computed_losses(outputs, inputs, targets, scalars) -> tf.Tensor:
    """Return what the network itself has computed, one loss a row."""
    return outputs


def tagging(logits, inputs, targets, scalars) -> tf.Tensor:
    """Minus the log-likelihood of the labels of a sample's elements, averaged over those that have one.

    Elements count by the weights of their classes, ``scalars["class_weight_0"]`` and so on, where the fit gives them.
    """
    present, codes = targets[0] >= 0, tf.maximum(targets[0], 0)
    losses = tf.nn.sparse_softmax_cross_entropy_with_logits(labels=codes, logits=logits)
    if "class_weight_0" in scalars:
        weights = tf.stack([scalars[f"class_weight_{i}"] for i in range(logits.shape[-1])])
        losses *= tf.cast(tf.gather(weights, codes), losses.dtype)
    return mean_over_present(losses, present)


def string_likelihood(outputs, inputs, targets, scalars) -> tf.Tensor:
    """Return minus the log-likelihood of strings, by the number of letters of one: ``scalars["n_letters"]``."""
    n_letters = scalars["n_letters"]
    return -tf.cast(outputs["string"], n_letters.dtype) / n_letters


def masking(outputs, inputs, targets, scalars) -> tf.Tensor:
    """Minus the log-probability of letters that are to be guessed, ``outputs["wanted"]``, -1 where there is none.

    Each of them counts alike: what a string adds up to is divided by what one has on average, ``scalars["n_wanted"]``.
    """
    wanted = outputs["wanted"]
    losses = tf.nn.sparse_softmax_cross_entropy_with_logits(labels=tf.maximum(wanted, 0), logits=outputs["scores"])
    total = tf.reduce_sum(tf.where(wanted >= 0, losses, tf.zeros_like(losses)), axis=1)
    n_wanted = scalars["n_wanted"]
    return tf.cast(total, n_wanted.dtype) / n_wanted

"""Labels of residues that depend on each other: a linear-chain conditional random field, exactly.

Of a string of length n, labels y have the probability p(y | x) = exp(score(y)) / Z with score(y) = first(y_1) +
sum_t s_t(y_t) + sum_t T(y_(t-1), y_t) + last(y_n), where the scores s come from a network, and Z sums over all labels
of all residues (Lafferty et al., ICML 2001; Sutton and McCallum, Foundations and Trends in Machine Learning 4, 2012).
"""

from __future__ import annotations

from typing import Any, NamedTuple

import keras
import tensorflow as tf

Tensor = Any
_FORBIDDEN = -1e9  # the score of a label that a residue does not have
# Truth values and integers are transposed as floating numbers: of others, oneDNN complains on some processors.


class Chain(NamedTuple):
    """What is learned of labels side by side.

    Attributes
    ----------
    transitions : tensor of shape (n_classes, n_classes)
        T; row i is what follows label i.
    first, last : tensor of shape (n_classes,)
        Scores of the labels of the first and of the last residue.
    """

    transitions: Tensor
    first: Tensor
    last: Tensor


def log_likelihood(scores: Tensor, labels: Tensor, real: Tensor, chain: Chain) -> Tensor:
    """Return log p(y | x) of the labels that are known, summed over all labels of the residues whose is not.

    It is the logarithm of Z over the labels that agree with the known ones, minus that of Z over all.

    Parameters
    ----------
    scores : tensor of shape (batch, length, n_classes), float32 or float64
        s.
    labels : tensor of shape (batch, length), int32
        Numbers of the labels; -1 where it is not known.
    real : tensor of shape (batch, length), bool
        True up to the end of each string, which has at least one residue.
    chain : Chain
        Of the dtype of `scores`.

    Returns
    -------
    tensor of shape (batch,)
    """
    agrees = (labels[..., tf.newaxis] < 0) | tf.equal(labels[..., tf.newaxis], tf.range(scores.shape[-1]))
    agreeing = tf.where(agrees, scores, tf.constant(_FORBIDDEN, scores.dtype))
    both = log_partition(tf.concat([agreeing, scores], axis=0), tf.concat([real, real], axis=0), chain)
    of_known, of_all = tf.split(both, 2)
    return of_known - of_all


def log_partition(scores: Tensor, real: Tensor, chain: Chain) -> Tensor:
    """Return log Z of every string, by the forward algorithm.

    Its gradient is that of `marginals` and of the expected transitions, in closed form, so that loops run once.

    Parameters
    ----------
    scores, real, chain
        As in `log_likelihood`.

    Returns
    -------
    tensor of shape (batch,)
    """

    @tf.custom_gradient
    def partition(scores: Tensor, transitions: Tensor, first: Tensor, last: Tensor) -> tuple[Tensor, Any]:
        messages = _messages(scores, real, Chain(transitions, first, last))

        def gradient(upstream: Tensor) -> tuple[Tensor, ...]:
            of_labels = _of_labels(scores, real, messages) * upstream[:, tf.newaxis, tf.newaxis]
            of_pairs = _of_pairs(real, messages, transitions) * upstream[:, tf.newaxis, tf.newaxis, tf.newaxis]
            at_end = tf.gather(of_labels, _last_places(real), batch_dims=1)
            ends = tf.reduce_sum(of_labels[:, 0], axis=0), tf.reduce_sum(at_end, axis=0)
            return of_labels, tf.reduce_sum(of_pairs, axis=(0, 1)), *ends

        return messages.log_partition, gradient

    return partition(scores, *chain)


def marginals(scores: Tensor, real: Tensor, chain: Chain) -> Tensor:
    """Return p(y_t | x) of every residue and label, by the forward-backward algorithm; 0 for padding.

    Parameters
    ----------
    scores, real, chain
        As in `log_likelihood`.

    Returns
    -------
    tensor of shape (batch, length, n_classes)
    """
    return _of_labels(scores, real, _messages(scores, real, chain))


def most_probable(scores: Tensor, real: Tensor, chain: Chain) -> Tensor:
    """Return the labels that are most probable together, by the algorithm of Viterbi (1967); 0 for padding.

    Parameters
    ----------
    scores, real, chain
        As in `log_likelihood`.

    Returns
    -------
    tensor of shape (batch, length), int32
        Of several that are equally probable, one; always the same.
    """
    turned, is_real, begins = _by_position(scores, real)

    def forwards(state: tuple, now: tuple) -> tuple:
        best, _ = state
        score, is_real, begins = now
        reached = best[:, :, tf.newaxis] + chain.transitions
        new = score + tf.where(begins, chain.first, tf.reduce_max(reached, axis=1))
        new -= tf.reduce_max(new, axis=-1, keepdims=True)  # small numbers keep their digits
        return tf.where(is_real, new, best), tf.argmax(reached, axis=1, output_type=tf.int32)

    start = tf.zeros_like(turned[0]), tf.zeros_like(turned[0], tf.int32)
    best, before = tf.scan(forwards, (turned, is_real, begins), start)
    label = tf.argmax(best[-1] + chain.last, axis=-1, output_type=tf.int32)

    def backwards(label: Tensor, following: tuple) -> Tensor:
        before, is_real = following
        return tf.where(is_real[:, 0], tf.gather(before, label, batch_dims=1), label)

    following = (tf.concat([part[1:], tf.zeros_like(part[:1])], axis=0) for part in (before, is_real))
    # Turned around, not `reverse=True`: converters to ONNX and others know loops from the first to the last alone.
    labels = tf.scan(backwards, tuple(tf.reverse(part, [0]) for part in following), label)[::-1]
    return tf.where(real, tf.cast(tf.transpose(tf.cast(labels, scores.dtype)), tf.int32), 0)


class _Messages(NamedTuple):
    """What the labels up to a residue, and those from it on, say about its own; each scaled to sum to 1.

    Attributes
    ----------
    forwards, backwards : tensor of shape (batch, length, n_classes)
        Logarithms; both have the residue's own scores in them.
    log_partition : tensor of shape (batch,)
        log Z.
    """

    forwards: Tensor
    backwards: Tensor
    log_partition: Tensor


def _messages(scores: Tensor, real: Tensor, chain: Chain) -> _Messages:
    """Pass messages along all strings in both directions, in one loop: those that are turned around beside the others.

    a_t(j) = s_t(j) + log sum_i exp(a_(t-1)(i) + T_ij)
    """
    lengths = tf.math.count_nonzero(real, axis=1)
    both = tf.concat([scores, tf.reverse_sequence(scores, lengths, seq_axis=1)], axis=0)
    turned, is_real, begins = _by_position(both, tf.concat([real, real], axis=0))
    n_rows = tf.shape(scores)[0]
    transitions = _for_rows(n_rows, chain.transitions, tf.transpose(chain.transitions))
    first = _for_rows(n_rows, chain.first, chain.last)

    def step(state: tuple, now: tuple) -> tuple:
        message, total = state
        score, is_real, begins = now
        arriving = tf.reduce_logsumexp(message[:, :, tf.newaxis] + transitions, axis=1)
        new = score + tf.where(begins, first, arriving)
        scale = tf.reduce_logsumexp(new, axis=-1, keepdims=True)
        return tf.where(is_real, new - scale, message), total + tf.where(is_real, scale, tf.zeros_like(scale))

    start = tf.zeros_like(turned[0]), tf.zeros_like(turned[0, :, :1])
    messages, totals = tf.scan(step, (turned, is_real, begins), start)
    forwards, backwards = tf.split(tf.transpose(messages, (1, 0, 2)), 2)
    log_partition = totals[-1, :n_rows, 0] + tf.reduce_logsumexp(forwards[:, -1] + chain.last, axis=-1)
    return _Messages(forwards, tf.reverse_sequence(backwards, lengths, seq_axis=1), log_partition)


def _of_labels(scores: Tensor, real: Tensor, messages: _Messages) -> Tensor:
    """Return p(y_t | x) of shape (batch, length, n_classes), 0 for padding."""
    found = tf.nn.softmax(messages.forwards + messages.backwards - scores, axis=-1)
    return tf.where(real[..., tf.newaxis], found, tf.zeros_like(found))


def _of_pairs(real: Tensor, messages: _Messages, transitions: Tensor) -> Tensor:
    """Return p(y_t, y_(t+1) | x) of shape (batch, length - 1, n_classes, n_classes), 0 for padding."""
    left, right = messages.forwards[:, :-1, :, tf.newaxis], messages.backwards[:, 1:, tf.newaxis, :]
    logarithms = left + transitions + right
    found = tf.exp(logarithms - tf.reduce_logsumexp(logarithms, axis=(2, 3), keepdims=True))
    return tf.where(real[:, 1:, tf.newaxis, tf.newaxis], found, tf.zeros_like(found))


def _by_position(scores: Tensor, real: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Return what a loop along strings takes: scores, whether they are real, and whether it begins."""
    begins = tf.range(tf.shape(scores)[1]) == 0
    is_real = tf.transpose(tf.cast(real, scores.dtype)) > 0
    return tf.transpose(scores, (1, 0, 2)), is_real[..., tf.newaxis], begins


def _last_places(real: Tensor) -> Tensor:
    return tf.math.count_nonzero(real, axis=1, dtype=tf.int32) - 1


def _for_rows(n_rows: Tensor, *tensors: Tensor) -> Tensor:
    """Repeat tensors, each for so many rows, one after the other."""
    return tf.repeat(tf.stack(tensors), tf.stack([n_rows] * len(tensors)), axis=0)


@keras.saving.register_keras_serializable(package="skmlbio")
class LabelChain(keras.layers.Layer):
    """A linear-chain conditional random field on the scores of labels; see `log_likelihood`.

    Called on scores of shape (batch, length, n_classes), and `real` of shape (batch, length), bool: true up to the end
    of each string, which has at least one residue.  Returns, by `answer`:

    - ``"marginals"``: the probability of every label of every residue; see `marginals`
    - ``"labels"``: the most probable labels; see `most_probable`
    - ``"chain"``: what is learned, a `Chain`; what is called on does not matter

    Parameters
    ----------
    **options
        `name`, `dtype` and the like of every Keras layer.

    Examples
    --------
    >>> import numpy as np
    >>> from skmlbio.layers.label_chain import LabelChain
    >>> LabelChain()(np.zeros((2, 5, 3), "float32"), real=np.ones((2, 5), bool), answer="labels").shape
    TensorShape([2, 5])
    """

    def build(self, input_shape):
        n_classes = input_shape[-1]
        self.transitions = self.add_weight(name="transitions", shape=(n_classes, n_classes), initializer="zeros")
        self.first = self.add_weight(name="first", shape=(n_classes,), initializer="zeros")
        self.last = self.add_weight(name="last", shape=(n_classes,), initializer="zeros")
        self.built = True

    def call(self, scores, real, answer="marginals"):
        weights = self.transitions, self.first, self.last
        chain = Chain(*(keras.ops.cast(weight, self.compute_dtype) for weight in weights))
        if answer == "chain":
            return chain
        return marginals(scores, real, chain) if answer == "marginals" else most_probable(scores, real, chain)

"""Markov chains, and the classifier made of them."""

import numpy as np

from skmlbio._tensorflow import tf
from skmlbio.export._conversion import numbers
from skmlbio.export._converters._labels import labels_of
from skmlbio.export._converters.sequences import tokens_of_strings
from skmlbio.export._register import Converted, converter

_MOST_CONTEXTS = 8192  # with more of them, chains leave letters away where codes follow each other


@converter("skmlbio.estimators.markov_chain.MarkovChain", parts=True)
def convert_markov_chain(chain, conversion):
    read, reads = _reader(chain, conversion)
    after = numbers(np.exp(_tables(chain)[0]))

    def predict_next(X):
        _, weights = read(X)
        return tf.matmul(weights[:, 0], after)

    verbs = {"score_samples": lambda X: read(X)[0][:, 0], "predict_next": predict_next}
    return Converted(verbs, reads, chain.alphabet_)


@converter("skmlbio.estimators.markov_classifier.MarkovClassifier", parts=True)
def convert_markov_classifier(classifier, conversion):
    read, reads = _reader(classifier, conversion)
    choose, is_binary = labels_of(classifier.classes_), len(classifier.classes_) == 2
    with np.errstate(divide="ignore"):
        log_priors = numbers(np.log(classifier.class_prior_))

    def joint(X):
        found = read(X)[0] + log_priors
        message = f"{conversion.label(classifier)} got a sequence that has the probability 0 in every class."
        tf.debugging.Assert(tf.reduce_all(tf.reduce_any(found > -np.inf, axis=1)), [message])
        return found

    def decision_function(X):
        found = joint(X)
        return found[:, 1] - found[:, 0] if is_binary else found

    verbs = {
        "predict": lambda X: choose(decision_function(X)),
        "predict_proba": lambda X: tf.nn.softmax(joint(X), axis=1),
        "decision_function": decision_function,
    }
    return Converted(verbs, reads, classifier.alphabet_)


def _tables(model):
    """Return log p of letters after all contexts, the short ones first: shape (n_chains, n_contexts, n_letters)."""
    return model._logs[:, :-1].reshape(len(model._logs), -1, model.alphabet_.n_letters)


def _reader(model, conversion):
    """Return the function from strings to log p by each chain, and to the weights of contexts then; and what it reads.

    It is the forward algorithm (Rabiner 1989) on all contexts at once, of which one alone is possible where letters are
    plain; codes stand for several.  Weights, of shape (n_samples, n_chains, n_contexts), sum to 1.
    """
    n_letters, n_longest = model.alphabet_.n_letters, model.alphabet_.n_letters**model._order
    if n_longest > _MOST_CONTEXTS:
        raise TypeError(
            f"{conversion.label(model)} cannot be exported with {n_longest:,} contexts of {model._order} letters; "
            f"{_MOST_CONTEXTS:,} are the most."
        )
    inputs, tokens_of = tokens_of_strings(model, conversion)
    tables, letters = numbers(_tables(model)), tf.constant(model.alphabet_.one_hot_vectors > 0)
    n_chains, n_contexts, _ = tables.shape
    nothing, never = numbers(0), numbers(-np.inf)

    def moved(values, none, together):
        """From contexts and the letters after them to contexts, which lose their first letter beyond the order."""
        outer = [-1, *values.shape[1:-2]]
        flat = tf.reshape(values, [*outer, n_contexts * n_letters])
        grown = tf.concat([tf.fill(tf.shape(flat[..., :1]), none), flat], -1)  # contexts of one letter more, too
        short, longest, longer = tf.split(grown, [n_contexts - n_longest, n_longest, n_longest * n_letters], -1)
        longer = tf.reshape(longer, [*outer, n_letters, n_longest])
        return tf.concat([short, together(tf.concat([longest[..., tf.newaxis, :], longer], -2), axis=-2)], -1)

    def read(X):
        tokens = tf.cast(tokens_of(X), tf.int32)
        n_rows = tf.shape(tokens)[0]

        def step(place, total, weights, possible):
            now = tokens[:, place]
            ways = possible[:, :, tf.newaxis] & tf.gather(letters, now)[:, tf.newaxis]
            joint = tf.where(ways[:, tf.newaxis], tf.math.log(weights)[..., tf.newaxis] + tables, never)
            highest = tf.reduce_max(joint, axis=[2, 3], keepdims=True)
            lost = highest == never  # if none can be, all may go on
            joint = tf.where(lost & ways[:, tf.newaxis], nothing, joint)
            p = tf.exp(joint - tf.where(lost, nothing, highest))
            mass = tf.reduce_sum(p, axis=[2, 3], keepdims=True)
            found = tf.reshape(highest + tf.math.log(mass), [-1, n_chains])
            real = now[:, tf.newaxis] > 0
            return (
                place + 1,
                tf.where(real, total + found, total),
                tf.where(real[..., tf.newaxis], moved(p / mass, nothing, tf.reduce_sum), weights),
                tf.where(real, moved(ways, False, tf.reduce_any), possible),
            )

        is_first = tf.range(n_contexts) == 0  # the context of no letters
        possible = tf.tile(is_first[tf.newaxis], [n_rows, 1])
        weights = tf.tile(tf.cast(is_first, tf.float64)[tf.newaxis, tf.newaxis], [n_rows, n_chains, 1])
        start = tf.constant(0), tf.zeros([n_rows, n_chains], tf.float64), weights, possible
        _, total, weights, _ = tf.while_loop(lambda place, *_: place < tf.shape(tokens)[1], step, start)
        return total, weights

    return read, inputs

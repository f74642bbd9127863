"""Our encoders of strings, and scikit-learn's weights for counts of words."""

from typing import NamedTuple

import numpy as np

from skmlbio._tensorflow import tf
from skmlbio.export._conversion import numbers
from skmlbio.export._register import Converted, converter
from skmlbio.export._sequence_entrance import text_entrances
from skmlbio.sequences._reverse_complement import _complement_tokens


@converter("skmlbio.sequences._encoders.OneHotSequenceEncoder", parts=True)
def convert_one_hot_sequence_encoder(encoder, conversion):
    inputs, tokens_of = tokens_of_strings(encoder, conversion)
    vectors = tf.constant(encoder.alphabet_.one_hot_vectors.astype(encoder.dtype))

    def transform(given):
        encoded = tf.gather(vectors, tf.cast(_of_length(encoder, conversion, tokens_of(given)), tf.int32))
        width = encoder.length_ * encoder.alphabet_.n_letters
        return tf.reshape(encoded, [-1, width]) if encoder.flatten else encoded

    return Converted({"transform": transform}, inputs, encoder.alphabet_)


@converter("skmlbio.sequences._encoders.TokenEncoder", parts=True)
def convert_token_encoder(encoder, conversion):
    inputs, tokens_of = tokens_of_strings(encoder, conversion)

    def transform(given):
        return tf.cast(_of_length(encoder, conversion, tokens_of(given)), np.dtype(encoder.dtype).name)

    return Converted({"transform": transform}, inputs, encoder.alphabet_)


@converter("skmlbio.sequences._kmers.KmerCounter", parts=True)
def convert_kmer_counter(counter, conversion):
    inputs, tokens_of = tokens_of_strings(counter, conversion)
    columns, n_columns = tf.constant(counter.numbers_), len(counter.numbers_)

    def transform(given):
        words = _words(counter, tokens_of(given))
        found = tf.minimum(tf.searchsorted(columns, tf.reshape(words.numbers, [-1])), n_columns - 1)
        found = tf.reshape(found, tf.shape(words.numbers))
        counted = words.are_whole & (tf.gather(columns, found) == words.numbers)
        n_rows = tf.shape(found)[0]
        places = found + n_columns * tf.range(n_rows)[:, tf.newaxis]
        ones, places = tf.reshape(tf.cast(counted, tf.float64), [-1]), tf.reshape(places, [-1])
        counts = tf.math.unsorted_segment_sum(ones, places, n_rows * n_columns)
        return tf.reshape(counts, [-1, n_columns])

    return Converted({"transform": transform}, inputs, counter.alphabet_)


@converter("skmlbio.sequences._kmers.KmerTokenizer", parts=True)
def convert_kmer_tokenizer(tokenizer, conversion):
    inputs, tokens_of = tokens_of_strings(tokenizer, conversion)
    letters = tf.constant(list(tokenizer.alphabet_.letters))

    def transform(given):
        words = _words(tokenizer, tokens_of(given))
        spelled = tf.strings.join([tf.gather(letters, digits) for digits in words.digits])
        if words.other_digits:
            other = tf.strings.join([tf.gather(letters, digits) for digits in words.other_digits])
            spelled = tf.where(words.is_other, other, spelled)
        return tf.ragged.boolean_mask(spelled, words.are_whole).to_tensor("")

    return Converted({"transform": transform}, inputs)


@converter("sklearn.feature_extraction.text.TfidfTransformer")
def convert_tfidf_transformer(transformer):
    weights = numbers(transformer.idf_ if transformer.use_idf else 1.0)

    def transform(X):
        if transformer.sublinear_tf:
            X = tf.where(X > 0, tf.math.log(tf.where(X > 0, X, tf.ones_like(X))) + 1, X)
        X = X * weights
        if transformer.norm is None:
            return X
        length = tf.norm(X, ord={"l1": 1, "l2": 2}[transformer.norm], axis=1, keepdims=True)
        return X / tf.where(length == 0, tf.ones_like(length), length)

    return transform


class _Words(NamedTuple):
    """The words of k letters of padded sequences; those of the other strand where both count as one.

    Attributes
    ----------
    digits : list of k tensors of shape (n_sequences, n_words), int64
        The letters of each word, by their positions in the alphabet.
    other_digits : list of k tensors, or []
        The letters of its reverse complement.
    numbers : tensor of shape (n_sequences, n_words), int64
        The number of each word, or that of the other strand if it is less.
    is_other, are_whole : tensors of shape (n_sequences, n_words), bool
        Whether it is that of the other strand, and whether all letters are there.
    """

    digits: list
    other_digits: list
    numbers: object
    is_other: object
    are_whole: object


def _words(step, tokens):
    k, stride, canonical = step._words
    alphabet = step.alphabet_
    stands_for = alphabet.one_hot_vectors > 0
    tokens = tf.cast(tf.pad(tokens, [(0, 0), (0, k - 1)]), tf.int32)  # so that there is a word, if not a whole one
    digit = tf.gather(tf.constant(stands_for.argmax(axis=1)), tokens)
    is_letter = tf.gather(tf.constant(stands_for.sum(axis=1) == 1), tokens)
    n_words = tf.shape(tokens)[1] - k + 1
    digits = [digit[:, i : i + n_words : stride] for i in range(k)]
    are_whole = tf.reduce_all(tf.stack([is_letter[:, i : i + n_words : stride] for i in range(k)]), axis=0)
    found, others = _number(digits, alphabet.n_letters), []
    is_other = tf.zeros_like(are_whole)
    if canonical:
        first = alphabet.first_letter_token
        partner = _complement_tokens(alphabet)[first : first + alphabet.n_letters].astype(np.int64) - first
        others = [tf.gather(tf.constant(partner), part) for part in reversed(digits)]
        is_other = _number(others, alphabet.n_letters) < found
        found = tf.minimum(found, _number(others, alphabet.n_letters))
    return _Words(digits, others, found, is_other, are_whole)


def _number(digits, n_letters):
    number = tf.zeros_like(digits[0])
    for digit in digits:
        number = number * n_letters + digit
    return number


def tokens_of_strings(step, conversion):
    """Return what an encoder of strings reads, and the function to padded tokens."""
    entrance, numbers = text_entrances(step.alphabet_, step.unknown, conversion.tables).values()

    def tokens_of(given):
        X = given["X"] if isinstance(given, dict) else given
        (tokens,) = (entrance if X.dtype == tf.string else numbers).encode(X)
        return tokens

    return dict(entrance.inputs), tokens_of


def _of_length(encoder, conversion, tokens):
    """Return tokens of the length of the fit."""
    length = encoder.length_
    if not encoder.truncate:
        message = f"{conversion.label(encoder)} got a sequence of more than {length} characters."
        tf.debugging.Assert(tf.reduce_all(tokens[:, length:] == 0), [message])
    tokens = tf.pad(tokens[:, :length], [(0, 0), (0, tf.maximum(length - tf.shape(tokens)[1], 0))])
    return tf.ensure_shape(tokens, [None, length])

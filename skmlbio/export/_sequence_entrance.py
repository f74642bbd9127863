"""Raw strings into an exported network."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from skmlbio.export._signatures import Entrance
from skmlbio.sequences import Alphabet, Vocabulary

if TYPE_CHECKING:
    import tensorflow as tf


def text_entrances(alphabet: Alphabet | Vocabulary, unknown: str, tables: list) -> dict[str, Entrance]:
    """Return the ways of strings, or of lists of tokens, into a model: as they are, and as numbers.

    `tables` is what `token_entrance` adds to.
    """
    if isinstance(alphabet, Vocabulary):
        plain = token_entrance(alphabet, unknown, tables)
    else:
        plain = sequence_entrance(alphabet, unknown)
    return {"": plain, "_tokens": number_entrance(alphabet, unknown)}


def number_entrance(alphabet: Alphabet | Vocabulary, unknown: str) -> Entrance:
    """Let the numbers of letters, or of tokens, in, as the one input ``X`` of shape (n_sequences, length), int32.

    They are what ``ensure_sequences(X, alphabet=alphabet, unknown=unknown).pad(dtype="int32")`` returns: padded with 0.

    Parameters
    ----------
    alphabet, unknown
        As in `sequence_entrance`, or a `Vocabulary`.
    """
    from skmlbio._tensorflow import tf

    def encode(X: tf.Tensor) -> tuple[tf.Tensor, ...]:
        message = f"a number stands for nothing in {alphabet}: 0 is padding, and {alphabet.n_tokens - 1} the last."
        checks = _checks_of_padding(tf.not_equal(X, alphabet.padding_token), "number", "0")
        checks.append(tf.debugging.assert_equal((X >= 0) & (alphabet.n_tokens > X), True, message))
        if unknown == "error":
            message = f"a sequence has the number {alphabet.unknown_token}, of what is not in {alphabet}."
            checks.append(tf.debugging.assert_none_equal(X, alphabet.unknown_token, message=message))
        with tf.control_dependencies(checks):
            return (tf.cast(_not_flat(X), alphabet.dtype.name),)

    return Entrance({"X": tf.TensorSpec((None, None), tf.int32)}, encode, alphabets={"X": alphabet})


def sequence_entrance(alphabet: Alphabet, unknown: str) -> Entrance:
    """Let strings in, as the one input ``X``: TensorFlow's twin of `ensure_sequences` and `Sequences.pad`.

    Parameters
    ----------
    alphabet : Alphabet
        Whose tokens the network takes.
    unknown : {"error", "mask"}
        What happens to a character outside the alphabet.
    """
    from skmlbio._tensorflow import tf

    def encode(X: tf.Tensor) -> tuple[tf.Tensor, ...]:
        lengths = tf.strings.length(X)  # in bytes, one for each character of ASCII
        text = tf.io.decode_raw(tf.strings.reduce_join(X), tf.uint8)  # all strings end to end
        tokens = tf.gather(alphabet.lookup, tf.cast(text, tf.int32))
        checks = [
            tf.debugging.assert_positive(lengths, "a sequence is empty; every sequence needs at least one character."),
            tf.debugging.assert_less(text, tf.constant(128, tf.uint8), "a sequence has a character that is not ASCII."),
        ]
        if unknown == "error":
            refused = tf.constant(alphabet.unknown_token, tf.uint8)
            message = f"a sequence has a character that is not in {alphabet}."
            checks.append(tf.debugging.assert_none_equal(tokens, refused, message=message))
        with tf.control_dependencies(checks):
            return (_not_flat(tf.RaggedTensor.from_row_lengths(tf.identity(tokens), lengths).to_tensor()),)

    return Entrance({"X": tf.TensorSpec((None,), tf.string)}, encode)


def token_entrance(vocabulary: Vocabulary, unknown: str, tables: list) -> Entrance:
    """Let lists of tokens in, as the one input ``X`` of shape (n_sequences, length), padded with "" at the end.

    Parameters
    ----------
    vocabulary, unknown
        As in `sequence_entrance`, for tokens.
    tables : list
        Of what the exported model owns, to which the table of tokens is added.
    """
    from skmlbio._tensorflow import tf

    pairs = tf.lookup.KeyValueTensorInitializer(
        tf.constant(vocabulary.tokens), tf.range(vocabulary.first_token, vocabulary.n_tokens, dtype=tf.int64)
    )
    table = tf.lookup.StaticHashTable(pairs, vocabulary.unknown_token)
    tables.append(table)

    def encode(X: tf.Tensor) -> tuple[tf.Tensor, ...]:
        numbers, real = table.lookup(X), tf.not_equal(X, "")
        checks = _checks_of_padding(real, "token", '""')
        if unknown == "error":
            refused = tf.logical_and(real, numbers == vocabulary.unknown_token)
            checks.append(tf.debugging.assert_equal(refused, False, f"a sequence has a token not in {vocabulary}."))
        with tf.control_dependencies(checks):
            return (_not_flat(tf.cast(tf.where(real, numbers, vocabulary.padding_token), vocabulary.dtype.name)),)

    return Entrance({"X": tf.TensorSpec((None, None), tf.string)}, encode)


def sequence_exit(alphabet: Alphabet | Vocabulary) -> Callable[[tf.Tensor], tf.Tensor]:
    """Return TensorFlow's twin of `Sequences.to_strings`, for tokens padded with 0 at the end.

    It returns strings of shape (n_sequences,), or tokens of shape (n_sequences, length), padded with "".
    """
    from skmlbio._tensorflow import tf

    if isinstance(alphabet, Vocabulary):
        names = alphabet.spelled(np.arange(alphabet.n_tokens), np.array([0, alphabet.n_tokens]))[0]
        return lambda tokens: tf.gather(tf.constant(names), tokens)
    characters = ["", *map(chr, alphabet.characters[1:])]
    return lambda tokens: tf.strings.reduce_join(tf.gather(tf.constant(characters), tokens), axis=1)


def _checks_of_padding(real: tf.Tensor, noun: str, padding: str) -> list:
    """Stop a call where rows are not padded at their ends alone, or are nothing else than padding."""
    from skmlbio._tensorflow import tf

    late = tf.logical_and(real[:, 1:], tf.logical_not(real[:, :-1]))
    return [
        tf.debugging.assert_equal(tf.reduce_any(real, axis=1), True, f"a sequence is empty; each needs one {noun}."),
        tf.debugging.assert_equal(late, False, f"a sequence has a {noun} after {padding}; only its end is padded."),
    ]


def _not_flat(tokens: tf.Tensor) -> tf.Tensor:
    """Give no sequences a length of one: networks need a position to work on."""
    from skmlbio._tensorflow import tf

    return tf.pad(tokens, [(0, 0), (0, tf.cast(tf.equal(tf.shape(tokens)[1], 0), tf.int32))])

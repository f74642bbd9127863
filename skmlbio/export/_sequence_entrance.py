"""Raw strings into an exported network."""

from __future__ import annotations

from typing import TYPE_CHECKING

from skmlbio.export._signatures import Entrance
from skmlbio.sequences import Alphabet

if TYPE_CHECKING:
    import tensorflow as tf


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
            return (tf.RaggedTensor.from_row_lengths(tf.identity(tokens), lengths).to_tensor(),)

    return Entrance({"X": tf.TensorSpec((None,), tf.string)}, encode)

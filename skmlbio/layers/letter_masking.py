"""Letters that are hidden, to be guessed by those around them."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import tensorflow as tf

from skmlbio.layers.noise import next_seed
from skmlbio.layers.tokens import FIRST_LETTER, UNKNOWN

_MASKED, _REPLACED = 0.8, 0.1  # shares of those to be guessed; the rest stays as it is
_SEED_OF_VALIDATION = (20190602, 0)


@keras.saving.register_keras_serializable(package="skmlbio")
class LetterMasking(keras.layers.Layer):
    """Choose letters that are to be guessed, and hide most of them [1]_.

    Each letter is chosen with a probability of `amount`, anew at each call.  Of those chosen, 80 % become unknown, 10 %
    another letter or the same, each as probable, and 10 % stay as they are, so that a network has to doubt, and to
    remember, each letter that it reads.  Codes of several letters and unknown characters are never chosen.

    Called on tokens of shape (batch, length), an integer dtype, 0 after the end of a string.  Returns a pair of that
    shape: the tokens to be read, of the same dtype, and the numbers of the letters to be guessed, int32, -1 where there
    is none.  Without ``training``, which is where a fit is validated, the same places are drawn at each call.

    Parameters
    ----------
    amount : float
        Share of the letters that are chosen.
    n_letters : int
        How many letters there are; their tokens begin at 2.
    seed : int, optional
        Of the draws.
    **options
        `name`, `dtype` and the like of every Keras layer.

    References
    ----------
    .. [1] Devlin et al.: BERT: Pre-training of deep bidirectional transformers for language understanding. NAACL
       (2019).

    Examples
    --------
    >>> import numpy as np
    >>> from skmlbio.layers.letter_masking import LetterMasking
    >>> tokens = np.full((100, 1000), 5, "uint8")
    >>> read, wanted = (t.numpy() for t in LetterMasking(0.15, 4, seed=0)(tokens, training=True))
    >>> round(float((wanted == 3).mean()), 2), round(float((read[wanted == 3] == 1).mean()), 1)
    (0.15, 0.8)
    """

    def __init__(self, amount: float, n_letters: int, seed: int | None = None, **options):
        super().__init__(**options)
        self.amount, self.n_letters, self.seed = amount, n_letters, seed
        self.seed_generator = keras.random.SeedGenerator(seed)

    def call(self, tokens, training=False):
        seed = next_seed(self.seed_generator) if training else tf.constant(_SEED_OF_VALIDATION)
        tokens = tf.convert_to_tensor(tokens)
        numbers = tf.cast(tokens, tf.int32)
        drawn = tf.random.stateless_uniform([2, *tf.unstack(tf.shape(tokens))], seed, alg="philox")
        is_letter = (numbers >= FIRST_LETTER) & (numbers < FIRST_LETTER + self.n_letters)
        chosen = is_letter & (drawn[0] < self.amount)
        wanted = tf.where(chosen, numbers - FIRST_LETTER, -1)
        # One number says what becomes of a letter, and which one takes its place.
        share = (drawn[1] - _MASKED) / _REPLACED
        other = FIRST_LETTER + tf.cast(tf.clip_by_value(share, 0.0, 1.0 - 2**-20) * self.n_letters, tf.int32)
        hidden = tf.where(share < 0, UNKNOWN, tf.where(share < 1, other, numbers))
        return tf.cast(tf.where(chosen, hidden, numbers), tokens.dtype), wanted

    def compute_output_spec(self, tokens, training=False):
        read, wanted = (keras.KerasTensor(tokens.shape, dtype) for dtype in (tokens.dtype, "int32"))
        return read, wanted

    def get_config(self):
        names = "amount", "n_letters", "seed"
        return super().get_config() | {name: getattr(self, name) for name in names}


def with_mask(vectors: Any) -> np.ndarray:
    """Add a letter, the last, that stands for what is masked, and let tokens stand for it that may be any letter.

    Parameters
    ----------
    vectors : array-like of shape (n_tokens, n_letters)
        What stands for each token: none for padding, any letter for the unknown one, the letters, ambiguity codes.

    Returns
    -------
    ndarray of shape (n_tokens, n_letters + 1)

    Examples
    --------
    >>> from skmlbio.layers.letter_masking import with_mask
    >>> with_mask([[0, 0], [0.5, 0.5], [1, 0], [0, 1], [0.5, 0.5]]).tolist()
    [[0.0, 0.0, 0.0], [0.0, 0.0, 1.0], [1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]]
    """
    vectors = np.asarray(vectors, np.float64)
    is_any = any_letter(vectors)[:, np.newaxis]
    return np.concatenate([np.where(is_any, 0.0, vectors), is_any], axis=1)


def any_letter(vectors: np.ndarray) -> np.ndarray:
    """Return which tokens may be any letter, bool of shape (n_tokens,): the unknown one, and codes such as N and X."""
    tokens = np.arange(len(vectors))
    is_letter = (tokens >= FIRST_LETTER) & (tokens < FIRST_LETTER + vectors.shape[1])
    return (np.asarray(vectors) > 0).all(axis=1) & ~is_letter

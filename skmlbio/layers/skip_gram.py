"""Skip-gram with negative sampling: how well the vector of a category tells its context."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import tensorflow as tf

from skmlbio.layers.noise import next_seed

Tensor = Any

MOST_EXPECTED = 512  # contexts over which noise is averaged; where there are more, some are drawn


@keras.saving.register_keras_serializable(package="skmlbio")
class SkipGram(keras.layers.Layer):
    """The loss of pairs of a category and a context, what stands beside it, in nats.

    A context b of a category a is to be told from noise c, drawn with probability q(c) (Mikolov et al. 2013):

        loss(a, b) = -log σ(s(a, b)) - k E_q[log σ(-s(a, c))],   s(a, b) = v_a · u_b + log p(b) - log(k q(b))

    with k negatives and the frequency p(b).  The last two terms, which word2vec leaves out, are those of
    noise-contrastive estimation (Gutmann, Hyvärinen 2010): v_a · u_b goes to log p(b | a) / p(b), the pointwise mutual
    information (Levy, Goldberg 2014), whatever k and q are.  What is returned is this loss less that of v_a · u_b = 0,
    which knows the frequencies alone: 0 at the beginning, and below when something has been learned.

    Of up to 512 contexts, the expectation is computed; of more, k contexts are drawn, always the same ones where the
    layer does not train.  Contexts come in columns, those of a table, or the places beside a token; noise is of the
    column of b.

    Called on the vectors of a, of shape (batch, width), and on the numbers of b, of shape (batch,); returns shape
    (batch,).  Its weights ``offsets``, ``chances`` and ``others`` are computed from the data, not learned: log p / q of
    each context, and q, or what the alias method (Walker 1977) needs to draw from q in one step.

    Parameters
    ----------
    sizes : sequence of int
        How many contexts each column has.
    n_negative : int
        k.
    seed : int, optional
        Of the draws.
    **options
        `name`, `dtype` and the like of every Keras layer.

    Examples
    --------
    >>> import numpy as np
    >>> from skmlbio.layers.skip_gram import SkipGram
    >>> SkipGram((20,), 5)(np.ones((3, 8), "float32"), np.array([0, 4, 19])).shape
    TensorShape([3])
    """

    def __init__(self, sizes, n_negative: int, seed: int | None = None, **options):
        super().__init__(**options)
        self.sizes, self.n_negative, self.seed = tuple(sizes), n_negative, seed
        self.draws = sum(self.sizes) > MOST_EXPECTED
        if self.draws:
            self.seed_generator = keras.random.SeedGenerator(seed)

    def build(self, vectors_shape, *_):
        n_contexts = sum(self.sizes)
        self.contexts = self.add_weight(name="contexts", shape=(n_contexts, vectors_shape[-1]), initializer="zeros")
        fixed = {"shape": (n_contexts,), "trainable": False}
        self.offsets = self.add_weight(name="offsets", initializer="zeros", **fixed)
        self.chances = self.add_weight(name="chances", initializer="ones", **fixed)
        if self.draws:
            self.others = self.add_weight(name="others", initializer="zeros", dtype="int32", **fixed)
        self.built = True

    def call(self, vectors, numbers, training=False):
        contexts, offsets, chances = map(tf.convert_to_tensor, (self.contexts, self.offsets, self.chances))
        offsets -= tf.cast(np.log(self.n_negative), offsets.dtype)
        columns = np.repeat(np.arange(len(self.sizes), dtype=np.int32), self.sizes)
        numbers = tf.cast(numbers, tf.int32)
        column = tf.gather(columns, numbers)
        known = tf.gather(offsets, numbers)
        right = tf.reduce_sum(vectors * tf.gather(contexts, numbers), axis=1)
        gained = tf.nn.softplus(-right - known) - tf.nn.softplus(-known)
        if self.draws:
            noise = self._drawn(column, chances, training)
            wrong = tf.reduce_sum(vectors[:, None] * tf.gather(contexts, noise), axis=2)
            known = tf.gather(offsets, noise)
            return gained + tf.reduce_sum(tf.nn.softplus(wrong + known) - tf.nn.softplus(known), axis=1)
        wrong = tf.nn.softplus(tf.matmul(vectors, contexts, transpose_b=True) + offsets) - tf.nn.softplus(offsets)
        shares = tf.where(column[:, None] == columns, chances, tf.zeros_like(chances))
        return gained + self.n_negative * tf.reduce_sum(shares * wrong, axis=1)

    def _drawn(self, column, chances, training):
        """Draw contexts of columns: one that is as likely as any other, or the one that shares its place."""
        seed = next_seed(self.seed_generator) if training else tf.zeros((2,), tf.int32)
        shape = [2, tf.shape(column)[0], self.n_negative]
        place, luck = tf.unstack(tf.random.stateless_uniform(shape, seed, alg="philox"))
        first = np.cumsum([0, *self.sizes[:-1]]).astype(np.int32)
        first, size = (tf.gather(of, column)[:, None] for of in (first, np.array(self.sizes, np.int32)))
        drawn = first + tf.minimum(tf.cast(place * tf.cast(size, place.dtype), tf.int32), size - 1)
        kept = tf.cast(luck, chances.dtype) < tf.gather(chances, drawn)
        return tf.where(kept, drawn, tf.gather(tf.convert_to_tensor(self.others), drawn))

    def get_config(self):
        return super().get_config() | {"sizes": self.sizes, "n_negative": self.n_negative, "seed": self.seed}

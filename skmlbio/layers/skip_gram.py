"""Skip-gram with negative sampling: how well the vector of a category tells what stands beside it."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import tensorflow as tf

from skmlbio.layers.noise import next_seed

Tensor = Any

MOST_EXPECTED = 512  # categories over which noise is averaged; where there are more, some are drawn


@keras.saving.register_keras_serializable(package="skmlbio")
class SkipGram(keras.layers.Layer):
    """The loss of pairs of a category and another that stands beside it, in nats.

    A category b beside a category a is to be told from noise c, drawn with probability q(c) (Mikolov et al. 2013):

        loss(a, b) = -log σ(s(a, b)) - k E_q[log σ(-s(a, c))],   s(a, b) = v_a · u_b + log p(b) - log(k q(b))

    with k negatives and the frequency p(b).  These last terms, which word2vec leaves out, are those of noise-contrastive
    estimation (Gutmann, Hyvärinen 2010): v_a · u_b goes to log p(b | a) / p(b), the pointwise mutual information (Levy,
    Goldberg 2014), whatever k and q are.

    Of up to 512 categories, the expectation is computed; of more, k categories are drawn, always the same ones where
    the layer does not train.  In a table, noise comes from the column of b.

    Called on the vectors of a, of shape (batch, width), and on the numbers of b, of shape (batch,); returns shape
    (batch,).  Its weights ``offsets``, ``chances`` and ``others`` are computed from the data, not learned: log p / q of
    each category, and q, or what the alias method (Walker 1977) needs to draw from q in one step.

    Parameters
    ----------
    sizes : sequence of int
        How many categories each column has.
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
        n_categories = sum(self.sizes)
        self.contexts = self.add_weight(name="contexts", shape=(n_categories, vectors_shape[-1]), initializer="zeros")
        fixed = {"shape": (n_categories,), "trainable": False}
        self.offsets = self.add_weight(name="offsets", initializer="zeros", **fixed)
        self.chances = self.add_weight(name="chances", initializer="ones", **fixed)
        if self.draws:
            self.others = self.add_weight(name="others", initializer="zeros", dtype="int32", **fixed)
        self.built = True

    def call(self, vectors, beside, training=False):
        contexts, offsets, chances = map(tf.convert_to_tensor, (self.contexts, self.offsets, self.chances))
        offsets -= tf.cast(np.log(self.n_negative), offsets.dtype)
        columns = np.repeat(np.arange(len(self.sizes), dtype=np.int32), self.sizes)
        beside = tf.cast(beside, tf.int32)
        column = tf.gather(columns, beside)
        right = tf.reduce_sum(vectors * tf.gather(contexts, beside), axis=1) + tf.gather(offsets, beside)
        if self.draws:
            noise = self._drawn(column, chances, training)
            wrong = tf.reduce_sum(vectors[:, None] * tf.gather(contexts, noise), axis=2) + tf.gather(offsets, noise)
            return tf.nn.softplus(-right) + tf.reduce_sum(tf.nn.softplus(wrong), axis=1)
        wrong = tf.nn.softplus(tf.matmul(vectors, contexts, transpose_b=True) + offsets)
        shares = tf.where(column[:, None] == columns, chances, tf.zeros_like(chances))
        return tf.nn.softplus(-right) + self.n_negative * tf.reduce_sum(shares * wrong, axis=1)

    def _drawn(self, column, chances, training):
        """Draw categories of columns: one that is as likely as any other, or the one that shares its place."""
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

"""A place that collects what a whole string is about."""

from __future__ import annotations

import keras
from keras import ops


@keras.saving.register_keras_serializable(package="skmlbio")
class ClassToken(keras.layers.Layer):
    """Put a learned vector before the positions of each string: [c, x_1, x_2, ...].

    What attention lets it collect can stand for the string (the token [CLS] of Devlin et al. 2019).

    Called on x of shape (batch, length, n_features) and `real` of shape (batch, length), bool, which positions are
    real.  Returns the pair of both with a length of one more; the token is real.

    References
    ----------
    J. Devlin et al., "BERT: pre-training of deep bidirectional transformers for language understanding", NAACL 2019.

    Examples
    --------
    >>> import numpy as np
    >>> from skmlbio.layers.class_token import ClassToken
    >>> x, real = ClassToken()(np.ones((1, 2, 4), "float32"), real=np.array([[True, False]]))
    >>> x.shape, real.numpy().tolist()
    (TensorShape([1, 3, 4]), [[True, True, False]])
    """

    def __init__(self, **options):
        super().__init__(**options)
        self.vector_initializer = keras.initializers.RandomNormal(stddev=1.0)

    def build(self, input_shape):
        self.vector = self.add_weight(name="vector", shape=(input_shape[-1],), initializer=self.vector_initializer)
        self.built = True

    def call(self, x, real):
        batch = ops.shape(x)[0]
        first = ops.broadcast_to(ops.convert_to_tensor(self.vector), (batch, 1, x.shape[-1]))
        return ops.concatenate([first, x], axis=1), ops.concatenate([ops.ones_like(real[:, :1]), real], axis=1)

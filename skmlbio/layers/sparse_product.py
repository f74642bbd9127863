"""Products of sparse matrices with dense ones, outside XLA, which has no sparse tensors."""

from __future__ import annotations

import keras
import tensorflow as tf
from keras import ops


def is_sparse(x) -> bool:
    """Whether x is a `tf.SparseTensor`, which has products with dense matrices and little else."""
    return isinstance(x, tf.SparseTensor)


def dense(x):
    """x with a number for what is not there, if it is a `tf.SparseTensor`."""
    return tf.sparse.to_dense(x) if is_sparse(x) else x


def product(x, kernel):
    """x W, where x may be a `tf.SparseTensor` of shape (n_nodes, n_features)."""
    return sparse_product(x, kernel) if is_sparse(x) else ops.matmul(x, kernel)


def sparse_product(matrix: tf.SparseTensor, x: tf.Tensor) -> tf.Tensor:
    """M x for a sparse matrix M, with no number for what is not there, in either direction.

    The entries of M are multiplied row by row, in the backward pass those of its transpose, so that a sum has the same
    order, and the same bits, whatever the number of threads.

    Parameters
    ----------
    matrix : tf.SparseTensor of shape (n_rows, n_columns)
        M; each entry stands once, ordered by row, then column.
    x : tensor of shape (n_columns, n_features)
        Dense.

    Returns
    -------
    tensor of shape (n_rows, n_features), of the dtype of x

    Examples
    --------
    >>> import numpy as np
    >>> import tensorflow as tf
    >>> from skmlbio.layers.sparse_product import sparse_product
    >>> matrix = tf.SparseTensor([[0, 1], [2, 0]], [2.0, 3.0], (3, 2))
    >>> sparse_product(matrix, tf.constant([[1.0], [10.0]])).numpy().ravel()
    array([20.,  0.,  3.], dtype=float32)
    """
    wide = tf.float64 if x.dtype == tf.float64 else tf.float32  # the products that there are

    @tf.custom_gradient
    def multiplied(values, x):
        compressed = tf.raw_ops.SparseTensorToCSRSparseMatrix(
            indices=matrix.indices, values=values, dense_shape=matrix.dense_shape
        )

        def gradients(upstream):
            transposed = tf.raw_ops.SparseMatrixTranspose(input=compressed, type=wide)
            rows, columns = matrix.indices[:, 0], matrix.indices[:, 1]
            of_values = tf.reduce_sum(tf.gather(upstream, rows) * tf.gather(x, columns), axis=1)
            return of_values, tf.raw_ops.SparseMatrixMatMul(a=transposed, b=upstream)

        return tf.raw_ops.SparseMatrixMatMul(a=compressed, b=x), gradients

    answer = tf.cast(multiplied(tf.cast(matrix.values, wide), tf.cast(x, wide)), x.dtype)
    return tf.ensure_shape(answer, (matrix.shape[0], x.shape[1]))


@keras.saving.register_keras_serializable(package="skmlbio")
class SparseMatrix(keras.layers.Layer):
    """A `tf.SparseTensor` of shape (n_rows, n_columns) from its entries.

    Called on ``[entries, values, n_rows]``: int64 (n_entries, 2), ordered; numbers (n_entries,); an int64 scalar.

    Parameters
    ----------
    n_columns : int, default=None
        `None` makes a square matrix.
    **kwargs
        `name`, `dtype` and the like of every Keras layer.
    """

    gains_from_xla = False

    def __init__(self, n_columns=None, **kwargs):
        super().__init__(**kwargs)
        self.n_columns = n_columns

    def call(self, inputs):
        entries, values, n_rows = inputs
        width = n_rows if self.n_columns is None else tf.constant(self.n_columns, tf.int64)
        return tf.SparseTensor(entries, values, tf.stack([n_rows, width]))

    def compute_output_spec(self, inputs):
        return keras.KerasTensor((None, self.n_columns), inputs[1].dtype, sparse=True)

    def get_config(self):
        return super().get_config() | {"n_columns": self.n_columns}

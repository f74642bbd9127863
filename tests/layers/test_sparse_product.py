"""Products of sparse matrices with dense ones."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from skmlbio.layers.sparse_product import SparseMatrix, product, sparse_product

MATRIX = np.array([[0, 2, 0], [0, 0, 0], [0.5, 0, -1], [0, 3, 0]])
X = np.arange(6.0).reshape(3, 2) - 2


def sparse(matrix: np.ndarray, dtype: str = "float32") -> tf.SparseTensor:
    return tf.sparse.from_dense(tf.constant(matrix, dtype))


@pytest.mark.parametrize(("dtype", "of_matrix"), [("float32", "float32"), ("float64", "float32"), ("bfloat16",) * 2])
def test_it_is_the_product_in_the_dtype_of_the_dense_one(dtype: str, of_matrix: str) -> None:
    found = sparse_product(sparse(MATRIX, of_matrix), tf.constant(X, dtype))
    assert found.dtype == dtype and found.shape == (4, 2)
    np.testing.assert_allclose(tf.cast(found, "float64"), MATRIX @ X, rtol=1e-6)
    np.testing.assert_allclose(product(tf.constant(MATRIX, "float32"), X.astype("float32")), MATRIX @ X, rtol=1e-6)


def test_without_entries_all_is_zero() -> None:
    with tf.GradientTape() as tape:
        x = tf.Variable(X)
        found = sparse_product(sparse(np.zeros((4, 3))), x)
    assert not found.numpy().any() and not tape.gradient(found, x).numpy().any()


def test_gradients_are_those_of_dense_matrices() -> None:
    matrix, x, upstream = sparse(MATRIX), tf.Variable(X.astype("float32")), np.random.default_rng(0).normal(size=(4, 2))
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(matrix.values)
        loss = tf.reduce_sum(sparse_product(matrix, x) * upstream.astype("float32"))
    np.testing.assert_allclose(tape.gradient(loss, x), MATRIX.T @ upstream, rtol=1e-5)
    np.testing.assert_allclose(tape.gradient(loss, matrix.values), (upstream @ X.T)[MATRIX != 0], rtol=1e-5)


def test_the_layer_makes_a_sparse_matrix_of_entries() -> None:
    inputs = [keras.Input((2,), dtype="int64"), keras.Input(()), keras.Input(batch_shape=(), dtype="int64")]
    for n_columns in (3, None):
        symbolic = SparseMatrix(n_columns)(inputs)
        assert symbolic.sparse and symbolic.shape == (None, n_columns)
    layer = SparseMatrix.from_config(SparseMatrix(3).get_config())
    found = layer([np.argwhere(MATRIX), MATRIX[MATRIX != 0].astype("float32"), np.int64(4)])
    np.testing.assert_array_equal(tf.sparse.to_dense(found), MATRIX.astype("float32"))
    assert SparseMatrix()([np.argwhere(MATRIX), MATRIX[MATRIX != 0], np.int64(4)]).dense_shape.numpy().tolist() == [
        4,
        4,
    ]

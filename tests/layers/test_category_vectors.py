"""Vectors of categories, and of what stands for several of them."""

import numpy as np

from skmlbio.layers.category_vectors import CategoryVectors


def test_columns_have_their_own_vectors_and_means() -> None:
    layer = CategoryVectors((2, 3), 4)
    found = layer(np.array([[2, 4], [3, 6], [0, 1]])).numpy()
    rows = layer.embeddings.numpy()
    np.testing.assert_array_equal(found[0], rows[[0, 2]])
    np.testing.assert_array_equal(found[1], rows[[1, 4]])
    np.testing.assert_allclose(found[2], [rows[:2].mean(axis=0), rows[2:].mean(axis=0)], rtol=1e-6)
    np.testing.assert_array_equal(layer(np.array([4, 0]), plain=True), rows[[4, 0]])


def test_a_code_has_the_mean_of_its_members() -> None:
    members = [[0, 0], [0.5, 0.5], [1, 0], [0, 1]]
    layer = CategoryVectors((2,), 3, members)
    found = layer(np.array([0, 1, 2, 3], "uint8")).numpy()
    rows = layer.embeddings.numpy()
    np.testing.assert_allclose(found, [np.zeros(3), rows.mean(axis=0), *rows], rtol=1e-6)
    again = CategoryVectors.from_config(layer.get_config())
    assert again(np.array([1])).shape == (1, 3)

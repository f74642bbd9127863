"""Attention within a window against attention of all, with what the window leaves out masked."""

import numpy as np
import pytest
import tensorflow as tf

from skmlbio.layers.attention import attention
from skmlbio.layers.windowed_attention import keys_of_a_query, windowed_attention, within_window

RANDOM = np.random.default_rng(0)
# One position, one block of all, the last length of one block, the next one, several blocks, a last one that is short.
LENGTHS = [1, 33, 42, 43, 64, 150]
WINDOW = 5  # blocks have 32 positions


def some(length: int) -> tuple[list[np.ndarray], np.ndarray]:
    """Queries, keys and values of two strings, the second of which has padding."""
    parts = [RANDOM.normal(size=(2, 3, length, 4)).astype("float32") for _ in range(3)]
    return parts, np.arange(length) < np.array([[length], [(length + 1) // 2]])


@pytest.mark.parametrize("n_global", [0, 1, 3])
def test_what_may_collect_from_what(n_global: int) -> None:
    expected = [
        [abs(row - column) <= 2 or min(row, column) < n_global for column in range(9)] for row in range(9)
    ]  # fmt: skip
    np.testing.assert_array_equal(within_window(9, 2, n_global), expected)


@pytest.mark.parametrize("n_global", [0, 1])
@pytest.mark.parametrize("window", [1, WINDOW, 40, 1000, 2**32 + 1, 2**63])
def test_it_is_attention_of_all_with_a_mask(window: int, n_global: int) -> None:
    """Traced once for all lengths, as networks are outside XLA."""
    flexible = tf.TensorSpec((None, 3, None, 4))
    signature = [flexible, flexible, flexible, tf.TensorSpec((None, None), tf.bool)]
    traced = tf.function(lambda *parts: windowed_attention(*parts[:3], window, parts[3], n_global), signature)
    for length in [*LENGTHS, 2 * keys_of_a_query(window)][: 6 if window >= 1000 else 7]:
        parts, real = some(length + n_global)
        expected = attention(*parts, real[:, None], within_window(length + n_global, window, n_global))
        for found in (traced(*parts, real), windowed_attention(*parts, window, real, n_global)):
            assert found.shape == expected.shape and np.isfinite(found).all()
            np.testing.assert_allclose(np.moveaxis(found, 2, 1)[real], np.moveaxis(expected, 2, 1)[real], atol=1e-5)


@pytest.mark.parametrize("n_global", [0, 2])
def test_what_stands_in_padding_does_not_matter(n_global: int) -> None:
    parts, _ = some(120)
    alone = windowed_attention(*parts, WINDOW, n_global=n_global)
    longer = [np.pad(part, ((0, 0), (0, 0), (0, 77), (0, 0)), constant_values=9.0) for part in parts]
    together = windowed_attention(*longer, WINDOW, np.arange(197)[None].repeat(2, 0) < 120, n_global)
    np.testing.assert_allclose(together[:, :, :120], alone, atol=1e-5)


@pytest.mark.parametrize("jit_compile", [False, True])
@pytest.mark.parametrize("n_global", [0, 1])
def test_gradients_are_those_of_attention_of_all_with_a_mask(n_global: int, jit_compile: bool) -> None:
    (queries, keys, values), real = some(100)
    weights = tf.constant(RANDOM.normal(size=values.shape).astype("float32") * real[:, None, :, None])

    def gradients(function):
        @tf.function(jit_compile=jit_compile)
        def of(*parts):
            with tf.GradientTape() as tape:
                tape.watch(parts)
                total = tf.reduce_sum(weights * function(*parts))
            return tape.gradient(total, parts)

        return of(*map(tf.constant, (queries, keys, values)))

    found = gradients(lambda *parts: windowed_attention(*parts, WINDOW, real, n_global))
    mask = within_window(100, WINDOW, n_global)
    expected = gradients(lambda *parts: attention(*parts, real[:, None], mask))
    for one, other in zip(found, expected, strict=True):
        np.testing.assert_allclose(one, other, atol=1e-5)
        assert np.abs(one).max() > 0.1


def test_no_tensor_has_the_square_of_the_length() -> None:
    parts = [tf.TensorSpec((1, 2, 3_000, 4))] * 3
    graph = tf.function(lambda *parts: windowed_attention(*parts, 100, n_global=1)).get_concrete_function(*parts).graph
    shapes = [tensor.shape for operation in graph.get_operations() for tensor in operation.outputs]
    sizes = [shape.num_elements() for shape in shapes if shape.is_fully_defined()]
    assert max(sizes) == 2 * 3_000 * (keys_of_a_query(100) + 1)

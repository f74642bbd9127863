"""Attention that looks back only: what follows does not count, and one step after the other is the whole."""

import numpy as np
import pytest

from skmlbio.layers.attention import attention_map
from skmlbio.layers.cached_attention import CausalSelfAttention
from skmlbio.layers.causal_block import CausalBlock

X = np.random.default_rng(0).normal(size=(3, 7, 8)).astype("float32")
LAYERS = {
    "attention": lambda: CausalSelfAttention(2),
    "rotary attention": lambda: CausalSelfAttention(2, rotary=True),
    "block": lambda: CausalBlock(2, 16),
    "rotary block": lambda: CausalBlock(2, 16, rotary=True),
}
each = pytest.mark.parametrize("name", LAYERS)


@each
def test_what_follows_does_not_count(name: str) -> None:
    layer = LAYERS[name]()
    whole = layer(X)
    for place in range(1, 7):
        changed = X.copy()
        changed[:, place:] = 100 * X[:, place:]
        np.testing.assert_allclose(layer(changed)[:, :place], whole[:, :place], atol=1e-5)
        assert not np.allclose(layer(changed)[:, place:], whole[:, place:], atol=1e-2)


@each
def test_one_step_after_the_other_is_the_whole(name: str) -> None:
    layer = LAYERS[name]()
    whole, cache = layer(X), layer.no_cache(len(X))
    for place in range(7):
        y, cache = layer.step(X[:, place : place + 1], cache)
        np.testing.assert_allclose(y[:, 0], whole[:, place], atol=1e-5)


def test_causal_attention_is_the_formula() -> None:
    """Without causality, a place sees all of the string that ends with it."""
    layer = CausalSelfAttention(1)
    whole = layer(X)
    kernel, bias, output_kernel, output_bias = layer.get_weights()
    queries, keys, values = np.split(X @ kernel + bias, 3, axis=-1)
    for place in range(7):
        shares = attention_map(queries[:, place : place + 1] / np.sqrt(8), keys[:, : place + 1])
        y = shares @ values[:, : place + 1] @ output_kernel + output_bias
        np.testing.assert_allclose(whole[:, place], y[:, 0], atol=1e-5)


@each
def test_configuration_makes_the_same_layer(name: str) -> None:
    layer = LAYERS[name]()
    again = type(layer).from_config(layer.get_config())
    again.build(X.shape)
    layer.build(X.shape)
    again.set_weights(layer.get_weights())
    np.testing.assert_array_equal(again(X), layer(X))

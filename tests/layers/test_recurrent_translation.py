"""The recurrent decoder beside a loop in NumPy, place by place."""

import numpy as np
import pytest
from scipy.special import expit, softmax

from skmlbio.layers.recurrent_translation import RecurrentDecoder

RANDOM = np.random.default_rng(0)
UNITS, N_TOKENS, LENGTHS = 4, 6, (5, 2)
MEMORY = RANDOM.normal(size=(2, 5, 2 * UNITS)).astype("float32")
REAL = np.arange(5) < np.array(LENGTHS)[:, np.newaxis]
TOKENS = np.array([[3, 2, 5, 4], [4, 0, 0, 0]])


def decoder(attention: bool) -> RecurrentDecoder:
    layer = RecurrentDecoder(N_TOKENS, UNITS, attention, writes_unknown=attention)
    layer(TOKENS, memory=MEMORY, real=REAL)
    layer.set_weights([RANDOM.normal(scale=0.7, size=w.shape) for w in layer.get_weights()])
    return layer


def plain(layer: RecurrentDecoder, memory: np.ndarray, tokens: list[int]) -> tuple[np.ndarray, np.ndarray]:
    """Logits and shares of one pair without padding."""
    of = {v.path.split("/", 1)[1]: v.numpy().astype(float) for v in layer.variables}
    summary = np.concatenate([memory[-1, :UNITS], memory[0, UNITS:]])
    state, logits, maps = np.tanh(summary @ of["start_kernel"]), [], []
    for token in (0, *tokens):
        x = of["letters/embeddings"][token] * (token > 0)
        collected, shares = summary, np.ones(len(memory))
        if layer.attention:
            shares = softmax(np.tanh(state @ of["query_kernel"] + memory @ of["key_kernel"]) @ of["vector"])
            collected = shares @ memory
        z, ahead = np.concatenate([x, collected]) @ of["kernel"] + of["bias"], state @ of["recurrent_kernel"]
        update, reset = np.split(expit(z + ahead)[: 2 * UNITS], 2)
        candidate = np.tanh(z[2 * UNITS :] + reset * (ahead[2 * UNITS :] + of["candidate_bias"]))
        state = update * state + (1 - update) * candidate
        logits.append(np.concatenate([state, collected, x]) @ of["output/kernel"] + of["output/bias"])
        maps.append(shares)
    return np.array(logits), np.array(maps)


@pytest.mark.parametrize("attention", [True, False])
def test_all_places_at_once_and_one_after_the_other_are_those_of_a_plain_loop(attention: bool) -> None:
    layer = decoder(attention)
    whole, maps = layer(TOKENS, memory=MEMORY, real=REAL, return_maps=True)
    read, cache = layer.begin(MEMORY, REAL)
    stepped = []
    for place in range(5):
        before = TOKENS[:, place - 1] if place else np.zeros(2, int)
        logits, cache = layer.step(before, place, cache, read)
        stepped.append(logits.numpy())
    np.testing.assert_allclose(np.stack(stepped, axis=1), whole, atol=1e-5)
    for row, (length, n_tokens) in enumerate(zip(LENGTHS, (4, 1), strict=True)):
        expected, shares = plain(layer, MEMORY[row, :length], TOKENS[row, :n_tokens].tolist())
        expected[0, 0] = -np.inf  # an end that comes first
        expected[:, 1] += 0 if attention else -np.inf
        np.testing.assert_allclose(whole[row, : n_tokens + 1], expected, atol=1e-5)
        np.testing.assert_allclose(maps["block_0"][row, 0, : n_tokens + 1, :length], shares, atol=1e-5)

"""What comes next: nothing that follows counts, steps are the whole, and codes have the sum of their letters."""

import numpy as np
import pytest
from keras import ops

from skmlbio.layers.next_token import AfterLast, NextToken, StringLogProbability
from skmlbio.sequences import get_alphabet

DNA = get_alphabet("dna")
TOKENS = np.array([[2, 5, 3, 4, 4, 2], [4, 6, 1, 0, 0, 0], [3, 0, 0, 0, 0, 0]], "uint8")
READERS = {
    "lstm": {"recurrence": {"units": 6}},
    "gru": {"recurrence": {"units": 6, "cell": "gru"}},
    "simple": {"recurrence": {"units": 6, "cell": "simple"}},
    "attention": {"block": {"n_heads": 2, "feed_forward_dim": 8, "rotary": True}},
}
each = pytest.mark.parametrize("reader", READERS)


def decoder(reader: str, **options) -> NextToken:
    return NextToken(4, width=8, n_layers=2, **READERS[reader], **options)


@each
@pytest.mark.parametrize("vectors", [None, DNA.one_hot_vectors], ids=["tokens", "letters"])
def test_one_step_after_the_other_is_the_whole(reader: str, vectors: np.ndarray | None) -> None:
    tokens = TOKENS if vectors is not None else np.where(TOKENS > 5, 1, TOKENS)
    layer = decoder(reader, vectors=vectors)
    whole, cache = layer(tokens).numpy(), layer.no_cache(len(tokens))
    before = np.concatenate([np.zeros_like(tokens[:, :1]), tokens], axis=1)
    for place in range(7):
        logits, cache = layer.step(before[:, place], ops.convert_to_tensor(place), cache)
        np.testing.assert_allclose(logits, whole[:, place], atol=1e-5)
    assert whole.shape == (3, 7, 5)
    assert (whole[:, 0, 4] < -1e8).all() and np.isfinite(whole).all()  # a string does not begin with its end


@each
def test_what_follows_does_not_count(reader: str) -> None:
    layer = decoder(reader, vectors=DNA.one_hot_vectors)
    whole = layer(TOKENS).numpy()
    for place in range(6):
        changed = TOKENS.copy()
        changed[:, place:] = 5
        np.testing.assert_allclose(layer(changed)[:, : place + 1], whole[:, : place + 1], atol=1e-5)


def test_it_is_recurrent_or_attends() -> None:
    for wrong in ({}, READERS["lstm"] | READERS["attention"]):
        with pytest.raises(ValueError, match="give recurrence or block, not both"):
            NextToken(4, width=8, n_layers=1, **wrong)


@each
def test_configuration_makes_the_same_layer(reader: str) -> None:
    layer = decoder(reader, vectors=DNA.one_hot_vectors, dropout=0.5)
    answer = layer(TOKENS)
    again = NextToken.from_config(layer.get_config())
    again.build(TOKENS.shape)
    again.set_weights(layer.get_weights())
    np.testing.assert_array_equal(again(TOKENS), answer)


def test_strings_have_the_product_of_their_letters_and_their_end() -> None:
    logits = np.random.default_rng(0).normal(size=(3, 7, 5))
    p = np.exp(logits) / np.exp(logits).sum(axis=-1, keepdims=True)
    a, c, g, t, end = range(5)
    strings = [
        p[0, 0, a] * p[0, 1, t] * p[0, 2, c] * p[0, 3, g] * p[0, 4, g] * p[0, 5, a] * p[0, 6, end],
        p[1, 0, g] * (p[1, 1, a] + p[1, 1, g]) * (1 - p[1, 2, end]) * p[1, 3, end],  # G, R, and an unknown character
        p[2, 0, c] * p[2, 1, end],
    ]
    letters = strings[1] / p[1, 3, end] / np.prod(1 - p[1, :3, end])
    found = StringLogProbability(DNA.one_hot_vectors, dtype="float64")(logits, TOKENS)
    np.testing.assert_allclose(np.exp(found["string"]), strings, rtol=1e-6)
    np.testing.assert_allclose(np.exp(found["letters"][1]), letters, rtol=1e-6)
    tokens = np.where(TOKENS > 5, 2, TOKENS)
    strings[1] *= p[1, 1, a] / (p[1, 1, a] + p[1, 1, g])
    found = StringLogProbability(dtype="float64")(logits, tokens)
    np.testing.assert_allclose(np.exp(found["string"]), strings, rtol=1e-6)
    after = AfterLast(dtype="float64")(logits, TOKENS)
    np.testing.assert_allclose(after, p[[0, 1, 2], [6, 3, 1]], rtol=1e-6)

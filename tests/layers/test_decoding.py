"""Which letters may be drawn, and how often each one is."""

import numpy as np
import pytest
import tensorflow as tf

from skmlbio.layers.decoding import drawn, likely
from skmlbio.layers.sampling import seeded

P = np.array([0.05, 0.4, 0.15, 0.4, 0.0])


def some_of(p: np.ndarray, n: int = 1, temperature: float = 1.0, top_k: int = 9, top_p: float = 1.0) -> tuple:
    with np.errstate(divide="ignore"):
        logits = tf.constant(np.tile(np.maximum(np.log(p), -1e9), (n, 1)), tf.float32)
    return logits, tf.fill([n], temperature), tf.fill([n], top_k), tf.fill([n], top_p)


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"top_k": 1}, [1]),  # of equals, the first
        ({"top_k": 3}, [1, 2, 3]),
        ({"top_p": 0.39}, [1]),
        ({"top_p": 0.41}, [1, 3]),
        ({"top_p": 0.81}, [1, 2, 3]),
        ({"top_p": 1e-9}, [1]),
        ({"top_k": 2, "top_p": 0.49}, [1]),  # of the two, each has a half
        ({"top_p": 0.6, "temperature": 0.0}, [1, 3]),
        ({"top_p": 0.6, "temperature": 100.0}, [1, 2, 3]),  # nearly alike, but for what cannot be
    ],
)
def test_likely_letters(options: dict, expected: list[int]) -> None:
    assert np.flatnonzero(likely(*some_of(P, **options))[0]).tolist() == expected


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({}, P),
        ({"temperature": 0.5}, P**2 / (P**2).sum()),
        ({"top_k": 2}, [0, 0.5, 0, 0.5, 0]),
        ({"top_p": 0.9}, [0, 0.4 / 0.95, 0.15 / 0.95, 0.4 / 0.95, 0]),
        ({"temperature": 0.0}, [0, 1, 0, 0, 0]),
    ],
)
def test_letters_are_drawn_as_often_as_is_said(options: dict, expected: np.ndarray) -> None:
    n, expected = 20_000, np.asarray(expected)
    logits, *beside = some_of(P, n, **options)
    found = drawn(logits, seeded(tf.constant(np.arange(n), tf.uint64), tf.constant(7)), *beside)
    shares = np.bincount(found, minlength=5) / n
    assert (np.abs(shares - expected) <= 4 * np.sqrt(expected * (1 - expected) / n)).all()

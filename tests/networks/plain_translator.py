"""The transformer that translates, in NumPy: one pair at a time, without padding, caches or masks of padding."""

from __future__ import annotations

import numpy as np
from scipy.special import log_softmax, softmax

Weights = dict[str, np.ndarray]


def translate(weights: Weights, source: np.ndarray, target: np.ndarray, n_heads: int, norm: str) -> np.ndarray:
    """Log-probabilities of all tokens at each place of a target and its end, of shape (length + 1, n_tokens).

    The end does not come first.

    Parameters
    ----------
    weights : dict of str to ndarray
        Those of the network by their paths.
    source : ndarray of shape (length, embedding_dim)
        Vectors of what is read, positions included.
    target : ndarray of shape (length,), int
        Tokens.
    n_heads, norm
        As in the network.
    """
    memory = source.astype(np.float64)
    for i in range(n_blocks(weights)):
        parts = [("attention", lambda x, w: self_attention(w, x, n_heads, np.True_)), ("feed_forward", feed_forward)]
        memory = block(part_of(weights, f"block_{i}/"), memory, parts, norm)
    memory = normalised(part_of(weights, "norm/"), memory) if norm == "pre" else memory

    of_decoder = part_of(weights, "decoder/")
    x = of_decoder["letters/embeddings"][[0, *target]] * (np.arange(len(target) + 1) > 0)[:, np.newaxis]
    x = x + of_decoder["positions/positions"][: len(x)]
    seen = np.tril(np.ones((len(x), len(x)), bool))
    for i in range(n_blocks(weights)):
        parts = [
            ("attention", lambda x, w: self_attention(w, x, n_heads, seen)),
            ("cross", lambda x, w: cross_attention(w, x, memory, n_heads)),
            ("feed_forward", feed_forward),
        ]
        x = block(part_of(of_decoder, f"block_{i}/"), x, parts, norm)
    x = normalised(part_of(of_decoder, "norm/"), x) if norm == "pre" else x
    logits = x @ of_decoder["output/kernel"] + of_decoder["output/bias"]
    logits[0, 0] = -np.inf
    return log_softmax(logits, axis=1)


def part_of(weights: Weights, prefix: str) -> Weights:
    return {path.removeprefix(prefix): w for path, w in weights.items() if path.startswith(prefix)}


def n_blocks(weights: Weights) -> int:
    return len({path.split("/")[0] for path in weights if path.startswith("block_")})


def block(weights: Weights, x: np.ndarray, parts: list, norm: str) -> np.ndarray:
    for name, part in parts:
        own = part_of(weights, f"{name}_norm/")
        x = x + part(normalised(own, x), weights) if norm == "pre" else normalised(own, x + part(x, weights))
    return x


def normalised(weights: Weights, x: np.ndarray) -> np.ndarray:
    deviation = np.sqrt(x.var(axis=1, keepdims=True) + 1e-5)
    return (x - x.mean(axis=1, keepdims=True)) / deviation * weights["gamma"] + weights["beta"]


def feed_forward(x: np.ndarray, weights: Weights) -> np.ndarray:
    hidden = np.maximum(x @ weights["hidden/kernel"] + weights["hidden/bias"], 0)
    return hidden @ weights["output/kernel"] + weights["output/bias"]


def self_attention(weights: Weights, x: np.ndarray, n_heads: int, allowed: np.ndarray) -> np.ndarray:
    own = part_of(weights, "attention/")
    queries, keys, values = np.split(x @ own["kernel"] + own["bias"], 3, axis=1)
    return mixed(own, queries, keys, values, n_heads, allowed)


def cross_attention(weights: Weights, x: np.ndarray, memory: np.ndarray, n_heads: int) -> np.ndarray:
    own = part_of(weights, "cross/")
    keys, values = np.split(memory @ own["memory_kernel"] + own["memory_bias"], 2, axis=1)
    return mixed(own, x @ own["kernel"] + own["bias"], keys, values, n_heads, np.True_)


def mixed(own: Weights, queries, keys, values, n_heads: int, allowed: np.ndarray) -> np.ndarray:
    heads = []
    for q, k, v in zip(*(np.split(part, n_heads, axis=1) for part in (queries, keys, values)), strict=True):
        scores = np.where(allowed, q @ k.T / np.sqrt(q.shape[1]), -np.inf)
        heads.append(softmax(scores, axis=1) @ v)
    return np.concatenate(heads, axis=1) @ own["output_kernel"] + own["output_bias"]

"""Attention within a window: work and memory grow with the length of a string, not with its square."""

from __future__ import annotations

from typing import Any

from keras import ops

from skmlbio.layers.attention import attention

Tensor = Any

_LEAST_BLOCK = 32  # smaller matrix products cost as much
_WIDEST = 2**28  # longer than any string; places this far apart, and three times as far, are numbers of 32 bits


def within_window(length: int | Tensor, window: int, n_global: int = 0) -> Tensor:
    """Which position may collect from which: those at most `window` places away, and the first `n_global`.

    Parameters
    ----------
    length : int or scalar tensor
        Number of positions.
    window : int
        How far a position sees on either side.
    n_global : int, default=0
        So many positions at the beginning see all, and are seen by all.

    Returns
    -------
    tensor of shape (length, length), bool

    Examples
    --------
    >>> from skmlbio.layers.windowed_attention import within_window
    >>> within_window(4, window=1).numpy().astype(int).tolist()
    [[1, 1, 0, 0], [1, 1, 1, 0], [0, 1, 1, 1], [0, 0, 1, 1]]
    """
    place = ops.arange(length)
    row, column = ops.expand_dims(place, 1), ops.expand_dims(place, 0)
    near = ops.abs(row - column) <= min(window, _WIDEST)
    return ops.logical_or(near, ops.minimum(row, column) < n_global) if n_global else near


def keys_of_a_query(window: int) -> int:
    """How many keys a query meets, those included whose share is 0; of shorter strings, it meets all.

    >>> keys_of_a_query(100)
    300
    """
    window = min(window, _WIDEST)
    return max(window, _LEAST_BLOCK) + 2 * window


def windowed_attention(
    queries: Tensor, keys: Tensor, values: Tensor, window: int, real: Tensor | None = None, n_global: int = 0
) -> Tensor:
    """Y = softmax(Q Kᵀ) V among positions that `within_window` allows.

    Queries are cut into blocks, and each block meets its own keys and those of the window on either side.

    Parameters
    ----------
    queries, keys, values : tensor of shape (batch, n_heads, length, n_features)
        Q, K and V.
    window : int
        How far a position sees on either side.
    real : tensor of shape (batch, length), bool, default=None
        Which positions are real; the others have share 0.
    n_global : int, default=0
        So many positions at the beginning see all, and are seen by all.

    Returns
    -------
    tensor of shape (batch, n_heads, length, n_features)
        Rows that are not real have no meaning.

    References
    ----------
    I. Beltagy, M. E. Peters, A. Cohan, "Longformer: the long-document transformer", arXiv:2004.05150 (2020).

    Examples
    --------
    >>> import numpy as np
    >>> from skmlbio.layers.windowed_attention import windowed_attention
    >>> values = np.array([[[[0.0], [2.0], [4.0], [6.0]]]], "float32")
    >>> windowed_attention(0 * values, 0 * values, values, window=1).numpy().ravel().tolist()
    [1.0, 2.0, 4.0, 5.0]
    """
    window = min(window, _WIDEST)
    batch, _, length, _ = ops.shape(queries)
    real = ops.ones((batch, length), "bool") if real is None else real
    real = ops.expand_dims(ops.expand_dims(real, 1), -1)
    # One block of all, where that is no more work.
    whole = length - n_global <= keys_of_a_query(window)
    block = _choose(whole, length - n_global, max(window, _LEAST_BLOCK))
    reach = _choose(whole, 0, window)

    asking = _blocks(queries[:, :, n_global:], block)
    met_keys, met_values, met_real = (_met(part, block, reach, n_global) for part in (keys, values, real))
    allowed = ops.logical_and(_within_blocks(block, reach, window, n_global), ops.swapaxes(met_real, -1, -2))
    y = attention(asking, met_keys, met_values, allowed=allowed)
    y = ops.reshape(y, (*_outer(queries), -1, values.shape[-1]))[:, :, : length - n_global]
    if not n_global:
        return y
    first = attention(queries[:, :, :n_global], keys, values, real[..., 0])
    return ops.concatenate([first, y], axis=2)


def _choose(condition: bool | Tensor, one: int | Tensor, other: int) -> int | Tensor:
    """One or the other; a number where the length of strings is known, as under XLA, else a tensor."""
    return (one if condition else other) if isinstance(condition, bool) else ops.where(condition, one, other)


def _outer(x: Tensor) -> tuple:
    """Batch and heads."""
    return ops.shape(x)[:2]


def _blocks(x: Tensor, block: int | Tensor) -> Tensor:
    """Cut (batch, n_heads, length, n_features) into (batch, n_heads, n_blocks, block, n_features), zeros at the end."""
    length = ops.shape(x)[2]
    n_blocks = (length + block - 1) // block
    padded = ops.pad(x, ((0, 0), (0, 0), (0, n_blocks * block - length), (0, 0)))
    return ops.reshape(padded, (*_outer(x), n_blocks, block, x.shape[-1]))


def _met(x: Tensor, block: int | Tensor, reach: int | Tensor, n_global: int) -> Tensor:
    """What each block meets: the global positions, the end of the block before, itself, the beginning of the next."""
    blocks = _blocks(x[:, :, n_global:], block)
    before = ops.pad(blocks[:, :, :-1, block - reach :], ((0, 0), (0, 0), (1, 0), (0, 0), (0, 0)))
    after = ops.pad(blocks[:, :, 1:, :reach], ((0, 0), (0, 0), (0, 1), (0, 0), (0, 0)))
    n_blocks = ops.shape(blocks)[2]
    seen_by_all = ops.broadcast_to(
        ops.expand_dims(x[:, :, :n_global], 2), (*_outer(x), n_blocks, n_global, x.shape[-1])
    )
    return ops.concatenate([seen_by_all, before, blocks, after], axis=3)


def _within_blocks(block: int | Tensor, reach: int | Tensor, window: int, n_global: int) -> Tensor:
    """Which position of a block may collect from which that `_met` gives it; of shape (block, n_keys), bool."""
    row = ops.expand_dims(ops.arange(block), 1)
    column = ops.expand_dims(ops.arange(n_global + block + 2 * reach), 0) - n_global
    near = ops.abs(column - reach - row) <= window
    return ops.logical_or(near, column < 0)

"""The Game of Life, against the rules by another way."""

import itertools
from collections import Counter

import numpy as np
import pytest

from skmlbio.datasets import game_of_life

GLIDER = np.array([[0, 1, 0], [0, 0, 1], [1, 1, 1]])


def by_rules(cells: set[tuple[int, int]]) -> set[tuple[int, int]]:
    """The living cells of an endless plane, one frame later."""
    steps = [step for step in itertools.product((-1, 0, 1), repeat=2) if step != (0, 0)]
    neighbours = Counter((row + i, column + j) for row, column in cells for i, j in steps)
    return {cell for cell, count in neighbours.items() if count == 3 or (count == 2 and cell in cells)}


@pytest.mark.parametrize("shape", [(12, 9), (30, 20)])
def test_frames_are_those_of_an_endless_plane(shape: tuple[int, int]) -> None:
    start = np.random.default_rng(0).integers(0, 2, (12, 9))
    cells = {tuple(cell) for cell in np.argwhere(start).tolist()}
    for frame in game_of_life(40, start=start, shape=shape):
        shown = {(i, j) for i, j in cells if 0 <= i < shape[0] and 0 <= j < shape[1]}
        assert {tuple(cell) for cell in np.argwhere(frame).tolist()} == shown
        cells = by_rules(cells)
    assert len(cells) > len(shown)  # some have left the frames


def test_a_glider_glides_and_leaves() -> None:
    X = game_of_life(33, start=GLIDER, shape=(8, 8))
    assert (X.dtype, X.sum(axis=(1, 2))[:20].tolist()) == (np.uint8, [5] * 20)
    assert all(np.array_equal(X[4 * k, k : k + 3, k : k + 3], GLIDER) for k in range(6)) and not X[32].any()


def test_the_gun_emits_a_glider_every_thirty_frames() -> None:
    X = game_of_life(181, shape=(60, 80))
    assert X[0].sum() == 36
    assert np.diff(X[::30].sum(axis=(1, 2), dtype=int)).tolist() == [5] * 6
    assert (X[::30] >= X[0]).all()
    assert game_of_life().shape == (120, 48, 64) and np.array_equal(game_of_life(), X[:120, :48, :64])


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"frames": 0}, "'frames' parameter of game_of_life"),
        ({"frames": True}, "'frames' parameter"),
        ({"start": 1}, "'start' parameter"),
        ({"start": [1, 0]}, r"start must be of shape \(height, width\).* got shape \(2,\)"),
        ({"start": [[]]}, r"with one cell or more; got shape \(1, 0\)"),
        ({"start": [[1, 0], [0, 2]]}, "start must hold 0 and 1, but has 2 at row 1, column 1"),
        ({"start": [[np.nan]]}, "but has nan at row 0, column 0"),
        ({"shape": (3, 3)}, r"shape must be two ints, of at least 12 and 39, those of start; got \(3, 3\)"),
        ({"shape": (50, 50.5)}, "shape must be two ints"),
        ({"shape": 50}, "'shape' parameter"),
    ],
)
def test_wrong_arguments(options: dict, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        game_of_life(**options)

"""Conway's Game of Life: images in which patterns move."""

from __future__ import annotations

from numbers import Integral

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.utils._param_validation import validate_params

from skmlbio.sequences._intervals import Interval

# The 36 x 9 cells that Gosper found in 1970.
_GUN = """\
........................#...........
......................#.#...........
............##......##............##
...........#...#....##............##
##........#.....#...##..............
##........#...#.##....#.#...........
..........#.....#.......#...........
...........#...#....................
............##......................"""
_CORNER = (3, 3)  # where it stands in an image


@validate_params(
    {
        "frames": [Interval(Integral, 1, None, closed="left")],
        "start": ["array-like", None],
        "shape": [tuple, list, None],
    },
    prefer_skip_nested_validation=True,
)
def game_of_life(
    frames: int = 120, *, start: ArrayLike | None = None, shape: tuple[int, int] | None = None
) -> NDArray[np.uint8]:
    """Play Conway's Game of Life: by default Gosper's gun, which emits a glider every 30 frames.

    A cell is alive in the next frame if three of its eight neighbours are alive now, or if it is alive and two of them
    are [1]_.  The plane has no borders: frames show a part of it, which gliders leave.

    Parameters
    ----------
    frames : int, default=120
        Number of frames, of which `start` is the first.
    start : array-like of shape (height, width), default=None
        The cells at the beginning, 1 where alive and else 0; None is the gun [2]_, near the upper left corner.
    shape : (int, int), default=None
        Height and width of a frame, which may not be smaller than `start`, whose upper left corner is the frame's; by
        default (48, 64) for the gun, or those of `start`.

    Returns
    -------
    X : ndarray of shape (frames, height, width), uint8
        1 where a cell is alive, else 0.

    Raises
    ------
    TypeError, ValueError
        For arguments that are none of the above.

    See Also
    --------
    skmlbio.PatternDetector : Finds the gliders.

    References
    ----------
    .. [1] Gardner: The fantastic combinations of John Conway's new solitaire game "life". Scientific American 223
       (1970).
    .. [2] Gardner: On cellular automata, self-reproduction, the Garden of Eden and the game "life". Scientific American
       224 (1971).

    Examples
    --------
    >>> from skmlbio.datasets import game_of_life
    >>> game_of_life().shape
    (120, 48, 64)
    >>> game_of_life(2, start=[[0, 0, 0], [1, 1, 1], [0, 0, 0]])[1].tolist()
    [[0, 1, 0], [0, 1, 0], [0, 1, 0]]
    """
    cells = _gun() if start is None else _ensure_cells(start)
    if shape is None:
        shape = (48, 64) if start is None else cells.shape
    height, width = _ensure_shape(shape, cells.shape)
    # Nothing moves by more than a cell a frame, so what leaves the frames and returns comes no farther than this.
    margin = frames // 2 + 1
    plane = np.zeros((height + 2 * margin, width + 2 * margin), np.uint8)
    shown = plane[margin : margin + height, margin : margin + width]
    shown[: cells.shape[0], : cells.shape[1]] = cells
    X = np.empty((frames, height, width), np.uint8)
    for frame in X:
        frame[:] = shown
        plane[:] = _next(plane)
    return X


def _next(plane: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """The plane one frame later; all around it is empty."""
    padded = np.pad(plane, 1)
    threes = padded[:-2] + padded[1:-1] + padded[2:]
    nines = threes[:, :-2] + threes[:, 1:-1] + threes[:, 2:]  # a cell and its neighbours
    return (nines == 3) | ((nines == 4) & (plane == 1))


def _gun() -> NDArray[np.uint8]:
    cells = np.array([list(row) for row in _GUN.splitlines()]) == "#"
    return np.pad(cells, ((_CORNER[0], 0), (_CORNER[1], 0))).astype(np.uint8)


def _ensure_cells(start: ArrayLike) -> NDArray[np.uint8]:
    cells = np.asarray(start)
    if cells.ndim != 2 or cells.size == 0:
        raise ValueError(f"start must be of shape (height, width), with one cell or more; got shape {cells.shape}.")
    wrong = ~np.isin(cells, (0, 1))
    if wrong.any():
        row, column = np.argwhere(wrong)[0]
        raise ValueError(f"start must hold 0 and 1, but has {cells[row, column]} at row {row}, column {column}.")
    return cells.astype(np.uint8)


def _ensure_shape(shape: tuple[int, int], least: tuple[int, int]) -> tuple[int, int]:
    whole = len(shape) == 2 and all(isinstance(size, Integral) and not isinstance(size, bool) for size in shape)
    if not whole or shape[0] < least[0] or shape[1] < least[1]:
        raise ValueError(
            f"shape must be two ints, of at least {least[0]} and {least[1]}, those of start; got {shape!r}."
        )
    return int(shape[0]), int(shape[1])

"""What the displays share: the axes to draw on, colours that colour-blind readers tell apart, fitted estimators."""

from __future__ import annotations

import math
import textwrap
from numbers import Integral
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from sklearn.utils.validation import check_is_fitted

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.legend import Legend

# Ten colours chosen for colour-vision deficiency and for taste, here with the palest last: M. A. Petroff, "Accessible
# Color Sequences for Data Visualization", arXiv:2107.02270.
COLORS = ("#3f90da", "#bd1f01", "#ffa90e", "#832db6", "#717581", "#a96b59", "#e76300", "#92dadd", "#94a4a2", "#b9ac70")
MARKERS = ("o", "^", "s", "D", "v", "P", "X")
SMALLEST_LETTER, LARGEST_LETTER = 6.0, 10.0  # in points; where smaller ones would be needed, some are left out
NUMBER_WIDTH = 28.0  # what a number on an axis takes, in points
LONGEST_LINE = 40  # characters of a name; longer names take several lines


def axes_to_draw_on(ax: Axes | None, caller: str, figsize: tuple[float, float] | None = None) -> Axes:
    """Return `ax`, or the axes of a new pyplot figure whose layout leaves room for a legend beside them."""
    try:
        from matplotlib.axes import Axes
    except ImportError as error:
        raise ImportError(f'{caller} needs matplotlib: pip install "skmlbio[plot]"') from error
    if ax is None:
        import matplotlib.pyplot as plt

        _, ax = plt.subplots(figsize=figsize, layout="constrained")
    if not isinstance(ax, Axes):
        raise TypeError(f"ax must be matplotlib axes or None, not {type(ax).__name__}")
    return ax


def category_styles(n_categories: int) -> list[dict[str, str]]:
    """Return a colour and a marker for each category, so that neither has to be told apart alone; 70 pairs differ."""
    return [
        {"color": COLORS[number % len(COLORS)], "marker": MARKERS[number % len(MARKERS)]}
        for number in range(n_categories)
    ]


def legend_beside(ax: Axes, title: str | None = None) -> Legend:
    """Put the legend to the right of the axes, where it hides nothing."""
    n_entries = len(ax.get_legend_handles_labels()[1])
    place = {"loc": "center left", "bbox_to_anchor": (1.0, 0.5), "ncols": -(-n_entries // 20)}
    legend = ax.legend(title=title, frameon=False, handletextpad=0.2, columnspacing=0.8, **place)
    for handle in legend.legend_handles:
        if hasattr(handle, "set_sizes"):  # small points stay small in the plot, and are seen in the legend
            handle.set(sizes=[36], alpha=1)
    return legend


def make_room_for(legend: Legend) -> None:
    """Widen a figure of our own by what a wide legend would take from its axes."""
    figure = legend.figure
    width = legend.get_window_extent().width / figure.dpi
    figure.set_figwidth(figure.get_figwidth() + max(0.0, width - 1.5))


def marker_area(n_points: int) -> float:
    """Return the area, in square points, at which `n_points` fill the axes but can be told apart."""
    return float(np.clip(30_000 / n_points, 6, 36))


def label_text(name: Any) -> str:
    """Return the name as matplotlib shows it unchanged (no formula, no hidden legend entry), in lines where long."""
    text = str(name)
    if len(text) > LONGEST_LINE:
        text = textwrap.fill(text, LONGEST_LINE)
    # A leading underscore would keep the entry out of the legend; a zero-width space before it is not seen.
    return ("\u200b" if text.startswith("_") else "") + text.replace("$", r"\$")


def require_fitted(estimator: Any, display: str) -> None:
    """Raise NotFittedError in one sentence."""
    check_is_fitted(estimator, msg=f"this %(name)s is not fitted yet: call its fit before {display}.from_estimator")


def require_integer(name: str, value: Any) -> int:
    """Return a whole number as an int, as NumPy's may be too narrow for sums; raise a ValueError for anything else."""
    if not isinstance(value, Integral) or isinstance(value, bool):
        raise ValueError(f"{name} must be an integer, got {value!r:.50}")
    return int(value)


def require_numbers(name: str, values: Any) -> np.ndarray:
    """Return numbers as an array of float64; a ValueError for anything else."""
    try:
        return np.asarray(values, float)
    except (TypeError, ValueError):
        raise ValueError(f"{name} must be numbers, all rows of them alike, got {values!r:.50}") from None


def found_best(estimator: Any) -> Any:
    """Return what a search found to be best, and anything else as it is."""
    return found_best(estimator.best_estimator_) if hasattr(estimator, "best_estimator_") else estimator


def final_step(estimator: Any) -> Any:
    """Return the last step of a pipeline, or of what a search found to be best, whichever holds the other."""
    estimator = found_best(estimator)
    return final_step(estimator.steps[-1][1]) if hasattr(estimator, "steps") else estimator


def before_final_step(estimator: Any, X: Any) -> Any:
    """Return what comes of `X` on the way to the final step."""
    estimator = found_best(estimator)
    if not hasattr(estimator, "steps"):
        return X
    return before_final_step(estimator[-1], estimator[:-1].transform(X) if len(estimator) > 1 else X)


class ResidueTicks(NamedTuple):
    """Where an axis of residues has ticks, and the letter and the number (or "") at each."""

    places: NDArray[np.integer]
    labels: list[tuple[str, str]]
    style: dict[str, Any]
    all_fit: bool


def residue_ticks(sequence: Any, positions: NDArray[np.integer], room: float, n_before: int = 0) -> ResidueTicks:
    """Put letters at the residues, as many as there is room for, and numbers at some of them.

    `positions` are the numbers of the residues, `room` the points of an axis for each of them, and `n_before` how many
    other places, whose names are as wide as a number, come before them.
    """
    size = min(0.9 * room, LARGEST_LETTER)
    all_fit = size >= SMALLEST_LETTER
    numbered = positions % round_step(NUMBER_WIDTH / room) == 0
    places = np.arange(len(sequence))
    places = places if all_fit else places[numbered & (places * room >= n_before * NUMBER_WIDTH)]
    labels = [(sequence[place], f"{positions[place]}" if numbered[place] else "") for place in places]
    style = {"fontsize": size if all_fit else 0.85 * LARGEST_LETTER, "family": "monospace", "rotation": 0}
    return ResidueTicks(n_before + places, labels, style, all_fit)


def round_step(least: float) -> int:
    """Return the smallest of 1, 2, 5, 10, 20, 50, ... that is not below `least`."""
    power = 10 ** max(0, math.floor(math.log10(least)))
    return next(step * power for step in (1, 2, 5, 10) if step * power >= least)


def residues(sequence: Any) -> Any:
    """Return the letters of a string, or of Biopython's `Seq` or `SeqRecord`, or the tokens of a list."""
    return (
        list(sequence) if isinstance(sequence, (list, tuple, np.ndarray)) else str(getattr(sequence, "seq", sequence))
    )

"""How much each letter of a string counts, as a picture."""

from __future__ import annotations

from collections.abc import Sequence
from numbers import Integral
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ._display import Display
from ._letters import color_of, letter_colors, scaled_letters
from ._plotting import (
    COLORS,
    NUMBER_WIDTH,
    axes_to_draw_on,
    before_final_step,
    final_step,
    label_text,
    legend_beside,
    require_fitted,
    require_integer,
    require_numbers,
    residue_ticks,
    residues,
    round_step,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_NARROWEST_LETTER = 4.0  # in points; where letters would be narrower, bars stand in their places
_LARGEST = 1e100  # matplotlib's axes take the differences and products of what they show
_KINDS = ("auto", "letters", "heatmap")


class AttributionDisplay(Display):
    """How much each letter of a string counts for what a network answers.

    Letters are as high as they count, upwards where they speak for the answer and downwards where they speak against
    it; where there is no room for letters, bars have their colours.  What single substitutions change, a number for
    each letter at each place, is a heat map; dots mark the letters that the string has.  Make one with `from_estimator`
    or `from_attributions`.

    Parameters
    ----------
    attributions : ndarray of shape (length, n_letters) or (length,)
        What counts, as ``attributions`` of an estimator returns it for a string.
    sequence : str or list of str
        The string, or the tokens, of that length.
    letters : str or sequence of str, default="ACGT"
        The names of the columns.
    first_position : int, default=1
        The number of the first residue, such as -30 where a promoter begins; the others are counted on from it.

    Attributes
    ----------
    heights_ : ndarray of shape (length,)
        What is drawn as letters: sums over the columns, or of changes by substitutions, minus their mean.
    image_ : matplotlib AxesImage
        The heat map; None where letters are drawn.
    colorbar_ : matplotlib Colorbar
        What its colours mean; None where letters are drawn.

    See Also
    --------
    skmlbio.AttentionClassifier : Has attributions, as all networks of strings.
    AttentionMapDisplay : Where a network of attention looks.

    Examples
    --------
    >>> import matplotlib.pyplot as plt
    >>> import numpy as np
    >>> from skmlbio.inspection import AttributionDisplay
    >>> display = AttributionDisplay.from_attributions([0.1, -0.2, 1.5, 0.9, 0.0], "ACGTN")
    >>> display.heights_.tolist()
    [0.1, -0.2, 1.5, 0.9, 0.0]
    >>> plt.close(display.figure_)
    """

    def __init__(
        self,
        attributions: NDArray[np.floating],
        sequence: str | Sequence[str],
        *,
        letters: str | Sequence[str] = "ACGT",
        first_position: int = 1,
    ) -> None:
        self.attributions = attributions
        self.sequence = sequence
        self.letters = letters
        self.first_position = first_position

    @classmethod
    def from_estimator(
        cls,
        estimator: Any,
        sequence: Any,
        *,
        method: str = "integrated_gradients",
        target: Any = None,
        first_position: int = 1,
        kind: Literal["auto", "letters", "heatmap"] = "auto",
        between: tuple[int, int] | None = None,
        ax: Axes | None = None,
    ) -> AttributionDisplay:
        """Ask a fitted estimator what counts in one string, and draw it.

        Parameters
        ----------
        sequence : str, Biopython Seq or SeqRecord, or list of tokens
            The string, or the tokens.
        method, target
            As its ``attributions`` takes them.
        first_position : int, default=1
            The number of the first residue.
        kind, between, ax
            As in `plot`.
        """
        require_fitted(estimator, cls.__name__)
        trained = final_step(estimator)
        if not hasattr(trained, "attributions"):
            raise TypeError(
                f"{cls.__name__} needs an estimator with attributions, and {type(trained).__name__} has none"
            )
        X = before_final_step(estimator, [sequence])
        (found,) = trained.attributions(X, method=method, target=target)
        alphabet = trained.alphabet_
        letters = alphabet.letters if hasattr(alphabet, "letters") else alphabet.tokens
        display = cls(found, residues(X[0]), letters=letters, first_position=first_position)
        return display.plot(ax, kind=kind, between=between)

    @classmethod
    def from_attributions(
        cls,
        attributions: ArrayLike,
        sequence: str | Sequence[str],
        *,
        letters: str | Sequence[str] = "ACGT",
        first_position: int = 1,
        kind: Literal["auto", "letters", "heatmap"] = "auto",
        between: tuple[int, int] | None = None,
        ax: Axes | None = None,
    ) -> AttributionDisplay:
        """Draw attributions at hand.

        Parameters
        ----------
        attributions : array-like of shape (length, n_letters) or (length,)
            What counts.
        sequence : str or list of str
            The string, or the tokens, of that length.
        letters : str or sequence of str, default="ACGT"
            The names of the columns.
        """
        values = require_numbers("attributions", attributions)
        display = cls(values, sequence, letters=letters, first_position=first_position)
        return display.plot(ax, kind=kind, between=between)

    def plot(
        self,
        ax: Axes | None = None,
        *,
        kind: Literal["auto", "letters", "heatmap"] = "auto",
        between: tuple[int, int] | None = None,
    ) -> AttributionDisplay:
        """Draw what counts.

        Parameters
        ----------
        kind : {"auto", "letters", "heatmap"}, default="auto"
            Whether letters or a heat map are drawn; "auto" draws one where the letters that the string has are zero and
            others are not, as mutagenesis has it.
        between : pair of int, default=None
            The first and the last position to draw, of a string that is too long to be read as a whole.

        Returns
        -------
        self : AttributionDisplay
            The display, with ``heights_``, ``image_``, ``colorbar_``, ``ax_`` and ``figure_``.

        Raises
        ------
        ValueError
            If the attributions do not fit the string and the letters, or if there are no such positions.
        ImportError
            If matplotlib is not installed.
        """
        values = self._checked(kind)
        shown = self._between(between)
        changes = self._are_changes(values)
        self.heights_ = self._heights(values, changes)
        as_image = kind == "heatmap" or (kind == "auto" and changes)
        n_shown = shown.stop - shown.start
        width = float(np.clip(0.17 * n_shown, 6.4, 16.0))
        height = float(np.clip(1.4 + 0.2 * len(self.letters), 2.4, 9.0)) if as_image else 2.4
        self.ax_ = axes_to_draw_on(ax, f"{type(self).__name__}.plot", figsize=(width, height))
        self.figure_ = self.ax_.figure
        self.image_ = self.colorbar_ = None
        if as_image:
            self._draw_image(values, shown, "change" if changes else "attribution")
        else:
            self._draw_heights(shown)
        self.ax_.set(xlim=(shown.start - 0.5, shown.stop - 0.5), xlabel="position")
        return self

    def _checked(self, kind: str) -> NDArray[np.floating]:
        """Return the attributions, once everything about them has been checked."""
        length = len(self.sequence)
        if length == 0 or not all(isinstance(token, str) and token.strip() for token in self.sequence):
            raise ValueError(f"sequence must hold letters or tokens, none of which is blank; got {self.sequence!r:.50}")
        require_integer("first_position", self.first_position)
        values = require_numbers("attributions", self.attributions)
        if kind not in _KINDS:
            raise ValueError(f"kind must be {', '.join(map(repr, _KINDS[:-1]))} or {_KINDS[-1]!r}, got {kind!r}")
        if values.shape not in {(length,), (length, len(self.letters))}:
            raise ValueError(
                f"attributions of a string of {length} residues and of {len(self.letters)} letters must be of shape "
                f"({length}, {len(self.letters)}) or ({length},); theirs is {values.shape}"
            )
        if not np.isfinite(values).all():
            raise ValueError(f"attributions must be finite, and those of residue {_first_not_finite(values)} are not")
        if np.abs(values).max() > _LARGEST:
            raise ValueError(f"attributions must lie between -{_LARGEST:g} and {_LARGEST:g} to be drawn")
        if kind == "heatmap" and values.ndim == 1:
            raise ValueError("a heat map needs a number for each letter at each place; these are one a place")
        return values

    def _between(self, between: tuple[int, int] | None) -> slice:
        """Return the places to draw."""
        first = int(self.first_position)
        last = first + len(self.sequence) - 1
        if between is None:
            return slice(0, len(self.sequence))
        start, stop = between if _are_two_integers(between) else (last + 1, first - 1)
        if not first <= start <= stop <= last:
            raise ValueError(f"between must be two positions from {first} to {last}, in order; got {between!r:.50}")
        return slice(int(start) - first, int(stop) - first + 1)

    def _present(self) -> NDArray[np.bool_]:
        """Return which letter each place has, of shape (length, n_letters); ambiguity codes are none."""
        names = np.array(list(self.letters))
        present = np.array(list(self.sequence))[:, np.newaxis] == names
        folded = np.char.upper(np.array(list(self.sequence)))[:, np.newaxis] == names
        return np.where(present.any(axis=1, keepdims=True), present, folded)

    def _are_changes(self, values: NDArray[np.floating]) -> bool:
        if values.ndim == 1 or values.shape[1] == 1:
            return False
        present = self._present()
        return bool(present.any() and not values[present].any() and values.any())

    def _heights(self, values: NDArray[np.floating], changes: bool) -> NDArray[np.floating]:
        if values.ndim == 1:
            return values
        if not changes:
            return values.sum(axis=1)
        return -values.sum(axis=1) / (~self._present()).sum(axis=1)

    def _room(self, n_shown: int) -> float:
        """Return the points that a residue has on the axis."""
        return 72 * self.ax_.get_position().width * self.figure_.get_figwidth() / n_shown

    def _draw_heights(self, shown: slice) -> None:
        from matplotlib.collections import PathCollection

        places, heights = np.arange(shown.start, shown.stop), self.heights_[shown]
        room, sequence = self._room(len(places)), self.sequence[shown]
        colors = letter_colors(self.letters)
        self.ax_.axhline(0, color="0.6", linewidth=0.8, zorder=0)
        of_tokens = any(len(token) > 1 for token in sequence)
        if of_tokens:
            self.ax_.bar(places, heights, width=0.9, color=COLORS[0])
        elif room >= _NARROWEST_LETTER:
            paths = scaled_letters(sequence, places, heights)
            filled = [color_of(letter, colors) for letter in sequence]
            self.ax_.add_collection(PathCollection(paths, facecolors=filled, linewidths=0), autolim=False)
        else:
            self._draw_bars(sequence, places, heights, colors)
        low, high = min(0.0, float(heights.min())), max(0.0, float(heights.max()))
        margin = 0.05 * (high - low) or 1.0
        self.ax_.set(ylim=(low - margin, high + margin), ylabel="attribution")
        self._number(places, room, with_letters=of_tokens)

    def _draw_bars(self, sequence: str, places: NDArray, heights: NDArray, colors: dict[str, str]) -> None:
        """Draw a bar a residue, and say which colour is which letter."""
        for letter in sorted(set(sequence)):
            own = np.array([other == letter for other in sequence])
            self.ax_.bar(places[own], heights[own], width=1.0, color=color_of(letter, colors), label=letter)
        legend_beside(self.ax_)

    def _draw_image(self, values: NDArray[np.floating], shown: slice, label: str) -> None:
        limit = float(np.abs(values[shown]).max()) or 1.0
        extent = (shown.start - 0.5, shown.stop - 0.5, len(self.letters) - 0.5, -0.5)
        style = {"cmap": "RdBu_r", "vmin": -limit, "vmax": limit, "interpolation": "nearest", "aspect": "auto"}
        self.image_ = self.ax_.imshow(values[shown].T, extent=extent, **style)
        self.colorbar_ = self.figure_.colorbar(self.image_, ax=self.ax_, label=label, pad=0.02)
        places, columns = np.nonzero(self._present()[shown])
        room = self._room(shown.stop - shown.start)
        self.ax_.plot(places + shown.start, columns, ".", color="0.3", markersize=float(np.clip(0.4 * room, 1.0, 4.0)))
        self.ax_.yaxis.set_ticks(range(len(self.letters)), [label_text(letter) for letter in self.letters])
        self.ax_.tick_params(axis="y", length=0)
        self._number(np.arange(shown.start, shown.stop), room, with_letters=True)

    def _number(self, places: NDArray, room: float, with_letters: bool) -> None:
        """Number the positions, and name the residues where the drawing does not."""
        positions = self.first_position + places
        if not with_letters:
            numbered = positions % round_step(NUMBER_WIDTH / room) == 0
            self.ax_.xaxis.set_ticks(places[numbered], [str(position) for position in positions[numbered]])
            return
        ticks = residue_ticks(self.sequence[places[0] : places[-1] + 1], positions, room)
        long = max((len(letter) for letter, _ in ticks.labels), default=0) > 1
        if long:  # read upwards, with the numbers in a row of their own below
            labels = [f"{number} {label_text(letter)}".strip() for letter, number in ticks.labels]
        else:
            labels = [f"{label_text(letter)}\n{number}" for letter, number in ticks.labels]
        style = ticks.style | ({"rotation": 90, "fontsize": min(8.0, ticks.style["fontsize"])} if long else {})
        self.ax_.xaxis.set_ticks(places[ticks.places], labels, **style)


def _are_two_integers(between: Any) -> bool:
    return (
        isinstance(between, (tuple, list, np.ndarray))
        and len(between) == 2
        and all(isinstance(position, Integral) for position in between)
    )


def _first_not_finite(values: NDArray[np.floating]) -> int:
    return int(np.argwhere(~np.isfinite(values))[0, 0])

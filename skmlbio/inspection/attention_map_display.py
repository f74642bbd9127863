"""Attention maps of one string, or of one and its translation, with residues on the axes."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ._display import Display
from ._plotting import (
    ResidueTicks,
    axes_to_draw_on,
    before_final_step,
    final_step,
    require_fitted,
    require_integer,
    residue_ticks,
    residues,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_CLASS_TOKEN = "[CLS]"


class AttentionMapDisplay(Display):
    """An attention map of one string: how much each residue collects from each other one.

    A row is a residue that collects, a column one that is collected from; rows sum to 1.  The axes have the letters of
    the residues, or some of them where there is no room for all, and numbers of positions; a class token before the
    residues is "[CLS]".  Of a translation, a row is a token that was written, and a column one that was read.  Make one
    with `from_estimator` or `from_maps`; draw another block or head of it with `plot`.

    Parameters
    ----------
    maps : ndarray of shape (n_blocks, n_heads, length, length)
        The shares, as ``AttentionClassifier.attention_maps`` returns them for a string.  Where a class token stands
        before the residues, there is one more row and column.  Of a translation, (n_blocks, n_heads, length of target,
        length), as ``TransformerTranslator.attention_maps`` returns them.
    sequence : str or list of str
        The string, or the tokens, of that length.
    first_position : int, default=1
        The number of the first residue, such as -30 where a promoter begins; the others are counted on from it.
    target : str or list of str, default=None
        The translation, whose tokens stand at the rows.

    Attributes
    ----------
    image_ : matplotlib AxesImage
        The map drawn.
    colorbar_ : matplotlib Colorbar
        What its colours mean.

    See Also
    --------
    skmlbio.AttentionClassifier : Has attention maps.
    skmlbio.TransformerTranslator : Has those of a translation.
    TrainingHistoryDisplay : The loss over the epochs.

    Examples
    --------
    >>> import matplotlib.pyplot as plt
    >>> import numpy as np
    >>> from skmlbio.inspection import AttentionMapDisplay
    >>> display = AttentionMapDisplay.from_maps(np.full((1, 2, 4, 4), 0.25), "ACGT")
    >>> [label.get_text() for label in display.ax_.get_yticklabels()]
    ['1 A', '2 C', '3 G', '4 T']
    >>> plt.close(display.figure_)
    """

    def __init__(
        self, maps: NDArray[np.floating], sequence: str, *, first_position: int = 1, target: str | None = None
    ) -> None:
        self.maps = maps
        self.sequence = sequence
        self.first_position = first_position
        self.target = target

    @classmethod
    def from_estimator(
        cls,
        estimator: Any,
        sequence: Any,
        *,
        first_position: int = 1,
        target: str | None = None,
        block: int = -1,
        head: int | None = None,
        ax: Axes | None = None,
        im_kwargs: Mapping[str, Any] | None = None,
    ) -> AttentionMapDisplay:
        """Ask a fitted estimator for the maps of one string, and draw one of them.

        Parameters
        ----------
        sequence : str, Biopython Seq or SeqRecord, or list of tokens
            The string, or the tokens.
        first_position : int, default=1
            The number of its first residue.
        target : str or list of tokens, default=None
            A translation of the string, for an estimator that translates; None takes its own.
        block, head, ax, im_kwargs
            As in `plot`.
        """
        require_fitted(estimator, cls.__name__)
        trained = final_step(estimator)
        if not hasattr(trained, "attention_maps"):
            raise TypeError(
                f"{cls.__name__} needs an estimator with attention_maps, and {type(trained).__name__} has none"
            )
        X = before_final_step(estimator, [sequence])
        if "y" in inspect.signature(trained.attention_maps).parameters:
            (target,) = trained.predict(X) if target is None else [target]
            (maps,) = trained.attention_maps(X, [target])
        elif target is None:
            (maps,) = trained.attention_maps(X)
        else:
            raise TypeError(f"target is for an estimator that translates, and {type(trained).__name__} does not")
        display = cls(maps, residues(X[0]), first_position=first_position, target=target)
        return display.plot(ax, block=block, head=head, im_kwargs=im_kwargs)

    @classmethod
    def from_maps(
        cls,
        maps: ArrayLike,
        sequence: str,
        *,
        first_position: int = 1,
        target: str | None = None,
        block: int = -1,
        head: int | None = None,
        ax: Axes | None = None,
        im_kwargs: Mapping[str, Any] | None = None,
    ) -> AttentionMapDisplay:
        """Draw maps at hand.

        Parameters
        ----------
        maps : array-like of shape (n_blocks, n_heads, length, length)
            The shares, by block and head.
        sequence : str or list of str
            The string, or the tokens, of that length.
        target : str or list of str, default=None
            The translation that the rows belong to.
        """
        display = cls(np.asarray(maps), sequence, first_position=first_position, target=target)
        return display.plot(ax, block=block, head=head, im_kwargs=im_kwargs)

    def plot(
        self,
        ax: Axes | None = None,
        *,
        block: int = -1,
        head: int | None = None,
        im_kwargs: Mapping[str, Any] | None = None,
    ) -> AttentionMapDisplay:
        """Draw one map.

        Parameters
        ----------
        block : int, default=-1
            Which block, counted from 0, or from the last one backwards.
        head : int, default=None
            Which head, counted likewise; None draws the mean over heads.
        im_kwargs : mapping, default=None
            Keywords for ``Axes.imshow``.

        Returns
        -------
        self : AttentionMapDisplay
            The display, with ``image_``, ``colorbar_``, ``ax_`` and ``figure_``.

        Raises
        ------
        ValueError
            If the maps are not of the string's length, or if there is no such block or head.
        ImportError
            If matplotlib is not installed.
        """
        shares, title = self._shares(block, head)
        self.ax_ = axes_to_draw_on(ax, f"{type(self).__name__}.plot", figsize=(6.4, 5.4))
        self.figure_ = self.ax_.figure
        style = {"cmap": "viridis", "vmin": 0.0, "interpolation": "nearest", "origin": "upper"}
        self.image_ = self.ax_.imshow(shares, **{**style, **(im_kwargs or {})})
        self.colorbar_ = self.figure_.colorbar(self.image_, ax=self.ax_, label="share")
        self._label_axes()
        names = ("collected from", "collecting residue") if self.target is None else ("read", "written")
        self.ax_.set(xlabel=names[0], ylabel=names[1], title=title)
        return self

    def _label_axes(self) -> None:
        """Put letters at the residues, as many as there is room for, and numbers at some of them."""
        n_tokens = self._n_tokens()
        box = self.ax_.get_position()
        width, height = box.width * self.figure_.get_figwidth(), box.height * self.figure_.get_figheight()
        if self.target is None:
            of_columns = of_rows = self._ticks(self.sequence, self.first_position, min(width, height), n_tokens)
        else:
            of_columns = self._ticks(self.sequence, self.first_position, width)
            of_rows = self._ticks(self.target, 1, height)
        columns, rows = [_CLASS_TOKEN] * n_tokens, [_CLASS_TOKEN] * n_tokens
        columns += [f"{letter}\n{number}" for letter, number in of_columns.labels]
        between = ": " if any(str(letter)[:1].isdigit() for letter, _ in of_rows.labels) else " "  # 1 9 is no 19
        rows += [between.join(filter(None, (number, letter))) for letter, number in of_rows.labels]
        self.ax_.xaxis.set_ticks([*range(n_tokens), *of_columns.places], columns, **of_columns.style)
        self.ax_.yaxis.set_ticks([*range(n_tokens), *of_rows.places], rows, **of_rows.style)
        for label in self.ax_.get_xticklabels()[:n_tokens]:
            label.set_rotation(90)  # it is as wide as several letters
        for axis, ticks in (("x", of_columns), ("y", of_rows)):
            self.ax_.tick_params(axis, length=0 if ticks.all_fit else 2, pad=2)

    def _ticks(self, sequence: str, first_position: int, side: float, n_tokens: int = 0) -> ResidueTicks:
        """Return the ticks of an axis that is so many inches long."""
        positions = first_position + np.arange(len(sequence))
        return residue_ticks(sequence, positions, 72 * side / (n_tokens + len(sequence)), n_tokens)

    def _n_tokens(self) -> int:
        """Return 1 where a class token stands before the residues."""
        return int(self.target is None and np.shape(self.maps)[-1] == len(self.sequence) + 1)

    def _shares(self, block: int, head: int | None) -> tuple[NDArray[np.floating], str]:
        """Return the map to draw and its title, once everything about them has been checked."""
        maps, length = np.asarray(self.maps), len(self.sequence)
        require_integer("first_position", self.first_position)
        if self.target is not None:
            if maps.ndim != 4 or 0 in maps.shape or maps.shape[2:] != (len(self.target), length):
                raise ValueError(
                    f"maps of {length} tokens and a translation of {len(self.target)} must be of shape (n_blocks, "
                    f"n_heads, {len(self.target)}, {length}); theirs is {maps.shape}"
                )
        elif maps.ndim != 4 or 0 in maps.shape or maps.shape[2:] not in [(length, length), (length + 1, length + 1)]:
            raise ValueError(
                f"maps of a string of {length} residues must be of shape (n_blocks, n_heads, {length}, {length}), or "
                f"have one more row and column for a class token; theirs is {maps.shape}"
            )
        block = _index("block", block, len(maps))
        of_block = f" of block {block}" if len(maps) > 1 else ""
        if head is None:
            return maps[block].mean(axis=0), f"mean over heads{of_block}"
        head = _index("head", head, maps.shape[1])
        return maps[block, head], f"head {head}{of_block}"


def _index(name: str, index: int, count: int) -> int:
    index = require_integer(name, index)
    if not -count <= index < count:
        raise ValueError(f"there is no {name} {index}: the maps have {count}, counted from 0")
    return index % count

"""Motifs as sequence logos."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from numbers import Integral
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from skmlbio.sequences import Motif, Vocabulary
from skmlbio.sequences._motifs import require_motifs

from ._display import Display
from ._plotting import COLORS, NUMBER_WIDTH, axes_to_draw_on, final_step, require_fitted, round_step

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_SCHEMES = {"ACGT": "classic", "ACGU": "classic", "ACDEFGHIKLMNPQRSTVWY": "chemistry"}
_HEIGHT_OF_A_LOGO = 1.1  # in inches, with its title
_SHARE_OF_TITLE = 0.38
_NARROWEST, _WIDEST = 4.8, 16.0  # in inches, of a figure of its own
_WIDTH_OF_A_PLACE = 0.2
_CHARACTERS_OF_AN_INCH = 14  # of a title, which is small


class MotifDisplay(Display):
    """Motifs as logos, one below the other: the height of a letter is its frequency times the bits of its place.

    Make one with `from_estimator` or `from_motifs`; needs the ``logo`` extra.

    Parameters
    ----------
    motifs : sequence of Motif
        The motifs.

    Attributes
    ----------
    motifs_ : list of Motif
        Those drawn, from top to bottom.
    axes_ : list of matplotlib Axes
        The axes of each logo, inside of `ax_`.

    See Also
    --------
    skmlbio.SequenceCNNClassifier : Has motifs.
    skmlbio.sequences.write_meme : Writes them to a file.

    References
    ----------
    .. [1] Schneider, Stephens: Sequence logos: a new way to display consensus sequences. Nucleic Acids Research 18
       (1990).

    Examples
    --------
    >>> import matplotlib.pyplot as plt
    >>> import numpy as np
    >>> from skmlbio import MotifDisplay
    >>> from skmlbio.sequences import Motif
    >>> box = Motif("box", "ACGT", np.array([[0, 0, 0, 8], [8, 0, 0, 0], [4, 0, 0, 4]]), 8, np.full(4, 0.25))
    >>> display = MotifDisplay.from_motifs([box])
    >>> display.axes_[0].get_title(loc="left")
    'box: TAN, 4.2 bits, 8 sites'
    >>> plt.close(display.figure_)
    """

    def __init__(self, motifs: Sequence[Motif]) -> None:
        self.motifs = motifs

    @classmethod
    def from_estimator(
        cls,
        estimator: Any,
        *,
        n_motifs: int | None = 8,
        sort_by: Literal["information", "sites"] | None = "information",
        ax: Axes | None = None,
        logo_kwargs: Mapping[str, Any] | None = None,
    ) -> MotifDisplay:
        """Draw what the filters of a fitted convolutional network look for.

        Parameters
        ----------
        n_motifs, sort_by, ax, logo_kwargs
            As in `plot`.
        """
        require_fitted(estimator, cls.__name__)
        trained = final_step(estimator)
        if not hasattr(trained, "motifs_"):
            raise TypeError(f"{cls.__name__} needs an estimator with motifs_, and {type(trained).__name__} has none")
        if isinstance(trained.alphabet_, Vocabulary):
            raise TypeError(
                f"{cls.__name__} needs an estimator of strings: lists of tokens have no letters, so there are no motifs"
            )
        return cls(trained.motifs_).plot(ax, n_motifs=n_motifs, sort_by=sort_by, logo_kwargs=logo_kwargs)

    @classmethod
    def from_motifs(
        cls,
        motifs: Sequence[Motif],
        *,
        n_motifs: int | None = 8,
        sort_by: Literal["information", "sites"] | None = "information",
        ax: Axes | None = None,
        logo_kwargs: Mapping[str, Any] | None = None,
    ) -> MotifDisplay:
        """Draw motifs at hand.

        Parameters
        ----------
        motifs : sequence of Motif
            The motifs.
        n_motifs, sort_by, ax, logo_kwargs
            As in `plot`.
        """
        return cls(motifs).plot(ax, n_motifs=n_motifs, sort_by=sort_by, logo_kwargs=logo_kwargs)

    def plot(
        self,
        ax: Axes | None = None,
        *,
        n_motifs: int | None = 8,
        sort_by: Literal["information", "sites"] | None = "information",
        logo_kwargs: Mapping[str, Any] | None = None,
    ) -> MotifDisplay:
        """Draw the first motifs in some order; those without sites are left out.

        Parameters
        ----------
        n_motifs : int, default=8
            How many at most; None draws all.
        sort_by : {"information", "sites"} or None, default="information"
            What the first ones have most of; None keeps the order.
        logo_kwargs : mapping, default=None
            Keywords for ``logomaker.Logo``, such as ``color_scheme``.

        Returns
        -------
        self : MotifDisplay
            The display, with ``motifs_``, ``axes_``, ``ax_`` and ``figure_``.

        Raises
        ------
        ImportError
            If logomaker or matplotlib is not installed.
        ValueError
            If no motif has sites, or `n_motifs` or `sort_by` is something else.
        TypeError
            If the motifs are no motifs, or logomaker does not know one of `logo_kwargs`.
        """
        self.motifs_ = self._chosen(n_motifs, sort_by)
        caller = f"{type(self).__name__}.plot"
        Logo = _logo_class(caller)
        _require_known(Logo, logo_kwargs or {})
        n_logos = len(self.motifs_)
        width = np.clip(_WIDTH_OF_A_PLACE * max(m.width for m in self.motifs_), _NARROWEST, _WIDEST)
        self.ax_ = axes_to_draw_on(ax, caller, figsize=(width, 0.4 + _HEIGHT_OF_A_LOGO * n_logos))
        self.figure_ = self.ax_.figure
        self.ax_.set_axis_off()
        highest = max(motif.bits.sum(axis=1).max() for motif in self.motifs_)
        top = max(highest, np.log2(len(self.motifs_[0].letters)))
        self.axes_ = []
        for number, motif in enumerate(self.motifs_):
            bottom = 1 - (number + 1) / n_logos
            inner = self.ax_.inset_axes((0, bottom, 1, (1 - _SHARE_OF_TITLE) / n_logos))
            _draw(Logo, motif, inner, top, logo_kwargs or {})
            self.axes_.append(inner)
        return self

    def _chosen(self, n_motifs: int | None, sort_by: str | None) -> list[Motif]:
        if sort_by not in ("information", "sites", None):
            raise ValueError(f"sort_by must be 'information', 'sites' or None, not {sort_by!r}")
        if n_motifs is not None and (not isinstance(n_motifs, Integral) or n_motifs < 1):
            raise ValueError(f"n_motifs must be an int of 1 or more, or None for all, not {n_motifs!r}")
        motifs = [motif for motif in require_motifs(self.motifs, type(self).__name__) if motif.n_sites]
        if not motifs:
            raise ValueError("there is no motif with sites, so there is nothing to draw")
        if sort_by is not None:
            measure = {"information": lambda m: -m.information_content, "sites": lambda m: -m.n_sites}[sort_by]
            motifs.sort(key=measure)
        return motifs[:n_motifs]


def _logo_class(caller: str) -> Any:
    try:
        from logomaker import Logo
    except ImportError as error:
        raise ImportError(f'{caller} needs logomaker: pip install "skmlbio[logo]"') from error
    return Logo


def _require_known(Logo: Any, logo_kwargs: Mapping[str, Any]) -> None:
    """Refuse keywords that logos do not have; logomaker hands those on to letters, which fail far from here."""
    from inspect import signature

    from logomaker import Glyph

    known = {**signature(Logo).parameters, **signature(Glyph).parameters}.keys() - {"df", "ax", "kwargs"}
    for name in logo_kwargs:
        if name not in known:
            raise TypeError(f"logo_kwargs: logomaker.Logo has no keyword {name!r}")


def _draw(Logo: Any, motif: Motif, ax: Axes, top: float, logo_kwargs: Mapping[str, Any]) -> None:
    import pandas as pd

    heights = pd.DataFrame(motif.bits, columns=list(motif.letters), index=np.arange(1, motif.width + 1))
    colors = {letter: COLORS[i % len(COLORS)] for i, letter in enumerate(motif.letters)}
    style = {"color_scheme": _SCHEMES.get(motif.letters, colors), "show_spines": False}
    if motif.bits.any():
        Logo(heights, ax=ax, **style | dict(logo_kwargs))
    else:  # as few sites as one tell nothing, and logomaker warns of a logo without height
        ax.spines[:].set_visible(False)
        ax.set_xlim(0.5, motif.width + 0.5)
    ax.spines["left"].set_visible(True)
    ax.set_ylim(0, top)
    inches = ax.get_window_extent().width / ax.figure.dpi
    step = round_step(NUMBER_WIDTH / 2 * motif.width / (72 * inches))
    ax.set_xticks([1, *range(step, motif.width + 1, step)] if step > 1 else range(1, motif.width + 1))
    ax.set_yticks(np.arange(0, top + 0.01, 1 if top < 3 else 2))
    ax.tick_params(length=2, labelsize=8)
    ax.set_ylabel("bits", fontsize=8)
    ax.set_title(_title(motif, int(_CHARACTERS_OF_AN_INCH * inches)), loc="left", fontsize=9)


def _title(motif: Motif, n_characters: int) -> str:
    """Name and numbers of a motif, with as much of the consensus between them as there is room for."""
    numbers = f"{motif.information_content:.1f} bits, {motif.n_sites} sites"
    room = max(6, n_characters - len(motif.name) - len(numbers) - 4)
    consensus = motif.consensus if motif.width <= room else f"{motif.consensus[: room - 1]}…"
    return f"{motif.name}: {consensus}, {numbers}"

"""Letters as shapes of any height, and their colours."""

from __future__ import annotations

import functools
from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ._plotting import COLORS

if TYPE_CHECKING:
    from matplotlib.path import Path

# Bases have the colours that sequence logos give them, in shades that colour-blind readers tell apart: M. Okabe and
# K. Ito, "Color universal design", 2008.
_BASES = {"A": "#009e73", "C": "#0072b2", "G": "#e69f00", "T": "#d55e00", "U": "#d55e00"}
# Amino acids by their chemistry, as in G. E. Crooks et al., "WebLogo: a sequence logo generator", Genome Research 14,
# 2004: polar, neutral, basic, acidic, hydrophobic.
_CHEMISTRY = {"GSTYC": "#009e73", "QN": "#832db6", "KRH": "#0072b2", "DE": "#d55e00", "AVLIPWFM": "#3c3c3c"}
_AMINO_ACIDS = {letter: color for letters, color in _CHEMISTRY.items() for letter in letters}
_OTHER = "#717581"


def letter_colors(alphabet: Iterable[str]) -> dict[str, str]:
    """Return the colour of each letter of an alphabet: of bases, of amino acids, or of others one after the other."""
    letters = list(alphabet)
    known = next((colors for colors in (_BASES, _AMINO_ACIDS) if colors.keys() >= set(letters)), None)
    return known or {letter: COLORS[i % len(COLORS)] for i, letter in enumerate(letters)}


def color_of(letter: str, colors: dict[str, str]) -> str:
    """Return a letter's colour, in any case; codes of several letters are grey."""
    return colors.get(letter, colors.get(letter.upper(), _OTHER))


@functools.cache
def _glyph(letter: str) -> Path:
    """A letter that stands on 0, is 1 high, and has its middle at 0."""
    from matplotlib.font_manager import FontProperties
    from matplotlib.textpath import TextPath
    from matplotlib.transforms import Affine2D

    path = TextPath((0, 0), letter, size=100, prop=FontProperties(family="DejaVu Sans Mono", weight="bold"))
    box = path.get_extents()
    width = max(box.width, 45.0)  # narrow ones are not made as wide as others
    moved = Affine2D().translate(-(box.x0 + box.x1) / 2, -box.y0).scale(0.94 / width, 1 / box.height)
    return path.transformed(moved)


def scaled_letters(letters: str, places: NDArray, heights: NDArray) -> list[Path]:
    """Return letters as paths that stand on 0, or hang from it upside down where their height is negative."""
    from matplotlib.transforms import Affine2D

    return [
        _glyph(letter).transformed(Affine2D().scale(1, height).translate(place, 0))
        for letter, place, height in zip(letters, places, np.asarray(heights, float), strict=True)
    ]

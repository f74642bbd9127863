"""The transition matrix of a Markov chain, as a picture."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ._display import Display
from ._plotting import axes_to_draw_on, final_step, label_text, require_fitted

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_MOST_VALUES = 80  # written into their cells, where they can be read
_MOST_NAMES = 64  # contexts with a name each; of more, some are named


class TransitionMatrixDisplay(Display):
    """How probable each letter is after each context.

    A row is a context, a column the letter that comes next; rows sum to 1.  Make one with `from_estimator` or
    `from_matrix`.

    Parameters
    ----------
    matrix : ndarray of shape (n_contexts, n_letters)
        Probabilities.
    contexts : sequence of n_contexts str
        The names of the rows.
    letters : sequence of n_letters str
        The names of the columns.

    Attributes
    ----------
    image_ : matplotlib AxesImage
        The matrix drawn.
    colorbar_ : matplotlib Colorbar
        What its colours mean.
    texts_ : list of matplotlib Text
        The numbers in the cells, row by row.
    ax_ : matplotlib Axes
        The axes drawn on.
    figure_ : matplotlib Figure
        The figure of these axes.

    See Also
    --------
    skmlbio.MarkovChain : Has a transition matrix.

    Examples
    --------
    >>> import matplotlib.pyplot as plt
    >>> from skmlbio import MarkovChain, TransitionMatrixDisplay
    >>> display = TransitionMatrixDisplay.from_estimator(MarkovChain(1).fit(["ACACACACGT", "ACACACAC", "CACAGTCA"]))
    >>> [text.get_text() for text in display.texts_[:4]]
    ['0.11', '0.76', '0.10', '0.03']
    >>> plt.close(display.figure_)
    """

    def __init__(self, matrix: NDArray[np.floating], contexts: Sequence[str], letters: Sequence[str]) -> None:
        self.matrix = matrix
        self.contexts = contexts
        self.letters = letters

    @classmethod
    def from_estimator(
        cls,
        estimator: Any,
        *,
        order: int | None = None,
        ax: Axes | None = None,
        values: bool | None = None,
        im_kwargs: Mapping[str, Any] | None = None,
    ) -> TransitionMatrixDisplay:
        """Draw the transition matrix of a fitted Markov chain; needs pandas.

        Parameters
        ----------
        estimator : MarkovChain, Pipeline or search
            A fitted Markov chain, or a fitted pipeline that ends with one, or a fitted search for either of them.  For
            a class of a `MarkovClassifier`, take one of its ``chains_``.
        order : int, default=None
            Letters of the contexts, at most those of the chain, whose order is the default.
        ax, values, im_kwargs
            As in `plot`.

        Raises
        ------
        NotFittedError
            If the estimator is not fitted.
        TypeError
            If it has no transition matrix.
        ValueError
            If the chain has no contexts of that many letters.
        """
        require_fitted(estimator, cls.__name__)
        chain = final_step(estimator)
        if not hasattr(chain, "transition_frame"):
            advice = "; take one of its chains_" if hasattr(chain, "chains_") else ""
            raise TypeError(
                f"{cls.__name__} needs an estimator with a transition matrix, and {type(chain).__name__} has "
                f"none{advice}"
            )
        frame = chain.transition_frame(order)
        display = cls(frame.to_numpy(), frame.index.tolist(), frame.columns.tolist())
        return display.plot(ax, values=values, im_kwargs=im_kwargs)

    @classmethod
    def from_matrix(
        cls,
        matrix: ArrayLike,
        contexts: Sequence[str],
        letters: Sequence[str],
        *,
        ax: Axes | None = None,
        values: bool | None = None,
        im_kwargs: Mapping[str, Any] | None = None,
    ) -> TransitionMatrixDisplay:
        """Draw a matrix at hand, such as the difference of two.

        Parameters
        ----------
        matrix : array-like of shape (n_contexts, n_letters)
            Numbers.
        contexts : sequence of n_contexts str
            The names of the rows.
        letters : sequence of n_letters str
            The names of the columns.
        ax, values, im_kwargs
            As in `plot`.
        """
        return cls(np.asarray(matrix), contexts, letters).plot(ax, values=values, im_kwargs=im_kwargs)

    def plot(
        self, ax: Axes | None = None, *, values: bool | None = None, im_kwargs: Mapping[str, Any] | None = None
    ) -> TransitionMatrixDisplay:
        """Draw the matrix.

        Parameters
        ----------
        values : bool, default=None
            Whether cells have their number written into them; by default up to 80 cells have.
        im_kwargs : mapping, default=None
            Keywords for ``Axes.imshow``.

        Returns
        -------
        self : TransitionMatrixDisplay
            The display, with ``image_``, ``colorbar_``, ``texts_``, ``ax_`` and ``figure_``.

        Raises
        ------
        ImportError
            If matplotlib is not installed.
        ValueError
            If the matrix has other numbers of rows and columns than there are names.
        """
        matrix = np.asarray(self.matrix)
        expected = (len(self.contexts), len(self.letters))
        if matrix.shape != expected or 0 in expected:
            raise ValueError(
                f"a matrix of {expected[0]} contexts and {expected[1]} letters must be of shape {expected}; "
                f"its shape is {matrix.shape}"
            )
        height = float(np.clip(1.2 + 0.22 * len(matrix), 3.2, 12))
        self.ax_ = axes_to_draw_on(
            ax, f"{type(self).__name__}.plot", figsize=(max(4.8, 0.32 * len(self.letters)), height)
        )
        self.figure_ = self.ax_.figure
        style = {"cmap": "viridis", "interpolation": "nearest", "origin": "upper", "aspect": "auto"}
        if matrix.min() >= 0:
            style["vmin"] = 0.0
        self.image_ = self.ax_.imshow(matrix, **{**style, **(im_kwargs or {})})
        self.colorbar_ = self.figure_.colorbar(self.image_, ax=self.ax_, label="probability")
        step = -(-len(matrix) // _MOST_NAMES)
        size = {"family": "monospace", "fontsize": 10 if len(matrix) <= 32 else 8}
        rows = range(0, len(matrix), step)
        self.ax_.yaxis.set_ticks(rows, [label_text(self.contexts[row]) or "none" for row in rows], **size)
        self.ax_.xaxis.set_ticks(range(len(self.letters)), [label_text(letter) for letter in self.letters], **size)
        self.ax_.set(xlabel="next letter", ylabel="context")
        self.texts_ = self._write_values(matrix) if (matrix.size <= _MOST_VALUES if values is None else values) else []
        return self

    def _write_values(self, matrix: NDArray) -> list[Any]:
        """Write each number into its cell, in black or white, whichever is read better."""
        colors = self.image_.cmap(self.image_.norm(matrix))[..., :3]
        bright = colors @ [0.299, 0.587, 0.114] > 0.5
        return [
            self.ax_.text(
                column, row, f"{matrix[row, column]:.2f}",
                ha="center", va="center", fontsize=8, color="black" if bright[row, column] else "white",
            )
            for row, column in np.ndindex(*matrix.shape)
        ]  # fmt: skip

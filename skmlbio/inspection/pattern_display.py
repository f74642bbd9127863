"""Patterns that are found in images, marked in them."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from numbers import Integral, Real
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from skmlbio.images import ensure_images

from ._display import Display
from ._plotting import COLORS, axes_to_draw_on, before_final_step, final_step, label_text, legend_beside, require_fitted

if TYPE_CHECKING:
    from matplotlib.animation import FuncAnimation
    from matplotlib.axes import Axes

_MOST_NAMES = 20  # in a legend


class PatternDisplay(Display):
    """Images in which the patterns that are found have frames around them.

    Make one with `from_estimator` or `from_places`; `animate` makes a film of images of one size, and `save_animation`
    writes it.

    Parameters
    ----------
    images : array-like of shape (n_images, height, width) or (n_images, height, width, n_channels), or list of images
        With one channel, which is drawn in grey, or three for red, green and blue.
    found : sequence of n_images array-likes of shape (n_found, 3)
        Row and column of the upper left corner of each pattern found, and its number.
    size : (int, int)
        Height and width of the patterns.
    labels : sequence of labels, default=None
        What the patterns are called, by their numbers; those with one label have one colour.  None stands for numbers.

    Attributes
    ----------
    image_ : matplotlib AxesImage
        The image drawn.
    rectangles_ : list of matplotlib Rectangle
        The frames around patterns, in the order of what is found.

    See Also
    --------
    skmlbio.PatternDetector : Finds patterns.

    Examples
    --------
    >>> import matplotlib.pyplot as plt
    >>> from skmlbio import PatternDetector, PatternDisplay
    >>> X = [[[0, 0, 1, 0], [0, 0, 1, 1], [0, 0, 0, 0]]]
    >>> display = PatternDisplay.from_estimator(PatternDetector([[[1, 0], [1, 1]]]).fit(X), X)
    >>> [rectangle.get_xy() for rectangle in display.rectangles_]
    [(1.5, -0.5)]
    >>> plt.close(display.figure_)
    """

    def __init__(
        self,
        images: ArrayLike | Sequence[ArrayLike],
        found: Sequence[ArrayLike],
        size: tuple[int, int],
        *,
        labels: Sequence | None = None,
    ) -> None:
        self.images = images
        self.found = found
        self.size = size
        self.labels = labels

    @classmethod
    def from_estimator(
        cls,
        estimator: Any,
        X: Any,
        *,
        index: int = 0,
        ax: Axes | None = None,
        im_kwargs: Mapping[str, Any] | None = None,
    ) -> PatternDisplay:
        """Let a fitted detector find its patterns in images, and draw one of these.

        Parameters
        ----------
        X : array-like or list of images
            As its ``predict`` takes them.
        index, ax, im_kwargs
            As in `plot`.
        """
        require_fitted(estimator, cls.__name__)
        detector = final_step(estimator)
        if not hasattr(detector, "patterns_"):
            raise TypeError(f"{cls.__name__} needs an estimator with patterns_, and {type(detector).__name__} has none")
        images = before_final_step(estimator, X)
        display = cls(images, detector.predict(images), detector.patterns_.shape[1:3], labels=detector.labels_)
        return display.plot(ax, index=index, im_kwargs=im_kwargs)

    @classmethod
    def from_places(
        cls,
        images: ArrayLike | Sequence[ArrayLike],
        found: Sequence[ArrayLike],
        size: tuple[int, int],
        *,
        labels: Sequence | None = None,
        index: int = 0,
        ax: Axes | None = None,
        im_kwargs: Mapping[str, Any] | None = None,
    ) -> PatternDisplay:
        """Draw places at hand.

        Parameters
        ----------
        images : array-like or list of images
            With one channel or three.
        found : sequence of n_images array-likes of shape (n_found, 3)
            Row and column of the upper left corner of each pattern found, and its number.
        size : (int, int)
            Height and width of the patterns.
        labels : sequence of labels, default=None
            What the patterns are called, by their numbers.
        index, ax, im_kwargs
            As in `plot`.
        """
        return cls(images, found, size, labels=labels).plot(ax, index=index, im_kwargs=im_kwargs)

    def plot(
        self, ax: Axes | None = None, *, index: int = 0, im_kwargs: Mapping[str, Any] | None = None
    ) -> PatternDisplay:
        """Draw one image, and what is found in it.

        Parameters
        ----------
        index : int, default=0
            Which image, from 0.
        im_kwargs : mapping, default=None
            Keywords for ``Axes.imshow``.

        Returns
        -------
        self : PatternDisplay
            The display, with ``image_``, ``rectangles_``, ``ax_`` and ``figure_``.

        Raises
        ------
        ImportError
            If matplotlib is not installed.
        TypeError, ValueError
            If the images are none, or cannot be drawn, if there is no such image, or if what is found does not fit.
        """
        self._images = self._drawable()
        self._places = self._checked_places(len(self._images))
        if not isinstance(index, Integral) or isinstance(index, bool) or not 0 <= index < len(self._images):
            raise ValueError(f"index must be an int from 0 to {len(self._images) - 1}, got {index!r:.50}")
        self.ax_ = axes_to_draw_on(ax, f"{type(self).__name__}.plot")
        self.figure_ = self.ax_.figure
        least, most = (float(f([f(image) for image in self._images])) for f in (np.min, np.max))
        style = {"cmap": "gray", "interpolation": "nearest", "vmin": least, "vmax": most if most > least else least + 1}
        self.image_ = self.ax_.imshow(self._images[index], **{**style, **(im_kwargs or {})})
        self.ax_.set(xlabel="column", ylabel="row")
        self.rectangles_ = []
        self._mark(index)
        self._add_legend()
        return self

    def animate(
        self,
        ax: Axes | None = None,
        *,
        frames_per_second: float = 10.0,
        im_kwargs: Mapping[str, Any] | None = None,
    ) -> FuncAnimation:
        """Return a film of all images and what is found in them, for a notebook or a page.

        Parameters
        ----------
        ax : matplotlib.axes.Axes, default=None
            Where to draw; by default on a new figure.
        frames_per_second : float, default=10.0
            Images a second.
        im_kwargs : mapping, default=None
            Keywords for ``Axes.imshow``.

        Returns
        -------
        matplotlib.animation.FuncAnimation
            The film, which plays as long as it is kept in a variable; ``to_jshtml()`` makes it a part of a page.

        Raises
        ------
        ImportError
            If matplotlib is not installed.
        TypeError, ValueError
            If images differ in size, for impossible numbers, and as `plot` does.
        """
        _require_below("frames_per_second", frames_per_second, 100)
        if len({image.shape for image in self._drawable()}) > 1:
            raise ValueError("the images of an animation must have one size")
        film = type(self)(self.images, self.found, self.size, labels=self.labels)
        film.plot(axes_to_draw_on(ax, f"{type(self).__name__}.animate"), im_kwargs=im_kwargs)
        from matplotlib.animation import FuncAnimation

        return FuncAnimation(film.figure_, film._mark, len(film._images), interval=1000 / frames_per_second)

    def save_animation(
        self,
        path: str | os.PathLike,
        *,
        frames_per_second: float = 10.0,
        dpi: float = 80.0,
        im_kwargs: Mapping[str, Any] | None = None,
    ) -> None:
        """Write a film of all images and what is found in them, on axes of its own.

        Parameters
        ----------
        path : str or path
            A file that ends in ``.gif``; one that is there is replaced once the new one is complete.
        frames_per_second, im_kwargs
            As in `animate`.
        dpi : float, default=80.0
            Pixels an inch; the figure is 6.4 × 4.8 inches.

        Raises
        ------
        ImportError
            If matplotlib is not installed.
        FileNotFoundError
            If the folder does not exist.
        TypeError, ValueError
            If images differ in size, for another ending, for impossible numbers, and as `plot` does.
        """
        path = Path(path)
        if path.suffix.lower() != ".gif":
            raise ValueError(f"path must end in .gif, got {str(path)!r}")
        if not path.parent.is_dir():
            raise FileNotFoundError(f"{path} cannot be written, because its folder does not exist")
        _require_below("dpi", dpi, 1000)
        try:
            from matplotlib.animation import PillowWriter
            from matplotlib.figure import Figure
        except ImportError as error:
            raise ImportError(
                f'{type(self).__name__}.save_animation needs matplotlib: pip install "skmlbio[plot]"'
            ) from error
        axes = Figure(layout="constrained").subplots()
        film = self.animate(axes, frames_per_second=frames_per_second, im_kwargs=im_kwargs)
        part = path.with_name(f"{path.stem}.{os.getpid()}.part.gif")  # so that what is at the path is never half a film
        try:
            film.save(part, PillowWriter(fps=frames_per_second), dpi=dpi)
            os.replace(part, path)
        finally:
            part.unlink(missing_ok=True)

    def _drawable(self) -> list[NDArray]:
        """The images as matplotlib takes them."""
        images = list(ensure_images(self.images))
        n_channels = images[0].shape[2]
        if n_channels not in (1, 3):
            raise ValueError(f"images with 1 or 3 channels can be drawn, these have {n_channels}")
        if n_channels == 1:
            return [image[..., 0].astype(float) for image in images]
        for index, image in enumerate(images):
            most = 255 if image.dtype.kind in "iu" else 1
            if image.min() < 0 or image.max() > most:
                raise ValueError(
                    f"colours must be ints from 0 to 255, or floats from 0 to 1; those of image {index} go from "
                    f"{image.min()} to {image.max()}"
                )
        return [image.astype(float) if image.dtype.kind == "b" else image for image in images]

    def _checked_places(self, n_images: int) -> list[NDArray[np.integer]]:
        if len(self.found) != n_images:
            raise ValueError(f"there are {n_images} images, but found tells of {len(self.found)}")
        places = [np.reshape(found, (0, 3)) if np.size(found) == 0 else np.asarray(found) for found in self.found]
        for index, found in enumerate(places):
            if found.ndim != 2 or found.shape[1] != 3:
                raise ValueError(f"found[{index}] must be of shape (n_found, 3), but is of shape {found.shape}")
            known = np.inf if self.labels is None else len(self.labels)
            if found.size and not (found[:, 2].min() >= 0 and found[:, 2].max() < known):
                raise ValueError(f"found[{index}] has a pattern that is none of the {known} with a label")
        return places

    def _label(self, pattern: int) -> str:
        return label_text(int(pattern) if self.labels is None else self.labels[int(pattern)])

    def _colors(self) -> dict[str, str]:
        """The colour of each label that is found in any of the images."""
        patterns = np.unique(np.concatenate([found[:, 2] for found in self._places]))
        labels = dict.fromkeys(map(self._label, patterns))
        return {label: COLORS[(number + 1) % len(COLORS)] for number, label in enumerate(labels)}

    def _mark(self, index: int) -> None:
        """Show an image in place of the one before, and frames around what is found in it."""
        from matplotlib.patches import Rectangle

        for rectangle in self.rectangles_:
            rectangle.remove()
        self.image_.set_data(self._images[index])
        height, width = self.size
        colors, self.rectangles_ = self._colors(), []
        for row, column, pattern in self._places[index].tolist():
            style = {"fill": False, "edgecolor": colors[self._label(pattern)], "linewidth": 1.5}
            corner = (column - 0.5, row - 0.5)
            self.rectangles_.append(self.ax_.add_patch(Rectangle(corner, width, height, clip_on=False, **style)))
        self.ax_.set_title(f"image {index}: {len(self.rectangles_)} found")

    def _add_legend(self) -> None:
        """Tell which colour is which label, where there are several."""
        colors = self._colors()
        if 1 < len(colors) <= _MOST_NAMES:
            for label, color in colors.items():
                self.ax_.plot([], [], "s", markerfacecolor="none", color=color, label=label)
            legend_beside(self.ax_)


def _require_below(name: str, value: Any, most: float) -> None:
    if not isinstance(value, Real) or isinstance(value, bool) or not 0 < value <= most:
        raise ValueError(f"{name} must be a number above 0, of at most {most}; got {value!r:.50}")

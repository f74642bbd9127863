"""How much each pixel of an image counts, drawn over the image."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from skmlbio.images import as_numbers, ensure_images

from ._display import Display
from ._plotting import axes_to_draw_on, before_final_step, final_step, require_fitted, require_numbers

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_OPAQUE = 0.85  # where a pixel counts most


class SaliencyDisplay(Display):
    """How much each pixel of an image counts for what a network answers.

    The image is drawn in grey, or in its colours where it has three channels from 0 to 1, or of 8 or 16 bits; of other
    channels, their mean is.  Over it lies the map of what counts, the less transparent the more: red where a pixel
    speaks for the answer and blue where it speaks against it, or of one sign in shades from dark to light.  Make one
    with `from_estimator` or `from_attributions`.

    Parameters
    ----------
    attributions : array-like of shape (height, width) or (height, width, n_channels)
        What counts, as ``attributions`` of an estimator returns it for an image; channels are summed.
    image : array-like of shape (height, width) or (height, width, n_channels)
        The image.

    Attributes
    ----------
    values_ : ndarray of shape (height, width)
        What is drawn over the image.
    image_ : matplotlib AxesImage
        The image.
    map_ : matplotlib AxesImage
        The map over it.
    colorbar_ : matplotlib Colorbar
        What its colours mean.

    See Also
    --------
    skmlbio.ImageCNNClassifier : Has attributions.
    AttributionDisplay : The same for strings.

    Examples
    --------
    >>> import matplotlib.pyplot as plt
    >>> from skmlbio.inspection import SaliencyDisplay
    >>> display = SaliencyDisplay.from_attributions([[0.5, 0.0], [0.0, -1.0]], [[0, 1], [1, 0]])
    >>> display.map_.get_clim(), display.map_.get_alpha().tolist()
    ((-1.0, 1.0), [[0.425, 0.0], [0.0, 0.85]])
    >>> plt.close(display.figure_)
    """

    def __init__(self, attributions: ArrayLike, image: ArrayLike) -> None:
        self.attributions = attributions
        self.image = image

    @classmethod
    def from_estimator(
        cls,
        estimator: Any,
        image: Any,
        *,
        method: str = "integrated_gradients",
        target: Any = None,
        ax: Axes | None = None,
        im_kwargs: Mapping[str, Any] | None = None,
    ) -> SaliencyDisplay:
        """Ask a fitted estimator what counts in one image, and draw it.

        Parameters
        ----------
        image : array-like of shape (height, width) or (height, width, n_channels)
            The image, or for an estimator with `image_shape` its row of pixels, be it that of a data frame.
        method, target
            As its ``attributions`` takes them.
        ax, im_kwargs
            As in `plot`.
        """
        require_fitted(estimator, cls.__name__)
        trained = final_step(estimator)
        if not (hasattr(trained, "attributions") and hasattr(trained, "image_shape_")):
            raise TypeError(
                f"{cls.__name__} needs an estimator with attributions of images, and {type(trained).__name__} has none"
            )
        if hasattr(image, "to_frame"):  # a row of a data frame, which names its columns
            image = image.to_frame().T
        X = before_final_step(estimator, image if hasattr(image, "columns") else [image])
        given = X.to_numpy()[0] if hasattr(X, "to_numpy") else X[0]
        _require_one(trained, np.shape(given))
        (found,) = trained.attributions(X, method=method, target=target)
        return cls(found, np.reshape(given, (*found.shape[:2], -1))).plot(ax, im_kwargs=im_kwargs)

    @classmethod
    def from_attributions(
        cls,
        attributions: ArrayLike,
        image: ArrayLike,
        *,
        ax: Axes | None = None,
        im_kwargs: Mapping[str, Any] | None = None,
    ) -> SaliencyDisplay:
        """Draw attributions at hand.

        Parameters
        ----------
        attributions : array-like of shape (height, width) or (height, width, n_channels)
            What counts.
        image : array-like of shape (height, width) or (height, width, n_channels)
            The image.
        ax, im_kwargs
            As in `plot`.
        """
        return cls(attributions, image).plot(ax, im_kwargs=im_kwargs)

    def plot(self, ax: Axes | None = None, *, im_kwargs: Mapping[str, Any] | None = None) -> SaliencyDisplay:
        """Draw what counts over the image.

        Parameters
        ----------
        im_kwargs : mapping, default=None
            Keywords for ``Axes.imshow`` of the map, such as ``cmap``, ``alpha`` or ``vmax``.

        Returns
        -------
        self : SaliencyDisplay
            The display, with ``values_``, ``image_``, ``map_``, ``colorbar_``, ``ax_`` and ``figure_``.

        Raises
        ------
        ImportError
            If matplotlib is not installed.
        TypeError, ValueError
            If the image is none, or the attributions are no finite numbers of its height and width.
        """
        (pixels,) = ensure_images([self.image])
        self.values_ = self._summed(pixels.shape[:2])
        self.ax_ = axes_to_draw_on(ax, f"{type(self).__name__}.plot")
        self.figure_ = self.ax_.figure
        self.image_ = self.ax_.imshow(_drawable(pixels), cmap="gray", interpolation="nearest")
        most = float(np.abs(self.values_).max()) or 1.0
        signed = self.values_.min() < 0
        style = {"cmap": "RdBu_r" if signed else "inferno", "vmin": -most if signed else 0.0, "vmax": most}
        style |= {"alpha": _OPAQUE * np.abs(self.values_) / most, "interpolation": "nearest"}
        self.map_ = self.ax_.imshow(self.values_, **style | dict(im_kwargs or {}))
        self.colorbar_ = self.figure_.colorbar(self.map_, ax=self.ax_, label="attribution")
        self.ax_.set(xlabel="column", ylabel="row")
        return self

    def _summed(self, size: tuple[int, int]) -> NDArray[np.floating]:
        """Return one number a pixel, once attributions have been checked."""
        values = require_numbers("attributions", self.attributions)
        if values.ndim not in (2, 3) or values.shape[:2] != size:
            raise ValueError(
                f"attributions of an image of {size[0]} x {size[1]} pixels must be of shape {size} or "
                f"({size[0]}, {size[1]}, n_channels); theirs is {values.shape}"
            )
        if not np.isfinite(values).all():
            row, column = np.argwhere(~np.isfinite(values))[0, :2]
            raise ValueError(f"attributions must be finite, and that of row {row}, column {column} is not")
        return values if values.ndim == 2 else values.sum(axis=2)


def _require_one(estimator: Any, shape: tuple[int, ...]) -> None:
    """Refuse several images, and an image in a list of its own."""
    if estimator.image_shape is not None:
        expected, fits = "(n_pixels,)", len(shape) == 1
    else:
        n_channels = estimator.image_shape_[2]
        expected = f"(height, width) or (height, width, {n_channels})"
        fits = len(shape) == 2 or (len(shape) == 3 and shape[2] == n_channels)
    if not fits:
        raise ValueError(f"image must be one image, X[0] and not X[:1], of shape {expected}; got {shape}.")


def _drawable(pixels: NDArray) -> NDArray:
    """Return an image in its colours, or in grey."""
    numbers = as_numbers(pixels, np.float64)
    if pixels.shape[2] == 3 and numbers.min() >= 0 and numbers.max() <= 1:
        return numbers
    return numbers.mean(axis=2)

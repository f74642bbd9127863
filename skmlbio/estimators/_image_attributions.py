"""How much each pixel of an image counts for what a network answers."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from skmlbio.base._docstrings import completed_by
from skmlbio.base._range import require_answers
from skmlbio.estimators._explained_output import (
    chosen_outputs,
    explained,
    explained_head,
    finite_numbers,
    require_choice,
    units_of,
)
from skmlbio.estimators._image_data import ImageData
from skmlbio.estimators._path_integral import MOST_POINTS, number_of_points, path_integral, slope_at_the_end
from skmlbio.training._batches import Arrays, Bucket

_ENTRIES_KEPT = 2**26  # of gradients, of some images at all points


class ImageAttributions:
    """What tells of a fitted network of images which pixels count."""

    def _map_stride(self) -> int:
        """Return how many pixels, down and across, are one place of the last feature maps."""
        raise NotImplementedError

    @completed_by(explained)
    def attributions(
        self,
        X: Any,
        *,
        method: str = "integrated_gradients",
        target: Any = None,
        n_steps: int | Literal["auto"] = "auto",
    ) -> NDArray | list[NDArray]:
        """Return how much each pixel of an image counts for what the network answers.

        What is explained is f, a number: of a classifier the logit of a class, of a regressor its answer.  Z are the
        pixels as the network sees them, standardised unless ``standardize=False``; 0 is the mean colour of the
        training images.

        - ``"gradient"``: max \\|∂f/∂Z\\| over the channels, how steep f is at a pixel, up or down [1]_.
        - ``"gradient_times_input"``: Z ⊙ ∂f/∂Z, one pass [2]_.
        - ``"integrated_gradients"``: Z ⊙ ∫ ∂f/∂Z(αZ) dα for α from 0 to 1 [3]_.  All numbers of an image sum to
          f(image) - f(an image of the mean colour).
        - ``"grad_cam"``: relu(Σ α A), where A are the feature maps of the last stage, and α the mean of ∂f/∂A over a
          map; what speaks for the answer, coarse as these maps are, brought linearly to the size of the image [4]_.

        Parameters
        ----------
        X : array-like, list or sequence of n_images images
            As in `fit`.
        method : {"integrated_gradients", "gradient_times_input", "gradient", "grad_cam"}, \
default="integrated_gradients"
            What is computed.

        Returns
        -------
        ndarray of shape (n_images, height, width, n_channels), or list of such without the first axis
            A list where images differ in size.  ``"gradient"`` and ``"grad_cam"`` have no axis for channels.  In the
            units of f, float32 for a classifier, float64 for a regressor; a classifier that computes in double
            precision gives float64 as well.

        Raises
        ------
        NotFittedError
            If the estimator is not fitted.
        ValueError
            If an argument is none of these, or an attribution no finite number.

        See Also
        --------
        skmlbio.SaliencyDisplay : Draws what this returns over the image.

        References
        ----------
        .. [1] Simonyan et al.: Deep inside convolutional networks: visualising image classification models and
           saliency maps. ICLR workshop (2014).
        .. [2] Shrikumar et al.: Not just a black box: learning important features through propagating activation
           differences. arXiv:1605.01713 (2016).
        .. [3] Sundararajan et al.: Axiomatic attribution for deep networks. ICML (2017).
        .. [4] Selvaraju et al.: Grad-CAM: visual explanations from deep networks via gradient-based localization.
           ICCV (2017).
        """
        data = self._samples(X).to_predict()
        require_choice("method", method, tuple(_METHODS))
        self._require_place(method)
        n_points = number_of_points(n_steps)
        head = explained_head(self)
        answers = require_answers(self._ask_encoded(head, data))
        chosen = chosen_outputs(self, target, answers)
        units, sizes, found = units_of(self, chosen), data.images.sizes, [None] * len(data)
        integrate, entries_of_a_pixel = slope_at_the_end, data.width
        stride = self._map_stride() if method == "grad_cam" else 1
        if method == "integrated_gradients":
            integrate = functools.partial(path_integral, n_steps=n_points)
            entries_of_a_pixel = MOST_POINTS * self.image_shape_[2]
        for bucket, rows in _portions(data, entries_of_a_pixel):
            evaluate = functools.partial(self._slopes_at, method, head, bucket, bucket.take(rows), chosen[rows])
            for row, of_image in zip(rows, integrate(evaluate, len(rows)), strict=True):
                height, width = sizes[row].tolist()
                if method == "grad_cam":
                    of_image = _grad_cam(*of_image, (height, width), stride)
                of_image = units[row] * of_image[:height, :width]
                found[row] = finite_numbers(of_image, f"image {row}").astype(answers.dtype)
        return np.stack(found) if (sizes == sizes[0]).all() else found

    def _require_place(self, method: str) -> None:
        from skmlbio.training._cache import get_network

        place, _ = _METHODS[method]
        if place not in get_network(self.blueprint_).heads:
            others = "another method" if place == "maps" else "an encoder that takes no gaps"
            raise ValueError(
                f"method={method!r} needs {place} inside the network, which its encoder does not show; take {others}."
            )

    def _slopes_at(
        self, method: str, head: str, bucket: Bucket, inputs: Arrays, chosen: NDArray, numbers: NDArray, shares: NDArray
    ) -> tuple[NDArray, NDArray]:
        """Return values, and what a method makes of slopes, for some of the images, by number, at shares of the way."""
        from skmlbio.training._point_gradients import point_gradients

        place, combine = _METHODS[method]
        cuts = [slice(start, start + bucket.max_batch_size) for start in range(0, len(numbers), bucket.max_batch_size)]
        batches = ((*(a[numbers[cut]] for a in inputs), shares[cut], chosen[numbers[cut]]) for cut in cuts)
        asked = point_gradients(self.blueprint_, head, place, self.weights_, batches, bucket.form)
        values, made = zip(*((value, combine(seen, slope)) for value, seen, slope in asked), strict=True)
        return np.concatenate(values), np.concatenate(made)


def _portions(data: ImageData, entries_of_a_pixel: int) -> Iterator[tuple[Bucket, NDArray[np.integer]]]:
    """Yield buckets and rows of theirs, so many at a time that what is kept of them fits into memory."""
    for bucket in data.buckets():
        n_pixels = int(np.prod(data.images.sizes[bucket.rows].max(axis=0)))
        n_rows = max(1, _ENTRIES_KEPT // (n_pixels * entries_of_a_pixel))
        for start in range(0, len(bucket.rows), n_rows):
            yield bucket, bucket.rows[start : start + n_rows]


def _steepest(_: NDArray, slopes: NDArray) -> NDArray:
    return np.abs(slopes).max(axis=3)


def _both(maps: NDArray, slopes: NDArray) -> NDArray:
    return np.stack([maps, slopes], axis=1)


_METHODS = {  # and the place in the network where slopes are taken, and what is made of them
    "integrated_gradients": ("pixels", np.multiply),
    "gradient_times_input": ("pixels", np.multiply),
    "gradient": ("pixels", _steepest),
    "grad_cam": ("maps", _both),
}


def _grad_cam(maps: NDArray, slopes: NDArray, size: tuple[int, int], stride: int) -> NDArray[np.floating]:
    """Return relu(Σ α A) at every pixel, for feature maps A, of which those beyond the image do not count."""
    rows, columns = (-(-n // stride) for n in size)
    maps, slopes = maps[:rows, :columns], slopes[:rows, :columns]
    found = np.maximum(maps @ slopes.mean(axis=(0, 1)), 0)
    down, across = (_interpolation(n, stride) for n in size)
    return down @ found @ across.T


def _interpolation(n_pixels: int, stride: int) -> NDArray[np.float64]:
    """Return the matrix from places, each in the middle of so many pixels, to all pixels, linearly in between.

    Examples
    --------
    >>> _interpolation(5, 2).tolist()
    [[1.0, 0.0, 0.0], [0.75, 0.25, 0.0], [0.25, 0.75, 0.0], [0.0, 0.75, 0.25], [0.0, 0.25, 0.75]]
    """
    n_places = -(-n_pixels // stride)
    places = np.clip((np.arange(n_pixels) + 0.5) / stride - 0.5, 0, n_places - 1)
    return np.maximum(0, 1 - np.abs(places[:, np.newaxis] - np.arange(n_places)))

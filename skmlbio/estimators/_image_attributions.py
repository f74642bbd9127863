"""How much each pixel of an image counts for what a network answers."""

from __future__ import annotations

import functools
from collections.abc import Callable
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
from skmlbio.estimators._path_integral import MOST_POINTS, number_of_points, path_integral, slope_at_the_end
from skmlbio.training._batches import Arrays, Bucket

_METHODS = ("integrated_gradients", "gradient_times_input", "gradient", "grad_cam")
_ENTRIES_KEPT = 2**26  # of the gradients of some images at all points


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
        skmlbio.inspection.SaliencyDisplay : Draws what this returns over the image.

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
        require_choice("method", method, _METHODS)
        n_points = number_of_points(n_steps)
        head = explained_head(self)
        answers = require_answers(self._ask_encoded(head, data))
        chosen = chosen_outputs(self, target, answers)
        units, sizes, found = units_of(self, chosen), data.images.sizes, [None] * len(data)
        for bucket in data.buckets():
            n_entries = MOST_POINTS * int(np.prod(sizes[bucket.rows].max(axis=0))) * self.image_shape_[2]
            n_rows = max(1, _ENTRIES_KEPT // n_entries)
            for start in range(0, len(bucket.rows), n_rows):
                rows = bucket.rows[start : start + n_rows]
                evaluate = functools.partial(self._slopes_at, head, bucket, bucket.take(rows), chosen[rows])
                of_images = self._of_images(method, n_points, evaluate, sizes[rows])
                for row, of_image in zip(rows, of_images, strict=True):
                    found[row] = finite_numbers(units[row] * of_image, f"image {row}").astype(answers.dtype)
        return np.stack(found) if (sizes == sizes[0]).all() else found

    def _of_images(self, method: str, n_points: int | None, evaluate: Callable, sizes: NDArray) -> list[NDArray]:
        """Return the attributions of some images, whose slopes a function evaluates."""
        n = len(sizes)
        if method == "grad_cam":
            _, maps, slopes = evaluate("maps", np.arange(n), np.ones(n))
            return [_grad_cam(*each, self._map_stride()) for each in zip(maps, slopes, sizes.tolist(), strict=True)]
        if method == "gradient":
            slopes = np.abs(evaluate("pixels", np.arange(n), np.ones(n))[2]).max(axis=3)
        else:
            integrate = functools.partial(path_integral, n_steps=n_points)
            integrate = integrate if method == "integrated_gradients" else slope_at_the_end

            def along_the_way(numbers: NDArray, shares: NDArray) -> tuple[NDArray, NDArray]:
                values, pixels, slopes = evaluate("pixels", numbers, shares)
                return values, np.multiply(pixels, slopes, out=slopes)

            slopes = integrate(along_the_way, n)
        return [of_image[:height, :width] for of_image, (height, width) in zip(slopes, sizes.tolist(), strict=True)]

    def _slopes_at(
        self, head: str, bucket: Bucket, inputs: Arrays, chosen: NDArray, place: str, numbers: NDArray, shares: NDArray
    ) -> tuple[NDArray, ...]:
        """Return values, what the network sees at a place, and slopes there, for some of the images, by number."""
        from skmlbio.training._point_gradients import point_gradients

        cuts = [slice(start, start + bucket.max_batch_size) for start in range(0, len(numbers), bucket.max_batch_size)]
        batches = ((*(a[numbers[cut]] for a in inputs), shares[cut], chosen[numbers[cut]]) for cut in cuts)
        found = point_gradients(self.blueprint_, head, place, self.weights_, batches, bucket.form)
        return tuple(np.concatenate(arrays) for arrays in zip(*found, strict=True))


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

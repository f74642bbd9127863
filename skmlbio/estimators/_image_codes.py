"""What networks share that make codes of images, and images of codes."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np

from skmlbio.base import with_parameters
from skmlbio.base._docstrings import completed_by
from skmlbio.base._estimator import NetworkEstimator
from skmlbio.base._layer_parameters import AveragedWeights, LayerParameters
from skmlbio.base._range import require_answers
from skmlbio.base._transformer import DecoderMixin, row_blocks
from skmlbio.estimators._image_cnn_network import ImageStagesKeywords
from skmlbio.estimators._image_data import ImageData, OneBucket
from skmlbio.estimators._image_input import ImageInput
from skmlbio.images import Images
from skmlbio.images._ensure_images import ranks_of


@with_parameters
class ImageCodes(ImageStagesKeywords, ImageInput, LayerParameters, AveragedWeights, DecoderMixin):
    """Images, their codes, and images again, in the units and the form in which they came."""

    def _encode(self, X, *, reset):
        data = super()._encode(X, reset=reset)
        if reset:
            self._unit = float(data.images.units()[0]) if self._served_dtype else 1.0
            self._has_channel_axis = self.image_shape is None and max(ranks_of(X)) == 3
        return data

    def _network_arguments(self) -> dict[str, Any]:
        one_size = self.latent_dim is not None
        return {
            "images": self._entrance_arguments(),
            "stages": self._stage_arguments(),
            "latent_dim": int(self.latent_dim) if one_size else None,
            "size": self.image_shape_[:2] if one_size else None,
            "dropout": float(self.dropout),
            "dtype": self.dtype,
        }

    def _code_size(self):
        return self.blueprint_.arguments["latent_dim"]

    def _input_size(self) -> int:
        """Return how many numbers an image has; of images of several sizes, some number."""
        return math.prod(n or 1 for n in self.image_shape_)

    # Answers --------------------------------------------------------------------------------

    @completed_by(NetworkEstimator._samples)
    def reconstruct(self, X) -> np.ndarray | list[np.ndarray]:
        """Return what the network makes of images when it has put them through their code.

        Returns
        -------
        ndarray of the shape of X, or list where sizes differ, float64 where the network standardises, else float32
            Reconstructions, in the units of X: those of pixels of 8 bits are numbers about 0 to 255, which are neither
            rounded nor cut off.  A channel that was constant in `fit` comes back as that constant.
        """
        samples = self._samples(X)
        return self._as_given(self._rebuilt(samples), X, samples.images)

    def inverse_transform(self, X) -> np.ndarray:
        """Return the images that codes stand for.

        Parameters
        ----------
        X : array-like of shape (n_samples, latent_dim)
            Codes.

        Returns
        -------
        ndarray of the shape of the training images, float64 where the network standardises, else float32
            Reconstructions, in the units of the training images, or, where those were of several types, of those that
            are not divided by 255 or 65,535.
        """
        return self._as_trained(super().inverse_transform(X))

    def _rebuilt(self, samples: ImageData) -> np.ndarray | list[np.ndarray]:
        """Return reconstructions with channels, in the units of the pixels that were given."""
        found, units = self._by_image("reconstruct", samples, samples.images.sizes), samples.images.units()
        if isinstance(found, list):
            return [image * unit for image, unit in zip(found, units, strict=True)]
        return found * units.astype(found.dtype)[:, np.newaxis, np.newaxis, np.newaxis]

    def _by_image(self, head: str, samples: ImageData, sizes: np.ndarray) -> np.ndarray | list[np.ndarray]:
        """Return what a head says of each image, cut to a size: an array where they are of one size, else a list."""
        if (samples.images.sizes == samples.images.sizes[0]).all():
            return require_answers(self._ask_encoded(head, samples))
        found: list = [None] * len(samples)
        for rows, answers in self._by_size(head, samples):
            for row, answer in zip(rows, answers, strict=True):
                found[row] = answer[: sizes[row, 0], : sizes[row, 1]]
        require_answers(np.array([image.sum() for image in found]))
        return found

    def _by_size(self, head: str, samples: ImageData) -> Iterator[tuple[np.ndarray, Any]]:
        """Yield what a head says of images that are padded to one size, and which they are."""
        first = 0
        for block in row_blocks(samples):
            for bucket in block.to_predict().buckets():
                yield first + bucket.rows, self._ask_encoded(head, OneBucket(bucket))
            first += len(block)

    def _as_given(self, pixels: Any, X: Any, images: Images) -> Any:
        """Return images in the form in which X came: as rows, or without an axis for channels."""
        if self.image_shape is not None:
            return pixels.reshape(len(pixels), -1)
        ranks = ranks_of(X)
        if isinstance(pixels, list):
            return [image if rank == 3 else image[..., 0] for image, rank in zip(pixels, ranks, strict=True)]
        return pixels if max(ranks) == 3 else pixels[..., 0]

    def _as_trained(self, pixels: Any) -> Any:
        """Return images in the units and the form of the training images; also in TensorFlow."""
        pixels = pixels * self._unit
        if self.image_shape is not None:
            return pixels.reshape(len(pixels), -1)
        return pixels if self._has_channel_axis else pixels[..., 0]

    # Export --------------------------------------------------------------------------------

    def _served_pixels(self, pixels: Any) -> Any:
        """Return images in the units and the form in which an exported network takes them."""
        import tensorflow as tf

        pixels = pixels * self._unit
        return pixels if self.image_shape is None else tf.reshape(pixels, [-1, math.prod(pixels.shape[1:])])

    def _answers(self):
        answers = super()._answers()
        return answers | {"reconstruct": lambda ask, *inputs: self._served_pixels(ask("reconstruct", *inputs))}

    def _export_signatures(self, network):
        decoding = self.blueprint_.arguments["latent_dim"] is not None
        found = (super() if decoding else super(DecoderMixin, self))._export_signatures(network)
        for verb in {"inverse_transform", "sample"} & found.keys():
            found[verb] = self._in_pixels(verb, found[verb])
        return found

    def _in_pixels(self, verb: str, signature: Any) -> Any:
        """Let a signature answer with the pixels of training images."""
        return signature._replace(
            function=lambda **given: {verb: self._served_pixels(signature.function(**given)[verb])}
        )

"""Auto-encoder of images: codes, and images without noise or holes."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Literal

import numpy as np
from sklearn.utils._param_validation import StrOptions
from sklearn.utils._set_output import _get_output_config

from skmlbio.base import NetworkEstimator, TransformerBase, parameter, with_parameters
from skmlbio.base._availability import available_if
from skmlbio.base._docstrings import completed_by
from skmlbio.base._layer_parameters import COUNT, STRENGTH, KernelPenalties
from skmlbio.base._own_loss import Loss, ReconstructionLoss, loss_options
from skmlbio.base._range import is_number, require_answers
from skmlbio.estimators._image_codes import ImageCodes
from skmlbio.training._blueprint import Blueprint

_NOISES = {"gaussian", "masking", "salt_and_pepper", "holes"}
_NO_ERROR = "is missing altogether, so that its reconstruction has no error: leave it out."
_ARE_MAPS = "with latent_dim=None, codes are maps, not rows of numbers: "


@with_parameters
class ImageAutoEncoderTransformer(ImageCodes, KernelPenalties, ReconstructionLoss, TransformerBase):
    """Reduce, compress or restore images with a convolutional auto-encoder.

    The encoder's convolutions make an image smaller, stage by stage, down to a code; the decoder goes the same way
    back, enlarging images before each stage.  Both are trained to make reconstruction = decoder(encoder(x)) equal to x,
    or to a clean x where the encoder sees one with `noise` [4]_, so that noise and holes of other images go as well.

    X are images: an array of shape (n_images, height, width) or (n_images, height, width, n_channels) of any numeric
    type, a list of images, or, with `image_shape`, a matrix with a row an image.  With ``latent_dim=None``, they may be
    of different sizes.

    Parameters
    ----------
    latent_dim : int or None
        Number of components of the code, of images that are all of one size.  With None, the code is what leaves the
        last stage: a small image with a channel for each filter, for images of any size.  It holds more than a few
        numbers do, so that restored images keep their details; but there is no `inverse_transform`, nor a table of
        codes by `set_output`.
    loss : {"mse", "mae", "huber", "binary_crossentropy"}, dict or callable
        What is made small, averaged over pixels: a name, the configuration of a loss of Keras,
        ``{"class_name": "LogCosh", "config": {}}``, or a function ``(targets, outputs)`` of tensors with a row of all
        pixels for each image, made of Keras' operations, that returns a tensor of that shape, or one number an image.
        "binary_crossentropy" takes pixels for probabilities in [0, 1], which those of 8 and of 16 bits are, and the
        decoder ends in a sigmoid.
    noise : {"gaussian", "masking", "salt_and_pepper", "holes"} or None
        What disturbs the input in training, while the target stays clean: normal numbers are added to pixels; pixels
        become 0, the mean, or the least or the greatest number of a batch; or a rectangle of each image becomes 0.
    noise_level : float
        Standard deviation of the Gaussian noise, in the units of the network: those of standardised pixels; or the
        share of the pixels that are disturbed.
    missing : {"error", "mask"}
        What becomes of NaN in X: it is refused, or masked.  "mask" leaves gaps out of the loss; the encoder gets the
        mean of the channel in their place, and beside its input, as further channels, the mask of what is known.
        ``noise="masking"`` and ``noise="holes"`` then make further gaps in training, so that the network learns to
        fill them; see `impute`.
    standardize : bool
        Whether each channel is brought to mean 0 and variance 1 before the network, by the training images, which
        count alike whatever their size.  Errors are measured in these units; reconstructions come in those of X.  It
        does not apply to "binary_crossentropy".  Pixels of 8 and of 16 bits without a sign are divided by 255 and by
        65,535 before, so that they and numbers from 0 to 1 mean the same; all others are taken as they are.
    dropout : float
        Share of what enters the code that is dropped in training.

    See Also
    --------
    AutoEncoderTransformer : The same for rows of a matrix.
    skmlbio.images.reconstruction_scorer : Scores by PSNR or SSIM.

    References
    ----------
    .. [1] He et al.: Deep residual learning for image recognition. CVPR (2016).
    .. [2] Szegedy et al.: Going deeper with convolutions. CVPR (2015).
    .. [3] Hu et al.: Squeeze-and-excitation networks. CVPR (2018).
    .. [4] Vincent et al.: Extracting and composing robust features with denoising autoencoders. ICML (2008).

    Examples
    --------
    >>> from sklearn.datasets import load_digits
    >>> from skmlbio import ImageAutoEncoderTransformer
    >>> X = load_digits().images[:500]
    >>> encoder = ImageAutoEncoderTransformer(8, noise="gaussian", epochs=5, random_state=0).fit(X)
    >>> encoder.transform(X).shape
    (500, 8)
    >>> encoder.reconstruct(X).shape
    (500, 8, 8)
    """

    latent_dim: int | None = parameter(default=32, allowed=[*COUNT, None], kw_only=False)
    n_filters: int | Sequence[int] = parameter(default=(32, 64))  # by name only, here: the length of a code comes first
    loss: Loss = parameter(default="mse", allowed=loss_options("mse", "mae", "huber", "binary_crossentropy"))
    l2: float | Literal["auto"] = parameter(default=0.0)
    noise: Literal["gaussian", "masking", "salt_and_pepper", "holes"] | None = parameter(
        default=None, allowed=[StrOptions(_NOISES), None]
    )
    noise_level: float = parameter(default=0.1, allowed=STRENGTH)
    missing: Literal["error", "mask"] = parameter(default="error", allowed=[StrOptions({"error", "mask"})])

    @completed_by(NetworkEstimator._samples)
    def transform(self, X) -> np.ndarray | list[np.ndarray]:
        """Return the codes of images.

        Returns
        -------
        ndarray of shape (n_samples, latent_dim), float32
            Codes.  With ``latent_dim=None``, maps of shape (height, width, n_filters) as one array, or as a list where
            images differ in size; those of rows are flattened.

        Raises
        ------
        ValueError
            For unusable images, and where a table is asked for by ``set_output`` and codes are maps.
        """
        samples = self._samples(X)
        if self._latent_dim is not None:
            return require_answers(self._ask_encoded("transform", samples))
        if self.image_shape is None and _get_output_config("transform", self)["dense"] != "default":
            raise ValueError(f"{_ARE_MAPS}give latent_dim for a table of codes, or leave out set_output.")
        maps = self._by_image("transform", samples, -(-samples.images.sizes // self._shrinking()))
        return maps if self.image_shape is None else maps.reshape(len(maps), -1)

    @available_if(
        lambda estimator: estimator.latent_dim is not None,
        f"{_ARE_MAPS}give latent_dim for codes that become images again.",
    )
    @completed_by(ImageCodes.inverse_transform)
    def inverse_transform(self, X) -> np.ndarray:
        """Return the images that codes stand for."""
        return super().inverse_transform(X)

    @completed_by(NetworkEstimator._samples)
    def impute(self, X) -> np.ndarray | list[np.ndarray]:
        """Return images with what `reconstruct` says in place of NaN; what is known stays as it is.

        Returns
        -------
        ndarray of the shape of X, or list where sizes differ, float64 where the network standardises, else float32
            Images without gaps.
        """
        samples = self._samples(X)
        found = self._rebuilt(samples)
        for place, rebuilt in enumerate(found):
            own = samples.images.image(place)
            np.copyto(rebuilt, own, where=~np.isnan(own))
        return self._as_given(found, X, samples.images)

    @completed_by(TransformerBase.score_samples)
    def score_samples(self, X) -> np.ndarray:
        """Return minus the reconstruction error of every image: low where one is unlike the training images.

        Returns
        -------
        ndarray of shape (n_samples,), float32
            Minus the loss, averaged over pixels, in the units in which the network was trained.

        Raises
        ------
        ValueError
            If an image is missing altogether.
        """
        samples = self._samples(X)
        scores = np.empty(len(samples), np.float32)
        for rows, outputs in self._by_size("errors", samples):
            if self._has_gaps and (empty := ~outputs["known"].any(axis=1)).any():
                raise ValueError(f"image {rows[np.argmax(empty)]} {_NO_ERROR}")
            scores[rows] = -self._fitted_loss(outputs, None, (), {}).numpy()
        return require_answers(scores, holds=is_number)

    def _check_parameters(self):
        super()._check_parameters()
        if self.noise not in (None, "gaussian") and self.noise_level >= 1:
            raise ValueError(f"noise_level of noise={self.noise!r} is a share below 1, got {self.noise_level}.")

    def _encode(self, X, *, reset):
        if reset:
            self._latent_dim = None if self.latent_dim is None else int(self.latent_dim)
        data = super()._encode(X, reset=reset)
        if self.loss == "binary_crossentropy":
            data.images.require_shares("loss='binary_crossentropy'")
        return data

    def _needs_one_size(self):
        return ("", "") if self._latent_dim is None else (f"latent_dim={self._latent_dim}", "take latent_dim=None")

    def _takes_gaps(self):
        return self.missing == "mask"

    def _standardizes(self):
        return super()._standardizes() and self.loss != "binary_crossentropy"

    def _make_blueprint(self):
        from skmlbio.networks.image_auto_encoder import image_auto_encoder

        arguments = self._network_arguments() | {
            "noise": self.noise,
            "noise_level": float(self.noise_level) if self.noise else 0.0,
            "bernoulli": self.loss == "binary_crossentropy",
            "gaps": self.missing == "mask",
        }
        return Blueprint(image_auto_encoder, arguments)

    def _network_parameters(self, blueprint):
        found = super()._network_parameters(blueprint)
        loss = "binary_crossentropy" if found.pop("bernoulli") else "another than binary_crossentropy"
        return found | {"loss": loss, "missing": "mask" if found.pop("gaps") else "error"}

    def _adapted(self, training):
        known = super()._adapted(training)
        if not self._has_gaps:
            return known
        mean = known["standardize/mean"] if self._standardizes() else self._column_statistics(training)[0]
        if (empty := np.isnan(mean)).any():
            raise ValueError(f"channel {np.argmax(empty)} is missing in every training image.")
        return known | {"fill/mean": mean}

    def _shrinking(self) -> int:
        """Return how many times lower and narrower than an image its maps are."""
        stages = self.blueprint_.arguments["stages"]
        return stages["pool_size"] ** len(stages["n_filters"]) if stages["local_pooling"] else 1

    def _code_size(self):
        if self._latent_dim is not None:
            return self._latent_dim
        if None in self.image_shape_:
            raise ValueError(
                "codes of images of several sizes differ in their number of features: give latent_dim, and images of "
                "one size."
            )
        places = math.prod(-(-n // self._shrinking()) for n in self.image_shape_[:2])
        return places * self.blueprint_.arguments["stages"]["n_filters"][-1]

    def _answers(self):
        import tensorflow as tf

        def transform(ask, *inputs):
            maps = ask("transform", *inputs)
            return maps if self.image_shape is None else tf.reshape(maps, [-1, self._code_size()])

        def score_samples(ask, *inputs):
            outputs = ask("errors", *inputs)
            known = tf.reduce_all(tf.reduce_any(outputs["known"] > 0, axis=1))
            with tf.control_dependencies([tf.debugging.Assert(known, [f"an image of X {_NO_ERROR}"])]):
                return -self._fitted_loss(outputs, None, (), {})

        def impute(ask, x, *sizes):
            rebuilt = ask("reconstruct", x, *sizes)
            return self._served_pixels(tf.where(tf.math.is_nan(x), rebuilt, tf.cast(x, rebuilt.dtype)))

        answers = super()._answers()
        answers |= {"score_samples": score_samples, "impute": impute} if self._has_gaps else {}
        return answers | ({"transform": transform} if self._latent_dim is None else {})

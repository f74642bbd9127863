"""Variational auto-encoder of images: a density that can be sampled."""

from __future__ import annotations

from collections.abc import Sequence
from numbers import Real
from typing import Literal

import numpy as np
from sklearn.utils._param_validation import StrOptions

from skmlbio.base import NetworkEstimator, TransformerBase, parameter, with_parameters
from skmlbio.base._bound_scores import BoundScores
from skmlbio.base._docstrings import completed_by
from skmlbio.base._intervals import Interval
from skmlbio.base._layer_parameters import COUNT
from skmlbio.base._range import is_number, require_answers
from skmlbio.base._sampler import SamplerMixin
from skmlbio.estimators._image_codes import ImageCodes
from skmlbio.estimators._sampler_input import variance_of
from skmlbio.estimators._variational import VariationalTraining
from skmlbio.training._batches import ArrayData
from skmlbio.training._blueprint import Blueprint


@with_parameters
class ImageVAESampler(VariationalTraining, ImageCodes, BoundScores, SamplerMixin, TransformerBase):
    """Learn a density of images with a convolutional variational auto-encoder, and sample from it.

    An image x is thought to come from a few hidden numbers z that are standard normal, by p(x | z), whose parameters a
    decoder computes, pixel by pixel.  An encoder computes the mean and scale of a normal q(z | x).  Both are trained to
    make the evidence lower bound large [1]_: ELBO(x) = E_q[log p(x | z)] - KL(q(z | x) || N(0, 1)) <= log p(x).

    X are images of one size: an array of shape (n_images, height, width) or (n_images, height, width, n_channels) of
    any numeric type, a list of images, or, with `image_shape`, a matrix with a row an image.

    Parameters
    ----------
    latent_dim : int
        Number of components of z.
    block : {"plain", "residual", "inception"}
        What a block is: a convolution; two, whose input is added to their output [5]_; or convolutions of four kinds
        side by side, of 1, k and k + 2 pixels and after a maximum [7]_, a quarter of the filters each.
    squeeze_excitation : bool
        Whether each channel of what leaves a block is weighed by how much it counts in the whole image [8]_.
    likelihood : {"gaussian", "bernoulli"}
        Of a pixel given z.  "bernoulli" takes pixels in [0, 1], which those of 8 and of 16 bits are; its samples are
        black or white.
    variance : float, "feature", "decoder" or "auto"
        Of the Gaussian likelihood, of standardised pixels if `standardize`: a fixed number, one number learned for each
        place and channel, or one computed by the decoder for each image, which "auto" takes.  Standard deviations that
        are learned stay above 0.01.
    standardize : bool
        Whether each channel is brought to mean 0 and variance 1 before the network, by the training images.  It does
        not apply to "bernoulli".  Pixels of 8 and of 16 bits without a sign are divided by 255 and by 65,535 before,
        so that they and numbers from 0 to 1 mean the same; all others are taken as they are.  Densities and ELBO are
        those of these numbers, before they are standardised; samples come in the units of X.
    dropout : float
        Share of what enters mean and scale of q that is dropped in training.

    See Also
    --------
    VAESampler : The same for rows of a matrix.
    ImageAutoEncoderTransformer : Codes and reconstructions without a density.

    References
    ----------
    .. [1] Kingma, Welling: Auto-encoding variational Bayes. ICLR (2014).
    .. [2] Higgins et al.: beta-VAE: learning basic visual concepts with a constrained variational framework. ICLR
       (2017).
    .. [3] Kingma et al.: Improved variational inference with inverse autoregressive flow. NeurIPS (2016).
    .. [4] Burda, Grosse, Salakhutdinov: Importance weighted autoencoders. ICLR (2016).
    .. [5] He et al.: Deep residual learning for image recognition. CVPR (2016).
    .. [6] Loshchilov, Hutter: Decoupled weight decay regularization. ICLR (2019).
    .. [7] Szegedy et al.: Going deeper with convolutions. CVPR (2015).
    .. [8] Hu et al.: Squeeze-and-excitation networks. CVPR (2018).

    Examples
    --------
    >>> from sklearn.datasets import load_digits
    >>> from skmlbio import ImageVAESampler
    >>> X = load_digits().images[:500]
    >>> sampler = ImageVAESampler(4, epochs=5, random_state=0).fit(X)
    >>> sampler.sample(3).shape
    (3, 8, 8)
    >>> sampler.transform(X).shape, sampler.score_samples(X[:9]).shape
    ((500, 4), (9,))
    """

    latent_dim: int = parameter(default=16, allowed=COUNT, kw_only=False)
    n_filters: int | Sequence[int] = parameter(default=(32, 64))  # by name only, here: the length of a code comes first
    likelihood: Literal["gaussian", "bernoulli"] = parameter(
        default="gaussian", allowed=[StrOptions({"gaussian", "bernoulli"})]
    )
    variance: float | Literal["feature", "decoder", "auto"] = parameter(
        default="auto", allowed=[Interval(Real, 0, None, closed="neither"), StrOptions({"feature", "decoder", "auto"})]
    )
    optimizer: str | dict = parameter(default="adamw")
    learning_rate: float | dict = parameter(default=3e-3)

    @completed_by(NetworkEstimator._samples)
    def score_samples(self, X) -> np.ndarray:
        """Return a lower bound on the log-likelihood of every image, in nats.

        log(mean_k p(x, z_k) / q(z_k | x)) over `n_importance` draws z_k from q(z | x): the mean of this over draws is
        below log p(x), and comes closer with every draw more.  The draws follow from the seed of the fit and from x, so
        that the answer for an image is always the same.

        Returns
        -------
        ndarray of shape (n_samples,), float32
            Bounds, of pixels from 0 to 1 where those were of 8 or 16 bits, else in the units of X.
        """
        samples = self._samples(X).to_predict()
        self._validate_params()
        n_at_once = samples.buckets()[0].max_batch_size
        bounds = []
        for start in range(0, len(samples), n_at_once):
            block = samples.subset(np.arange(start, min(start + n_at_once, len(samples))))
            bounds.append(self._bounds(ArrayData(*block.take(slice(None)))))
        return require_answers(np.concatenate(bounds), holds=is_number)

    @completed_by(SamplerMixin.sample)
    def sample(self, n_samples: int = 1, random_state=None) -> np.ndarray:
        """Draw images from the fitted density.

        z is drawn from its prior, and x from p(x | z): a Gaussian one adds its noise to each pixel, a Bernoulli one
        gives black and white.  The means of p(x | z) are to be had from `inverse_transform`.

        Returns
        -------
        ndarray of n_samples images of the form of the training images, float64 where the network standardises
            Samples, in the units of the training images, else float32.
        """
        return self._as_trained(super().sample(n_samples, random_state))

    def _encode(self, X, *, reset):
        data = super()._encode(X, reset=reset)
        if self.likelihood == "bernoulli":
            data.images.require_shares("likelihood='bernoulli'")
        return data

    def _needs_one_size(self):
        return "an ImageVAESampler", "bring them to one"

    def _standardizes(self):
        return super()._standardizes() and self.likelihood != "bernoulli"

    def _make_blueprint(self):
        from skmlbio.networks.image_variational_auto_encoder import image_variational_auto_encoder

        variance = variance_of(self.variance, self.likelihood, few_samples=False)
        arguments = self._network_arguments() | {"likelihood": self.likelihood, "variance": variance}
        return Blueprint(image_variational_auto_encoder, arguments)

    def _network_parameters(self, blueprint):
        found = super()._network_parameters(blueprint)
        automatic = found["variance"] == variance_of("auto", found["likelihood"], few_samples=False)
        return found | ({"variance": "auto"} if self.variance == "auto" and automatic else {})

    def _answers(self):
        return super()._answers() | {"score_samples": self._served_bounds()}

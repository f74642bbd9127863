"""Auto-encoder: a code of few numbers from which the data can be rebuilt."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from sklearn.utils._param_validation import StrOptions

from skmlbio.base import TransformerBase, parameter, with_parameters
from skmlbio.base._code_network import CodeNetwork
from skmlbio.base._gap_filling import GapFilling
from skmlbio.base._layer_parameters import COUNT, STRENGTH, KernelPenalties
from skmlbio.base._own_loss import Loss, ReconstructionLoss, loss_options
from skmlbio.training._blueprint import Blueprint

_MOST_L2, _L2_OF_FULL_BATCHES = 0.01, 0.001


@with_parameters
class AutoEncoderTransformer(GapFilling, CodeNetwork, KernelPenalties, ReconstructionLoss, TransformerBase):
    """Reduce, compress or denoise a matrix with an auto-encoder.

    The network is trained to make reconstruction = decoder(encoder(x)) equal to x, where the encoder's output, the
    code, has only `latent_dim` numbers [1]_.  With linear layers and squared error it spans the space of principal
    components; with hidden layers it bends.

    Parameters
    ----------
    latent_dim : int
        Number of components of the code.
    hidden_layer_sizes : sequence of int
        Widths of the encoder's hidden layers; the decoder mirrors them.
    loss : {"mse", "mae", "huber", "binary_crossentropy"}, dict or callable
        What is made small, averaged over features: a name, the configuration of a loss of Keras,
        ``{"class_name": "LogCosh", "config": {}}``, or a function ``(targets, outputs)`` of tensors of shape (batch,
        n_features), made of Keras' operations, that returns a tensor of that shape, or one number a sample.
        "binary_crossentropy" takes features for probabilities in [0, 1], and the decoder ends in a sigmoid.
    l2 : float or "auto"
        Strength of the penalty sum(w ** 2) over the kernels; "auto" takes 1 / n_samples, at most 0.01, or 0.001 for
        full batches, where features are standardised, and 0 where they are not.
    activity_l1 : float
        Strength of the penalty mean(abs(code)), which makes codes sparse.
    noise : {"gaussian", "masking"} or None
        What disturbs the input in training, while the target stays clean: a denoising auto-encoder [2]_.
    noise_level : float
        Standard deviation of the Gaussian noise, or share of masked features.
    tied_weights : bool
        Whether the decoder's kernels are the encoder's, transposed.
    missing : {"error", "mask"}
        What becomes of NaN in X: it is refused, or masked.  "mask" leaves gaps out of the loss; the encoder gets the
        mean of the feature in their place, and beside its input the mask of what is known.  ``noise="masking"`` then
        makes further gaps in training, so that the network learns to fill them [3]_; codes of many numbers help.
    standardize : bool
        Whether the network works on features of mean 0 and variance 1, so that each counts alike whatever its scale.
        Codes are taken from, and errors measured in, these units; reconstructions come in the units of X.  It does not
        apply to "binary_crossentropy".

    See Also
    --------
    NetworkTransformer : The same around a network of your own.
    sklearn.decomposition.PCA : The linear case, solved exactly.

    References
    ----------
    .. [1] Hinton, Salakhutdinov: Reducing the dimensionality of data with neural networks. Science 313 (2006).
    .. [2] Vincent et al.: Extracting and composing robust features with denoising autoencoders. ICML (2008).
    .. [3] Gondara, Wang: MIDA: multiple imputation using denoising autoencoders. PAKDD (2018).

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from skmlbio import AutoEncoderTransformer
    >>> X = load_iris().data
    >>> encoder = AutoEncoderTransformer(latent_dim=2, epochs=40, random_state=0).fit(X)
    >>> encoder.transform(X).shape
    (150, 2)
    >>> encoder.reconstruct(X).shape
    (150, 4)
    >>> encoder.score(X) > -0.3
    True
    """

    latent_dim: int = parameter(default=2, allowed=COUNT, kw_only=False)
    hidden_layer_sizes: Sequence[int] = parameter(default=(64,))
    loss: Loss = parameter(default="mse", allowed=loss_options("mse", "mae", "huber", "binary_crossentropy"))
    l2: float | Literal["auto"] = parameter(default="auto")
    activity_l1: float = parameter(default=0.0, allowed=STRENGTH)
    noise: Literal["gaussian", "masking"] | None = parameter(
        default=None, allowed=[StrOptions({"gaussian", "masking"}), None]
    )
    noise_level: float = parameter(default=0.1, allowed=STRENGTH)
    tied_weights: bool = parameter(default=False, allowed=["boolean"])

    def _check_parameters(self):
        super()._check_parameters()
        if self.noise == "masking" and self.noise_level >= 1:
            raise ValueError(f"noise_level of masking noise is a share below 1, got {self.noise_level}.")
        if self.missing == "mask" and self.tied_weights:
            raise ValueError("missing='mask' puts a mask beside the input, which tied_weights=True has no place for.")

    def _automatic_l2(self, n_samples, batch_size):
        if not self._standardizes():
            return 0.0
        return _L2_OF_FULL_BATCHES if batch_size is None else min(_MOST_L2, 1 / n_samples)

    def _of_probabilities(self):
        return "loss='binary_crossentropy'" if self.loss == "binary_crossentropy" else ""

    def _make_blueprint(self):
        from skmlbio.networks.auto_encoder import auto_encoder

        arguments = self._network_arguments() | {
            "noise": self.noise,
            "noise_level": float(self.noise_level) if self.noise else 0.0,
            "tied": bool(self.tied_weights),
            "bernoulli": self.loss == "binary_crossentropy",
            "gaps": self.missing == "mask",
        }
        return Blueprint(auto_encoder, arguments)

    def _network_parameters(self, blueprint):
        found = super()._network_parameters(blueprint)
        loss = "binary_crossentropy" if found.pop("bernoulli") else "another than binary_crossentropy"
        return found | {"tied_weights": found.pop("tied"), "loss": loss}

    def _scalars(self, epoch):
        strength = {"activity_l1": float(self.activity_l1)} if self.activity_l1 else {}
        return super()._scalars(epoch) | strength

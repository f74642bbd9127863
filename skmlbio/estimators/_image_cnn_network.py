"""What estimators around convolution over images share."""

from __future__ import annotations

from collections.abc import Sequence
from numbers import Integral, Real
from typing import Any, Literal

from sklearn.utils._param_validation import StrOptions

from skmlbio.base import parameter, with_parameters
from skmlbio.base._intervals import Interval
from skmlbio.base._layer_parameters import (
    COUNT,
    STRENGTH,
    AveragedWeights,
    KernelPenalties,
    LayerParameters,
    require_layer_sizes,
)
from skmlbio.base._pretrained import PretrainedEncoder
from skmlbio.estimators._image_attributions import ImageAttributions
from skmlbio.estimators._image_input import ImageInput
from skmlbio.training._blueprint import Blueprint

_WIDEST_KERNEL = 31


@with_parameters
class ImageStagesKeywords:
    """Convolutions over images, stage by stage.

    Parameters
    ----------
    n_filters : int or sequence of int
        Filters of each stage; after each, images are half as high and wide.  An int is one stage.
    n_blocks : int
        Blocks of each stage.
    kernel_size : int
        Height and width of a filter.
    block : {"plain", "residual", "inception"}
        What a block is: a convolution; two, whose input is added to their output [1]_; or convolutions of four kinds
        side by side, of 1, k and k + 2 pixels and after a maximum [2]_, a quarter of the filters each.
    squeeze_excitation : bool
        Whether each channel of what leaves a block is weighed by how much it counts in the whole image [3]_.
    batch_normalization : bool
        Whether what a filter finds is brought to mean 0 and variance 1 over the pixels of a batch.
    local_pooling : {"max", "mean"} or None
        How windows become one pixel after each stage; None keeps all pixels.
    pool_size : int
        Height and width of a window; unused without `local_pooling`.
    """

    n_filters: int | Sequence[int] = parameter(default=(32, 64), allowed=[*COUNT, "array-like"], kw_only=False)
    n_blocks: int = parameter(default=2, allowed=COUNT)
    kernel_size: int = parameter(default=3, allowed=[Interval(Integral, 1, _WIDEST_KERNEL, closed="both")])
    block: Literal["plain", "residual", "inception"] = parameter(
        default="plain", allowed=[StrOptions({"plain", "residual", "inception"})]
    )
    squeeze_excitation: bool = parameter(default=False, allowed=["boolean"])
    batch_normalization: bool = parameter(default=True, allowed=["boolean"])
    local_pooling: Literal["max", "mean"] | None = parameter(default="max", allowed=[StrOptions({"max", "mean"}), None])
    pool_size: int = parameter(default=2, allowed=COUNT)

    def _check_parameters(self) -> None:
        super()._check_parameters()
        widths = self._stage_widths()
        if self.block == "inception" and min(widths) < 4:
            raise ValueError(
                f"block='inception' needs 4 filters or more in each stage, got n_filters={self.n_filters}."
            )

    def _stage_widths(self) -> tuple[int, ...]:
        several = not isinstance(self.n_filters, Integral)
        if several and not len(self.n_filters):
            raise ValueError("n_filters must be an int, or a sequence of one int or more, got an empty one.")
        return require_layer_sizes(self.n_filters if several else [self.n_filters], "n_filters")

    def _stage_arguments(self) -> dict[str, Any]:
        """Return what tells a network about its stages."""
        names = (
            "n_blocks", "kernel_size", "block", "squeeze_excitation", "batch_normalization", "local_pooling",
            "pool_size", "activation",
        )  # fmt: skip
        return {"n_filters": self._stage_widths()} | {name: getattr(self, name) for name in names}

    def _image_width(self) -> int:
        shrinking = int(self.pool_size) ** 2 if self.local_pooling else 1
        widths = [units / shrinking**stage for stage, units in enumerate(self._stage_widths())]
        return max(self.image_shape_[2], int(max(widths)))

    def _map_stride(self) -> int:
        """Return how many times lower and narrower than an image its maps are."""
        return int(self.pool_size) ** len(self._stage_widths()) if self.local_pooling else 1

    def _map_shape(self) -> tuple[int, int, int]:
        """Return height, width and filters of what leaves the last stage, of images of one size."""
        height, width = (-(-n // self._map_stride()) for n in self.image_shape_[:2])
        return height, width, self._stage_widths()[-1]


@with_parameters
class RandomImages:
    """Images that are changed at random in training.

    Parameters
    ----------
    random_flip : {"horizontal", "vertical", "both"} or None
        Whether training images are mirrored, left and right, top and bottom, or both, each with probability 1/2.
    random_rotation : float
        Largest angle by which training images are turned, in degrees.
    random_shift : float
        Largest shift of training images, as a share of their height and width.
    random_scale : float
        By which share training images are made larger or smaller, at most.
    random_noise : float
        Standard deviation of normal numbers that are added to the pixels of training images, in the units of the
        network: those of standardised pixels.
    """

    random_flip: Literal["horizontal", "vertical", "both"] | None = parameter(
        default=None, allowed=[StrOptions({"horizontal", "vertical", "both"}), None]
    )
    random_rotation: float = parameter(default=0.0, allowed=[Interval(Real, 0, 180, closed="both")])
    random_shift: float = parameter(default=0.0, allowed=[Interval(Real, 0, 1, closed="both")])
    random_scale: float = parameter(default=0.0, allowed=[Interval(Real, 0, 10, closed="both")])
    random_noise: float = parameter(default=0.0, allowed=STRENGTH)

    def _augmentation(self) -> dict[str, Any]:
        """Return how training images are changed."""
        changes = {name: getattr(self, f"random_{name}") for name in ("rotation", "shift", "scale", "noise")}
        return {"flip": self.random_flip} | {name: float(value) for name, value in changes.items()}


@with_parameters
class ImageCNN(
    PretrainedEncoder, ImageStagesKeywords, ImageAttributions, RandomImages, ImageInput, LayerParameters,
    KernelPenalties, AveragedWeights,
):  # fmt: skip
    """Convolution over images, then one vector an image; with `ClassifierBase` or `RegressorBase`, an estimator.

    Parameters
    ----------
    pooling : {"mean", "max", "flatten"}
        How the places of an image become one vector: by the mean or the maximum of each filter over all places, for
        images of any sizes, or one after the other, for images of one size, so that places count by where they are.
    dropout : float
        Share of features that are dropped in training, before the output.
    """

    pooling: Literal["mean", "max", "flatten"] = parameter(
        default="mean", allowed=[StrOptions({"mean", "max", "flatten"})]
    )
    dropout: float = parameter(default=0.3)

    _encoder_kind, _way_in = ImageInput, ("image_shape_", "n_features_in_", "feature_names_in_")

    def _keras_network(self, encoder):
        from skmlbio.networks.pretrained import images, keras_features

        encoder.require_samples(self.image_shape_, "X has images")
        encoder.require_axes(1, 3)
        return keras_features, self._entrance_arguments() | {
            "augmentation": self._augmentation(),
            "dtype": self.dtype,
            "enter": images,
        }

    def _map_stride(self):
        if self.encoder is None:
            return super()._map_stride()
        source = self._source()
        return self.encoder_.stride(self.image_shape_) if source is None else source._map_stride()

    def _encoder_arguments(self):
        found = super()._encoder_arguments()
        of_encoder = found["arguments"]
        if "images" not in of_encoder:  # on an encoder of its own, or of Keras
            return found
        own = of_encoder["images"] | {"augmentation": self._augmentation()}
        return found | {"arguments": of_encoder | {"images": own}}

    def _needs_one_size(self):
        if self.encoder is not None:
            return ("an encoder of Keras", "crop them")
        return ("pooling='flatten'", "take pooling='mean' or 'max'") if self.pooling == "flatten" else ("", "")

    def _make_blueprint(self):
        from skmlbio.networks.image_cnn import image_cnn

        if self.encoder is not None:
            return self._blueprint_on_encoder(dropout=float(self.dropout))
        arguments = {
            "images": self._entrance_arguments() | {"augmentation": self._augmentation()},
            "stages": self._stage_arguments(),
            "targets": self._target_arguments(),
            "pooling": self.pooling,
            "map_shape": self._map_shape() if self.pooling == "flatten" else None,
            "dropout": float(self.dropout),
            "dtype": self.dtype,
        }
        return Blueprint(image_cnn, arguments)

    def _network_parameters(self, blueprint):
        if self.encoder is not None:
            return super()._network_parameters(blueprint)
        changes = blueprint.arguments["images"]["augmentation"]
        return super()._network_parameters(blueprint) | {f"random_{name}": value for name, value in changes.items()}

"""How images enter a network, and the convolutions that they go through: for images of one size, or padded to one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import keras

from skmlbio.layers.graph_normalization import NodeNormalization
from skmlbio.layers.image_augmentation import RandomMove
from skmlbio.layers.image_convolution import ImageConvolution, RealPixels
from skmlbio.layers.image_pooling import SqueezeAndExcitation, WindowPooling
from skmlbio.layers.noise import GaussianNoise
from skmlbio.layers.standardize import Standardize
from skmlbio.networks._architecture import output_dtype

BLOCKS = ("plain", "residual", "inception")


class ImageEntrance:
    """Images on their way into a network: brought to mean 0 and variance 1, in training moved at random.

    Parameters
    ----------
    n_channels : int
        Channels.
    pixel_dtype : str
        Of the pixels.
    standardize : bool
        Whether each channel is standardised.
    augmentation : dict, optional
        Arguments of `RandomMove`, and ``noise``, the standard deviation of normal numbers that are added.
    dtype : str, optional
        Keras' dtype policy.
    """

    def __init__(
        self,
        n_channels: int,
        pixel_dtype: str = "float32",
        standardize: bool = True,
        augmentation: dict[str, Any] | None = None,
        dtype: str | None = None,
    ):
        self.n_channels, self.pixel_dtype = n_channels, pixel_dtype
        self.standardize = Standardize(name="standardize", dtype=output_dtype(dtype)) if standardize else None
        moves = dict(augmentation or {})
        noise = moves.pop("noise", 0.0)
        self._move = RandomMove(**moves, name="move", dtype=output_dtype(dtype)) if any(moves.values()) else None
        self._noise = GaussianNoise(noise, name="noise", dtype=output_dtype(dtype)) if noise else None

    def inputs(self, form: str = "") -> tuple[Any, Any, Any]:
        """Return what enters, in the form ``""`` or ``"padded"``, the images of it, and which of their pixels are real.

        The form ``"padded"`` takes the sizes of images as a second input, of shape (batch, 2), int32; without padding,
        there is None instead of the real pixels.
        """
        x = keras.Input((None, None, self.n_channels), name="X", dtype=self.pixel_dtype)
        if form != "padded":
            return x, x, None
        sizes = keras.Input((2,), name="sizes", dtype="int32")
        return [x, sizes], x, RealPixels(name="real_pixels")(x, sizes)

    def __call__(self, inputs: Any, images: Any) -> Any:
        """Return what the first layer sees of the images."""
        if self.standardize is not None:
            images = self.standardize(images)
        if self._move is not None:
            images = self._move(images, **({"sizes": inputs[1]} if isinstance(inputs, list) else {}))
        return images if self._noise is None else self._noise(images)


class ImageStages:
    """Blocks of convolutions, some on images as they come, some on those that are half as large, and so on.

    Parameters
    ----------
    n_filters : sequence of int
        Filters of the blocks of each stage.
    n_blocks : int
        Blocks of a stage.
    kernel_size : int
        Height and width of a filter.
    block : {"plain", "residual", "inception"}
        What a block is: σ(normalize(X * W)); two of those, with X added before the last σ (He et al. 2016); or filters
        of 1, of 1 then k, of 1 then k + 2, and of a maximum then 1, side by side (Szegedy et al. 2015).
    squeeze_excitation : bool
        Whether what leaves a block goes through `SqueezeAndExcitation`.
    batch_normalization : bool
        Whether convolutions are followed by normalisation over the pixels of a batch.
    local_pooling : {"max", "mean"} or None
        How windows become one pixel after each stage.
    pool_size : int
        Height and width of a window.
    activation : str
        σ.
    name : str
        What names of layers begin with.
    dtype : str, optional
        Keras' dtype policy.
    """

    def __init__(
        self,
        n_filters: Sequence[int] = (32, 64),
        n_blocks: int = 1,
        kernel_size: int = 3,
        block: str = "plain",
        squeeze_excitation: bool = False,
        batch_normalization: bool = True,
        local_pooling: str | None = "max",
        pool_size: int = 2,
        activation: str = "relu",
        name: str = "stage",
        dtype: str | None = None,
    ):
        self._kernel_size, self._normalized = kernel_size, batch_normalization
        self._activation, self._dtype = activation, dtype
        make = {"plain": self._plain, "residual": self._residual, "inception": self._inception}[block]
        self._stages = []
        for stage, units in enumerate(n_filters):
            names = [f"{name}_{stage}_block_{number}" for number in range(n_blocks)]
            blocks = [make(name, units) for name in names]
            if squeeze_excitation:
                blocks = [step for pair in zip(blocks, map(self._excitation, names), strict=True) for step in pair]
            pool = None
            if local_pooling is not None:
                pool = WindowPooling(pool_size, local_pooling, name=f"{name}_{stage}_pool", dtype=dtype)
            self._stages.append((blocks, pool))

    def __call__(self, x: Any, real: Any) -> tuple[Any, Any]:
        """Return the features of the last stage, and which of its places are real; None where there is no padding."""
        for stage, (_, pool) in enumerate(self._stages):
            x = self.blocks(stage, x, real)
            if pool is not None:
                x = pool(x, **given(real))
                real = None if real is None else real[:, :: pool.size, :: pool.size]
        return x, real

    def blocks(self, stage: int, x: Any, real: Any) -> Any:
        """Return what the blocks of one stage make of the features that enter it."""
        for block in self._stages[stage][0]:
            x = block(x, real)
        return x

    def _convolution(self, name: str, units: int, size: int, activation: str | None = None) -> Any:
        """Return σ(normalize(X * W)), σ being the activation of all unless another one is named."""
        convolution = ImageConvolution(units, size, not self._normalized, name=f"{name}_convolution", dtype=self._dtype)
        normalization = None
        if self._normalized:
            normalization = NodeNormalization(name=f"{name}_normalization", dtype=self._dtype)
        activate = keras.layers.Activation(activation or self._activation, name=f"{name}_activation", dtype=self._dtype)

        def apply(x: Any, real: Any) -> Any:
            x = convolution(x, **given(real))
            return activate(x if normalization is None else normalization(x, **given(real)))

        return apply

    def _plain(self, name: str, units: int) -> Any:
        return self._convolution(name, units, self._kernel_size)

    def _residual(self, name: str, units: int) -> Any:
        first = self._convolution(f"{name}_first", units, self._kernel_size)
        second = self._convolution(f"{name}_second", units, self._kernel_size, "linear")
        shortcut = self._convolution(f"{name}_shortcut", units, 1, "linear")
        add = keras.layers.Add(name=f"{name}_sum", dtype=self._dtype)
        activate = keras.layers.Activation(self._activation, name=f"{name}_activation", dtype=self._dtype)

        def apply(x: Any, real: Any) -> Any:
            past = x if x.shape[-1] == units else shortcut(x, real)
            return activate(add([past, second(first(x, real), real)]))

        return apply

    def _inception(self, name: str, units: int) -> Any:
        widths = [(units + 3 - branch) // 4 for branch in range(4)]  # of the four branches, as equal as can be
        sizes = (1, self._kernel_size, self._kernel_size + 2, 1)
        ends = [
            self._convolution(f"{name}_{i}", n, size) for i, (n, size) in enumerate(zip(widths, sizes, strict=True))
        ]
        before = [self._convolution(f"{name}_{i}_narrow", widths[i], 1) for i in (1, 2)]
        pool = WindowPooling(3, "max", 1, name=f"{name}_3_pool", dtype=self._dtype)
        join = keras.layers.Concatenate(name=f"{name}_branches", dtype=self._dtype)

        def apply(x: Any, real: Any) -> Any:
            entering = [x, before[0](x, real), before[1](x, real), pool(x, **given(real))]
            return join([end(branch, real) for end, branch in zip(ends, entering, strict=True)])

        return apply

    def _excitation(self, name: str) -> Any:
        layer = SqueezeAndExcitation(name=f"{name}_excitation", dtype=self._dtype)
        return lambda x, real: layer(x, **given(real))


def listed(real: Any) -> list[Any]:
    """Return what is real of padded images as a list, empty where nothing is padded."""
    return [] if real is None else [real]


def given(real: Any) -> dict[str, Any]:
    """Return the keyword that tells a layer which pixels are real, where there is padding."""
    return {} if real is None else {"real": real}

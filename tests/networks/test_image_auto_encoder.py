"""The auto-encoder of images: what its heads compute, for images of one size and padded ones."""

import numpy as np
import pytest

from skmlbio.layers.image_convolution import ImageConvolution
from skmlbio.networks.image_auto_encoder import image_auto_encoder

RANDOM = np.random.default_rng(0)
X = RANDOM.normal(size=(4, 7, 10, 2)).astype("float32")
STAGES = {
    "n_filters": (3, 4), "n_blocks": 1, "kernel_size": 3, "block": "plain", "squeeze_excitation": False,
    "batch_normalization": False, "local_pooling": "max", "pool_size": 2, "activation": "relu",
}  # fmt: skip


def make(stages: dict | None = None, **options):
    images = {"n_channels": 2, "standardize": False}
    return image_auto_encoder(images, STAGES | (stages or {}), **options)


def convolved(x: np.ndarray, kernel: np.ndarray, bias: np.ndarray) -> np.ndarray:
    layer = ImageConvolution(kernel.shape[3])
    layer.build(x.shape)
    layer.set_weights([kernel, bias])
    return layer(x).numpy()


def test_the_formula() -> None:
    architecture = make(latent_dim=5, size=(7, 10))
    w = {v.path: v.numpy() for v in architecture.training.variables}

    def stage(name: str, x: np.ndarray) -> np.ndarray:
        return np.maximum(convolved(x, w[f"{name}/kernel"], w[f"{name}/bias"]), 0)

    def pooled(x: np.ndarray) -> np.ndarray:
        filled = np.pad(x, [(0, 0), (0, x.shape[1] % 2), (0, x.shape[2] % 2), (0, 0)], constant_values=-np.inf)
        return np.max([filled[:, i::2, j::2] for i in (0, 1) for j in (0, 1)], axis=0)

    def enlarged(x: np.ndarray, height: int, width: int) -> np.ndarray:
        return x.repeat(2, axis=1).repeat(2, axis=2)[:, :height, :width]

    h = pooled(stage("stage_0_block_0_convolution", X))
    h = pooled(stage("stage_1_block_0_convolution", h)).reshape(4, -1)
    code = h @ w["code/kernel"] + w["code/bias"]
    h = np.maximum(code @ w["from_code/kernel"] + w["from_code/bias"], 0).reshape(4, 2, 3, 4)
    h = stage("mirrored_0_block_0_convolution", enlarged(h, 4, 5))
    h = stage("mirrored_1_block_0_convolution", enlarged(h, 7, 10))
    reconstruction = convolved(h, w["output/kernel"], w["output/bias"])
    heads = architecture.heads
    np.testing.assert_allclose(heads["transform"](X), code, atol=1e-5)
    np.testing.assert_allclose(heads["reconstruct"](X), reconstruction, atol=1e-5)
    np.testing.assert_allclose(heads["inverse_transform"](code), reconstruction, atol=1e-5)
    assert next(iter(heads)) == "reconstruct"


@pytest.mark.parametrize(
    ("stages", "options"),
    [
        ({}, {}),
        ({"block": "residual", "batch_normalization": True, "n_blocks": 2}, {"gaps": True, "noise": "holes"}),
        ({"block": "inception", "n_filters": (4, 8), "squeeze_excitation": True, "pool_size": 3}, {"bernoulli": True}),
        ({"local_pooling": None}, {"gaps": True}),
    ],
)
def test_padding_changes_nothing(stages: dict, options: dict) -> None:
    architecture = make(stages, **options)
    padded = architecture.other_forms["padded"]()
    sizes = np.array([[7, 10], [7, 9], [4, 4], [1, 1]], np.int32)
    x = X.copy()
    for image, (height, width) in zip(x, sizes, strict=True):
        image[height:], image[:, width:] = 99, 99
    together = padded.heads["reconstruct"]([x, sizes]).numpy()
    known = padded.heads["errors"]([x, sizes])["known"].numpy().reshape(x.shape)
    for image, (height, width), found, mask in zip(x, sizes, together, known, strict=True):
        alone = architecture.heads["reconstruct"](image[np.newaxis, :height, :width]).numpy()[0]
        np.testing.assert_allclose(found[:height, :width], alone, atol=1e-5)
        assert mask[:height, :width].all() and mask.sum() == height * width * 2


@pytest.mark.parametrize("noise", ["masking", "holes"])
def test_noise_that_hides_pixels_makes_further_gaps(noise: str) -> None:
    architecture = make(latent_dim=2, size=(7, 10), noise=noise, noise_level=0.3, gaps=True)
    x = X.copy()
    x[0, 2:4, 3] = np.nan
    outputs = architecture.training(x, training=True)
    assert np.array_equal(outputs["known"], ~np.isnan(x).reshape(4, -1))  # targets are all that is known
    assert np.isfinite(outputs["reconstruction"]).all()
    calm = architecture.training(x, training=False)["reconstruction"]
    assert not np.allclose(outputs["reconstruction"], calm)

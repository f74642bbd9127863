"""Convolution over images, padded or not."""

from pathlib import Path

import keras
import numpy as np
import pytest
import tensorflow as tf

from skmlbio.images import convolve
from skmlbio.layers import ImageConvolution
from skmlbio.layers.image_convolution import convolution, real_pixels

# Keras turns its variables into arrays in the way of NumPy 1 when it saves.
saves_variables = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")
X = np.random.default_rng(0).normal(size=(3, 6, 7, 2)).astype("float32")
SIZES = np.array([[6, 7], [4, 5], [1, 1]])


@pytest.mark.parametrize("size", [1, 2, 3, 5, 9])
def test_it_is_the_convolution_of_keras_and_of_the_lecture(size: int) -> None:
    layer, theirs = ImageConvolution(4, size, activation="relu"), keras.layers.Conv2D(4, size, padding="same")
    layer.build(X.shape)
    theirs.build(X.shape)
    theirs.set_weights(layer.get_weights())
    found = layer(X).numpy()
    np.testing.assert_allclose(found, np.maximum(theirs(X).numpy(), 0), atol=1e-5)
    lecture = convolve(X, layer.get_weights()[0], padding="same")
    np.testing.assert_allclose(found, np.maximum(lecture, 0), atol=1e-5)


@pytest.mark.parametrize("fill", [0.0, 1e4, np.nan])
def test_padding_counts_as_what_lies_beyond_the_border(fill: float) -> None:
    layer, real = ImageConvolution(4), np.asarray(real_pixels(X, SIZES))
    found = layer(np.where(real[..., None], X, np.float32(fill)), real=real).numpy()
    for image, answer, (height, width) in zip(X, found, SIZES, strict=True):
        alone = layer(image[None, :height, :width]).numpy()[0]
        np.testing.assert_allclose(answer[:height, :width], alone, atol=1e-5)


@saves_variables
def test_it_is_saved_with_a_model(tmp_path: Path) -> None:
    model = keras.Sequential([keras.Input((None, None, 2)), ImageConvolution(3, 5, use_bias=False)])
    model.save(tmp_path / "model.keras")
    np.testing.assert_array_equal(keras.models.load_model(tmp_path / "model.keras")(X), model(X))


@pytest.mark.parametrize("size", [1, 2, 3, 4])
def test_gradients_are_those_of_tensorflow(size: int) -> None:
    kernel = tf.constant(np.random.default_rng(1).normal(size=(size, size, 2, 4)).astype("float32"))
    found = []
    for convolve_images in (convolution, lambda x, kernel: tf.nn.conv2d(x, kernel, 1, "SAME")):
        with tf.GradientTape() as tape:
            x = tf.constant(X)
            tape.watch([x, kernel])
            value = tf.reduce_sum(tf.sin(convolve_images(x, kernel)))
        found.append(tape.gradient(value, [x, kernel]))
    for ours, theirs in zip(*found, strict=True):
        np.testing.assert_allclose(ours, theirs, atol=1e-4)

"""What counts in an image, by gradients, integrated gradients and Grad-CAM."""

import functools

import keras
import numpy as np
import pytest
from sklearn.exceptions import NotFittedError

from skmlbio import ImageCNNClassifier, ImageCNNRegressor
from skmlbio.images import ensure_images
from skmlbio.training._cache import get_network

METHODS = ("integrated_gradients", "gradient_times_input", "gradient", "grad_cam")
RANDOM = np.random.default_rng(0)
X = RANDOM.integers(0, 120, (160, 14, 13), np.uint8)
PLACES = RANDOM.integers(2, 10, (160, 2))
Y = np.array(["none", "spot"])[np.arange(160) % 2]
for (row, column), image, label in zip(PLACES, X, Y, strict=True):
    if label == "spot":
        image[row : row + 3, column : column + 3] = 230
SOME = [X[0], X[1, :9], X[2, 3:, :5], X[3, :1, :1], X[4, :12, :12], X[5]]


@functools.cache
def classifier() -> ImageCNNClassifier:
    options = {"n_blocks": 1, "epochs": 20, "learning_rate": 0.01, "random_state": 0}
    return ImageCNNClassifier((4, 8), **options).fit(X[:120], Y[:120])


@functools.cache
def few(kind: type = ImageCNNClassifier, **options):
    """A fitted estimator of colours, whose pixels are numbers of any size."""
    options = {"n_filters": 4, "n_blocks": 1, "epochs": 1, "random_state": 0, **options}
    return kind(**options).fit(COLOURS, np.arange(12) % 2 if kind is ImageCNNClassifier else 1e6 + np.arange(12.0))


COLOURS = 1000 + 300 * np.random.default_rng(1).normal(size=(12, 7, 9, 3))
MEAN = COLOURS.mean(axis=(0, 1, 2))


@pytest.mark.parametrize("method", METHODS)
def test_a_spot_is_found_by_every_method(method: str) -> None:
    assert classifier().score(X[120:], Y[120:]) > 0.95
    found = classifier().attributions(X[121::2], method=method, target="spot")
    assert found.dtype == np.float32 and found.shape == (20, 14, 13, *((1,) if method in METHODS[:2] else ()))
    n_found = 0
    for of_image, (row, column) in zip(found.reshape(20, 14, 13), PLACES[121::2], strict=True):
        place = np.unravel_index(of_image.argmax(), of_image.shape)
        n_found += row - 2 <= place[0] <= row + 4 and column - 2 <= place[1] <= column + 4
    assert n_found >= 18


@pytest.mark.parametrize("method", METHODS)
def test_images_of_many_sizes_are_independent(method: str) -> None:
    ask = functools.partial(classifier().attributions, method=method, n_steps=6)
    together = ask(SOME)
    assert [found.shape[:2] for found in together] == [image.shape for image in SOME]
    for image, found in zip(SOME, together, strict=True):
        np.testing.assert_allclose(ask([image])[0], found, atol=1e-5)
    assert all(np.array_equal(*pair) for pair in zip(together, ask(SOME), strict=True))
    np.testing.assert_allclose(ask(X[:3] / 255), ask(list(X[:3])), atol=1e-5)


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"block": "residual", "squeeze_excitation": True, "random_shift": 0.1, "random_noise": 0.1},
        {"pooling": "flatten", "standardize": False},
        {"kind": ImageCNNRegressor, "pooling": "max", "local_pooling": None},
    ],
)
def test_integrated_gradients_are_complete(options: dict) -> None:
    """They sum to the change from an image of the mean colour, in each of the network's forms."""
    estimator = few(**options)
    images = COLOURS[:3] if "pooling" in options else [COLOURS[0], COLOURS[1, :5], COLOURS[2, :, :4]]
    mean = MEAN * options.get("standardize", True)
    ask = estimator.predict if options.get("kind") else estimator.decision_function
    change = ask(images) - ask([np.broadcast_to(mean, image.shape) for image in images])
    target = {} if options.get("kind") else {"target": 1}
    sums = [found.sum() for found in estimator.attributions(images, **target)]
    np.testing.assert_allclose(sums, change, rtol=0.01, atol=0.001 * np.abs(change).max() + 1e-5)


@pytest.mark.parametrize("kind", [ImageCNNClassifier, ImageCNNRegressor])
def test_gradients_are_finite_differences(kind: type) -> None:
    """In double precision, per standard deviation of a channel."""
    estimator = few(kind=kind, dtype="float64", activation="tanh", local_pooling="mean")
    image, scale = COLOURS[0], COLOURS.std(axis=(0, 1, 2))
    ask = estimator.predict if kind is ImageCNNRegressor else estimator.decision_function
    target = {} if kind is ImageCNNRegressor else {"target": 1}
    steepest, times_input = (
        estimator.attributions([image], method=method, **target)[0] for method in ("gradient", "gradient_times_input")
    )
    assert steepest.dtype == times_input.dtype == np.float64
    for row, column in ((0, 0), (3, 4), (6, 8)):
        slopes = np.zeros(3)
        for channel in range(3):
            up, down = image.copy(), image.copy()
            up[row, column, channel] += 1e-3 * scale[channel]
            down[row, column, channel] -= 1e-3 * scale[channel]
            slopes[channel] = (ask([up]) - ask([down]))[0] / 2e-3
        np.testing.assert_allclose(steepest[row, column], np.abs(slopes).max(), rtol=1e-4)
        z = (image[row, column] - MEAN) / scale
        np.testing.assert_allclose(times_input[row, column], z * slopes, rtol=1e-4, atol=1e-9)


def test_grad_cam_by_hand() -> None:
    """Of one stage without windows, Σ α A is Σ w A by the last layer's weights w, over the number of places."""
    estimator = few(local_pooling=None)
    model = estimator.model_
    maps = keras.Model(model.input, model.get_layer("stage_0_block_0_activation").output)(ensure_images(COLOURS[:2]))
    (weights,) = model.get_layer("output").kernel.numpy().T
    found = estimator.attributions(COLOURS[:2], method="grad_cam", target=1)
    expected = np.maximum(maps.numpy() @ weights, 0) / (7 * 9)
    np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-7)
    assert found.max() > 0


def test_the_predicted_class_is_explained_unless_a_class_is_asked_for() -> None:
    found = {
        t: classifier().attributions(X[:2], method="gradient_times_input", target=t) for t in ("spot", "none", None)
    }
    np.testing.assert_allclose(found["spot"], -found["none"])
    expected = np.stack([found[label][row] for row, label in enumerate(classifier().predict(X[:2]))])
    assert np.array_equal(found[None], expected)


def test_rows_of_pixels_and_half_precision() -> None:
    rows = ImageCNNClassifier(4, n_blocks=1, image_shape=(7, 9, 3), epochs=1, random_state=0)
    rows.fit(COLOURS.reshape(12, -1), np.arange(12) % 2)
    found = rows.attributions(COLOURS[:2].reshape(2, -1), method="gradient")
    np.testing.assert_allclose(found, few().attributions(COLOURS[:2], method="gradient"), rtol=1e-3)
    half = few(dtype="mixed_bfloat16")
    for method in METHODS:
        found = half.attributions(COLOURS[:2], method=method, n_steps=16, target=1)
        assert found.dtype == np.float32 and np.isfinite(found).all() and found.any()


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"method": "mutagenesis"}, "method must be .*'gradient' or 'grad_cam', got 'mutagenesis'"),
        ({"target": "cell"}, r"target 'cell' is none of the classes \['none', 'spot'\]"),
        ({"n_steps": 0}, "n_steps must be 'auto' or an int from 1 to 512, got 0"),
    ],
)
def test_what_is_not_there_is_refused(asked: dict, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        classifier().attributions(X[:2], **asked)


def test_before_a_fit_and_for_wrong_images_there_are_none() -> None:
    with pytest.raises(NotFittedError, match="This ImageCNNClassifier instance is not fitted yet"):
        ImageCNNClassifier().attributions(X[:2])
    with pytest.raises(ValueError, match="image 0 has 3 channels, but those of the fit had 1"):
        classifier().attributions(COLOURS)


def test_few_programs_and_small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    for method in METHODS:
        classifier().attributions(X[:2], method=method, n_steps=6)  # of one size, which SOME are not
    expected = {method: classifier().attributions(SOME, method=method, n_steps=6) for method in METHODS}
    names = {name for name, _ in get_network(classifier().blueprint_)._programs if name.startswith("gradients")}
    assert names == {f"gradients at {place}, {form}" for place in ("pixels", "maps") for form in ("", "padded")}
    monkeypatch.setattr("skmlbio.estimators._image_attributions._ENTRIES_KEPT", 1)
    monkeypatch.setattr("skmlbio.estimators._image_data._ENTRIES_OF_A_PREDICTION_BATCH", 5000)
    for method in METHODS:
        for pair in zip(classifier().attributions(SOME, method=method, n_steps=6), expected[method], strict=True):
            np.testing.assert_allclose(*pair, atol=1e-5)

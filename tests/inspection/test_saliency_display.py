"""Maps of what counts, drawn over images."""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from sklearn.exceptions import NotFittedError
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer

from skmlbio import DenseClassifier, ImageCNNClassifier, SaliencyDisplay

X = np.random.default_rng(0).integers(0, 256, (12, 6, 8), np.uint8)
Y = np.arange(12) % 2
CLASSIFIER = ImageCNNClassifier(2, epochs=1, random_state=0)


@pytest.fixture(scope="module")
def classifier() -> ImageCNNClassifier:
    return CLASSIFIER.fit(X, Y)


@pytest.mark.parametrize("method", ["integrated_gradients", "gradient", "grad_cam"])
def test_what_an_estimator_answers_is_drawn(classifier: ImageCNNClassifier, method: str) -> None:
    display = SaliencyDisplay.from_estimator(classifier, X[0], method=method, target=1)
    (expected,) = classifier.attributions(X[:1], method=method, target=1)
    expected = expected.sum(axis=2) if expected.ndim == 3 else expected
    np.testing.assert_allclose(display.values_, expected)
    np.testing.assert_allclose(display.map_.get_array(), expected)
    np.testing.assert_allclose(display.image_.get_array(), X[0] / 255)
    assert display.map_.get_alpha().max() == pytest.approx(0.85) and display.image_.get_cmap().name == "gray"
    most = np.abs(expected).max()
    signed = method == "integrated_gradients"
    assert display.map_.get_clim() == pytest.approx((-most if signed else 0, most))
    assert display.map_.get_cmap().name == ("RdBu_r" if signed else "inferno")
    assert display.colorbar_.ax.get_ylabel() == "attribution"


def test_pipelines_and_rows_of_pixels(classifier: ImageCNNClassifier) -> None:
    expected = SaliencyDisplay.from_estimator(classifier, X[0])
    pipeline = make_pipeline(FunctionTransformer(), CLASSIFIER).fit(X, Y)
    rows = ImageCNNClassifier(2, epochs=1, random_state=0, image_shape=(6, 8)).fit(X.reshape(12, -1), Y)
    for display in (
        SaliencyDisplay.from_estimator(pipeline, X[0]),
        SaliencyDisplay.from_estimator(rows, X[0].ravel()),
    ):
        np.testing.assert_allclose(display.values_, expected.values_, rtol=1e-3, atol=1e-6)
        np.testing.assert_allclose(display.image_.get_array(), expected.image_.get_array())


def test_rows_of_frames_keep_their_names_and_batches_are_refused(classifier: ImageCNNClassifier) -> None:
    frame = pd.DataFrame(X.reshape(12, -1)).add_prefix("pixel ")
    rows = ImageCNNClassifier(2, epochs=1, random_state=0, image_shape=np.array([6, 8])).fit(frame, Y)
    display = SaliencyDisplay.from_estimator(rows, frame.iloc[0])
    np.testing.assert_allclose(display.image_.get_array(), X[0] / 255)
    for estimator, batch, shape in (
        (classifier, X[:1], r"\(height, width\) or \(height, width, 1\); got \(1, 6, 8\)"),
        (classifier, X[:2, ..., np.newaxis], r"\(height, width\) or \(height, width, 1\); got \(2, 6, 8, 1\)"),
        (rows, frame.to_numpy()[:1], r"\(n_pixels,\); got \(1, 48\)"),
    ):
        with pytest.raises(ValueError, match=rf"image must be one image, X\[0\] and not X\[:1\], of shape {shape}"):
            SaliencyDisplay.from_estimator(estimator, batch)


@pytest.mark.parametrize(
    ("image", "drawn"),
    [
        (np.full((2, 3, 3), 255, np.uint8), (2, 3, 3)),
        (np.full((2, 3, 3), 65535, np.uint16), (2, 3, 3)),
        (np.full((2, 3, 3), -1.5), (2, 3)),
        (np.ones((2, 3, 5)), (2, 3)),
        ([[True, False, True]] * 2, (2, 3)),
    ],
)
def test_colours_and_other_channels(image, drawn: tuple[int, ...]) -> None:
    _, ax = plt.subplots()
    display = SaliencyDisplay.from_attributions(
        np.ones((2, 3, 4)), image, ax=ax, im_kwargs={"cmap": "Blues", "vmax": 9, "alpha": 0.5}
    )
    assert display.image_.get_array().shape == drawn and (display.values_ == 4).all()
    assert display.ax_ is ax and display.map_.get_cmap().name == "Blues" and display.map_.get_clim() == (0, 9)
    assert display.map_.get_alpha() == 0.5
    plt.close(ax.figure)


def test_nothing_counts() -> None:
    display = SaliencyDisplay.from_attributions(np.zeros((2, 3)), np.zeros((2, 3)))
    assert not display.map_.get_alpha().any() and display.map_.get_clim() == (0, 1)


@pytest.mark.parametrize(
    ("attributions", "image", "message"),
    [
        (
            np.ones((3, 3)),
            np.ones((2, 3)),
            r"of 2 x 3 pixels must be of shape \(2, 3\) or \(2, 3, n_channels\); theirs is",
        ),
        (np.ones(6), np.ones((2, 3)), r"theirs is \(6,\)"),
        ([[1, np.nan, 1]] * 2, np.ones((2, 3)), "attributions must be finite, and that of row 0, column 1 is not"),
        ("map", np.ones((2, 3)), "attributions must be numbers, all rows of them alike, got 'map'"),
        (np.ones((2, 3)), np.ones(3), r"image 0 has shape \(3,\), but must be of shape \(height, width\)"),
    ],
)
def test_what_cannot_be_drawn(attributions, image, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        SaliencyDisplay.from_attributions(attributions, image)


def test_only_fitted_networks_of_images(classifier: ImageCNNClassifier) -> None:
    with pytest.raises(NotFittedError, match=r"call its fit before SaliencyDisplay\.from_estimator"):
        SaliencyDisplay.from_estimator(ImageCNNClassifier(), X[0])
    dense = DenseClassifier((2,), epochs=1).fit(X.reshape(12, -1), Y)
    with pytest.raises(TypeError, match="needs an estimator with attributions of images, and DenseClassifier has none"):
        SaliencyDisplay.from_estimator(dense, X[0])
    with pytest.raises(ValueError, match="method must be"):
        SaliencyDisplay.from_estimator(classifier, X[0], method="x")

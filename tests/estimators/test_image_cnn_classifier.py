"""ImageCNNClassifier and ImageCNNRegressor: learning, pixels, sizes, rows of pixels, parameters, export.

What holds for every estimator of lists is in `test_battery.py`, what holds for rows in `test_sklearn_checks.py`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer

from skmlbio import ImageCNNClassifier, ImageCNNRegressor
from skmlbio.training import clear_programs, program_info

SMALL: dict[str, Any] = {"n_filters": (4, 4), "n_blocks": 1, "epochs": 2, "random_state": 0}
RANDOM = np.random.default_rng(0)
X = RANDOM.random((24, 8, 9))
Y = np.arange(len(X)) % 2
UNEQUAL = [image[: 8 - i % 4, : 9 - i % 3] for i, image in enumerate(X)]


def with_lines(n_images: int, seed: int, sizes: tuple[int, ...] = (10,)) -> tuple[list[np.ndarray], np.ndarray]:
    """Noise with a line of four pixels somewhere, from left to right or from top to bottom."""
    random = np.random.default_rng(seed)
    y = np.array(["across", "down"])[np.arange(n_images) % 2]
    images = []
    for label in y:
        height, width = random.choice(sizes, 2)
        image = random.normal(0, 0.3, (height, width))
        row, column = random.integers(0, height - 3), random.integers(0, width - 3)
        image[(row, slice(column, column + 4)) if label == "across" else (slice(row, row + 4), column)] += 1
        images.append(image)
    return images, y


# Learning ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("block", ["plain", "residual", "inception"])
def test_a_pattern_is_found_wherever_it_is_in_images_of_many_sizes(block: str) -> None:
    classifier = ImageCNNClassifier(
        8, block=block, n_blocks=1, pooling="max", epochs=18, learning_rate=5e-3, random_state=0
    )
    classifier.fit(*with_lines(200, seed=0, sizes=(8, 9, 12)))
    assert classifier.score(*with_lines(100, seed=1, sizes=(8, 9, 12))) > 0.9
    assert classifier.score(*with_lines(100, seed=2, sizes=(20, 30))) > 0.8  # of sizes that it never saw


def test_flattened_maps_tell_where_a_pattern_is() -> None:
    random = np.random.default_rng(0)
    images, y = random.normal(0, 0.3, (200, 8, 8)), np.arange(200) % 2
    places = np.where(y, 6, 1)
    images[np.arange(200), places, random.integers(0, 8, 200)] += 2  # the same spot, high up or low down
    options = {"n_filters": 4, "n_blocks": 1, "epochs": 15, "learning_rate": 5e-3, "random_state": 0}
    by_place = ImageCNNClassifier(pooling="flatten", **options).fit(images[:150], y[:150])
    assert by_place.score(images[150:], y[150:]) > 0.9


def test_a_regressor_counts() -> None:
    random = np.random.default_rng(0)
    y = random.integers(0, 12, 200)
    images = np.zeros((200, 9, 9), np.uint8)
    for image, count in zip(images, y, strict=True):
        image.ravel()[random.choice(81, count, replace=False)] = 255
    regressor = ImageCNNRegressor(
        8, n_blocks=1, local_pooling="mean", dropout=0, epochs=20, learning_rate=5e-3, random_state=0
    )
    assert regressor.fit(images[:150], y[:150]).score(images[150:], y[150:]) > 0.9


def test_augmentation_happens_in_training_only_and_is_seeded() -> None:
    changes = {"random_flip": "both", "random_rotation": 20, "random_shift": 0.1, "random_scale": 0.1}
    plain = ImageCNNClassifier(**SMALL).fit(X, Y)
    for name, value in changes.items():
        first, second = (ImageCNNClassifier(**SMALL, **{name: value}).fit(UNEQUAL, Y) for _ in range(2))
        assert first.history_ == second.history_ != plain.history_
        assert np.array_equal(first.predict_proba(UNEQUAL), first.predict_proba(UNEQUAL))


# Pixels --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", [np.uint8, np.uint16])
def test_bytes_and_numbers_from_0_to_1_give_the_same_network(kind: type) -> None:
    pixels = (X * np.iinfo(kind).max).astype(kind)
    numbers = pixels / np.float32(np.iinfo(kind).max)
    ours, theirs = (ImageCNNClassifier(**SMALL).fit(images, Y) for images in (pixels, numbers))
    np.testing.assert_allclose(ours.predict_proba(pixels), theirs.predict_proba(pixels), atol=1e-6)
    np.testing.assert_allclose(ours.predict_proba(numbers), ours.predict_proba(pixels), atol=1e-6)


def test_pixels_in_other_units_than_those_of_the_fit_are_warned_of() -> None:
    pixels = (X * 255).astype(np.uint8)
    of_bytes, of_numbers = (ImageCNNClassifier(**SMALL).fit(images, Y) for images in (pixels, pixels.astype(float)))
    for other in (pixels.astype(float), pixels.astype(int), [pixels[0], pixels[1].astype(float)]):
        with pytest.warns(
            UserWarning, match=r"X has numbers up to \d+, but pixels of the fit were from 0 to 1, or of 8"
        ):
            of_bytes.predict(other)
    with pytest.warns(UserWarning, match=r"X has pixels of type uint8, .* but those of the fit are numbers up to 25\d"):
        of_numbers.predict(pixels)
    with pytest.warns(UserWarning, match="X has pixels of type uint8"):
        ImageCNNClassifier(**SMALL).fit([*pixels[:23], pixels[23].astype(float)], Y)
    of_bytes.predict(pixels / 255 * 1.5)
    of_numbers.predict(pixels.astype(int))


def test_numbers_far_from_zero_keep_their_digits() -> None:
    near, far = (ImageCNNClassifier(**SMALL).fit(X + shift, Y).predict_proba(X + shift) for shift in (0, 2.0**30))
    np.testing.assert_allclose(near, far, atol=1e-5)


def test_channels_are_standardized_one_by_one_and_images_count_alike() -> None:
    images = [RANDOM.normal((1, 50), (2, 5), size=(*image.shape, 2)) for image in UNEQUAL]
    fitted = ImageCNNClassifier(**SMALL).fit(images, Y)
    weights = dict(zip((w.path for w in fitted.model_.weights), fitted.weights_, strict=True))
    mean = np.mean([image.mean(axis=(0, 1)) for image in images], axis=0)
    np.testing.assert_allclose(weights["standardize/mean"], mean)
    variance = np.mean([((image - mean) ** 2).mean(axis=(0, 1)) for image in images], axis=0)
    np.testing.assert_allclose(weights["standardize/scale"], np.sqrt(variance))


def test_pixels_may_enter_as_they_are() -> None:
    fitted = ImageCNNClassifier(standardize=False, random_noise=0.1, random_flip="both", **SMALL).fit(UNEQUAL, Y)
    assert "standardize/mean" not in {weight.path for weight in fitted.model_.weights}
    assert not np.array_equal(fitted.predict_proba(X), fitted.predict_proba(X * 2))


def test_a_constant_channel_is_no_trouble() -> None:
    images = np.stack([X, np.full_like(X, 7)], axis=-1)
    assert np.isfinite(ImageCNNClassifier(**SMALL).fit(images, Y).predict_proba(images)).all()


# Sizes ---------------------------------------------------------------------------------------------------------------


def test_one_size_or_many_are_the_same_fit() -> None:
    array, listed = (ImageCNNClassifier(**SMALL).fit(images, Y) for images in (X, list(X)))
    assert all(np.array_equal(ours, theirs) for ours, theirs in zip(array.weights_, listed.weights_, strict=True))
    assert array.image_shape_ == listed.image_shape_ == (8, 9, 1)
    assert ImageCNNClassifier(**SMALL).fit(UNEQUAL, Y).image_shape_ == (None, None, 1)


@pytest.mark.parametrize(
    "options",
    [
        {"block": "residual", "squeeze_excitation": True, "pooling": "mean", "local_pooling": "max"},
        {"block": "residual", "squeeze_excitation": True, "pooling": "max", "local_pooling": None},
        {"block": "inception", "pooling": "mean", "local_pooling": "mean"},
        {"block": "inception", "pooling": "max", "local_pooling": "max"},
    ],
)
def test_what_stands_beside_an_image_does_not_matter(options: dict) -> None:
    parameters = SMALL | options | {"pool_size": 3}
    fitted = ImageCNNClassifier(**parameters).fit(UNEQUAL, Y)
    images = [*UNEQUAL, X[0, :1, :1], X[0, :1], X[0, :, :1], RANDOM.random((40, 31))]
    alone = np.concatenate([fitted.predict_proba([image]) for image in images])
    np.testing.assert_allclose(fitted.predict_proba(images), alone, atol=1e-5)


def test_other_sizes_cause_no_further_programs() -> None:
    clear_programs()
    fitted = ImageCNNClassifier(**SMALL).fit(UNEQUAL, Y)
    before = program_info()
    for n_rows in (3, 17, 50):
        sizes = RANDOM.integers(1, 2 * n_rows, (24, 2))
        images = [RANDOM.random(tuple(size)) for size in sizes]
        clone(fitted).fit(images, Y)
        fitted.predict(images)
    after = program_info()
    assert (after.n_networks, after.n_trainers, after.n_traces) == (
        before.n_networks, before.n_trainers, before.n_traces,
    )  # fmt: skip


def test_training_goes_on_with_images_of_other_sizes() -> None:
    classifier = ImageCNNClassifier(**SMALL).fit(X, Y).partial_fit(UNEQUAL, Y)
    assert np.isfinite(classifier.predict_proba(UNEQUAL)).all() and classifier.n_iter_ == 3


def test_flattened_maps_need_images_of_one_size() -> None:
    classifier = ImageCNNClassifier(pooling="flatten", **SMALL)
    with pytest.raises(ValueError, match="pooling='flatten' needs images of one size, but those of X differ"):
        classifier.fit(UNEQUAL, Y)
    with pytest.raises(ValueError, match=r"image 1 is of 7 x 8 pixels, but .* of 8 x 9, as those of the fit were"):
        classifier.fit(X, Y).predict([X[0], X[1, 1:, 1:]])


def test_channels_must_be_those_of_the_fit() -> None:
    classifier = ImageCNNClassifier(**SMALL).fit(X, Y)
    with pytest.raises(ValueError, match="image 0 has 3 channels, but those of the fit had 1"):
        classifier.predict(np.zeros((2, 8, 9, 3)))


# Rows of pixels ------------------------------------------------------------------------------------------------------


def test_rows_of_pixels_are_the_images() -> None:
    rows = X.reshape(24, -1)
    images = ImageCNNClassifier(**SMALL).fit(X, Y)
    for shape in ((8, 9), (8, -1), (-1, 9, 1), [8, 9]):
        of_rows = ImageCNNClassifier(**SMALL, image_shape=shape).fit(rows, Y)
        assert np.array_equal(of_rows.predict_proba(rows), images.predict_proba(X))
        assert (of_rows.n_features_in_, of_rows.image_shape_) == (72, (8, 9, 1))
    frame = pd.DataFrame(rows, columns=[f"pixel {i}" for i in range(72)])
    named = ImageCNNClassifier(**SMALL, image_shape=(8, 9)).fit(frame, Y)
    assert named.feature_names_in_.tolist() == frame.columns.tolist()
    assert np.array_equal(named.predict_proba(frame), images.predict_proba(X))


@pytest.mark.parametrize(
    ("shape", "message"),
    [
        ((8,), r"image_shape must be \(height, width\) or .*; got \(8,\)"),
        ((8, 0), "image_shape must be"),
        (np.array(8), "image_shape must be"),
        (np.array([8.0, 9.0]), "image_shape must be"),
        ((-1, -1), "of which one may be -1"),
        ((8, 9.0), "image_shape must be"),
        ((8, True), "image_shape must be"),
        ((8, 8), r"image_shape=\(8, 8\) does not fit the 72 columns of X"),
        ((7, -1), r"image_shape=\(7, -1\) does not fit the 72 columns of X"),
    ],
)
def test_image_shapes_that_are_none(shape: tuple, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        ImageCNNClassifier(**SMALL, image_shape=shape).fit(X.reshape(24, -1), Y)


# Parameters ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"n_filters": ()}, "n_filters must be an int, or a sequence of one int or more"),
        ({"n_filters": (4, 0)}, r"n_filters\[1\] must be an int of 1 or more, got 0"),
        ({"n_filters": (8, 3), "block": "inception"}, "block='inception' needs 4 filters or more in each stage"),
        ({"kernel_size": 32}, "'kernel_size' parameter"),
        ({"random_flip": "left"}, "'random_flip' parameter"),
        ({"random_rotation": 200}, "'random_rotation' parameter"),
        ({"random_noise": -1}, "'random_noise' parameter"),
        ({"pooling": "attention"}, "'pooling' parameter"),
    ],
)
def test_parameters_that_are_none(parameters: dict, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        ImageCNNClassifier(**SMALL | parameters).fit(X, Y)


def test_a_pixel_beyond_single_precision_is_named() -> None:
    images = X.copy()
    images[3, 1, 2] = 1e40
    with pytest.raises(ValueError, match="image 3 has 1e\\+40 at row 1, column 2, channel 0, but numbers must lie"):
        ImageCNNClassifier(**SMALL).fit(images, Y)


def test_mixed_precision_has_answers() -> None:
    classifier = ImageCNNClassifier(**SMALL, dtype="mixed_bfloat16", random_noise=0.1, random_rotation=5)
    np.testing.assert_allclose(classifier.fit(UNEQUAL, Y).predict_proba(UNEQUAL).sum(axis=1), 1, atol=1e-6)


def test_in_a_pipeline_after_a_step_that_makes_images() -> None:
    pipeline = make_pipeline(FunctionTransformer(lambda rows: rows.reshape(-1, 8, 9)), ImageCNNClassifier(**SMALL))
    assert pipeline.fit(X.reshape(24, -1), Y).predict(X.reshape(24, -1)).shape == (24,)


# Export --------------------------------------------------------------------------------------------------------------


def served(estimator: Any, path: Path, verb: str = "predict_proba", **inputs: Any) -> np.ndarray:
    tf = pytest.importorskip("tensorflow")
    estimator.export_saved_model(path / "served")
    signature = tf.saved_model.load(str(path / "served")).signatures[verb]
    return signature(**{name: tf.constant(value) for name, value in inputs.items()})[verb].numpy()


def test_images_of_one_size_are_served_as_they_were_trained_on(tmp_path: Path) -> None:
    pixels = (X * 255).astype(np.uint8)
    classifier = ImageCNNClassifier(**SMALL).fit(pixels, Y)
    found = served(classifier, tmp_path, X=pixels[..., None])
    np.testing.assert_allclose(found, classifier.predict_proba(pixels), atol=1e-6)


def test_rows_of_pixels_are_served_as_a_matrix_and_as_columns(tmp_path: Path) -> None:
    frame = pd.DataFrame(X.reshape(24, -1), columns=[f"pixel {i}" for i in range(72)])
    regressor = ImageCNNRegressor(**SMALL, image_shape=(8, 9)).fit(frame, Y)
    by_column = {f"pixel_{i}": frame[f"pixel {i}"].to_numpy() for i in range(72)}
    for verb, inputs in (("predict", by_column), ("predict_matrix", {"X": frame.to_numpy()})):
        tf = pytest.importorskip("tensorflow")
        if not (tmp_path / "served").exists():
            regressor.export_saved_model(tmp_path / "served")
        signature = tf.saved_model.load(str(tmp_path / "served")).signatures[verb]
        (found,) = signature(**{name: tf.constant(value) for name, value in inputs.items()}).values()
        np.testing.assert_allclose(found, regressor.predict(frame), atol=1e-6)


def test_sizes_that_cannot_be_stop_the_server(tmp_path: Path) -> None:
    tf = pytest.importorskip("tensorflow")
    ImageCNNClassifier(**SMALL).fit(UNEQUAL, Y).export_saved_model(tmp_path / "served")
    ask = tf.saved_model.load(str(tmp_path / "served")).signatures["predict"]
    images = tf.zeros((2, 4, 4, 1), tf.float64)
    assert ask(X=images, sizes=tf.constant([[4, 4], [1, 3]]))["predict"].shape == (2,)
    for sizes, message in (([[4, 4], [5, 4]], "larger than X"), ([[4, 4], [0, 4]], "has no pixels")):
        with pytest.raises(tf.errors.InvalidArgumentError, match=message):
            ask(X=images, sizes=tf.constant(sizes))
    with pytest.raises(tf.errors.InvalidArgumentError, match="not compatible with expected shape"):
        ask(X=images[..., 0], sizes=tf.constant([[4, 4], [1, 3]]))

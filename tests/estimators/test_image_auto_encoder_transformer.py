"""Codes and reconstructions of images: units, forms, sizes, noise and gaps."""

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.datasets import load_digits

from skmlbio import ImageAutoEncoderTransformer

DIGITS = load_digits().images[:200]
BYTES = (DIGITS * 15.9375).astype(np.uint8)
SMALL = {"n_filters": (4, 8), "epochs": 2, "random_state": 0}
UNEQUAL = [image[: 6 + i % 3, : 5 + i % 4] for i, image in enumerate(DIGITS[:24])]


@pytest.fixture(scope="module")
def of_bytes() -> ImageAutoEncoderTransformer:
    return ImageAutoEncoderTransformer(3, **SMALL).fit(BYTES)


@pytest.fixture(scope="module")
def of_any_size() -> ImageAutoEncoderTransformer:
    options = {"noise": "holes", "noise_level": 0.2, "missing": "mask"}
    return ImageAutoEncoderTransformer(None, **SMALL, **options).fit(UNEQUAL)


def test_reconstructions_come_in_the_units_of_the_pixels(of_bytes) -> None:
    found = of_bytes.reconstruct(BYTES)
    assert found.shape == BYTES.shape and found.dtype == np.float64
    assert 20 < found.mean() < 120
    shares = of_bytes.reconstruct(BYTES / 255)  # numbers from 0 to 1 mean the same, and come back as such
    np.testing.assert_allclose(found, shares * 255, atol=1e-3)
    np.testing.assert_allclose(of_bytes.inverse_transform(of_bytes.transform(BYTES)), found, atol=1e-3)
    mixed = of_bytes.reconstruct([BYTES[0], BYTES[0] / 255, BYTES[1].astype(np.uint16) * 257])
    np.testing.assert_allclose(mixed, [found[0], shares[0], found[1] * 257], rtol=1e-4, atol=1e-2)


def test_forms_are_those_of_the_images(of_bytes) -> None:
    with_channels = of_bytes.reconstruct(BYTES[..., np.newaxis])
    assert with_channels.shape == (200, 8, 8, 1)
    rows = ImageAutoEncoderTransformer(3, image_shape=(8, 8), **SMALL).fit(BYTES.reshape(200, -1))
    assert all(np.array_equal(*pair) for pair in zip(rows.weights_, of_bytes.weights_, strict=True))
    found = rows.reconstruct(BYTES.reshape(200, -1))
    assert np.array_equal(found.reshape(200, 8, 8), with_channels[..., 0])
    assert np.array_equal(rows.inverse_transform(rows.transform(BYTES.reshape(200, -1))), found)
    maps = clone(rows).set_params(latent_dim=None).fit(BYTES.reshape(200, -1))
    assert maps.transform(BYTES.reshape(200, -1)).shape == (200, 2 * 2 * 8) == (200, len(maps.get_feature_names_out()))


def test_scores_are_minus_the_squared_error_of_standardised_pixels(of_bytes) -> None:
    errors = (of_bytes.reconstruct(BYTES) / 255 - BYTES / 255.0) ** 2
    expected = -errors.mean(axis=(1, 2)) / np.var(BYTES / 255.0)
    np.testing.assert_allclose(of_bytes.score_samples(BYTES), expected, rtol=1e-3)
    assert of_bytes.score(BYTES) == pytest.approx(expected.mean(), rel=1e-3)


def test_images_of_several_sizes_are_what_they_are_alone(of_any_size) -> None:
    found, maps, scores = (
        of_any_size.reconstruct(UNEQUAL),
        of_any_size.transform(UNEQUAL),
        of_any_size.score_samples(UNEQUAL),
    )
    for place in (0, 5, 23):
        image = UNEQUAL[place]
        np.testing.assert_allclose(of_any_size.reconstruct([image])[0], found[place], atol=1e-4)
        np.testing.assert_allclose(of_any_size.transform([image])[0], maps[place], atol=1e-5)
        np.testing.assert_allclose(of_any_size.score_samples([image]), scores[place], atol=1e-5)
        assert found[place].shape == image.shape and maps[place].shape == (2, -(-image.shape[1] // 4), 8)
    large = np.random.default_rng(0).normal(size=(1, 40, 33))
    assert of_any_size.reconstruct(large).shape == large.shape


@pytest.mark.filterwarnings("ignore:X has pixels of type uint8")  # one image is of bytes, the others are not
def test_gaps_are_filled_and_what_is_known_stays(of_any_size) -> None:
    holed = [image.copy() for image in UNEQUAL[:6]]
    holed[0][2:4, 1:3] = np.nan
    holed[4] = BYTES[0]
    filled = of_any_size.impute(holed)
    for before, after in zip(holed, filled, strict=True):
        known = ~np.isnan(before)
        assert np.array_equal(after[known], before[known]) and np.isfinite(after).all()
    other = [image.copy() for image in holed]
    other[0][0, 0] += 1
    assert not np.array_equal(of_any_size.impute(other)[0][2:4, 1:3], filled[0][2:4, 1:3])
    holed[2] = np.full((5, 5), np.nan)
    assert np.isfinite(of_any_size.reconstruct(holed)[2]).all()
    with pytest.raises(ValueError, match="image 2 is missing altogether, so that its reconstruction has no error"):
        of_any_size.score_samples(holed)


def test_a_fit_to_gaps_does_not_look_behind_them() -> None:
    gaps = np.random.default_rng(0).random(DIGITS.shape) < 0.2
    X = np.where(gaps, np.nan, DIGITS)
    encoder = ImageAutoEncoderTransformer(3, missing="mask", **SMALL).fit(X)
    assert np.isfinite(encoder.history_["loss"]).all()
    errors = np.nanmean((encoder.reconstruct(X) - X) ** 2, axis=(1, 2)) / np.nanvar(X)
    np.testing.assert_allclose(encoder.score_samples(X), -errors, rtol=1e-2)


@pytest.mark.parametrize("noise", ["gaussian", "holes"])
def test_noise_goes(noise: str) -> None:
    noisy = {
        "gaussian": DIGITS + 6 * np.random.default_rng(0).normal(size=DIGITS.shape),
        "holes": np.where(np.pad(np.ones((4, 4)), 2) > 0, DIGITS.mean(), DIGITS),
    }[noise]
    options = {"noise": noise, "noise_level": 1.0 if noise == "gaussian" else 0.4, "learning_rate": 0.005}
    options |= {"n_filters": (16, 32), "epochs": 12, "batch_size": 16}
    encoder = ImageAutoEncoderTransformer(16, **SMALL | options).fit(DIGITS)
    before, after = (np.mean((images - DIGITS)[:, 2:6, 2:6] ** 2) for images in (noisy, encoder.reconstruct(noisy)))
    assert after < 0.7 * before


def test_probabilities(of_bytes) -> None:
    encoder = ImageAutoEncoderTransformer(3, loss="binary_crossentropy", **SMALL).fit(BYTES)
    found = encoder.reconstruct(BYTES)
    assert found.dtype == np.float32 and 0 <= found.min() < found.max() <= 255
    p = np.clip(found / 255.0, 1e-7, 1 - 1e-7)
    x = BYTES / 255
    expected = (x * np.log(p) + (1 - x) * np.log(1 - p)).mean(axis=(1, 2))
    np.testing.assert_allclose(encoder.score_samples(BYTES), expected, rtol=1e-3)
    with pytest.raises(ValueError, match="loss='binary_crossentropy' needs pixels between 0 and 1, but image 0 holds"):
        encoder.fit(DIGITS)


def test_an_exported_network_answers_alike(of_bytes, of_any_size, tmp_path) -> None:
    tf = pytest.importorskip("tensorflow")
    of_bytes.export_saved_model(tmp_path / "bytes")
    served = tf.saved_model.load(str(tmp_path / "bytes")).signatures
    assert {*served} == {"serving_default", "transform", "reconstruct", "score_samples", "inverse_transform"}
    X, codes = tf.constant(BYTES[:9, ..., np.newaxis]), tf.constant(of_bytes.transform(BYTES[:9]))
    found = served["reconstruct"](X=X)["reconstruct"][..., 0]
    np.testing.assert_allclose(found, of_bytes.reconstruct(BYTES[:9]), atol=1e-3)
    np.testing.assert_allclose(served["inverse_transform"](X=codes)["inverse_transform"][..., 0], found, atol=1e-3)
    of_any_size.export_saved_model(tmp_path / "any")
    served = tf.saved_model.load(str(tmp_path / "any")).signatures
    padded, sizes = np.zeros((3, 9, 9, 1)), np.array([image.shape for image in UNEQUAL[:3]], np.int32)
    for place, image in zip(padded, UNEQUAL, strict=False):
        place[: image.shape[0], : image.shape[1], 0] = image
    padded[0, 1, 1] = np.nan
    holed = [image[:h, :w, 0] for image, (h, w) in zip(padded, sizes, strict=True)]
    given = {"X": tf.constant(padded), "sizes": tf.constant(sizes)}
    np.testing.assert_allclose(
        served["score_samples"](**given)["score_samples"], of_any_size.score_samples(holed), atol=1e-5
    )
    filled = served["impute"](**given)["impute"][0, : sizes[0, 0], : sizes[0, 1], 0]
    np.testing.assert_allclose(filled, of_any_size.impute(holed)[0], atol=1e-4)
    found = served["reconstruct"](**given)["reconstruct"].numpy()
    np.testing.assert_allclose(found[1, : sizes[1, 0], : sizes[1, 1], 0], of_any_size.reconstruct(holed)[1], atol=1e-4)


def test_what_cannot_be(of_bytes, of_any_size) -> None:
    with pytest.raises(
        ValueError, match="image 1 is of 8 x 7 pixels, but with latent_dim=3 all images must be of 8 x 8"
    ):
        of_bytes.reconstruct([np.eye(8), np.eye(8, 7)])
    with pytest.raises(ValueError, match="latent_dim=3 needs images of one size, but those of X differ; take "):
        ImageAutoEncoderTransformer(3).fit(UNEQUAL)
    with pytest.raises(AttributeError, match="no attribute 'inverse_transform': with latent_dim=None, codes are maps"):
        of_any_size.inverse_transform(np.zeros((1, 3)))
    with pytest.raises(ValueError, match="several sizes differ in their number of features: give latent_dim"):
        of_any_size.get_feature_names_out()
    with pytest.raises(ValueError, match=r"latent_dim=None, codes are maps, .*give latent_dim for a table of codes"):
        clone(of_any_size).set_params(epochs=1).set_output(transform="pandas").fit_transform(DIGITS[:8])
    with pytest.raises(ValueError, match="noise_level of noise='holes' is a share below 1, got 1"):
        ImageAutoEncoderTransformer(noise="holes", noise_level=1.0).fit(DIGITS)
    with pytest.raises(ValueError, match="image 0 has nan at row 1, column 2"):
        of_bytes.reconstruct(np.where(np.arange(64).reshape(8, 8) == 10, np.nan, DIGITS))
    with pytest.raises(ValueError, match="channel 0 is missing in every training image"):
        ImageAutoEncoderTransformer(3, missing="mask").fit(np.full((4, 8, 8), np.nan))


def test_channels_that_are_constant_come_back_and_may_vary_later() -> None:
    encoder = ImageAutoEncoderTransformer(None, **SMALL).partial_fit([np.full((6, 6), 3.0), np.full((5, 7), 3.0)])
    assert all((image == 3.0).all() for image in encoder.reconstruct(UNEQUAL[:3]))
    encoder.partial_fit(UNEQUAL)
    assert encoder.reconstruct(UNEQUAL)[0].std() > 0

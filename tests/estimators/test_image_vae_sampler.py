"""A density of images: units, forms, samples, and densities of pixels before they are standardised."""

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.datasets import load_digits

from skmlbio import ImageVAESampler

DIGITS = load_digits().images[:120]
BYTES = np.stack([DIGITS * 15, 255 - DIGITS * 5], axis=-1).astype(np.uint8)  # of two channels
SMALL = {"latent_dim": 3, "n_filters": (4, 8), "epochs": 2, "n_importance": 3, "random_state": 0}


@pytest.fixture(scope="module")
def of_bytes() -> ImageVAESampler:
    return ImageVAESampler(**SMALL).fit(BYTES)


def test_answers_come_in_the_units_and_the_form_of_the_images(of_bytes) -> None:
    codes = of_bytes.transform(BYTES)
    assert codes.shape == (120, 3) and codes.dtype == np.float32
    found = of_bytes.reconstruct(BYTES)
    assert found.shape == BYTES.shape and np.abs(found.mean(axis=(0, 1, 2)) - BYTES.mean(axis=(0, 1, 2))).max() < 25
    np.testing.assert_allclose(of_bytes.inverse_transform(codes), found, atol=1e-2)
    drawn = of_bytes.sample(400)
    assert drawn.shape == (400, 8, 8, 2) and drawn.dtype == np.float64
    assert np.abs(drawn.mean(axis=(0, 1, 2)) - BYTES.mean(axis=(0, 1, 2))).max() < 25
    assert np.array_equal(of_bytes.sample(4), drawn[:4]) and not np.array_equal(of_bytes.sample(4, 1), drawn[:4])
    rows = clone(of_bytes).set_params(image_shape=(8, 8, 2)).fit(BYTES.reshape(120, -1))
    assert np.array_equal(rows.sample(2), drawn[:2].reshape(2, -1))
    assert np.array_equal(rows.score_samples(BYTES.reshape(120, -1)), of_bytes.score_samples(BYTES))


def test_densities_are_those_of_numbers_from_0_to_1(of_bytes) -> None:
    scores = of_bytes.score_samples(BYTES)
    np.testing.assert_allclose(of_bytes.score_samples((BYTES / 255.0)[:7]), scores[:7], atol=0.5)
    assert of_bytes.score(BYTES) == pytest.approx(scores.mean(), rel=1e-5)
    noise = np.random.default_rng(0).integers(0, 256, BYTES.shape, np.uint8)
    assert of_bytes.score(noise) < scores.min()
    assert of_bytes.history_["elbo"][-1] > of_bytes.history_["elbo"][0]


def test_a_batch_of_large_images_is_cut(of_bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    from skmlbio.estimators import _image_data

    expected = of_bytes.score_samples(BYTES[:10])
    monkeypatch.setattr(_image_data, "_ENTRIES_OF_A_PREDICTION_BATCH", 3 * 8 * 8 * 4)
    np.testing.assert_allclose(of_bytes.score_samples(BYTES[:10]), expected, rtol=1e-4)


def test_black_and_white() -> None:
    X = (DIGITS > 8).astype(np.uint8) * 255
    sampler = ImageVAESampler(likelihood="bernoulli", **SMALL).fit(X)
    assert set(np.unique(sampler.sample(20))) == {0.0, 255.0}
    assert sampler.reconstruct(X).min() > 0 and (sampler.score_samples(X) < 0).all()
    with pytest.raises(ValueError, match="likelihood='bernoulli' needs pixels between 0 and 1, but image 0 holds 5"):
        sampler.fit(DIGITS)


def test_an_exported_network_answers_alike(of_bytes, tmp_path) -> None:
    tf = pytest.importorskip("tensorflow")
    of_bytes.export_saved_model(tmp_path / "served")
    served = tf.saved_model.load(str(tmp_path / "served")).signatures
    X = tf.constant(BYTES[:5])
    for verb in ("transform", "reconstruct", "score_samples"):
        np.testing.assert_allclose(served[verb](X=X)[verb], getattr(of_bytes, verb)(BYTES[:5]), rtol=1e-4, atol=1e-3)
    codes = of_bytes.transform(BYTES[:5])
    found = served["inverse_transform"](X=tf.constant(codes))["inverse_transform"]
    np.testing.assert_allclose(found, of_bytes.inverse_transform(codes), atol=1e-2)
    drawn = served["sample"](n_samples=tf.constant(3, tf.int64), seed=tf.constant(0, tf.int64))["sample"]
    np.testing.assert_allclose(drawn, of_bytes.sample(3), atol=1e-2)


def test_what_cannot_be(of_bytes) -> None:
    with pytest.raises(
        ValueError, match="an ImageVAESampler needs images of one size, but those of X differ; bring them"
    ):
        clone(of_bytes).fit([BYTES[0], BYTES[1, :7]])
    with pytest.raises(
        ValueError, match="image 1 is of 7 x 8 pixels, but with an ImageVAESampler all images must be of 8"
    ):
        of_bytes.transform([BYTES[0], BYTES[1, :7]])
    with pytest.raises(ValueError, match="X has 2 columns, but codes have 3 components"):
        of_bytes.inverse_transform(np.zeros((1, 2)))
    with pytest.raises(ValueError, match="n_samples must be an int of 1 or more, got 0"):
        of_bytes.sample(0)

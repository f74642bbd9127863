"""How alike images are: against scikit-image, units, sizes, and scores of estimators."""

import pickle
import sys

import numpy as np
import pandas as pd
import pytest
from sklearn.model_selection import cross_validate
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler

from skmlbio import ImageAutoEncoderTransformer
from skmlbio.images import peak_signal_noise_ratio, reconstruction_scorer, structural_similarity

metrics = pytest.importorskip("skimage.metrics")
RANDOM = np.random.default_rng(0)
IMAGES = RANDOM.integers(0, 256, (4, 9, 12, 3), np.uint8)
OTHERS = np.clip(IMAGES + 20 * RANDOM.normal(size=IMAGES.shape), 0, 255)


def test_both_are_those_of_scikit_image() -> None:
    ratios = [metrics.peak_signal_noise_ratio(*pair, data_range=255) for pair in zip(IMAGES, OTHERS, strict=True)]
    np.testing.assert_allclose(peak_signal_noise_ratio(IMAGES, OTHERS), ratios)
    options = {"data_range": 255, "channel_axis": 2}
    similarities = [
        metrics.structural_similarity(image.astype(float), other, **options)
        for image, other in zip(IMAGES, OTHERS, strict=True)
    ]
    np.testing.assert_allclose(structural_similarity(IMAGES, OTHERS), similarities)


@pytest.mark.parametrize("metric", [peak_signal_noise_ratio, structural_similarity])
def test_units_do_not_matter_and_sizes_may_differ(metric) -> None:
    expected = metric(IMAGES, OTHERS)
    np.testing.assert_allclose(metric(IMAGES / 255, OTHERS / 255, data_range=1), expected)
    np.testing.assert_allclose(metric(IMAGES.astype(np.uint16) * 257, OTHERS * 257), expected)
    ranged = metric(IMAGES.astype(float), OTHERS, data_range=np.ptp(IMAGES.astype(float)))
    np.testing.assert_allclose(metric(IMAGES.astype(float), OTHERS), ranged)
    cut, other = [IMAGES[0], IMAGES[1, :5, :4]], [OTHERS[0], OTHERS[1, :5, :4]]
    found = metric(cut, other)
    assert found[0] == pytest.approx(expected[0]) and found[1] == pytest.approx(metric(cut[1:], other[1:])[0])
    assert metric(IMAGES, IMAGES).tolist() == [np.inf if metric is peak_signal_noise_ratio else 1.0] * 4


def test_what_cannot_be_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ValueError, match="there are 4 images, but 3 others"):
        peak_signal_noise_ratio(IMAGES, OTHERS[:3])
    with pytest.raises(ValueError, match=r"image 1 is of shape \(9, 12, 3\), but its counterpart of \(8, 12, 3\)"):
        structural_similarity(IMAGES[:2], [OTHERS[0], OTHERS[1, :8]])
    with pytest.raises(ValueError, match="data_range, from black to white, must be above 0, got 0"):
        peak_signal_noise_ratio(np.ones((2, 3, 3)), np.ones((2, 3, 3)), data_range=0)
    with pytest.raises(ValueError, match="image 0 is of 9 x 2 pixels, but windows take 3 x 3 or more"):
        structural_similarity(IMAGES[:, :, :2], OTHERS[:, :, :2])
    with pytest.raises(ValueError, match="all pixels of images are 1, which tells no data_range: give it"):
        structural_similarity(np.ones((2, 3, 3)), np.ones((2, 3, 3)))
    with pytest.raises(TypeError, match=r"metric must be a function of images and others, .* got 'psnr'"):
        reconstruction_scorer("psnr")
    monkeypatch.setitem(sys.modules, "skimage.metrics", None)
    with pytest.raises(ImportError, match=r'needs scikit-image: pip install "skmlbio\[images\]"'):
        structural_similarity(IMAGES, OTHERS)


def test_scores_compare_with_y_or_with_the_images_themselves() -> None:
    clean = RANDOM.random((40, 6, 5))
    noisy = clean + RANDOM.normal(size=clean.shape)
    scorers = {
        "psnr": reconstruction_scorer(peak_signal_noise_ratio, data_range=1.0),
        "ssim": reconstruction_scorer(structural_similarity, data_range=1.0),
    }
    encoder = ImageAutoEncoderTransformer(2, n_filters=2, epochs=1, random_state=0).fit(noisy)
    found = encoder.reconstruct(noisy)
    for name, metric in {"psnr": peak_signal_noise_ratio, "ssim": structural_similarity}.items():
        scorer = pickle.loads(pickle.dumps(scorers[name]))
        assert scorer(encoder, noisy, clean) == pytest.approx(metric(clean, found, data_range=1.0).mean())
        assert scorer(encoder, noisy) == pytest.approx(metric(noisy, found, data_range=1.0).mean())
    scores = cross_validate(encoder, noisy, clean, cv=2, scoring=scorers, error_score="raise")
    assert np.isfinite(scores["test_psnr"]).all() and np.isfinite(scores["test_ssim"]).all()


def test_scores_of_rows_of_pipelines_and_of_no_images() -> None:
    rows = RANDOM.random((20, 30))
    images, scorer = rows.reshape(-1, 6, 5), reconstruction_scorer(structural_similarity, data_range=1.0)
    encoder = ImageAutoEncoderTransformer(2, n_filters=2, n_blocks=1, epochs=1, random_state=0, image_shape=(6, -1))
    pipeline = make_pipeline(FunctionTransformer(np.sqrt), encoder.fit(np.sqrt(rows)))
    found = encoder.reconstruct(np.sqrt(rows)).reshape(-1, 6, 5)
    expected = structural_similarity(np.sqrt(images), found, data_range=1.0).mean()
    assert scorer(encoder, np.sqrt(rows)) == pytest.approx(expected)
    assert scorer(encoder, pd.DataFrame(np.sqrt(rows)).to_numpy().tolist()) == pytest.approx(expected)
    assert scorer(pipeline, rows) == pytest.approx(expected)
    clean = structural_similarity(images, found, data_range=1.0).mean()
    assert scorer(pipeline, rows, pd.DataFrame(rows)) == pytest.approx(clean)
    assert scorer(pipeline, rows, images) == pytest.approx(clean)
    for y in (np.arange(20) % 2, [0, 1] * 10, np.ones((20, 3))):
        with pytest.raises((TypeError, ValueError), match="y must hold the images that reconstructions of X should be"):
            scorer(pipeline, rows, y)
    with pytest.raises(TypeError, match="needs an estimator with reconstruct, and StandardScaler has none"):
        scorer(make_pipeline(FunctionTransformer(), StandardScaler()).fit(rows), rows)

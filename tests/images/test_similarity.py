"""How alike images are: against scikit-image, units, sizes, and scores of estimators."""

import pickle
import sys

import numpy as np
import pytest
from sklearn.model_selection import cross_validate

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
        peak_signal_noise_ratio(np.ones((2, 3, 3)), np.ones((2, 3, 3)))
    with pytest.raises(ValueError, match="image 0 is of 9 x 2 pixels, but windows take 3 x 3 or more"):
        structural_similarity(IMAGES[:, :, :2], OTHERS[:, :, :2])
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

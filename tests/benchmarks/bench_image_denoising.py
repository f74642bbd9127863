"""Print how much noise is taken out of digits, as Markdown for the documentation.

Protocol: scikit-learn's digits, three splits of three quarters to train on and a quarter to test on (random state 0, 1,
2).  Normal noise of the variance of the training pixels, a signal-to-noise ratio of 0 dB, is added to the test digits
(a generator with the seed of the split).  Figures are means over test digits of the peak signal-to-noise ratio, in
decibels for pixels from 0 to 16, and of the structural similarity, then over splits.  The number of principal
components, and the weight of total variation, are those of the best ratio on a quarter of the training digits, with
noise of another seed, fitted to the others.  Networks have their defaults, and learn with noise of that variance; none
of their settings is chosen by what is printed here.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from _timing import markdown
from skimage.restoration import denoise_tv_chambolle
from sklearn.datasets import load_digits
from sklearn.decomposition import PCA
from sklearn.model_selection import train_test_split

from skmlbio import AutoEncoderTransformer, ImageAutoEncoderTransformer
from skmlbio.images import peak_signal_noise_ratio, structural_similarity

SEEDS = (0, 1, 2)


def with_noise(images: np.ndarray, deviation: float, seed: int) -> np.ndarray:
    return images + deviation * np.random.default_rng(seed).normal(size=images.shape)


def ratio(images: np.ndarray, others: np.ndarray) -> float:
    return float(peak_signal_noise_ratio(images, others, data_range=16).mean())


def by_components(train: np.ndarray, noisy: np.ndarray, n_components: int) -> np.ndarray:
    pca = PCA(n_components, random_state=0).fit(train.reshape(len(train), -1))
    return pca.inverse_transform(pca.transform(noisy.reshape(len(noisy), -1))).reshape(noisy.shape)


def by_total_variation(train: np.ndarray, noisy: np.ndarray, weight: float) -> np.ndarray:
    return np.array([denoise_tv_chambolle(image, weight=weight) for image in noisy])


def chosen(denoise: Callable, settings: list, train: np.ndarray, seed: int) -> Callable:
    """Return a way to denoise with the setting that is best on a part of the training digits."""
    inner, held_out = train_test_split(train, random_state=seed)
    noisy = with_noise(held_out, train.std(), seed + 1000)
    best = max(settings, key=lambda setting: ratio(held_out, denoise(inner, noisy, setting)))
    return lambda noisy: denoise(train, noisy, best)


def dense(train: np.ndarray, seed: int) -> Callable:
    encoder = AutoEncoderTransformer(
        32, hidden_layer_sizes=(256,), noise="gaussian", noise_level=train.std() / 16, standardize=False,
        random_state=seed,
    )  # fmt: skip
    encoder.fit(train.reshape(len(train), -1) / 16)
    return lambda noisy: 16 * encoder.reconstruct(noisy.reshape(len(noisy), -1) / 16).reshape(noisy.shape)


def convolutional(latent_dim: int | None) -> Callable:
    def fitted(train: np.ndarray, seed: int) -> Callable:
        options = {"noise": "gaussian", "noise_level": 1.0, "random_state": seed}
        return ImageAutoEncoderTransformer(latent_dim, **options).fit(train).reconstruct

    return fitted


METHODS = {
    "as they come": lambda train, seed: lambda noisy: noisy,
    "total variation": lambda train, seed: chosen(by_total_variation, list(range(2, 21)), train, seed),
    "PCA": lambda train, seed: chosen(by_components, list(range(2, 31)), train, seed),
    "`AutoEncoderTransformer`, a hidden layer of 256": dense,
    "`ImageAutoEncoderTransformer()`": convolutional(32),
    "`ImageAutoEncoderTransformer(latent_dim=None)`": convolutional(None),
}


def measured(method: Callable, seed: int) -> tuple[float, float, float]:
    """Return the ratio, its gain and the similarity of one split."""
    train, test = train_test_split(load_digits().images, random_state=seed)
    noisy = with_noise(test, train.std(), seed)
    found = method(train, seed)(noisy)
    similarity = structural_similarity(test, found, data_range=16).mean()
    return ratio(test, found), ratio(test, found) - ratio(test, noisy), float(similarity)


def main() -> None:
    rows = []
    for name, method in METHODS.items():
        decibels, gain, similarity = np.mean([measured(method, seed) for seed in SEEDS], axis=0)
        rows.append((name, f"{decibels:.1f}", f"{gain:+.1f}", f"{similarity:.2f}"))
        print(*rows[-1], flush=True)
    print(markdown("digits with noise of 0 dB | PSNR (dB) | gain (dB) | SSIM", rows))


if __name__ == "__main__":
    main()

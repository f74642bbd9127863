"""Print how well detectors find a digit that they have never seen, as Markdown for `docs/benchmarks.md`.

Protocol: for each of the ten digits, 70 % of the rows of the nine others are trained on (a split with seed 0); the
remaining 30 % and all rows of the tenth are scored.  Figures are areas under the ROC curve, means over random_state 0
to 2 where there is one: their mean over the ten digits, and the smallest.  No label is used but to score.  Pixels are
divided by 16; nothing else is set but what the table says.  Settings were chosen on other data, which `--choose` shows:
a class of iris, wine, breast cancer and of made data left out in the same way, and one of pbmc68k_reduced.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Iterator

import numpy as np
from _timing import markdown
from sklearn.datasets import load_breast_cancer, load_digits, load_iris, load_wine, make_classification
from sklearn.decomposition import PCA
from sklearn.ensemble import IsolationForest
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import train_test_split
from sklearn.neighbors import LocalOutlierFactor, NearestNeighbors

from skmlbio import AutoEncoderOutlierDetector

SEEDS = (0, 1, 2)


class Neighbours:
    """Minus the mean distance to the five nearest rows of the fit."""

    def fit(self, X):
        self.index = NearestNeighbors(n_neighbors=5).fit(X)
        return self

    def score_samples(self, X):
        return -self.index.kneighbors(X)[0].mean(axis=1)


class PrincipalComponents:
    """Minus the squared distance from the plane of eight components."""

    def fit(self, X):
        self.pca = PCA(8, random_state=0).fit(X)
        return self

    def score_samples(self, X):
        return -((self.pca.inverse_transform(self.pca.transform(X)) - X) ** 2).mean(axis=1)


def ours(**parameters) -> tuple[Callable, tuple[int, ...]]:
    return lambda seed: AutoEncoderOutlierDetector(random_state=seed, **parameters), SEEDS


# From a seed to a detector, and the seeds that make a difference.
DETECTORS = {
    "`AutoEncoderOutlierDetector()`": ours(),
    "`AutoEncoderOutlierDetector(8)`": ours(latent_dim=8),
    '`AutoEncoderOutlierDetector(8, variant="denoising")`': ours(latent_dim=8, variant="denoising"),
    '`AutoEncoderOutlierDetector(8, variant="variational")`': ours(latent_dim=8, variant="variational"),
    "`AutoEncoderOutlierDetector(8, standardize=False)`": ours(latent_dim=8, standardize=False),
    "distance from 8 principal components": (lambda seed: PrincipalComponents(), (0,)),
    "`IsolationForest()`": (lambda seed: IsolationForest(random_state=seed), SEEDS),
    "`LocalOutlierFactor(novelty=True)`": (lambda seed: LocalOutlierFactor(novelty=True), (0,)),
    "mean distance to 5 nearest neighbours": (lambda seed: Neighbours(), (0,)),
}


def left_out(X: np.ndarray, y: np.ndarray) -> Iterator[tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """Yield, for each class, rows to train on, rows to score, and which of those are of that class."""
    for label in np.unique(y):
        train, known = train_test_split(X[y != label], test_size=0.3, random_state=0)
        unseen = X[y == label]
        yield train, np.concatenate([known, unseen]), np.repeat([0, 1], [len(known), len(unseen)])


def areas(make: Callable, seeds: tuple[int, ...], X: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Return the areas under the ROC curve, shape (n_classes, n_seeds)."""
    return np.array(
        [
            [roc_auc_score(new, -make(seed).fit(train).score_samples(mixed)) for seed in seeds]
            for train, mixed, new in left_out(X, y)
        ]
    )


def report() -> None:
    X, y = load_digits(return_X_y=True)
    rows = []
    for name, (make, seeds) in DETECTORS.items():
        start = time.perf_counter()
        found = areas(make, seeds, X / 16, y).mean(axis=1)
        rows.append((name, f"{found.mean():.3f}", f"{found.min():.3f} ({int(found.argmin())})"))
        print(rows[-1], f"{time.perf_counter() - start:.0f} s", flush=True)
    print(markdown("detector | mean area | smallest (digit) ", rows))


def choose() -> None:
    """Print mean areas on other data, by settings."""
    made = make_classification(1500, 30, n_informative=8, n_redundant=12, n_classes=5, random_state=0)
    data = {
        "iris": load_iris(return_X_y=True),
        "wine": load_wine(return_X_y=True),
        "breast cancer": load_breast_cancer(return_X_y=True),
        "made": made,
    }
    for variant in ("plain", "denoising", "variational"):
        for latent_dim in (1, 2, 8):
            for activation in ("tanh", "relu"):
                settings = {"variant": variant, "latent_dim": latent_dim, "activation": activation}
                figures = {
                    name: areas(ours(n_importance=30, **settings)[0], (0,), X, y).mean()
                    for name, (X, y) in data.items()
                    if latent_dim < X.shape[1]
                }
                print(settings, {name: round(float(figure), 3) for name, figure in figures.items()}, flush=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--choose", action="store_true", help="print what the settings were chosen from")
    choose() if parser.parse_args().choose else report()

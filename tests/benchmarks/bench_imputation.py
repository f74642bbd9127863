"""Print how well gaps are filled by an auto-encoder and by scikit-learn's imputers, as Markdown for the documentation.

Protocol: of every number of a data set, a share is removed at random (a generator with seed 0, 1, 2).  Imputers are
fitted on all rows with their gaps, and fill these; figures are root mean squared errors of what was removed, in
standard deviations of the whole column, means over the three seeds.  Nothing whole is seen by any imputer.  Settings of
the auto-encoder are the same for all sets: codes of half as many numbers as there are features, at most 16.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable

import numpy as np
from _timing import markdown
from sklearn.datasets import load_breast_cancer, load_diabetes, load_iris, load_wine
from sklearn.experimental import enable_iterative_imputer  # noqa: F401
from sklearn.impute import IterativeImputer, KNNImputer, SimpleImputer
from sklearn.preprocessing import StandardScaler

from skmlbio import AutoEncoderTransformer

SHARES, SEEDS = (0.1, 0.3, 0.5), (0, 1, 2)
DATA = {
    "iris": load_iris,
    "wine": load_wine,
    "diabetes": load_diabetes,
    "breast cancer": load_breast_cancer,
}


def auto_encoder(X: np.ndarray, seed: int) -> np.ndarray:
    encoder = AutoEncoderTransformer(
        min(16, X.shape[1] // 2), hidden_layer_sizes=(128,), missing="mask", noise="masking", noise_level=0.3,
        random_state=seed,
    )  # fmt: skip
    return encoder.fit(X).impute(X)


def fitted(make: Callable) -> Callable:
    def fill(X: np.ndarray, seed: int) -> np.ndarray:
        scaler = StandardScaler()  # neighbours and rounds go by distances
        Z = scaler.fit_transform(X)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # rounds that have not converged: they are what the default gives
            return scaler.inverse_transform(make(seed).fit_transform(Z))

    return fill


IMPUTERS = {
    "mean": fitted(lambda seed: SimpleImputer()),
    "`KNNImputer()`": fitted(lambda seed: KNNImputer()),
    "`IterativeImputer()`": fitted(lambda seed: IterativeImputer(random_state=seed)),
    "auto-encoder": auto_encoder,
}


def error(fill: Callable, whole: np.ndarray, share: float, seed: int) -> float:
    lost = np.random.default_rng(seed).random(whole.shape) < share
    filled = fill(np.where(lost, np.nan, whole), seed)
    return float(np.sqrt(np.mean(((filled - whole) / whole.std(axis=0))[lost] ** 2)))


def main() -> None:
    rows = []
    for name, load in DATA.items():
        whole = load().data
        for share in SHARES:
            figures = [np.mean([error(fill, whole, share, seed) for seed in SEEDS]) for fill in IMPUTERS.values()]
            rows.append((name, f"{share:.0%}", *(f"{figure:.2f}" for figure in figures)))
            print(*rows[-1], flush=True)
    print(markdown("data | removed | " + " | ".join(IMPUTERS), rows))


if __name__ == "__main__":
    main()

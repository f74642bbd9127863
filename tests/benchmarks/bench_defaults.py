"""What the defaults give: cross-validated scores with no argument set, beside the classical baseline.

    python tests/benchmarks/bench_defaults.py            prints the table of docs/benchmarks.md
    python tests/benchmarks/bench_defaults.py --choose   prints the candidates that the defaults were chosen from

Protocol: 5-fold cross-validation (stratified for classes), shuffled with seed 0; every estimator has random_state=0.
Candidates are compared by the same cross-validation on 70 % of the rows alone, those that a split with seed 0 puts on
the training side.  The table is computed on all rows.  Data of 20,000 rows are made by scikit-learn's generators with
seed 0.
"""

from __future__ import annotations

import argparse
import os
import time
import warnings
from pathlib import Path

import numpy as np
from sklearn.base import clone
from sklearn.datasets import (
    load_breast_cancer,
    load_diabetes,
    load_digits,
    load_iris,
    load_wine,
    make_classification,
    make_friedman1,
    make_low_rank_matrix,
)
from sklearn.decomposition import PCA
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.model_selection import KFold, StratifiedKFold, cross_val_score, train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skmlbio import AutoEncoderTransformer, DenseClassifier, DenseRegressor

DATA = Path(os.environ.get("SKMLBIO_DATA", "../shared/data"))


def scaled(X: np.ndarray) -> np.ndarray:
    """Give every column a scale and an offset of its own, over nine orders of magnitude."""
    rng = np.random.default_rng(0)
    scale = 10.0 ** rng.uniform(-4, 5, X.shape[1])
    return X * scale + scale * rng.normal(size=X.shape[1]) * 3


def classes() -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Return the classification data by name."""
    breast_cancer = load_breast_cancer(return_X_y=True)
    digits = load_digits(return_X_y=True)
    found = {
        "iris": load_iris(return_X_y=True),
        "wine": load_wine(return_X_y=True),
        "breast cancer, 100 rows": tuple(a[:100] for a in breast_cancer),
        "breast cancer": breast_cancer,
        "breast cancer, columns of any scale": (scaled(breast_cancer[0]), breast_cancer[1]),
        "digits": digits,
        "made, 20,000 rows": make_classification(20_000, 40, n_informative=15, n_classes=4, random_state=0),
    }
    return found


def numbers() -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Return the regression data by name."""
    X, y = load_diabetes(return_X_y=True)
    big = make_friedman1(20_000, 10, noise=1.0, random_state=0)
    return {
        "diabetes, 100 rows": (X[:100], y[:100]),
        "diabetes": (X, y),
        "diabetes, any scale": (scaled(X), y * 1e5 - 3e6),
        "Friedman 1, 500 rows": tuple(a[:500] for a in big),
        "Friedman 1, 20,000 rows": big,
    }


def matrices() -> dict[str, np.ndarray]:
    """Return the data to encode by name."""
    return {
        "iris": load_iris().data,
        "breast cancer, 100 rows": load_breast_cancer().data[:100],
        "breast cancer": load_breast_cancer().data,
        "breast cancer, columns of any scale": scaled(load_breast_cancer().data),
        "digits": load_digits().data,
        "made, 20,000 rows": make_low_rank_matrix(20_000, 50, effective_rank=8, random_state=0),
    }


class ExplainedVariance:
    """Share of the variance of standardised columns that the code keeps, on rows held out."""

    def __call__(self, estimator, X, y=None):
        back = estimator.inverse_transform(estimator.transform(X))
        scale = X.std(axis=0)
        scale[scale == 0] = 1
        return 1 - (((X - back) / scale) ** 2).mean() / (((X - X.mean(axis=0)) / scale) ** 2).mean()


TASKS = (
    (DenseClassifier, make_pipeline(StandardScaler(), LogisticRegression(max_iter=1000)), classes, "accuracy"),
    (DenseRegressor, make_pipeline(StandardScaler(), Ridge()), numbers, "r2"),
    (AutoEncoderTransformer, make_pipeline(StandardScaler(), PCA(2)), matrices, ExplainedVariance()),
)


def validate(estimator, X, y, scoring) -> tuple[float, float, float]:
    """Return the mean and standard deviation of five scores, and the seconds of a fit."""
    discrete = y is not None and scoring == "accuracy"
    folds = (StratifiedKFold if discrete else KFold)(5, shuffle=True, random_state=0)
    start = time.perf_counter()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a baseline that has not converged is still the baseline
        scores = cross_val_score(clone(estimator), X, y, cv=folds, scoring=scoring)
    return scores.mean(), scores.std(), (time.perf_counter() - start) / 5


def report() -> None:
    """Print the table of the defaults."""
    print("| estimator | data | rows x columns | default | baseline | seconds a fit |")
    print("| --- | --- | --- | --- | --- | --- |")
    for kind, baseline, load, scoring in TASKS:
        for name, data in load().items():
            X, y = data if isinstance(data, tuple) else (data, None)
            ours, spread, seconds = validate(kind(random_state=0), X, y, scoring)
            theirs, their_spread, _ = validate(baseline, X, y, scoring)
            print(
                f"| {kind.__name__} | {name} | {X.shape[0]} x {X.shape[1]} | {ours:.3f} ± {spread:.3f} "
                f"| {theirs:.3f} ± {their_spread:.3f} | {seconds:.2f} |",
                flush=True,
            )


def choose() -> None:
    """Print cross-validated scores of candidate defaults on the training parts alone."""
    from skmlbio.training import _budget

    candidates = [
        (sizes, l2, epochs) for sizes in ((64,), (128,), (64, 64)) for l2 in (0.0, 1e-3, 1e-2) for epochs in (100, 300)
    ]
    for kind, _, load, scoring in TASKS:
        print(kind.__name__)
        for sizes, l2, epochs in candidates:
            _budget._MOST_EPOCHS = epochs
            line = []
            for data in load().values():
                X, y = data if isinstance(data, tuple) else (data, None)
                X, _, *rest = train_test_split(X, *(() if y is None else (y,)), test_size=0.3, random_state=0)
                estimator = kind(hidden_layer_sizes=sizes, l2=l2, random_state=0)
                line.append(validate(estimator, X, rest[0] if rest else None, scoring)[0])
            scores = " ".join(f"{score:7.3f}" for score in line)
            print(f"  {sizes!s:8} l2={l2:<5} {epochs:3} epochs {scores}   mean {np.mean(line):.4f}", flush=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--choose", action="store_true")
    choose() if parser.parse_args().choose else report()

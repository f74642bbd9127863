"""What the defaults give: cross-validated scores with no argument set, beside the classical baseline.

    python tests/benchmarks/bench_defaults.py            prints the table of docs/benchmarks.md
    python tests/benchmarks/bench_defaults.py --choose   prints the candidates that the defaults were chosen from

Protocol: a 70/30 split of the rows with seed 0, stratified for classes.  Candidates are compared by 5-fold
cross-validation, shuffled with seed 0, inside the 70 % alone.  The table shows fits on the 70 %, scored on the 30 %:
mean and standard deviation over random_state 0 to 4.  Data of 20,000 rows are made by scikit-learn's generators with
seed 0.
"""

from __future__ import annotations

import argparse
import time

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
from sklearn.metrics import get_scorer
from sklearn.model_selection import KFold, StratifiedKFold, cross_val_score, train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skmlbio import AutoEncoderTransformer, DenseClassifier, DenseRegressor


def scaled(X: np.ndarray) -> np.ndarray:
    """Give every column a scale and an offset of its own, over nine orders of magnitude."""
    rng = np.random.default_rng(0)
    scale = 10.0 ** rng.uniform(-4, 5, X.shape[1])
    return X * scale + scale * rng.normal(size=X.shape[1]) * 3


def classes() -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Return the classification data by name."""
    breast_cancer = load_breast_cancer(return_X_y=True)
    digits = load_digits(return_X_y=True)
    return {
        "iris": load_iris(return_X_y=True),
        "wine": load_wine(return_X_y=True),
        "breast cancer, 100 rows": tuple(a[:100] for a in breast_cancer),
        "breast cancer": breast_cancer,
        "breast cancer, columns of any scale": (scaled(breast_cancer[0]), breast_cancer[1]),
        "digits": digits,
        "made, 20,000 rows": make_classification(20_000, 40, n_informative=15, n_classes=4, random_state=0),
    }


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


def split(data, scoring) -> tuple:
    """Return X_train, X_test, y_train, y_test; y is None where there is none."""
    X, y = data if isinstance(data, tuple) else (data, np.zeros(len(data)))
    parts = train_test_split(X, y, test_size=0.3, random_state=0, stratify=y if scoring == "accuracy" else None)
    return parts if isinstance(data, tuple) else (*parts[:2], None, None)


def validate(estimator, X, y, scoring) -> float:
    """Return the mean score of five folds."""
    folds = (StratifiedKFold if scoring == "accuracy" else KFold)(5, shuffle=True, random_state=0)
    return cross_val_score(clone(estimator), X, y, cv=folds, scoring=scoring).mean()


def hold_out(estimators, parts, scoring) -> tuple[str, float]:
    """Return the score of fits on rows held out, as text, and the seconds of a fit."""
    X_train, X_test, y_train, y_test = parts
    scorer = scoring if callable(scoring) else get_scorer(scoring)
    start = time.perf_counter()
    scores = [scorer(estimator.fit(X_train, y_train), X_test, y_test) for estimator in estimators]
    return f"{np.mean(scores):.3f} ± {np.std(scores):.3f}", (time.perf_counter() - start) / len(scores)


def report() -> None:
    """Print the table of the defaults."""
    print("| estimator | data | rows x columns | default | baseline | seconds a fit |")
    print("| --- | --- | --- | --- | --- | --- |")
    for kind, baseline, load, scoring in TASKS:
        for name, data in load().items():
            parts = split(data, scoring)
            ours, seconds = hold_out([kind(random_state=seed) for seed in range(5)], parts, scoring)
            theirs, _ = hold_out([clone(baseline)], parts, scoring)
            n_rows, n_columns = len(parts[0]) + len(parts[1]), parts[0].shape[1]
            text = f"{kind.__name__} | {name} | {n_rows} x {n_columns} | {ours} | {theirs.split()[0]} | {seconds:.2f}"
            print(f"| {text} |", flush=True)


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
                X, _, y, _ = split(data, scoring)
                line.append(validate(kind(hidden_layer_sizes=sizes, l2=l2, random_state=0), X, y, scoring))
            scores = " ".join(f"{score:7.3f}" for score in line)
            print(f"  {sizes!s:8} l2={l2:<5} {epochs:3} epochs {scores}   mean {np.mean(line):.4f}", flush=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--choose", action="store_true")
    choose() if parser.parse_args().choose else report()

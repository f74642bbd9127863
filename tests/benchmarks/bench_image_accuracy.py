"""Print how well networks of images classify by their defaults, as Markdown for `docs/benchmarks.md`.

Digits: scikit-learn's 1,797 images of 8 x 8, five stratified folds (shuffled, seed 0), the mean over the folds, for
each random state.  Pneumonia: 2,428 X-rays of 28 x 28 to train on, the given 468 to test on, for each random state; the
validation part is not used.  Nothing was chosen on a test part: the number of blocks, of one and two, and the pooling
come from a split of the first training fold of the digits.
`python bench_image_accuracy.py NAME STATE` makes one measurement and prints it as JSON.
"""

import statistics
from pathlib import Path

import numpy as np
from _timing import DATA, fresh, machine, markdown, measure_or_run
from sklearn.base import BaseEstimator
from sklearn.datasets import load_digits
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import StratifiedKFold, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, MinMaxScaler
from sklearn.svm import SVC

STATES = {"digits": range(3), "pneumonia": range(5)}
TARGETS = {"digits": "accuracy 0.985", "pneumonia": "accuracy 0.88, ROC-AUC 0.95"}


def ours(state: int) -> BaseEstimator:
    from skmlbio import ImageCNNClassifier

    return ImageCNNClassifier(random_state=state)


def flat(images: np.ndarray) -> np.ndarray:
    return images.reshape(len(images), -1).astype(float)


def baseline(name: str) -> BaseEstimator:
    last = SVC(gamma="scale") if name == "digits" else LogisticRegression(C=0.1, max_iter=5000)
    return make_pipeline(FunctionTransformer(flat), MinMaxScaler(), last)


def accuracy(name: str, method: str, state: str) -> dict[str, float]:
    estimator = ours(int(state)) if method == "ours" else baseline(name)
    return digits(estimator) if name == "digits" else pneumonia(estimator)


def digits(estimator: BaseEstimator) -> dict[str, float]:
    X, y = load_digits().images, load_digits().target
    folds = StratifiedKFold(5, shuffle=True, random_state=0)
    return {"accuracy": cross_val_score(estimator, X, y, cv=folds, error_score="raise").mean()}


def pneumonia(estimator: BaseEstimator) -> dict[str, float]:
    with np.load(DATA / "pneumonia_images" / "pneumoniamnist_balanced.npz") as parts:
        (X, y), (X_test, y_test) = (
            (parts[f"{part}_images"], parts[f"{part}_labels"].ravel()) for part in ("train", "test")
        )
    decision = estimator.fit(X, y).decision_function(X_test)
    return {"accuracy": estimator.score(X_test, y_test), "area": roc_auc_score(y_test, decision)}


def main(quick: bool) -> None:
    rows = []
    for name, states in STATES.items():
        for method in ("ours", "baseline"):
            runs = [fresh(Path(__file__), "accuracy", name, method, i) for i in (states if method == "ours" else [0])]
            runs = runs[:1] if quick else runs
            means = {key: f"{statistics.mean(run[key] for run in runs):.4f}" for key in runs[0]}
            rows.append((name, method, means["accuracy"], means.get("area", ""), TARGETS[name]))
    print(machine(), "", sep="\n")
    print(markdown("images | network | accuracy | ROC-AUC | to reach", rows))


if __name__ == "__main__":
    measure_or_run({"accuracy": accuracy}, main, __doc__)

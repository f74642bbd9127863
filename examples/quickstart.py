"""From a table of measurements to a tuned, tested, saved and exported auto-encoder, in less than two minutes.

A logistic regression tells the tumours of scikit-learn's breast-cancer data apart from a short code of their
measurements.  The code comes from an auto-encoder or, for comparison, from principal components.
"""

import argparse
import pickle
import sys
import time
from pathlib import Path

import matplotlib.figure
import numpy as np
from sklearn.base import clone
from sklearn.callback import ProgressBar
from sklearn.datasets import load_breast_cancer
from sklearn.decomposition import PCA
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, train_test_split
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler

from skmlbio import AutoEncoderTransformer, LatentSpaceDisplay

SEED = 0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--output", type=Path, required=True, metavar="FOLDER", help="where to write")
    parser.add_argument("--epochs", type=int, default=100, help="how long to train each auto-encoder (default: 100)")
    arguments = parser.parse_args()
    arguments.output.mkdir(parents=True, exist_ok=True)

    data = load_breast_cancer()
    X, y = data.data, data.target_names[data.target]
    X_train, X_test, y_train, y_test = train_test_split(X, y, stratify=y, random_state=SEED)
    print(f"{len(X)} tumours, {X.shape[1]} measurements each: {len(X_train)} to learn from, {len(X_test)} to test on.")

    search = tune_twice(pipeline(AutoEncoderTransformer(epochs=arguments.epochs, random_state=SEED)), X_train, y_train)
    peer = GridSearchCV(pipeline(PCA(random_state=SEED)), {"code__n_components": [2, 4, 8]}, cv=3).fit(X_train, y_train)
    compare(search, peer, X_test, y_test)

    best = search.best_estimator_
    draw({"auto-encoder": best[:-1], "PCA": peer.best_estimator_[:-1]}, X_test, y_test, arguments.output)
    write_and_read_again(best, X_test, arguments.output / "pipeline.pkl")
    export(best.named_steps["code"], best[:1].transform(X_test), arguments.output / "saved_model")


def pipeline(code) -> Pipeline:
    return Pipeline([("scale", StandardScaler()), ("code", code), ("classify", LogisticRegression())])


def tune_twice(estimator, X, y) -> GridSearchCV:
    """Search with one process and with two, which must come to the same numbers."""
    grid = {"code__latent_dim": [2, 4, 8], "code__learning_rate": [1e-3, 3e-3]}
    searches, seconds = [], []
    for n_jobs in (1, 2):
        search = GridSearchCV(clone(estimator), grid, cv=3, n_jobs=n_jobs)
        if n_jobs == 1:
            search.set_callbacks(ProgressBar(max_propagation_depth=0))
        start = time.perf_counter()
        searches.append(search.fit(X, y))
        seconds.append(time.perf_counter() - start)
    first, second = (search.cv_results_["mean_test_score"] for search in searches)
    require(np.array_equal(first, second), "the scores of the two searches")
    print(
        f"Searched {len(first)} candidates by 3-fold cross-validation in {seconds[0]:.0f} s with n_jobs=1, then in "
        f"{seconds[1]:.0f} s with n_jobs=2: the scores are equal."
    )
    return searches[0]


def compare(search, peer, X, y) -> None:
    """Print the accuracy of both, and say which is better."""
    rows = {
        "auto-encoder, {code__latent_dim} components, learning_rate={code__learning_rate}": search,
        "PCA, {code__n_components} components": peer,
    }
    print(f"\n{'accuracy':50s} cross-validation  test")
    for name, found in rows.items():
        print(f"{name.format(**found.best_params_):50s} {found.best_score_:16.3f} {found.score(X, y):5.3f}")
    lead = round((search.score(X, y) - peer.score(X, y)) * len(X))
    verdict = "neither wins" if lead == 0 else f"{'the auto-encoder' if lead > 0 else 'PCA'} wins by {abs(lead)}"
    print(f"Of the {len(X)} tumours of the test, {verdict}.\n")


def draw(encoders, X, y, folder: Path) -> None:
    """Draw the codes of the test samples, one picture an encoder."""
    figure = matplotlib.figure.Figure(figsize=(10, 4), layout="constrained")
    for ax, (name, encoder) in zip(figure.subplots(1, len(encoders)), encoders.items(), strict=True):
        display = LatentSpaceDisplay.from_estimator(encoder, X, y=y, y_name="tumour", components="pca", ax=ax)
        ax.set_title(f"{name}, {display.codes.shape[1]} components")
    figure.axes[0].get_legend().remove()  # one legend serves both
    figure.savefig(folder / "latent_space.png", dpi=100)
    print(f"{folder / 'latent_space.png'}: the codes of the test samples")


def write_and_read_again(estimator, X, path: Path) -> None:
    path.write_bytes(pickle.dumps(estimator))
    again = pickle.loads(path.read_bytes())
    require(np.array_equal(again.predict_proba(X), estimator.predict_proba(X)), "the pickled pipeline")
    print(f"{path}: the fitted pipeline, {path.stat().st_size / 1000:.0f} kB; read again, it predicts the same")


def export(encoder, X, path: Path) -> None:
    """Write the network for programs without skmlbio, and ask TensorFlow what it makes of it."""
    encoder.export_saved_model(path, overwrite=True)
    import tensorflow as tf

    codes = tf.saved_model.load(path).signatures["transform"](X=tf.constant(X))["transform"]
    require(np.allclose(codes, encoder.transform(X), rtol=1e-5, atol=1e-5), "the codes of the exported network")
    print(f"{path}: the network for TensorFlow; loaded again, it gives the same codes")


def require(equal: bool, what: str) -> None:
    if not equal:
        sys.exit(f"{what} should be equal, and are not: please report this")


if __name__ == "__main__":
    main()

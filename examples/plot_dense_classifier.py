"""DenseClassifier as it is and with its penalty tuned, beside logistic regression: where each changes its mind."""

import argparse
from pathlib import Path

import matplotlib.figure
import numpy as np
from sklearn.datasets import make_moons
from sklearn.inspection import DecisionBoundaryDisplay
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, train_test_split

from skmlbio import DenseClassifier

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--output", type=Path, required=True, metavar="FOLDER", help="where to write the picture")
folder = parser.parse_args().output
folder.mkdir(parents=True, exist_ok=True)

X, y = make_moons(600, noise=0.25, random_state=0)
X_train, X_test, y_train, y_test = train_test_split(X, y, stratify=y, random_state=0)

dense = DenseClassifier(random_state=0)
classifiers = {
    "LogisticRegression": LogisticRegression(),
    "DenseClassifier": dense,
    "its l2 by cross-validation": GridSearchCV(dense, {"l2": [0.01, 0.001, 0.0001]}, cv=3),
}

shades = {"levels": np.linspace(0, 1, 21), "cmap": "RdBu_r", "alpha": 0.6}
figure = matplotlib.figure.Figure(figsize=(11, 3.6), layout="constrained")
for ax, (name, classifier) in zip(figure.subplots(1, 3), classifiers.items(), strict=True):
    score = classifier.fit(X_train, y_train).score(X_test, y_test)
    print(f"{name}: accuracy {score:.3f} on the test data {getattr(classifier, 'best_params_', '')}")
    DecisionBoundaryDisplay.from_estimator(
        classifier, X, response_method="predict_proba", class_of_interest=1, ax=ax, eps=0.3, **shades
    )
    ax.scatter(*X_test.T, c=y_test, cmap="RdBu_r", edgecolors="black", linewidths=0.6, s=20)
    ax.set(title=f"{name}: accuracy {score:.2f}", xticks=[], yticks=[])
figure.savefig(folder / "plot_dense_classifier.png", dpi=80)

"""DenseRegressor, and NetworkRegressor around a network of one's own, predict the progress of diabetes."""

import argparse
from pathlib import Path

import matplotlib.figure
import numpy as np
from sklearn.datasets import load_diabetes
from sklearn.linear_model import RidgeCV
from sklearn.metrics import r2_score
from sklearn.model_selection import GridSearchCV, KFold, cross_val_predict

from skmlbio import DenseRegressor, NetworkRegressor

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--output", type=Path, required=True, metavar="FOLDER", help="where to write the picture")
folder = parser.parse_args().output
folder.mkdir(parents=True, exist_ok=True)


def wide_and_deep(input_shape, n_outputs, units=16, dropout=0.2):
    """y = linear(x) + dense(x): the hidden layer learns what the straight line leaves over."""
    from keras import Input, Model, layers

    x = Input(input_shape)
    hidden = layers.Dropout(dropout)(layers.Dense(units, activation="relu")(x))
    return Model(x, layers.add([layers.Dense(n_outputs)(x), layers.Dense(n_outputs)(hidden)]))


X, y = load_diabetes(return_X_y=True)
regressors = {
    "ridge regression": RidgeCV(alphas=np.logspace(-3, 2, 20)),
    "DenseRegressor": GridSearchCV(
        DenseRegressor(dropout=0.2, epochs=100, random_state=0), {"l2": [0.001, 0.01, 0.1]}, cv=3
    ),
    "NetworkRegressor": NetworkRegressor(wide_and_deep, validation_fraction=0.2, patience=20, random_state=0),
}

figure = matplotlib.figure.Figure(figsize=(11, 4), layout="constrained")
for ax, (name, regressor) in zip(figure.subplots(1, 3, sharex=True, sharey=True), regressors.items(), strict=True):
    # Each patient is predicted by an estimator that has not seen it; the search for l2 takes place inside each fold.
    predicted = cross_val_predict(regressor, X, y, cv=KFold(5, shuffle=True, random_state=0))
    score = r2_score(y, predicted)
    print(f"{name}: R² {score:.3f} on the patients left out")
    ax.scatter(predicted, y, s=15, alpha=0.7, linewidths=0)
    ax.axline((150, 150), slope=1, color="0.4", linestyle=":")
    ax.set(title=f"{name}: R² {score:.2f}", xlabel="predicted progress")
figure.axes[0].set_ylabel("progress after one year")
figure.savefig(folder / "plot_regressors.png", dpi=80)

"""Rows on a bent band, of which a quarter of the numbers are lost, filled by an auto-encoder and by other imputers."""

import argparse
from pathlib import Path

import matplotlib.figure
import numpy as np
from sklearn.experimental import enable_iterative_imputer  # noqa: F401
from sklearn.impute import IterativeImputer, KNNImputer, SimpleImputer

from skmlbio import AutoEncoderTransformer

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--output", type=Path, required=True, metavar="FOLDER", help="where to write the picture")
folder = parser.parse_args().output
folder.mkdir(parents=True, exist_ok=True)

# One hidden number makes six features, none of them a line; no row of the fit need be whole.
rng = np.random.default_rng(0)
hidden = rng.uniform(-1, 1, size=(600, 1))
whole = np.hstack([hidden, hidden**2, np.sin(3 * hidden), np.cos(3 * hidden), np.abs(hidden), hidden**3])
whole += rng.normal(scale=0.05, size=whole.shape)
lost = rng.random(whole.shape) < 0.25
gappy = np.where(lost, np.nan, whole)

encoder = AutoEncoderTransformer(
    3, missing="mask", noise="masking", noise_level=0.25, learning_rate=5e-3, epochs=150, random_state=0
)
filled = {
    "mean": SimpleImputer().fit_transform(gappy),
    "IterativeImputer, linear": IterativeImputer(max_iter=200, tol=0.01, random_state=0).fit_transform(gappy),
    "KNNImputer": KNNImputer().fit_transform(gappy),
    "AutoEncoderTransformer": encoder.fit(gappy).impute(gappy),
}

figure = matplotlib.figure.Figure(figsize=(12, 3.4), layout="constrained")
axes = figure.subplots(1, 4, sharex=True, sharey=True)
for ax, (name, rows) in zip(axes, filled.items(), strict=True):
    error = np.sqrt(np.mean(((rows - whole) / whole.std(axis=0))[lost] ** 2))
    print(f"{name}: root mean squared error of what was lost {error:.2f} standard deviations")
    for mask, color, label in ((~lost, "0.8", "known"), (lost, "C3", "filled")):
        shown = mask[:, 0] | mask[:, 1] if label == "filled" else mask[:, 0] & mask[:, 1]
        ax.scatter(*rows[shown, :2].T, s=6, color=color, label=label)
    ax.set(title=f"{name}: {error:.2f}", xlabel="first feature")
axes[0].set_ylabel("second feature")
axes[0].legend(frameon=False)
figure.savefig(folder / "plot_imputation.png", dpi=80)

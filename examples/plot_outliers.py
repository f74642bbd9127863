"""An auto-encoder that has never seen an 8 rebuilds it badly: the reconstruction error finds what is new."""

import argparse
from pathlib import Path

import matplotlib.figure
import numpy as np
from sklearn.datasets import load_digits
from sklearn.ensemble import IsolationForest
from sklearn.metrics import RocCurveDisplay
from sklearn.model_selection import train_test_split
from sklearn.neighbors import LocalOutlierFactor, NearestNeighbors

from skmlbio import AutoEncoderOutlierDetector

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--output", type=Path, required=True, metavar="FOLDER", help="where to write the picture")
folder = parser.parse_args().output
folder.mkdir(parents=True, exist_ok=True)

images, digits = load_digits(return_X_y=True)
train, known = train_test_split(images[digits != 8], random_state=0)
mixed = np.concatenate([known, images[digits == 8]])
new = np.arange(len(mixed)) >= len(known)

# All pixels have one scale, so they are not standardised.  The limit comes from rows that are not trained on.
detector = AutoEncoderOutlierDetector(
    latent_dim=8, standardize=False, contamination=0.05, validation_fraction=0.2, random_state=0
).fit(train / 16)
scores = detector.score_samples(mixed / 16)
novelty = {
    "auto-encoder": -scores,
    "isolation forest": -IsolationForest(random_state=0).fit(train).score_samples(mixed),
    "local outlier factor": -LocalOutlierFactor(novelty=True).fit(train).score_samples(mixed),
    "5 nearest neighbours": NearestNeighbors(n_neighbors=5).fit(train).kneighbors(mixed)[0].mean(axis=1),
}

figure = matplotlib.figure.Figure(figsize=(11.5, 4), layout="constrained")
left, right = figure.subplots(1, 2)
bins = np.linspace(scores.min(), scores.max(), 40)
for name, mask, color in (("other digits, kept apart", ~new, "C0"), ("8, never seen", new, "C3")):
    left.hist(scores[mask], bins, density=True, alpha=0.6, label=name, color=color)
    print(f"{name}: {np.mean(detector.predict(mixed[mask] / 16) == -1):.0%} are taken for outliers")
left.axvline(detector.offset_, color="black", linestyle="--", label="offset_, for 5 % of digits like those of the fit")
left.set(xlabel="score_samples of the auto-encoder", ylabel="density")
left.legend(frameon=False, loc="upper left")
for name, values in novelty.items():
    curve = RocCurveDisplay.from_predictions(new, values, name=name, ax=right)
    print(f"{name}: area under the ROC curve {curve.roc_auc:.3f}")
right.set(xlabel="share of other digits taken for new", ylabel="share of 8s found")
right.legend(loc="center left", bbox_to_anchor=(1, 0.5), frameon=False)
figure.savefig(folder / "plot_outliers.png", dpi=80)

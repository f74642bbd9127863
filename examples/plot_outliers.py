"""An auto-encoder that has never seen an 8 rebuilds it badly: the reconstruction error finds what is new."""

import argparse
from pathlib import Path

import matplotlib.figure
import numpy as np
from sklearn.datasets import load_digits
from sklearn.decomposition import PCA
from sklearn.ensemble import IsolationForest
from sklearn.metrics import RocCurveDisplay
from sklearn.model_selection import train_test_split

from skmlbio import AutoEncoderTransformer

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--output", type=Path, required=True, metavar="FOLDER", help="where to write the picture")
folder = parser.parse_args().output
folder.mkdir(parents=True, exist_ok=True)

images, digits = load_digits(return_X_y=True)
images = images / 16
train, known = train_test_split(images[digits != 8], random_state=0)
mixed = np.concatenate([known, images[digits == 8]])
new = np.arange(len(mixed)) >= len(known)

# All pixels have one scale, so they are not standardized.
encoder = AutoEncoderTransformer(latent_dim=8, standardize=False, random_state=0).fit(train)
pca = PCA(n_components=8, random_state=0).fit(train)
forest = IsolationForest(random_state=0).fit(train)
errors = -encoder.score_samples(mixed)
novelty = {
    "auto-encoder": errors,
    "PCA": np.mean((pca.inverse_transform(pca.transform(mixed)) - mixed) ** 2, axis=1),
    "isolation forest": -forest.score_samples(mixed),
}

figure = matplotlib.figure.Figure(figsize=(11.5, 4), layout="constrained")
left, right = figure.subplots(1, 2)
bins = np.linspace(0, errors.max(), 40)
for name, mask, color in (("other digits, kept apart", ~new, "C0"), ("8, never seen", new, "C3")):
    left.hist(errors[mask], bins, density=True, alpha=0.6, label=name, color=color)
left.set(xlabel="reconstruction error of the auto-encoder", ylabel="density")
left.legend(frameon=False)
for name, scores in novelty.items():
    curve = RocCurveDisplay.from_predictions(new, scores, name=name, ax=right)
    print(f"{name}: area under the ROC curve {curve.roc_auc:.3f}")
right.set(xlabel="share of other digits taken for new", ylabel="share of 8s found")
right.legend(loc="center left", bbox_to_anchor=(1, 0.5), frameon=False)
figure.savefig(folder / "plot_outliers.png", dpi=80)

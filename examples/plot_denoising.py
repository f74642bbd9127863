"""An auto-encoder that is trained on disturbed digits learns to give back the clean ones."""

import argparse
from pathlib import Path

import matplotlib.figure
import numpy as np
from sklearn.datasets import load_digits
from sklearn.decomposition import PCA
from sklearn.model_selection import train_test_split

from skmlbio import AutoEncoderTransformer

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--output", type=Path, required=True, metavar="FOLDER", help="where to write the picture")
folder = parser.parse_args().output
folder.mkdir(parents=True, exist_ok=True)

images = load_digits().data / 16
train, test = train_test_split(images, random_state=0)
noisy = test + 0.3 * np.random.default_rng(0).standard_normal(test.shape)

# All pixels have one scale, so they are not standardized; then noise_level is in their units.
denoising = {"noise": "gaussian", "noise_level": 0.3, "standardize": False}
encoder = AutoEncoderTransformer(latent_dim=24, hidden_layer_sizes=(256,), **denoising, random_state=0).fit(train)
pca = PCA(n_components=12).fit(train)  # of all numbers of components the best for this noise
rows = {
    "clean": test,
    "with noise": noisy,
    "denoised by PCA": pca.inverse_transform(pca.transform(noisy)),
    "by the auto-encoder": encoder.reconstruct(noisy),
}

figure = matplotlib.figure.Figure(figsize=(10, 2.9), layout="constrained")
for ax, (name, pictures) in zip(figure.subplots(len(rows), 1), rows.items(), strict=True):
    error = f"mean squared error {np.mean((pictures - test) ** 2):.3f}"
    if name != "clean":
        print(f"{name}: {error}")
    ax.imshow(np.hstack(pictures[:16].reshape(-1, 8, 8)), cmap="gray", vmin=0, vmax=1)
    ax.set(xticks=[], yticks=[])
    ax.set_ylabel(name if name == "clean" else f"{name}\n{error}", rotation=0, ha="right", va="center")
figure.savefig(folder / "plot_denoising.png", dpi=80)

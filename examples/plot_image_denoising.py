"""A convolutional auto-encoder takes as much noise as there is signal out of digits, and fills holes in them."""

import argparse
from pathlib import Path

import matplotlib.figure
import numpy as np
from sklearn.datasets import load_digits
from sklearn.decomposition import PCA
from sklearn.model_selection import train_test_split

from skmlbio import ImageAutoEncoderTransformer
from skmlbio.images import peak_signal_noise_ratio

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--output", type=Path, required=True, metavar="FOLDER", help="where to write the picture")
folder = parser.parse_args().output
folder.mkdir(parents=True, exist_ok=True)

train, test = train_test_split(load_digits().images, random_state=0)
noisy = test + train.std() * np.random.default_rng(0).standard_normal(test.shape)  # 0 dB: as strong as the signal
holed = np.where(np.pad(np.ones((3, 4)), [(2, 3), (2, 2)]) > 0, np.nan, test)  # pixels of which nothing is known

pca = PCA(n_components=10).fit(train.reshape(len(train), -1))  # the best number for this noise, on training digits
by_pca = pca.inverse_transform(pca.transform(noisy.reshape(len(test), -1))).reshape(test.shape)
quick = {"epochs": 15, "learning_rate": 3e-3, "random_state": 0}
encoder = ImageAutoEncoderTransformer(32, noise="gaussian", noise_level=1.0, **quick).fit(
    train
)  # pixels have variance 1
filler = ImageAutoEncoderTransformer(32, noise="holes", noise_level=0.2, missing="mask", **quick).fit(train)
rows = {
    "clean": test,
    "noise of 0 dB": noisy,
    "denoised by PCA": by_pca,
    "by the auto-encoder": encoder.reconstruct(noisy),
    "holes": np.nan_to_num(holed, nan=train.mean()),
    "filled": filler.impute(holed),
}

figure = matplotlib.figure.Figure(figsize=(10, 4.4), layout="constrained")
for ax, (name, pictures) in zip(figure.subplots(len(rows), 1), rows.items(), strict=True):
    ax.imshow(np.hstack(pictures[:16]), cmap="gray", vmin=0, vmax=16)
    ax.set(xticks=[], yticks=[])
    if name != "clean":
        decibels = peak_signal_noise_ratio(test, pictures, data_range=16).mean()
        name += f"\nPSNR {decibels:.1f} dB"
        print(name.replace("\n", ": "))
    ax.set_ylabel(name, rotation=0, ha="right", va="center")
figure.savefig(folder / "plot_image_denoising.png", dpi=80)

"""Which pixels count: a classifier learns to tell cells with a nucleus, and four methods show where it looks."""

import argparse
from pathlib import Path

import matplotlib.figure
import numpy as np

from skmlbio import ImageCNNClassifier, SaliencyDisplay

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--output", type=Path, required=True, metavar="FOLDER", help="where to write the picture")
folder = parser.parse_args().output
folder.mkdir(parents=True, exist_ok=True)

# A cell is a disc, dark on a light slide, and its nucleus a darker disc somewhere in it; every other cell has none.
SIZE, random = 32, np.random.default_rng(0)
rows, columns = np.mgrid[:SIZE, :SIZE]


def disc(center: np.ndarray, radius: float) -> np.ndarray:
    return np.hypot(rows - center[0], columns - center[1]) < radius


X, y, nuclei = [], np.array(["nucleus", "none"])[np.arange(800) % 2], []
for label in y:
    cell, turn = random.uniform(10, 21, 2), random.uniform(0, 2 * np.pi)
    nuclei.append(cell + 4 * np.array([np.sin(turn), np.cos(turn)]))
    image = 180 - 60.0 * disc(cell, 9)
    image -= 60 * disc(nuclei[-1], 3) * (label == "nucleus")
    X.append(np.clip(image + random.normal(0, 20, image.shape), 0, 255).astype(np.uint8))

classifier = ImageCNNClassifier((8, 16), n_blocks=1, epochs=12, learning_rate=5e-3, random_state=0)
classifier.fit(X[:600], y[:600])
print(f"accuracy on images kept apart: {classifier.score(X[600:], y[600:]):.3f}")

METHODS = "gradient", "gradient_times_input", "integrated_gradients", "grad_cam"
figure = matplotlib.figure.Figure(figsize=(13, 5), layout="constrained")
axes = figure.subplots(2, 1 + len(METHODS))
for index, ax in zip((600, 602), axes[:, 0], strict=True):
    ax.imshow(X[index], cmap="gray")
    ax.set_title(f"image {index}")
for method, of_method in zip(METHODS, axes[:, 1:].T, strict=True):
    maps = np.abs(classifier.attributions(X[600:700:2], method=method, target="nucleus").reshape(-1, SIZE, SIZE))
    shown = zip(maps, nuclei[600:700:2], strict=True)
    shares = [of_image[disc(nucleus, 5)].sum() / of_image.sum() for of_image, nucleus in shown]
    print(f"{method}: {np.mean(shares):.0%} of what counts is at the nucleus, which is 8 % of an image")
    for index, ax in zip((600, 602), of_method, strict=True):
        SaliencyDisplay.from_estimator(classifier, X[index], method=method, target="nucleus", ax=ax)
        ax.set(title=method, xlabel=None, ylabel=None)
figure.savefig(folder / "plot_saliency.png", dpi=72)

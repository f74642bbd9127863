"""What moves in an image moves in its convolution, but at borders; pooling forgives a little."""

import argparse
from pathlib import Path

import matplotlib.figure
import numpy as np
from sklearn.datasets import load_digits

from skmlbio.images import average_pool, convolve, image_patches, max_pool

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--output", type=Path, required=True, metavar="FOLDER", help="where to write the picture")
folder = parser.parse_args().output
folder.mkdir(parents=True, exist_ok=True)

edges = np.array([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]])[..., np.newaxis]
digit = np.pad(load_digits().images[3], ((2, 2), (4, 8)))
patches = image_patches(digit, 3)
print(f"{digit.shape} pixels, {patches.shape} patches, a view: {np.shares_memory(patches, digit)}")
product = patches.reshape(-1, 9) @ edges.reshape(9, 1)
print("the product of matrices is the convolution:", np.array_equal(product.ravel(), convolve(digit, edges).ravel()))


def responses(X: np.ndarray) -> dict[str, np.ndarray]:
    """The image, its vertical edges, and the largest and the mean of these in windows of 4 × 4."""
    convolved = np.abs(convolve(X, edges, padding="same")[..., 0])
    pooled = {"maximum of φ(X)": max_pool(convolved, 4), "mean of φ(X)": average_pool(convolved, 4)}
    return {"X": X, "φ(X)": convolved, **pooled}


shifts = {"X": 0, "τ(X): moved by 1": 1, "τ(X): moved by 4": 4, "τ(X): moved by -6, out of the image": -6}
original = responses(digit)
figure = matplotlib.figure.Figure(figsize=(12, 7.6), layout="constrained")
for row, (name, shift) in zip(figure.subplots(4, 4), shifts.items(), strict=True):
    moved = np.zeros_like(digit)
    moved[:, max(shift, 0) : digit.shape[1] + shift] = digit[:, max(-shift, 0) : digit.shape[1] - shift]
    found = responses(moved)
    differ = (found["φ(X)"] != np.roll(original["φ(X)"], shift, 1)).any(axis=0).sum()
    report = f"φ(τ(X)) ≠ τ(φ(X)) in {differ} of {digit.shape[1]} columns"
    print(f"moved by {shift}: {report}")
    for ax, (what, response) in zip(row, found.items(), strict=True):
        ax.imshow(response, cmap="gray" if what == "X" else "magma", vmin=0, vmax=original[what].max())
        ax.set(xticks=[], yticks=[])
        ax.set_title(name if what == "X" else what if not shift else what.replace("X", "τ(X)"), fontsize=10)
        if shift and what == "φ(X)":
            ax.set_xlabel(report)
        elif shift and what != "X":
            likeness = np.corrcoef(response.ravel(), original[what].ravel())[0, 1]
            ax.set_xlabel(f"correlation with that of X: {likeness:.2f}")
figure.savefig(folder / "plot_convolution.png", dpi=64)

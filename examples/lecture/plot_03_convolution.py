r"""
3. Convolution
==============

A kernel :math:`w` slides over an image; at each place :math:`j` it answers with :math:`y_j = \tilde x_j^T w`, where
:math:`\tilde x_j` are the pixels that it lies on.  The answer is the same wherever the pixels are: what moves in an
image moves in its convolution, and a pattern that was learned in one corner is known in all of them.
"""

# %%
# What moves, moves: equivariance
# -------------------------------
# Let :math:`\varphi` be the convolution, :func:`skmlbio.images.convolve`, and :math:`\tau` a shift.  Then
# :math:`\varphi(\tau(X)) = \tau(\varphi(X))`.
import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_digits

from skmlbio.images import convolve

edges = np.array([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]])[..., np.newaxis]
image = np.pad(load_digits().images[3], 6)


def phi(X: np.ndarray) -> np.ndarray:
    return convolve(X, edges, padding="same")[..., 0]


def tau(X: np.ndarray, columns: int) -> np.ndarray:
    """Move to the right; what comes in from the left is black."""
    moved = np.zeros_like(X)
    moved[:, max(columns, 0) : X.shape[1] + min(columns, 0)] = X[:, max(-columns, 0) : X.shape[1] - max(columns, 0)]
    return moved


figure, axes = plt.subplots(2, 3, figsize=(8, 5.4), layout="constrained")
for row, columns in zip(axes, (4, -9), strict=True):
    pictures = {"τ(X)": tau(image, columns), "φ(τ(X))": phi(tau(image, columns)), "τ(φ(X))": tau(phi(image), columns)}
    for ax, (name, picture) in zip(row, pictures.items(), strict=True):
        ax.imshow(picture, cmap="gray" if name == "τ(X)" else "coolwarm")
        ax.set(title=f"{name}, {columns:+d} columns", xticks=[], yticks=[])
    print(f"{columns:+d} columns: φ(τ(X)) = τ(φ(X)) is", np.array_equal(pictures["φ(τ(X))"], pictures["τ(φ(X))"]))

# %%
# The second row shows where it fails: the digit has left the image, and at the border :math:`\varphi` sees the cut.

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
        colours = {"cmap": "gray"} if name == "τ(X)" else {"cmap": "coolwarm", "vmin": -60, "vmax": 60}
        ax.imshow(picture, **colours)
        ax.set(title=f"{name}, {columns:+d} columns", xticks=[], yticks=[])
    print(f"{columns:+d} columns: φ(τ(X)) = τ(φ(X)) is", np.array_equal(pictures["φ(τ(X))"], pictures["τ(φ(X))"]))

# %%
# The second row shows where it fails: the digit has left the image, and at the border :math:`\varphi` sees the cut.

# %%
# Layer upon layer
# ----------------
# A place of the first convolution sees 3 × 3 pixels, one of the second, which slides over the answers of the first, 5 ×
# 5, and one of layer :math:`n` sees :math:`2n + 1` in a line.  A single white pixel shows it: every place that answers
# has seen it.
spot = np.zeros((15, 15))
spot[7, 7] = 1
kernel = np.ones((3, 3, 1))
figure, axes = plt.subplots(1, 4, figsize=(8, 2.4), layout="constrained")
answers = spot
for n, ax in enumerate(axes):
    seen = (answers > 0).any(axis=0).sum()
    ax.imshow(answers, cmap="magma")
    ax.set(title="one pixel" if n == 0 else f"layer {n}: {seen} × {seen}", xticks=[], yticks=[])
    answers = convolve(answers, kernel, padding="same")[..., 0]

# %%
# Pooling
# -------
# Windows of an image become one number each: their largest, or their mean.  What moves by a pixel within a window
# leaves the largest as it is, so a little of the movement is forgiven.
from skmlbio.images import average_pool, max_pool

matrix = np.array([[1, 3, 2, 0], [5, 1, 0, 4], [2, 2, 7, 1], [0, 4, 3, 9]])
print(matrix)
print("the largest of 2 × 2:", max_pool(matrix, 2).tolist())
print("the mean of 2 × 2:   ", average_pool(matrix, 2).tolist())
print("of the whole matrix: ", matrix.max(), "and", matrix.mean())

# %%
# Images of different sizes
# -------------------------
# A kernel does not care how large an image is, but the last, dense layer wants a fixed number of inputs.  Global
# pooling, the largest or the mean of each map over the whole image, gives one number a kernel, whatever the size:
# :class:`skmlbio.ImageCNNClassifier` takes images of one size or of many, and ``pooling`` says how.
from scipy.ndimage import zoom
from sklearn.model_selection import train_test_split

from skmlbio import ImageCNNClassifier

random = np.random.default_rng(0)
digits, y = load_digits(return_X_y=True)
sized = [zoom(digit.reshape(8, 8), random.uniform(1, 2), order=1) for digit in digits]
X_train, X_test, y_train, y_test = train_test_split(sized, y, test_size=0.3, stratify=y, random_state=0)
networks = {
    "global maximum": ImageCNNClassifier(pooling="max", epochs=8, random_state=0).fit(X_train, y_train),
    "global mean": ImageCNNClassifier(pooling="mean", epochs=8, random_state=0).fit(X_train, y_train),
}
labels = networks["global maximum"].predict(X_test[:10])
figure, axes = plt.subplots(1, 10, figsize=(8, 1.6), layout="constrained")
for ax, picture, label in zip(axes, X_test, labels, strict=False):
    ax.imshow(picture, cmap="gray_r", extent=(0, picture.shape[1], picture.shape[0], 0))
    ax.set(xlim=(0, 16), ylim=(16, 0), xticks=[], yticks=[], title=label)
figure.suptitle("digits of 8 to 16 pixels, as they were read")

# %%
# The honest baseline
# -------------------
# Logistic regression wants images of one size: the same ones, brought to 8 × 8 pixels.
from sklearn.linear_model import LogisticRegression


def shrunk(images: list[np.ndarray]) -> np.ndarray:
    return np.stack([zoom(image, 8 / np.array(image.shape), order=1).ravel() for image in images])


linear = LogisticRegression(max_iter=2000).fit(shrunk(X_train) / 16, y_train)
for name, network in networks.items():
    print(f"convolutions and the {name}: {network.score(X_test, y_test):.3f} right")
print(f"logistic regression on 64 pixels: {linear.score(shrunk(X_test) / 16, y_test):.3f} right")

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


figure, axes = plt.subplots(2, 4, figsize=(8, 4.5), layout="constrained")
for row, columns in zip(axes, (4, -9), strict=True):
    one, other = phi(tau(image, columns)), tau(phi(image), columns)
    pictures = {"τ(X)": tau(image, columns), "φ(τ(X))": one, "τ(φ(X))": other, "their difference": one - other}
    for ax, (name, picture) in zip(row, pictures.items(), strict=True):
        ax.imshow(picture, **({"cmap": "gray"} if name == "τ(X)" else {"cmap": "RdBu_r", "vmin": -60, "vmax": 60}))
        ax.set(title=name, xticks=[], yticks=[])
    row[0].set_ylabel(f"τ: {columns:+d} columns".replace("-", "−"))
    print(f"{columns:+d} columns: φ(τ(X)) = τ(φ(X)) is", np.array_equal(one, other))

# %%
# The second row shows where it fails: the digit has left the image, and at the border :math:`\varphi` sees the cut.

# %%
# Stacked convolutions see further
# --------------------------------
# Upon each layer of width :math:`k` and stride :math:`s`, the receptive field :math:`r` of an answer, and the step
# :math:`j` between answers, both in pixels, become
#
# .. math:: r \leftarrow r + (k - 1)\, j, \qquad j \leftarrow j\, s.
#
# So with :math:`3 \times 3` kernels alone it grows by two a layer; with windows of :math:`2 \times 2` pooled after each
# (:math:`k = s = 2`), faster and faster.  Below, each pixel of an image is lit by itself, and its colour shows how much
# the answer in the middle hears of it, as a share of what it hears of the pixel that counts most.
from skmlbio.images import average_pool

kernel = np.ones((3, 3, 1)) / 9
pixels = np.eye(32 * 32).reshape(-1, 32, 32)
figure, axes = plt.subplots(2, 3, figsize=(8, 5.6), layout="constrained")
for row, pools in zip(axes, (False, True), strict=True):
    answers, field, step = pixels, 1, 1
    for layer, ax in enumerate(row, start=1):
        if pools and layer > 1:
            answers, field, step = average_pool(answers, 2), field + step, 2 * step
        answers, field = convolve(answers, kernel, padding="same")[..., 0], field + 2 * step
        heard = answers[:, answers.shape[1] // 2, answers.shape[2] // 2].reshape(32, 32)
        shown = ax.imshow(np.where(heard > 0, heard / heard.max(), np.nan), cmap="viridis", vmin=0, vmax=1)
        rows = np.flatnonzero(heard.any(axis=1))
        assert rows[-1] - rows[0] + 1 == field
        ax.set(title=f"layer {layer}: {field} × {field} pixels", xticks=[], yticks=[], facecolor="0.92")
    row[0].set_ylabel("pooled between" if pools else "convolutions alone")
    print(f"three layers, {'pooled between' if pools else 'alone'}: receptive field of {field} pixels")
figure.colorbar(shown, ax=axes, label="heard, of the most", shrink=0.7)

# %%
# Pooling
# -------
# A window becomes one number, its largest or its mean: :func:`skmlbio.images.max_pool`,
# :func:`skmlbio.images.average_pool`.  What moves within a window does not change the first.
from skmlbio.images import max_pool

X = np.array([[1, 3, 0, 1], [2, 6, 1, 2], [0, 0, 7, 5], [4, 0, 3, 1]])
print("maxima:", max_pool(X, 2).tolist(), " means:", average_pool(X, 2).tolist())

figure, axes = plt.subplots(1, 3, figsize=(8, 2.9), layout="constrained")
tables = {"X, in windows of 2 × 2": X, "the largest of each": max_pool(X, 2), "the mean of each": average_pool(X, 2)}
for ax, (title, table) in zip(axes, tables.items(), strict=True):
    ax.imshow(table, cmap="Blues", vmin=0, vmax=10)
    ax.set(title=title, xticks=[], yticks=[])
    for (row, column), value in np.ndenumerate(table):
        ax.text(column, row, f"{value:g}", ha="center", va="center", size=15)
    middle = len(table) / 2 - 0.5
    ax.axhline(middle, color="black", linewidth=2)
    ax.axvline(middle, color="black", linewidth=2)

# %%
# Images of one size, and of many
# -------------------------------
# Pooled over all of :math:`Y`, an image of any size becomes a vector with a number for each kernel,
#
# .. math:: h_k = \frac{1}{n} \sum_j y_{jk} \quad\text{or}\quad h_k = \max_j y_{jk},
#
# which no longer says where: of the matrix above, 2.25 or 7.  The alternative, to lay all :math:`y_{jk}` side by side,
# keeps the places, and needs images of one size.  :class:`skmlbio.ImageCNNClassifier` has all: ``pooling="mean"``,
# ``"max"`` and ``"flatten"``.  Here digits stand anywhere in images of 16 × 16 pixels.
from sklearn.model_selection import train_test_split

from skmlbio import ImageCNNClassifier

random = np.random.default_rng(0)


def placed(images: np.ndarray, size: int) -> np.ndarray:
    """Put each image of 8 × 8 pixels somewhere in a larger one."""
    canvas = np.zeros((len(images), size, size))
    for around, image, (row, column) in zip(
        canvas, images, random.integers(0, size - 7, (len(images), 2)), strict=True
    ):
        around[row : row + 8, column : column + 8] = image
    return canvas


digits = load_digits()
small_train, small_test, y_train, y_test = train_test_split(
    digits.images / 16, digits.target, test_size=0.5, random_state=0
)
X_train, tests = placed(small_train, 16), {size: placed(small_test, size) for size in (8, 12, 16, 24, 32)}
networks = {
    pooling: ImageCNNClassifier(n_blocks=1, pooling=pooling, learning_rate=5e-3, epochs=15, random_state=0)
    for pooling in ("flatten", "mean", "max")
}
for pooling, network in networks.items():
    network.fit(X_train, y_train)
    print(f"{pooling}: {network.score(tests[16], y_test):.1%} of digits anywhere in 16 × 16 pixels are read")

# %%
# And what a simpler model does
# -----------------------------
# The baseline, logistic regression on pixels, knows every digit anew in every place, of which it has seen few: it reads
# one in five, where guessing reads one in ten.  But told by hand what does not matter, the black around the digit,
# which is cut off before the rest is made 8 × 8 pixels again, it is nearly as good as the networks, and in a fraction
# of their time.  Convolution is for images in which nobody can cut things out beforehand.
#
# The networks of global pooling, trained on one size, read all others as they come.  :doc:`/examples` has digits that
# differ in size themselves, and larger images than the network has seen.
from scipy.ndimage import zoom
from sklearn.linear_model import LogisticRegression

linear = LogisticRegression(max_iter=300).fit(X_train.reshape(len(X_train), -1), y_train)
print(f"logistic regression on pixels: {linear.score(tests[16].reshape(len(y_test), -1), y_test):.1%}")


def cut_out(images: np.ndarray) -> list[np.ndarray]:
    """Cut off the black around each digit, and make the rest 8 × 8 pixels."""
    boxes = [image[np.ix_(image.any(axis=1), image.any(axis=0))] for image in images]
    return [zoom(box, (8 / box.shape[0], 8 / box.shape[1]), order=1).ravel() for box in boxes]


cut = LogisticRegression(max_iter=300).fit(cut_out(X_train), y_train)
scores = {
    f"network, {pooling}": [networks[pooling].score(X, y_test) for X in tests.values()] for pooling in ("mean", "max")
}
scores["cut out, logistic regression"] = [cut.score(cut_out(X), y_test) for X in tests.values()]
print("in images of", *tests, "pixels:")
for name, values in scores.items():
    print(f"  {name}:", *(f"{value:.1%}" for value in values))

figure, (left, right) = plt.subplots(1, 2, figsize=(8, 3.6), layout="constrained", width_ratios=(1, 2))
left.imshow(tests[24][0], cmap="gray")
left.set(title=f"a {y_test[0]} in 24 × 24 pixels", xticks=[], yticks=[])
for (name, values), color, marker in zip(scores.items(), ("#3f90da", "#bd1f01", "#717581"), "os^", strict=True):
    right.plot(list(tests), values, color=color, marker=marker, label=name)
right.set(title="Trained on 16 × 16 pixels, tested on others", xlabel="height and width of images", ylim=(0.5, 1.02))
right.yaxis.set_major_formatter("{x:.0%}")
right.legend(loc="lower right")

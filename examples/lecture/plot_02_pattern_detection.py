r"""
2. Pattern detection
====================

A pattern is found by holding it against every place of an image.  Held there, it is a scalar product,
:math:`y_j = \tilde x_j^T w_k`, of the patch :math:`\tilde x_j` with the kernel :math:`w_k`; of all places with all
kernels it is one product of matrices, :math:`Y = \tilde X W`, which is the convolution :math:`X * W`.  Here the kernels
are known; networks learn them.
"""

# %%
# A game that is a convolution
# ----------------------------
# In Conway's Game of Life, a cell is alive in the next frame if three of its eight neighbours are alive, or if it is
# alive and two are.  With the kernel below, alive cells and their neighbours give :math:`y \in \{3, 12, 13\}` where
# the next frame has life.  So a frame is a convolution of the one before, :func:`skmlbio.images.convolve`, and a
# decision about each number: a layer of a network.
import matplotlib.pyplot as plt
import numpy as np

from skmlbio import PatternDetector, PatternDisplay
from skmlbio.datasets import game_of_life
from skmlbio.images import convolve, image_patches

neighbours = np.array([[1, 1, 1], [1, 10, 1], [1, 1, 1]])[..., np.newaxis]
frames = game_of_life(60)
print("frames × height × width:", frames.shape)
follows = np.isin(convolve(frames[:-1], neighbours, padding="same")[..., 0], [3, 12, 13])
inside = np.s_[:, 1:-1, 1:-1]  # what comes over the border is not seen
print("each frame is a layer upon the one before:", np.array_equal(follows[inside], frames[1:][inside]))

figure, axes = plt.subplots(1, 3, figsize=(8, 2.7), layout="constrained")
glider = np.pad([[0, 1, 0], [0, 0, 1], [1, 1, 1]], 2)
numbers = convolve(glider, neighbours, padding="same")[..., 0]
shown = {"a glider, X": glider, "X ∗ w": numbers, "3, 12 or 13: the next frame": np.isin(numbers, [3, 12, 13])}
for ax, (title, picture) in zip(axes, shown.items(), strict=True):
    ax.imshow(picture, cmap="Blues", vmax=picture.max() * 1.3)
    ax.set(title=title, xticks=[], yticks=[])
    for (row, column), value in np.ndenumerate(picture.astype(int)):
        ax.text(column, row, value, ha="center", va="center", size=10, color="0.7" if value == 0 else "black")

# %%
# Every patch a row, every kernel a column
# ----------------------------------------
# :func:`skmlbio.images.image_patches` lays out :math:`\tilde X`: patch :math:`j`, read line by line, is row :math:`j`.
# Kernel :math:`k`, read the same way, is column :math:`k` of :math:`W`.  A glider has four phases; the first and the
# second one are looked for here, by kernels of 1 where the phase has a cell and of −1 where it has none.  So a patch
# has the largest answer, the number of cells, where it is the phase.
image = np.pad([[0, 1, 0], [0, 0, 1], [1, 1, 1]], ((1, 1), (1, 2)))
phases = np.array([[[0, 1, 0], [0, 0, 1], [1, 1, 1]], [[1, 0, 1], [0, 1, 1], [0, 1, 0]]])
kernels = np.moveaxis(2 * phases - 1, 0, -1)
X_tilde, W = image_patches(image, 3).reshape(-1, 9), kernels.reshape(9, 2)
Y = X_tilde @ W
print("the product of matrices is the convolution:", np.array_equal(Y, convolve(image, kernels).reshape(-1, 2)))

figure, axes = plt.subplots(1, 4, figsize=(8, 4.2), layout="constrained", width_ratios=(6, 9, 3, 3))
tables = {"X\n5 × 6 pixels": image, "X̃\n12 patches": X_tilde, "W\n2 kernels": W, "Y = X̃W": Y}
for ax, (title, table) in zip(axes, tables.items(), strict=True):
    ax.imshow(table, cmap="RdBu_r", vmin=-8, vmax=8)
    ax.set(title=title, xticks=[], yticks=[])
    for (row, column), value in np.ndenumerate(table):
        ax.text(column, row, f"{value:d}".replace("-", "−"), ha="center", va="center", size=9)
best = int(Y[:, 0].argmax())
row, column = divmod(best, 4)
for ax, corner, width, height in (
    (axes[0], (column, row), 3, 3),
    (axes[1], (0, best), 9, 1),
    (axes[3], (0, best), 1, 1),
):
    ax.add_patch(plt.Rectangle((corner[0] - 0.5, corner[1] - 0.5), width, height, fill=False, linewidth=2.5))

# %%
# Gosper's gun, and its gliders
# -----------------------------
# One glider flies; its four phases, turned four times, each with nothing around it, are the examples.
# :class:`skmlbio.PatternDetector` makes kernels of them, and finds what agrees with one of them in all 25 pixels;
# :meth:`skmlbio.PatternDisplay.animate` shows it.  Every 30 frames the gun emits a glider, and only gliders are marked.
flight = game_of_life(4, start=np.pad([[0, 1, 0], [0, 0, 1], [1, 1, 1]], 3))
corners = [np.argwhere(frame).min(axis=0) - 1 for frame in flight]
flight = [frame[row : row + 5, column : column + 5] for frame, (row, column) in zip(flight, corners, strict=True)]
examples = np.concatenate([np.rot90(flight, turns, axes=(1, 2)) for turns in range(4)])
directions = np.repeat(["south-east", "north-east", "north-west", "south-west"], 4)
detector = PatternDetector(padding="same").fit(examples, directions)

frames = game_of_life(120)[60:]
found = detector.predict(frames)
for index in (0, 30, 59):
    print(f"image {index}:", [f"{detector.labels_[k]} at {row}, {column}" for row, column, k in found[index].tolist()])

figure, ax = plt.subplots(figsize=(6.4, 4.6), layout="constrained")
display = PatternDisplay(frames, found, (5, 5), labels=detector.labels_)
film = display.animate(ax, frames_per_second=8)

# %%
# Where a comparison would do, and where not
# ------------------------------------------
# The baseline: to find exact copies nobody needs products.  A comparison of patches with patterns, ``==``, finds the
# same gliders.  But let noise turn some pixels over.  A comparison then loses every glider that has one wrong pixel; a
# scalar product tells how much agrees, and ``threshold`` how much is enough.  With one pixel of 25 allowed to be wrong,
# far more gliders are found, with few false alarms; with two, the gun is full of "gliders".  Where such a line cannot
# be drawn by hand, kernels are learned: the next pages.
patches = image_patches(frames, 5, padding=2)
equal = np.any([(patches == example).all(axis=(3, 4)) for example in examples], axis=0)
print("gliders found in all images:", sum(map(len, found)), "by the detector,", equal.sum(), "by ==")

random = np.random.default_rng(0)
shares = (0, 0.005, 0.01, 0.02, 0.04)
figure, (left, right) = plt.subplots(1, 2, figsize=(8, 3.6), layout="constrained")
noisy = [frames ^ (random.random(frames.shape) < share) for share in shares]
for n_wrong, color, marker in ((0, "#717581", "o"), (1, "#3f90da", "s"), (2, "#bd1f01", "^")):
    tolerant = PatternDetector(padding="same", threshold=1 - n_wrong / 25, min_distance=5).fit(examples, directions)
    hits, alarms = [], []
    for images in noisy:
        pairs = list(zip(found, tolerant.predict(images), strict=True))
        n_hits = sum((true[:, np.newaxis] == seen).all(axis=2).any(axis=1).sum() for true, seen in pairs)
        hits.append(n_hits / sum(len(true) for true, _ in pairs))
        alarms.append((sum(len(seen) for _, seen in pairs) - n_hits) / len(frames))
    label = f"{n_wrong} of 25 pixels may be wrong" + (", or ==" if n_wrong == 0 else "")
    left.plot(shares, hits, color=color, marker=marker, label=label)
    right.plot(shares, alarms, color=color, marker=marker)
    print(f"{label}: {hits[2]:.0%} of gliders found among 1% of noise, {alarms[2]:.2f} false alarms an image")
left.set(title="Gliders found", xlabel="share of pixels turned over", ylim=(0, 1.05))
left.yaxis.set_major_formatter("{x:.0%}")
left.legend(loc="lower left", fontsize=9)
right.set(title="False alarms an image", xlabel="share of pixels turned over")

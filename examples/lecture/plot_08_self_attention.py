r"""
8. Self-attention
=================

A recurrent network carries what it has read along; attention looks back at all of it.  Every row :math:`x_i` of
:math:`X` (a letter, a word) becomes a mean of all rows, and those that are like it count most:

.. math:: S = X X^T, \qquad A_{ij} = \frac{e^{S_{ij}}}{\sum_k e^{S_{ik}}}, \qquad Y = A X = \mathrm{softmax}(X X^T)\, X.
"""

# %%
# Three lines of NumPy
# --------------------
# Scores :math:`S`, the softmax of each of its rows, a product.  :class:`skmlbio.layers.SelfAttention` is the same, and
# has no weights.
import matplotlib.pyplot as plt
import numpy as np
from scipy.special import softmax
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

from skmlbio import AttentionClassifier, RNNClassifier
from skmlbio.inspection import AttentionMapDisplay
from skmlbio.layers import SelfAttention
from skmlbio.sequences import KmerCounter

X = np.array([[1.4, 0.1], [1.0, -0.6], [0.8, 0.8], [-0.1, 1.4], [-0.9, 0.9], [-0.6, -1.1]], dtype="float32")

S = X @ X.T
A = softmax(S, axis=1)
Y = A @ X

by_layer, map_of_layer = (found.numpy()[0] for found in SelfAttention(return_map=True)(X[np.newaxis]))
print("Y and A of the layer are those of NumPy:", np.allclose(Y, by_layer), np.allclose(A, map_of_layer))
print("Rows of A sum to 1:", A.sum(axis=1).round(6).tolist())

figure, axes = plt.subplots(1, 3, figsize=(8, 3.1), layout="constrained")
for ax, matrix, colours, title in (
    (axes[0], S, {"cmap": "PuOr_r", "vmin": -2, "vmax": 2}, "S = X Xᵀ: who is like whom"),
    (axes[1], A, {"cmap": "viridis", "vmin": 0, "vmax": 1}, "A: the softmax of each row"),
):
    figure.colorbar(ax.imshow(matrix, **colours), ax=ax, orientation="horizontal", shrink=0.8)
    ax.set_title(title, fontsize=10)
    ax.set(xticks=range(6), yticks=range(6), xticklabels=range(1, 7), yticklabels=range(1, 7))
axes[2].plot(*X.T, "o", color="#E69F00", label="X")
axes[2].plot(*Y.T, "s", color="#0072B2", label="Y")
for number, (x, y) in enumerate(zip(X, Y, strict=True), 1):
    axes[2].annotate("", y, x, arrowprops={"arrowstyle": "->", "color": "0.5"})
    axes[2].annotate(str(number), x, xytext=(4, 4), textcoords="offset points")
axes[2].set_title("rows move to those like them", fontsize=10)
axes[2].set(aspect="equal", xlim=(-1.3, 1.9), ylim=(-1.7, 1.7))
axes[2].legend(loc="lower right", handletextpad=0)

# %%
# Order is lost
# -------------
# Let :math:`P` put the rows into another order.  Then :math:`\mathrm{softmax}(P X X^T P^T)\, P X = P Y`: each row gets
# the answer that it had before, wherever it stands.
order = np.random.default_rng(0).permutation(len(X))
print("Rows in another order:", np.allclose(SelfAttention()(X[np.newaxis, order]).numpy()[0], Y[order], atol=1e-6))

# %%
# So :class:`skmlbio.AttentionClassifier`, which pools its letters at the end, cannot tell ``CG`` from ``GC`` without
# positions.  These strings have one C and one G somewhere among A and T; the class is which of the two comes first.
# With ``positions``, a vector for each place is added to the letters, and the same network learns the rule.
# (``kernel_width=None`` leaves out the convolution, which would show each letter its neighbours.)
random = np.random.default_rng(0)


def made_strings(n: int) -> tuple[list[str], np.ndarray]:
    """Random strings of 24 letters, and which of C and G comes first."""
    drawn, firsts = random.choice(["A", "T"], (n, 24)), random.choice(["C", "G"], n)
    for letters, first in zip(drawn, firsts, strict=True):
        letters[np.sort(random.choice(24, 2, replace=False))] = ["C", "G"] if first == "C" else ["G", "C"]
    return ["".join(letters) for letters in drawn], firsts


strings, y = made_strings(600)
others, y_others = made_strings(200)
print("for example", strings[0], "of the class", y[0])
classifiers = {
    positions: AttentionClassifier(
        "dna",
        positions=positions,
        kernel_width=None,
        embedding_dim=32,
        n_heads=2,
        feed_forward_dim=32,
        dropout=0.0,
        learning_rate=3e-3,
        epochs=epochs,
        random_state=0,
    ).fit(strings, y)
    for positions, epochs in (("none", 20), ("sinusoidal", 40))
}
accuracy = {positions: classifier.score(others, y_others) for positions, classifier in classifiers.items()}
print("accuracy on 200 others:", accuracy)

# %%
# The same letters, shuffled 200 times: without positions the network gives all of these strings one answer.
shuffled = ["".join(random.permutation(list(others[0]))) for _ in range(200)]
c_first = np.array([string.index("C") < string.index("G") for string in shuffled])
figure, axes = plt.subplots(1, 2, figsize=(8, 3.4), layout="constrained", sharey=True)
for ax, (positions, classifier) in zip(axes, classifiers.items(), strict=True):
    probability = classifier.predict_proba(shuffled)[:, 1]
    print(f"positions={positions!r}: p(G first) from {probability.min():.4f} to {probability.max():.4f}")
    for is_so, marker, color in ((c_first, "o", "#E69F00"), (~c_first, "^", "#0072B2")):
        ax.plot(np.flatnonzero(is_so), probability[is_so], marker, color=color, markersize=4)
    ax.set(title=f"positions={positions!r}", xlabel="the same letters, shuffled", ylim=(-0.05, 1.05))
axes[0].set_ylabel("p(G comes first)")
axes[0].plot([], [], "o", color="#E69F00", label="C comes first")
axes[0].plot([], [], "^", color="#0072B2", label="G comes first")
axes[0].legend(loc="upper right")

# %%
# Where it looks: attention maps
# ------------------------------
# The library's attention learns three projections of the letters, queries :math:`Q`, keys :math:`K` and values
# :math:`V`: :math:`Y = \mathrm{softmax}(Q K^T / \sqrt{d})\, V`, :class:`skmlbio.layers.MultiHeadSelfAttention`.  Row
# :math:`i` of its map says from where letter :math:`i` collects.
collected = {letter: [] for letter in "ACGT"}
for string, (heads,) in zip(others, classifiers["sinusoidal"].attention_maps(others), strict=True):
    shares = heads.mean(axis=(0, 1)) * len(string)
    for letter in collected:
        collected[letter].append(shares[[found == letter for found in string]].mean())
means = {letter: np.mean(found) for letter, found in collected.items()}
print("Collected, as a multiple of an equal share:", {letter: f"{mean:.1f}" for letter, mean in means.items()})

apart = next(string for string in others if string.index("G") - string.index("C") > 8)
figure, (left, right) = plt.subplots(1, 2, figsize=(8, 4.2), layout="constrained", width_ratios=[3, 2])
AttentionMapDisplay.from_estimator(classifiers["sinusoidal"], apart, ax=left)
left.set_title("one string: where its letters look")
right.bar(list(means), list(means.values()), color=["0.6", "#E69F00", "#0072B2", "0.6"])
right.axhline(1, color="black", linestyle=":")
right.set(title="200 strings", ylabel="collected from it, relative to equal shares")

# %%
# What simpler methods do
# -----------------------
# Counts of k-mers lose the order, too, but where the two letters are so near that one k-mer holds both, and, in more
# strings still, where one of them is at an end: a letter there is in fewer k-mers.  A recurrent
# network reads in order, and is as good without any positions; ``str.find`` would do.  Attention is for longer ways:
# chapter 9.
for name, model in {
    "3-mers + logistic regression": make_pipeline(KmerCounter(3, alphabet="dna"), LogisticRegression(max_iter=1000)),
    "5-mers + logistic regression": make_pipeline(KmerCounter(5, alphabet="dna"), LogisticRegression(max_iter=1000)),
    "RNNClassifier": RNNClassifier(
        "dna", kernel_width=None, embedding_dim=16, n_units=16, learning_rate=1e-2, epochs=20, random_state=0
    ),
}.items():
    print(f"{name:29} {model.fit(strings, y).score(others, y_others):.3f}")
print(f"{'AttentionClassifier':29} {accuracy['sinusoidal']:.3f}")

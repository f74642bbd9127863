r"""
5. Auto-encoders
================

An encoder :math:`f` makes a code :math:`z = f(x)` of few numbers, and a decoder :math:`g` makes a reconstruction
:math:`\hat x = g(z)`.  Both are trained, without labels, to lose little:

.. math:: \hat f, \hat g = \operatorname*{argmin}_{f,\,g} \sum_i \lVert x_i - g(f(x_i)) \rVert^2

Since the code is narrow, the network has to find out what the data have in common.
"""

# %%
# The estimator
# -------------
# Of :class:`skmlbio.AutoEncoderTransformer`, ``transform`` is :math:`f`, ``inverse_transform`` is :math:`g`, and
# ``reconstruct`` is both; ``score`` is minus the error, averaged over pixels and images.  Pixels have one scale, so
# they are not standardised.
import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

from skmlbio import AutoEncoderTransformer, LatentSpaceDisplay, ReconstructionDisplay

X, digits = load_digits(return_X_y=True)
X_train, X_test, y_train, y_test = train_test_split(X / 16, digits, test_size=0.4, stratify=digits, random_state=0)

network = {"hidden_layer_sizes": (128, 64), "standardize": False, "epochs": 100, "random_state": 0}
encoders = {n: AutoEncoderTransformer(latent_dim=n, **network).fit(X_train) for n in (2, 4, 8, 16, 32)}


def strip(pictures: np.ndarray) -> np.ndarray:
    """Put digits side by side, with gaps between them."""
    return np.hstack(np.pad(pictures.reshape(-1, 8, 8), ((0, 0), (1, 1), (1, 1)), constant_values=np.nan))


z = encoders[16].transform(X_test)
error = np.mean((X_test - encoders[16].inverse_transform(z)) ** 2)
print(f"{X_test.shape[1]} pixels, {z.shape[1]} numbers; error {error:.4f}, score {encoders[16].score(X_test):.4f}")

_, axes = plt.subplots(2, 1, figsize=(8, 4), layout="constrained")
for ax, n in zip(axes, (2, 16), strict=True):
    ReconstructionDisplay.from_estimator(encoders[n], X_test, image_shape=(8, 8), n_shown=12, ax=ax)
    ax.set_title(f"new digits, and what comes back from {n} numbers")

# %%
# Reduction: a map of the data
# ----------------------------
# With two numbers, the code is a map.  Without hidden layers, the best auto-encoder spans the plane of PCA; with
# them, it bends.  t-SNE draws neighbours best, but it has no :math:`f` for new digits and no :math:`g` back.
from sklearn.decomposition import PCA
from sklearn.manifold import TSNE
from sklearn.neighbors import KNeighborsClassifier

some, labels = X_test[:300], y_test[:300]
maps = {
    "PCA": PCA(2).fit(X_train).transform(some),
    "auto-encoder": encoders[2].transform(some),
    "t-SNE": TSNE(method="exact", max_iter=400, random_state=0).fit_transform(some),
}
_, axes = plt.subplots(1, 3, figsize=(8.5, 3.4), layout="constrained")
for ax, (name, codes) in zip(axes, maps.items(), strict=True):
    pure = np.mean(labels[KNeighborsClassifier(2).fit(codes, labels).kneighbors(codes)[1][:, 1]] == labels)
    LatentSpaceDisplay.from_data(codes, y=labels, ax=ax)
    ax.set(title=f"{name}\nneighbours alike: {pure:.0%}", xlabel="", ylabel="", xticks=[], yticks=[])
    if ax is not axes[-1]:
        ax.get_legend().remove()

# %%
# Compression: how good, for how many numbers
# -------------------------------------------
# Store :math:`f(x)` in place of the pixels.  :func:`skmlbio.images.peak_signal_noise_ratio` measures what is left,
# :math:`-10 \log_{10}` of the squared error where white is 1: 3 dB more are half the error.
from skmlbio.images import peak_signal_noise_ratio


def decibels(pictures: np.ndarray) -> float:
    return peak_signal_noise_ratio(X_test.reshape(-1, 8, 8), pictures.reshape(-1, 8, 8), data_range=1).mean()


linear = {n: PCA(n).fit(X_train) for n in encoders}
qualities = {
    name: [decibels(reducer.inverse_transform(reducer.transform(X_test))) for reducer in reducers.values()]
    for name, reducers in {"auto-encoder": encoders, "PCA": linear}.items()
}
_, (left, right) = plt.subplots(1, 2, figsize=(8.5, 3.4), layout="constrained", width_ratios=(1, 1.2))
for (name, quality), color, marker in zip(qualities.items(), ("#3f90da", "#bd1f01"), "o^", strict=True):
    left.plot(list(encoders), quality, color=color, marker=marker, label=name)
left.set_xscale("log", base=2)
left.set_xticks(list(encoders), list(encoders))
left.set(xlabel="stored numbers, of 64 pixels", ylabel="PSNR of new digits (dB)", title="better is higher")
left.legend(frameon=False)
rows = {"pixels": X_test} | {str(n): encoder.reconstruct(X_test) for n, encoder in encoders.items()}
right.imshow(np.vstack([strip(pictures[:8]) for pictures in rows.values()]), cmap="gray")
right.set(title="from so many numbers", xticks=[], yticks=10 * np.arange(len(rows)) + 4.5, yticklabels=list(rows))

# %%
# Restoration: noise and holes
# ----------------------------
# Disturb the input in training and leave the target clean, and :math:`g \circ f` learns to restore.  With
# ``missing="mask"`` the network is told which pixels are unknown, and ``impute`` fills these alone.
# :class:`skmlbio.ImageAutoEncoderTransformer` does both by convolution, for images of any sizes.
from sklearn.impute import KNNImputer

random = np.random.default_rng(0)
noisy = X_test + 0.3 * random.standard_normal(X_test.shape)
holes = np.zeros((len(X_test), 8, 8), bool)
holes[:, 2:5, 2:6] = True
holed = np.where(holes.reshape(X_test.shape), np.nan, X_test)

wide = network | {"latent_dim": 24, "hidden_layer_sizes": (256,)}
denoiser = AutoEncoderTransformer(noise="gaussian", noise_level=0.3, **wide).fit(X_train)
filler = AutoEncoderTransformer(missing="mask", noise="masking", noise_level=0.3, **wide).fit(X_train)
pca = PCA(12).fit(X_train)
restored = {
    "clean": X_test,
    "noise": noisy,
    "by PCA": pca.inverse_transform(pca.transform(noisy)),
    "by the auto-encoder": denoiser.reconstruct(noisy),
    "holes": np.nan_to_num(holed),
    "by 5 neighbours": KNNImputer().fit(X_train).transform(holed),
    "by the auto-encoder, too": filler.impute(holed),
}
_, axes = plt.subplots(len(restored), 1, figsize=(8, 5), layout="constrained")
for ax, (name, pictures) in zip(axes, restored.items(), strict=True):
    ax.imshow(strip(pictures[:13]), cmap="gray", vmin=0, vmax=1)
    ax.set(xticks=[], yticks=[])
    quality = "" if name == "clean" else f"\n{decibels(pictures):.1f} dB"
    ax.set_ylabel(name.removesuffix(", too") + quality, rotation=0, ha="right", va="center")

# %%
# Clusters and outliers
# ---------------------
# Codes are data for any estimator.  The centre of a cluster of codes has a picture, :math:`g` of it.  And what an
# auto-encoder has not learned comes back wrong: :class:`skmlbio.AutoEncoderOutlierDetector` has seen no 8, and its
# ``score_samples`` are low for them: with the error :math:`s_j` that is usual in pixel :math:`j` (``error_scale_``),
# they are :math:`-\sqrt{\operatorname{mean}_j\, (x_j - \hat x_j)^2 / s_j^2}`.  ``offset_`` is the limit.
from sklearn.cluster import KMeans
from sklearn.metrics import adjusted_rand_score, roc_auc_score

from skmlbio import AutoEncoderOutlierDetector

kmeans = KMeans(10, n_init=10, random_state=0).fit(encoders[4].transform(X_train))
clusters = kmeans.predict(encoders[4].transform(X_test))
centres = encoders[4].inverse_transform(kmeans.cluster_centers_).reshape(-1, 8, 8)

unusual = y_test == 8
detector = AutoEncoderOutlierDetector(
    8, standardize=False, contamination=0.05, validation_fraction=0.2, epochs=100, random_state=0
).fit(X_train[y_train != 8])
scores = detector.score_samples(X_test)

figure = plt.figure(figsize=(8, 5), layout="constrained")
top, bottom = figure.subfigures(2, 1, height_ratios=(1, 1.4))
for number, ax in enumerate(top.subplots(2, 5).flat):
    values, counts = np.unique(y_test[clusters == number], return_counts=True)
    ax.imshow(centres[number], cmap="gray")
    ax.set(xticks=[], yticks=[], title=f"{counts.max() / counts.sum():.0%} are {values[counts.argmax()]}")
top.suptitle("centres of k-means among codes of 4 numbers, decoded")
ax = bottom.subplots()
for name, mask, color in (("other digits", ~unusual, "#3f90da"), ("8, never seen", unusual, "#bd1f01")):
    ax.hist(scores[mask], np.linspace(scores.min(), scores.max(), 40), density=True, alpha=0.6, label=name, color=color)
ax.axvline(detector.offset_, color="black", linestyle="--", label="offset_")
ax.set(xlabel="score_samples: minus the error, relative to each pixel's usual one", ylabel="density")
ax.set_title("new digits")
ax.legend(frameon=False, loc="upper left")

# %%
# The honest baseline
# -------------------
# The same tasks, solved by methods without a network, on the same digits.
from sklearn.ensemble import IsolationForest
from sklearn.neighbors import NearestNeighbors


def agreement(train: np.ndarray, test: np.ndarray) -> float:
    return adjusted_rand_score(y_test, KMeans(10, n_init=10, random_state=0).fit(train).predict(test))


known = X_train[y_train != 8]
distances = NearestNeighbors(n_neighbors=5).fit(known).kneighbors(X_test)[0].mean(axis=1)
forest = IsolationForest(random_state=0).fit(known)
print(f"4 numbers:     auto-encoder {qualities['auto-encoder'][1]:.1f} dB, PCA {qualities['PCA'][1]:.1f}")
print(f"32 numbers:    auto-encoder {qualities['auto-encoder'][-1]:.1f} dB, PCA {qualities['PCA'][-1]:.1f}")
print(
    f"clusters, ARI: 4 numbers {adjusted_rand_score(y_test, clusters):.2f}, of PCA "
    f"{agreement(*map(linear[4].transform, (X_train, X_test))):.2f}, pixels {agreement(X_train, X_test):.2f}"
)
print(
    f"8s, ROC AUC:   auto-encoder {roc_auc_score(unusual, -scores):.2f}, isolation forest "
    f"{roc_auc_score(unusual, -forest.score_samples(X_test)):.2f}, 5 neighbours {roc_auc_score(unusual, distances):.2f}"
)

# %%
# Where the code is narrow, the bent surface of the network beats the flat one of PCA; from some thirty numbers on,
# PCA is better, and it is solved in milliseconds.  The network also takes more noise away than PCA does.  But whoever
# keeps all pixels and has neighbours to ask fills holes and finds outliers better here, and clusters pixels at least
# as well.  Where auto-encoders earn their place is when there are too many data to keep, or too many columns to
# measure distances in.

r"""
6. Variational auto-encoders
============================

An auto-encoder rebuilds what it is given.  To make *new* data, codes must come from somewhere: a variational
auto-encoder learns a decoder :math:`p(x \mid z)` for codes that are drawn from :math:`N(0, 1)`.
"""

# %%
# The holes of a plain latent space
# ---------------------------------
# Both networks make two numbers of a digit.  A grid through the space of codes is decoded, by ``inverse_transform``.
# Nothing has told the plain auto-encoder where codes should lie: they lie scattered, at scales of their own, and
# between them it decodes to what is no digit.  The codes of :class:`skmlbio.VAESampler` fill the plane around 0.
import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split
from sklearn.neighbors import NearestNeighbors

from skmlbio import AutoEncoderTransformer, LatentSpaceDisplay, TrainingHistoryDisplay, VAESampler

random = np.random.default_rng(0)
integers, digits = load_digits(return_X_y=True)
X = (integers + random.random(integers.shape)) / 17  # a density needs numbers without gaps
X_train, X_test, y_train, y_test = train_test_split(X, digits, test_size=0.4, stratify=digits, random_state=0)

settings = {"hidden_layer_sizes": (128, 64), "epochs": 100, "random_state": 0}
networks = {
    "auto-encoder": AutoEncoderTransformer(2, **settings).fit(X_train),
    "variational auto-encoder": VAESampler(2, **settings).fit(X_train),
}
nearest = NearestNeighbors(n_neighbors=1).fit(X_train)


def distance(pictures: np.ndarray) -> float:
    """Mean distance to the nearest real digit."""
    return nearest.kneighbors(pictures)[0].mean()


figure, axes = plt.subplots(2, 2, figsize=(8, 7.6), layout="constrained")
for (left, right), (name, network) in zip(axes, networks.items(), strict=True):
    codes = network.transform(X_train)
    occupied, *edges = np.histogram2d(*codes.T, bins=12)
    columns, rows = ((ends[1:] + ends[:-1]) / 2 for ends in edges)
    pictures = network.inverse_transform(np.stack(np.meshgrid(columns, rows[::-1]), axis=-1).reshape(-1, 2))
    hole = np.flip(occupied.T, axis=0) == 0
    ratio = distance(pictures[hole.ravel()]) / distance(network.reconstruct(X_test))
    print(f"{name}: no digit in {hole.mean():.0%} of the plane; what is decoded there is {ratio:.2f} times as far")
    print("  from real digits as reconstructions are")

    LatentSpaceDisplay.from_data(codes, y=y_train, ax=left)
    left.set(xlim=edges[0][[0, -1]], ylim=edges[1][[0, -1]], xlabel="first number", ylabel="second number")
    left.set_title(f"codes of the {name}")
    tiles = np.pad(pictures.reshape(12, 12, 8, 8), ((0, 0), (0, 0), (1, 1), (1, 1)), constant_values=1)
    white = np.where(np.kron(hole, np.ones((10, 10)))[..., np.newaxis], [1, 0.65, 0.2], 1)
    right.imshow(white * np.clip(np.block([list(row) for row in tiles]), 0, 1)[..., np.newaxis])
    right.set(title="decoded (orange: holes)", xticks=[], yticks=[])

# %%
# The bound, and its two terms
# ----------------------------
# The encoder answers with a distribution, :math:`q(z \mid x) = N(\mu(x), \sigma^2(x))`, and the decoder with
# :math:`p(x \mid z)`.  Both are trained to make the evidence lower bound large,
#
# .. math::
#    \log p(x) \ge \underbrace{\mathbb E_{q(z \mid x)} \log p(x \mid z)}_{\text{reconstruction}}
#    - \underbrace{\mathrm{KL}\bigl(q(z \mid x) \,\Vert\, N(0, 1)\bigr)}_{\text{kl}}
#
# The first term asks for good reconstructions, the second for codes that look as if drawn from the prior.  It closes
# the holes: :math:`z` is drawn from :math:`q` in training, so what lies between codes is decoded as well.  All of
# them stand in ``history_``.  Both terms rise: a code that says more makes a better reconstruction, and costs more.
# The bound tells whether it was worth it.
sampler = VAESampler(8, hidden_layer_sizes=(128,), epochs=200, random_state=0).fit(X_train)
_, axes = plt.subplots(1, 3, figsize=(8.5, 3), layout="constrained")
names = {"reconstruction": "reconstruction", "kl": "KL term", "elbo": "their difference, the bound"}
for ax, (metric, name) in zip(axes, names.items(), strict=True):
    TrainingHistoryDisplay.from_estimator(sampler, metrics=metric, ax=ax)
    ax.legend(ax.get_legend().legend_handles[1:], ["kept: mean weights"], loc="lower center", frameon=False)
    ax.set(title=name, ylabel="nats a digit" if metric == "reconstruction" else "")
final = {metric: sampler.history_[metric][-1] for metric in names}
print("last epoch: {reconstruction:.1f} - {kl:.1f} = {elbo:.1f} nats".format(**final))

# %%
# New digits
# ----------
# ``sample`` draws :math:`z` from the prior, and :math:`x` from :math:`p(x \mid z)`, noise included.
# :class:`skmlbio.GANSampler` knows no density: its generator is only asked to deceive a critic.  The plain auto-encoder
# gets codes with the mean and standard deviation of its own.
from sklearn.mixture import GaussianMixture

from skmlbio import GANSampler

adversarial = GANSampler(epochs=300, random_state=0).fit(X_train)
plain = AutoEncoderTransformer(8, hidden_layer_sizes=(128,), epochs=100, random_state=0).fit(X_train)
codes = plain.transform(X_train)
mixture = GaussianMixture(10, reg_covar=1e-3, random_state=0).fit(X_train)

n = len(X_test)
drawn = {
    "real": X_test,
    "auto-encoder": plain.inverse_transform(random.normal(codes.mean(axis=0), codes.std(axis=0), size=(n, 8))),
    "VAE": sampler.sample(n, random_state=0),
    "its means of p(x | z)": sampler.inverse_transform(random.normal(size=(n, 8))),
    "GAN": adversarial.sample(n, random_state=0),
    "10 Gaussians": random.permutation(mixture.sample(n)[0]),
}
_, axes = plt.subplots(len(drawn), 1, figsize=(8, 4.6), layout="constrained")
for ax, (name, pictures) in zip(axes, drawn.items(), strict=True):
    tiles = np.pad(pictures[:13].reshape(-1, 8, 8), ((0, 0), (0, 0), (1, 1)), constant_values=np.nan)
    ax.imshow(np.hstack(tiles), cmap="gray", vmin=0, vmax=1)
    ax.set(xticks=[], yticks=[])
    ax.set_ylabel(name, rotation=0, ha="right", va="center")

# %%
# The honest baseline
# -------------------
# The last row came from a mixture of ten Gaussians.  Its ``score``, like that of the VAE, is a mean log density of new
# digits; that of the VAE is a lower bound.  And a random forest is asked which digits are real: 50 % right would be
# perfect samples.
from sklearn.ensemble import RandomForestClassifier
from sklearn.model_selection import cross_val_score

forest = RandomForestClassifier(random_state=0)
print(f"log p(x) of new digits: VAE at least {sampler.score(X_test):.1f}, mixture {mixture.score(X_test):.1f} nats")
for name, pictures in list(drawn.items())[1:]:
    both = np.floor(17 * np.clip(np.vstack([X_test, pictures]), 0, 0.999))  # back to grey levels
    right = cross_val_score(forest, both, np.repeat([0, 1], n), cv=3).mean()
    print(f"{name}: the forest tells {right:.0%} of the digits from real ones")

# %%
# The VAE wins by either measure, but the forest still tells nine of ten digits right.  Means of :math:`p(x \mid z)` are
# smoother than real digits, and are found out for that.  The mixture, of several the best, comes 10 nats behind; it is
# fitted in a second and has two numbers to choose, so try it first.
# (``examples/plot_why_auto_encoders_cannot_generate.py`` trains all networks for longer.)

r"""
11. Beyond
==========

Three more architectures: adversarial networks, which make data; deep tensor factorisation, which completes tables of
more than two axes; and recurrent networks with gates, which read strings letter by letter.
"""

# %%
# Adversarial networks: what the critic sees
# ------------------------------------------
# A generator :math:`G` makes points of random numbers :math:`z`, and a critic tells them from real ones:
#
# .. math:: \min_G \max_D\; \mathbb E_x \log D(x) + \mathbb E_z \log\bigl(1 - D(G(z))\bigr)
#
# For a given :math:`G`, the best critic answers :math:`D(x) = p(x) / (p(x) + p_G(x))`: 1/2 everywhere once the
# generator is perfect.  In :class:`skmlbio.GANSampler` the critic plays that game, and pays for being steep at real
# points (a penalty called R1); the generator makes :math:`-\mathbb E_z \log D(G(z))` small in place of its part of the
# game, so that it learns even where the critic is sure.  Here a critic is trained afresh, a
# :class:`skmlbio.DenseClassifier`, on what generators make that have learned for a while, and for long.
import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import make_moons

from skmlbio import DenseClassifier, GANSampler, TrainingHistoryDisplay

moons, _ = make_moons(600, noise=0.07, random_state=0)
others, _ = make_moons(600, noise=0.07, random_state=1)  # real points that no generator has learned from
is_real = np.repeat([True, False], 600)

plane = np.stack(np.meshgrid(np.linspace(-1.7, 2.7, 60), np.linspace(-1.2, 1.7, 60)), axis=-1)
figure, axes = plt.subplots(1, 3, figsize=(8.5, 2.9), layout="constrained")
for ax, epochs in zip(axes, (5, 40, 300), strict=True):
    sampler = GANSampler(epochs=epochs, random_state=0).fit(moons)
    made = sampler.sample(600, random_state=0)
    both = np.vstack([others, made])
    critic = DenseClassifier(epochs=40, random_state=0).fit(both[::2], is_real[::2])
    right = critic.score(both[1::2], is_real[1::2])
    belief = critic.predict_proba(plane.reshape(-1, 2))[:, 1].reshape(60, 60)
    colors = ax.contourf(plane[..., 0], plane[..., 1], belief, np.linspace(0, 1, 11), cmap="RdBu", alpha=0.8)
    ax.plot(*others[:300].T, ".", color="#083a6b", markersize=3, label="real")
    ax.plot(*made[:300].T, "x", color="#7a0010", markersize=3, label="made")
    ax.set(title=f"{epochs} epochs: critic right\nabout {right:.0%}", xticks=[], yticks=[])
    ax.set(xlim=(-1.7, 2.7), ylim=(-1.2, 1.7), aspect="equal")
    print(f"GAN, {epochs} epochs: the critic is right about {right:.0%}, score {sampler.score(others):.3f}")
axes[0].legend(loc="lower left", fontsize=8)
figure.colorbar(colors, ax=axes, label="D(x): is x real?", ticks=[0, 0.5, 1], shrink=0.8)

# %%
# What the players lose says only how good each is against the other.  So ``history_["loss"]`` is the energy distance of
# made points from real ones, which falls as the samples become better.  It is taken between batches of 64 points, which
# differ by chance, so that not even perfect samples come to 0; ``score``, printed above, is minus that of 600 points.
_, (left, right) = plt.subplots(1, 2, figsize=(8, 3), layout="constrained")
TrainingHistoryDisplay.from_estimator(sampler, metrics=["critic", "generator"], ax=left)
TrainingHistoryDisplay.from_estimator(sampler, ax=right)
left.set(title="what the players lose", ylim=(0, 2.5), ylabel="loss of each player")
left.legend(frameon=False, fontsize=8)
right.set(title="how far samples are from real points", ylabel="energy distance of batches")
right.legend(right.get_legend().legend_handles[1:], ["kept: mean weights"], frameon=False, fontsize=8)

# %%
# Deep tensor factorisation: drug × cell line × dose
# --------------------------------------------------
# A sixth of all combinations has been measured.  Each drug, each cell line and each dose gets a vector, and a network
# reads the response from the three,
#
# .. math:: \hat y_{ijk} = W\, h(u_i, v_j, w_k) + b
#
# With :math:`h = u_i \odot v_j \odot w_k`, and no hidden layers, that is the classical CP factorisation:
# :class:`skmlbio.TensorFactorizationRegressor` is told names only, not how high a dose is.  The made cells live on by
# :math:`1 / (1 + e^{2.5 (\text{dose} - \text{need})})`; what is needed depends on the line, by the drug's mechanism.
# (``examples/plot_tensor_factorization.py`` shows the vectors that are learned.)
import pandas as pd
from sklearn.linear_model import Ridge
from sklearn.metrics import r2_score
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder

from skmlbio import TensorFactorizationRegressor

random = np.random.default_rng(0)
mechanism = np.repeat([0, 1, 2], 10)
need = random.normal(3, 0.7, (30, 1)) + 1.5 * random.normal(size=(40, 3)).T[mechanism]
living = 1 / (1 + np.exp(2.5 * (np.arange(6) - need[..., np.newaxis])))
DOSES = ["1 nM", "10 nM", "100 nM", "1 µM", "10 µM", "100 µM"]
names = [f"drug {i}" for i in range(30)], [f"line {i}" for i in range(40)], DOSES
cells = pd.MultiIndex.from_product(names, names=["drug", "line", "dose"]).to_frame(index=False)
y = living.ravel() + 0.05 * random.normal(size=len(cells))
measured, missing = train_test_split(np.arange(len(cells)), train_size=1 / 6, random_state=0)

models = {
    "deep factorisation": TensorFactorizationRegressor(interaction="concatenate", epochs=60, random_state=0),
    "CP factorisation": TensorFactorizationRegressor(hidden_layer_sizes=(), epochs=60, random_state=0),
    "sum of effects": make_pipeline(OneHotEncoder(), Ridge()),
}
scores, curves = {}, {}
for name, model in models.items():
    model.fit(cells.iloc[measured], y[measured])
    scores[name] = r2_score(living.ravel()[missing], model.predict(cells.iloc[missing]))
    curves[name] = model.predict(cells).reshape(living.shape)
    print(f"{name}: R² of combinations that were not measured {scores[name]:.2f}")

known = np.zeros(len(cells), bool)
known[measured] = True
never = np.argwhere(~known.reshape(living.shape).any(axis=2))  # pairs of which no dose was measured
looks = {"deep factorisation": "-", "CP factorisation": "--", "sum of effects": ":"}
_, axes = plt.subplots(1, 3, figsize=(8.5, 3.4), layout="constrained", sharey=True)
for ax, (drug, line) in zip(axes, never[[10, 150, 300]], strict=True):
    ax.plot(living[drug, line], "ko-", label="truth")
    for (name, look), color in zip(looks.items(), ("#3f90da", "#ffa90e", "#bd1f01"), strict=True):
        ax.plot(curves[name][drug, line], look, color=color, linewidth=2, label=f"{name}, R² {scores[name]:.2f}")
    ax.set_title(f"drug {drug} on line {line},\nnever measured")
    ax.set_xticks(range(6), DOSES, rotation=60, ha="right", rotation_mode="anchor")
axes[0].set_ylabel("cells that live")
axes[0].figure.legend(*axes[0].get_legend_handles_labels(), loc="outside lower center", ncols=2, frameon=False)

# %%
# Gates: LSTM and GRU
# -------------------
# A plain recurrent network, :math:`h_t = \tanh(W x_t + R h_{t-1} + b)`, overwrites all it knows with every letter.
# A long short-term memory keeps a memory :math:`m_t` behind gates between 0 and 1,
#
# .. math::
#    i_t, f_t, o_t = \sigma(W x_t + R h_{t-1} + b), \quad
#    m_t = f_t \odot m_{t-1} + i_t \odot \tanh(W_c x_t + R_c h_{t-1} + b_c), \quad
#    h_t = o_t \odot \tanh(m_t)
#
# and a gated recurrent unit :math:`h_t = u_t \odot h_{t-1} + (1 - u_t) \odot \tilde h_t` mixes old and new by one gate
# :math:`u_t`.  :class:`skmlbio.RNNClassifier` has all three as ``cell``.  The strings: which of A and T came last?  The
# letters C and G between say nothing, and the answer has to outlive them.
from skmlbio import RNNClassifier

LENGTH = 100
letters = random.choice(list("ACGT"), (1600, LENGTH), p=[0.02, 0.48, 0.48, 0.02])
letters[:, 0] = random.choice(list("AT"), 1600)
marks = np.isin(letters, ["A", "T"])
age = marks[:, ::-1].argmax(axis=1)  # letters after the last mark
last = letters[np.arange(1600), LENGTH - 1 - age]
strings = ["".join(row) for row in letters]

reading = {"n_units": 16, "kernel_width": None, "bidirectional": False, "pooling": "last", "dropout": 0.0}
reading |= {"learning_rate": 5e-3, "epochs": 30, "batch_size": 64, "random_state": 0}
cells_of_network = {"simple": "#bd1f01", "gru": "#ffa90e", "lstm": "#3f90da"}
networks = {
    cell: RNNClassifier("dna", cell=cell, **reading).fit(strings[:800], last[:800]) for cell in cells_of_network
}
_, ax = plt.subplots(figsize=(8, 3.2), layout="constrained")
for (cell, color), marker in zip(cells_of_network.items(), "os^", strict=True):
    right = networks[cell].score(strings[800:], last[800:])
    losses = networks[cell].history_["loss"]
    ax.plot(
        range(1, len(losses) + 1), losses, color=color, marker=marker, markersize=4, label=f"{cell}: {right:.0%} right"
    )
    print(f"{cell}: right about {right:.0%} of new strings")
ax.axhline(np.log(2), color="0.5", linestyle=":", label="guessing")
ax.set(xlabel="epoch", ylabel="loss, nats", title="how soon each kind of cell has found out what to keep")
ax.legend(frameon=False)

# %%
# Gates do not make training smooth: the loss of the LSTM, once it is low, jumps up and comes down again.
#
# Now the gates of one string, computed by the formulas above from the weights of the fitted network; 1 is added to the
# keep gate's :math:`b`, so that a memory begins by keeping.  The memory has two patterns, and the A turns one into the
# other.  The keep gate is lower where A or T comes, but between them, too, near a third of the memory leaks with every
# letter: what leaks is written anew, for :math:`h_{t-1}` still has the pattern.  So the new one is faint at first, and
# C and G build it up.  ``examples/plot_vanishing_gradients.py`` measures what gradient reaches which letter.
from scipy.special import expit

lstm = networks["lstm"]
layer, output = lstm.model_.get_layer("forwards_0"), lstm.model_.get_layer("output")
kernel, recurrent_kernel, bias = (weight.numpy() for weight in (layer.kernel, layer.recurrent_kernel, *layer.biases))
string = "TCGGGCCGCCCCGGTGCCCTCACCCGGCCGGCCGGCCCCC"

h = m = np.zeros(16)
seen = []
for letter in lstm.alphabet_.one_hot_vectors[lstm.alphabet_.lookup[list(string.encode())]]:
    write, candidate, keep, read = np.split(letter @ kernel + h @ recurrent_kernel + bias, 4)
    write, keep, read = expit(write), expit(keep + 1), expit(read)
    m = keep * m + write * np.tanh(candidate)
    h = read * np.tanh(m)
    seen.append((write, keep, m))
by_hand, by_network = output(h[np.newaxis]).numpy().item(), lstm.decision_function([string]).item()
print(f"output by hand {by_hand:.4f}, by the network {by_network:.4f}")
_, keeps, memories = map(np.array, zip(*seen, strict=True))
is_mark = np.isin(list(string), ["A", "T"])
print(f"keep gate, mean over units: {keeps[is_mark].mean():.2f} at A and T, {keeps[~is_mark].mean():.2f} between")
alike = np.corrcoef(memories)[string.index("A") - 1, [12, -1]]
print("memory before the A: correlation {:.2f} with the 13th letter's, {:.2f} with the last one's".format(*alike))

order = np.argsort(output.kernel.numpy()[:, 0])
figure, axes = plt.subplots(3, 1, figsize=(8, 5.4), layout="constrained", sharex=True)
parts = {"write gate $i_t$": (0, 1, "cividis"), "keep gate $f_t$": (0, 1, "cividis"), "memory $m_t$": (-2, 2, "RdBu")}
for ax, part, (name, (low, high, colors)) in zip(axes, zip(*seen, strict=True), parts.items(), strict=True):
    shown = ax.imshow(np.transpose(part)[order], cmap=colors, vmin=low, vmax=high, aspect="auto")
    ax.set(ylabel=f"{name}\n16 units", yticks=[])
    figure.colorbar(shown, ax=ax)
ax.set_xticks(range(len(string)), string)
for label in ax.get_xticklabels():
    if label.get_text() in "AT":
        label.set(color="#bd1f01", weight="bold")
axes[0].set_title("one string through an LSTM, units sorted by what they say for A or T")

# %%
# The honest baseline
# -------------------
# The plane has a simpler sampler, a kernel density; the critic is asked about it, too.  Strings have k-mers.
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KernelDensity

from skmlbio.sequences import KmerCounter

made = KernelDensity(bandwidth=0.06).fit(moons).sample(600, random_state=0)
both = np.vstack([others, made])
critic = DenseClassifier(epochs=40, random_state=0).fit(both[::2], is_real[::2])
print(f"kernel density: the critic is right about {critic.score(both[1::2], is_real[1::2]):.0%}")
counts = make_pipeline(KmerCounter(3, alphabet="dna"), LogisticRegression(max_iter=1000)).fit(strings[:800], last[:800])
print(f"3-mers + logistic regression: right about {counts.score(strings[800:], last[800:]):.0%} of new strings")

# %%
# On a plane, a kernel density deceives the critic as well as the best generator does, and it has a density; generators
# are for data of many columns.  A sum of effects knows no interaction of drug and line, which the vectors do.  k-mers
# do not know what came last; a program of one line would, and be always right: gates are for when nobody knows
# the rule.

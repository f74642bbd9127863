r"""
10. Transfer learning
=====================

Labels are rare, samples are not.  A network that has learned from many samples without labels knows what goes with
what; a classifier that begins with it, :math:`\hat y = \mathrm{softmax}(W f_\theta(x) + b)` with :math:`\theta` learned
before, needs few labels for the rest.
"""

# %%
# Pre-training: guess what is hidden
# ----------------------------------
# A protein is here a list of 5 to 11 of 400 domains, and has one of four functions; domains of that function are twelve
# times as frequent in it as others.  :class:`skmlbio.MaskedSequenceEncoder` never hears of functions.  It hides some
# domains of each protein, and learns to guess them by those around:
#
# .. math:: \min_\theta\; -\sum_{t \text{ hidden}} \log p_\theta(x_t \mid x_{\text{not hidden}}).
import matplotlib.pyplot as plt
import numpy as np
from sklearn.base import clone
from sklearn.decomposition import PCA
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.frozen import FrozenEstimator
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

from skmlbio import AttentionClassifier, MaskedSequenceEncoder

FUNCTIONS, N_DOMAINS = np.array(["binding", "catalysis", "signalling", "transport"]), 400
COLORS = ["#0072B2", "#E69F00", "#009E73", "#CC79A7"]
function_of = np.random.default_rng(0).integers(len(FUNCTIONS), size=N_DOMAINS)


def made_proteins(n: int, seed: int) -> tuple[list[list[str]], np.ndarray]:
    """Proteins as lists of domains, and their functions."""
    random = np.random.default_rng(seed)
    functions = random.integers(len(FUNCTIONS), size=n)
    shares = np.where(function_of == np.arange(len(FUNCTIONS))[:, np.newaxis], 12.0, 1.0)
    shares /= shares.sum(axis=1, keepdims=True)
    lists = [random.choice(N_DOMAINS, random.integers(5, 12), p=shares[function]) for function in functions]
    return [[f"domain {number}" for number in domains] for domains in lists], FUNCTIONS[functions]


sizes = {"embedding_dim": 32, "n_heads": 2, "feed_forward_dim": 32}
encoder = MaskedSequenceEncoder(
    n_layers=1,
    kernel_width=1,
    dropout=0.0,
    masking_fraction=0.3,
    learning_rate=1e-2,
    epochs=12,
    random_state=0,
    **sizes,
).fit(made_proteins(2000, seed=1)[0])

domains = encoder.vocabulary_.tokens
numbers = function_of[[int(domain.split()[1]) for domain in domains]]
components = PCA(2).fit_transform(encoder.transform([[domain] for domain in domains]))
figure, ax = plt.subplots(figsize=(8, 4), layout="constrained")
for number, (function, color, marker) in enumerate(zip(FUNCTIONS, COLORS, "os^D", strict=True)):
    ax.plot(*components[numbers == number].T, marker, color=color, markersize=4, label=function)
ax.set(title="The vectors of 400 domains: functions part", xlabel="first principal component", ylabel="second")
figure.legend(title="function", loc="outside right")

# %%
# Four ways to begin
# ------------------
# ``encoder=`` takes what has been learned, in scikit-learn's :class:`sklearn.frozen.FrozenEstimator`.  It may stay as
# it is (*frozen*), go on learning, best in small steps (*fine-tuned*), or get *low-rank adapters*: in place of each
# kernel :math:`W` stands :math:`W + AB` with narrow :math:`A` and :math:`B`, and these alone learn.
options = {"pooling": "mean", "learning_rate": 1e-2, "epochs": 25, "random_state": 0}
begun = {"encoder": FrozenEstimator(encoder), **options}
classifiers = {
    "frozen": AttentionClassifier(**begun),
    "fine-tuned": AttentionClassifier(freeze=False, encoder_learning_rate=1e-3, **begun),
    "adapters": AttentionClassifier(adapt="lora", rank=4, **begun),
    "from nothing": AttentionClassifier(encoder.alphabet_, kernel_width=None, **sizes, **options),
    "counts + logistic regression": make_pipeline(CountVectorizer(analyzer=list), LogisticRegression()),
}
X_test, y_test = made_proteins(500, seed=2)
draws = [made_proteins(1024, seed=10 + draw) for draw in range(3)]
n_labelled = [8, 32, 128]
scores = {
    name: np.array([[classifier.fit(X[:n], y[:n]).score(X_test, y_test) for n in n_labelled] for X, y in draws])
    for name, classifier in classifiers.items()
}
print("Accuracy on 500 others, mean of three draws, by number of labelled proteins")
print(f"{'':30}", *(f"{n:6}" for n in n_labelled))
for name, found in scores.items():
    print(f"{name:30}", *(f"{accuracy:6.3f}" for accuracy in found.mean(axis=0)))

# %%
# What learns, of 128 labels: of the frozen one the last layer alone.  Adapters are 1,280 numbers more, so that many
# classifiers can share one encoder.
for name in list(classifiers)[:4]:
    weights = classifiers[name].model_.trainable_weights
    print(f"{name:12} {sum(np.prod(weight.shape) for weight in weights):6} numbers learn")

# %%
# How many labels it saves
# ------------------------
# Counts of domains and logistic regression may have more labels.
baseline = classifiers["counts + logistic regression"]
more = [256, 512, 1024]
with_more = np.array([[baseline.fit(X[:n], y[:n]).score(X_test, y_test) for n in more] for X, y in draws])
scores["counts + logistic regression"] = np.hstack([scores["counts + logistic regression"], with_more])

figure, ax = plt.subplots(figsize=(8, 4.4), layout="constrained")
for (name, found), color, marker in zip(scores.items(), [*COLORS, "black"], "os^Dv", strict=True):
    places = [*n_labelled, *more][: found.shape[1]]
    ax.fill_between(places, found.min(axis=0), found.max(axis=0), color=color, alpha=0.15)
    ax.plot(places, found.mean(axis=0), marker + "-", color=color, label=name)
ax.axhline(1 / len(FUNCTIONS), color="0.5", linestyle=":")
ax.set(xscale="log", xlabel="labelled proteins", ylabel="accuracy on 500 others", ylim=(0.2, 1.02))
ax.set_title("Mean and range of three draws; dotted: guessing")
ax.set_xticks([*n_labelled, *more], [str(n) for n in [*n_labelled, *more]])
ax.minorticks_off()
ax.legend(loc="lower right")

# %%
# Where it does not help
# ----------------------
# What was learned before must be of use: an encoder that has read proteins of another world, in which other domains go
# together, is worth less than nothing while it is frozen.
elsewhere = np.random.default_rng(3).permutation(N_DOMAINS)
foreign = [
    [f"domain {elsewhere[int(name.split()[1])]}" for name in protein] for protein in made_proteins(1000, seed=1)[0]
]
misled = AttentionClassifier(encoder=FrozenEstimator(clone(encoder).fit(foreign)), **options)
for n in (32, 128):
    found = [misled.fit(X[:n], y[:n]).score(X_test, y_test) for X, y in draws]
    print(f"frozen, pre-trained elsewhere, {n:3} labels: {np.mean(found):.3f}")
print("counts + logistic regression, 256, 512 and 1024 labels:", with_more.mean(axis=0).round(3).tolist())

# %%
# And labels may be plenty: with 1,024, counts and logistic regression have 0.993 right in milliseconds, more than any
# of these networks with 128 (the frozen one 0.988).  With 8 labels, they have 0.31, and the frozen network 0.97.  So
# count your labels first.  ``examples/plot_transfer.py`` is the short form of this page, and :doc:`/transfer` says what
# an encoder may be.

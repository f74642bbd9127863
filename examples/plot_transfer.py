"""What is learned without labels lets a classifier do with a handful of them: proteins as lists of their domains."""

import argparse
from pathlib import Path

import matplotlib.figure
import numpy as np
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.frozen import FrozenEstimator
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

from skmlbio import AttentionClassifier, MaskedSequenceEncoder

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--output", type=Path, required=True, metavar="FOLDER", help="where to write the picture")
folder = parser.parse_args().output
folder.mkdir(parents=True, exist_ok=True)

FUNCTIONS, N_DOMAINS = np.array(["binding", "catalysis", "signalling", "transport"]), 400
function_of = np.random.default_rng(0).integers(len(FUNCTIONS), size=N_DOMAINS)


def made_proteins(n: int, seed: int) -> tuple[list[list[str]], np.ndarray]:
    """Lists of 5 to 11 of 400 domains; those of the protein's function are twelve times as frequent as the others."""
    random = np.random.default_rng(seed)
    functions = random.integers(len(FUNCTIONS), size=n)
    shares = np.where(function_of == np.arange(len(FUNCTIONS))[:, np.newaxis], 12.0, 1.0)
    shares /= shares.sum(axis=1, keepdims=True)
    lists = [random.choice(N_DOMAINS, random.integers(5, 12), p=shares[function]) for function in functions]
    return [[f"domain {number}" for number in domains] for domains in lists], FUNCTIONS[functions]


attention = {"embedding_dim": 32, "n_heads": 2, "feed_forward_dim": 32}
encoder = MaskedSequenceEncoder(
    n_layers=1,
    kernel_width=1,
    dropout=0,
    masking_fraction=0.3,
    learning_rate=1e-2,
    epochs=12,
    random_state=0,
    **attention,
)
encoder.fit(made_proteins(2000, seed=1)[0])  # without labels

options = {"epochs": 30, "random_state": 0}
classifiers = {
    "pre-trained, frozen": AttentionClassifier(
        encoder=FrozenEstimator(encoder), pooling="mean", learning_rate=1e-2, **options
    ),
    "pre-trained, learning on": AttentionClassifier(
        encoder=FrozenEstimator(encoder), freeze=False, pooling="mean", **options
    ),
    "from nothing": AttentionClassifier(encoder.alphabet_, kernel_width=None, pooling="mean", **attention, **options),
    "logistic regression on counts": make_pipeline(CountVectorizer(analyzer=list), LogisticRegression()),
}
n_labelled, draws = [8, 16, 32, 64, 128], range(2)
X_test, y_test = made_proteins(400, seed=2)
scores = {name: np.zeros((len(draws), len(n_labelled))) for name in classifiers}
for draw in draws:
    X, y = made_proteins(max(n_labelled), seed=10 + draw)
    for place, n in enumerate(n_labelled):
        for name, classifier in classifiers.items():
            scores[name][draw, place] = classifier.fit(X[:n], y[:n]).score(X_test, y_test)
for name, found in scores.items():
    print(f"{name:30}", " ".join(f"{accuracy:.3f}" for accuracy in found.mean(axis=0)))

figure = matplotlib.figure.Figure(figsize=(7, 4), layout="constrained")
ax = figure.subplots()
for name, found in scores.items():
    ax.fill_between(n_labelled, found.min(axis=0), found.max(axis=0), alpha=0.15)
    ax.plot(n_labelled, found.mean(axis=0), "o-", label=name)
ax.set(xscale="log", xlabel="labelled proteins", ylabel="accuracy on 400 others", ylim=(0, 1.02))
ax.set_xticks(n_labelled, [str(n) for n in n_labelled])
ax.minorticks_off()
ax.axhline(1 / len(FUNCTIONS), color="grey", linestyle=":")
ax.legend(loc="lower right", ncols=2)
figure.savefig(folder / "plot_transfer.png", dpi=80)

"""The gradient that reaches a residue, by its distance from the end: without gates, in an LSTM, by attention."""

import argparse
from pathlib import Path

import matplotlib.figure
import numpy as np

from skmlbio import AttentionClassifier, RNNClassifier

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--output", type=Path, required=True, metavar="FOLDER", help="where to write the picture")
folder = parser.parse_args().output
folder.mkdir(parents=True, exist_ok=True)

LENGTH = 40
random = np.random.default_rng(0)
letters = random.choice(list("ACGT"), (800, LENGTH))
strings = ["".join(row) for row in letters]
y = np.isin(letters[:, 0], ["A", "C"])  # the residue that is farthest from the end tells the class

reading = {"kernel_width": None, "bidirectional": False, "pooling": "last", "dropout": 0.0, "random_state": 0}
classifiers = {
    "simple recurrence": RNNClassifier("dna", cell="simple", **reading),
    "LSTM": RNNClassifier("dna", cell="lstm", **reading),
    "attention": AttentionClassifier("dna", kernel_width=None, embedding_dim=16, feed_forward_dim=16, random_state=0),
}


def gradient_norms(classifier: RNNClassifier | AttentionClassifier) -> np.ndarray:
    """Mean over strings of the norm of d logit / d letter, by distance from the end."""
    import keras
    import tensorflow as tf

    model = classifier.model_
    letters = model.get_layer("letters")
    behind = keras.Model(letters.output, model.get_layer("logits").output)
    alphabet = classifier.alphabet_
    vectors, real = letters(np.array([alphabet.lookup[list(string.encode())] for string in strings[:200]]))
    with tf.GradientTape() as tape:
        tape.watch(vectors)
        logits = behind([vectors, real])
    return np.linalg.norm(tape.gradient(logits, vectors), axis=2).mean(axis=0)[::-1]


figure = matplotlib.figure.Figure(figsize=(12, 4.5), layout="constrained")
for axes, title, settings in zip(
    figure.subplots(1, 2, sharey=True),
    ("before training", "after 60 epochs"),
    ({"epochs": 1, "learning_rate": 1e-9}, {"epochs": 60, "learning_rate": 3e-3}),
    strict=True,
):
    for name, classifier in classifiers.items():
        classifier.set_params(**settings).fit(strings[:600], y[:600])
        norms = gradient_norms(classifier)
        score = classifier.score(strings[600:], y[600:])
        print(f"{title}, {name}: {norms[0]:.1e} at the end, {norms[-1]:.1e} at the start, accuracy {score:.2f}")
        axes.semilogy(norms, label=f"{name}, accuracy {score:.2f}")
    axes.set(xlabel="distance from the end", ylabel="mean norm of d logit / d letter", title=title)
    axes.legend()
figure.savefig(folder / "plot_vanishing_gradients.png", dpi=80)

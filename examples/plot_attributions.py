"""Which letters count: a classifier learns to tell strings with a motif, and three methods show where it is."""

import argparse
from pathlib import Path

import matplotlib.figure
import numpy as np

from skmlbio import AttentionClassifier
from skmlbio.inspection import AttributionDisplay

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--output", type=Path, required=True, metavar="FOLDER", help="where to write the picture")
folder = parser.parse_args().output
folder.mkdir(parents=True, exist_ok=True)

MOTIF = "TGACTCA"  # the site of AP-1
random = np.random.default_rng(0)
strings = ["".join(random.choice(list("ACGT"), random.integers(40, 51))) for _ in range(1000)]
starts = [random.integers(len(string) - len(MOTIF)) for string in strings]
for i in range(0, 1000, 2):
    strings[i] = strings[i][: starts[i]] + MOTIF + strings[i][starts[i] + len(MOTIF) :]
y = np.array(["site", "none"])[np.arange(1000) % 2]

classifier = AttentionClassifier("dna", epochs=20, random_state=0).fit(strings[:800], y[:800])
print(f"accuracy on strings kept apart: {classifier.score(strings[800:], y[800:]):.3f}")

METHODS = "gradient_times_input", "integrated_gradients", "mutagenesis"
figure = matplotlib.figure.Figure(figsize=(11, 7), layout="constrained")
axes = figure.subplots(3, 1)
for method, ax in zip(METHODS, axes, strict=True):
    shares = []
    found = classifier.attributions(strings[800:900:2], method=method, target="site")
    for start, counts in zip(starts[800:900:2], found, strict=True):
        at_places = np.abs(counts.sum(axis=1))
        shares.append(at_places[start : start + len(MOTIF)].sum() / at_places.sum())
    print(f"{method}: {np.mean(shares):.0%} of what counts is in the motif, which is 16 % of a string")
    AttributionDisplay.from_estimator(classifier, strings[800], method=method, target="site", ax=ax)
    ax.set(title=f"{method}: {MOTIF} stands at {starts[800] + 1}", xlabel=None)
axes[-1].set_xlabel("position")

difference = classifier.decision_function(strings[800:801]) - classifier.decision_function(["N" * len(strings[800])])
(counts,) = classifier.attributions(strings[800:801], target="site")
print(f"logit beside that of unknown letters: {difference[0]:.2f}; sum of integrated gradients: {counts.sum():.2f}")
figure.savefig(folder / "plot_attributions.png", dpi=72)

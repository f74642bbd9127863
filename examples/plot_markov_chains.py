"""MarkovClassifier tells CpG islands from other DNA by one Markov chain for each, and shows what differs."""

import argparse
from pathlib import Path

import matplotlib.figure
import numpy as np
from sklearn.model_selection import GridSearchCV

from skmlbio import MarkovClassifier, TransitionMatrixDisplay

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--output", type=Path, required=True, metavar="FOLDER", help="where to write the picture")
folder = parser.parse_args().output
folder.mkdir(parents=True, exist_ok=True)

# Steps from A, C, G and T to each of them, per mille, as counted in human DNA: Durbin, Eddy, Krogh, Mitchison,
# "Biological sequence analysis" (1998), section 3.1.
STEPS = {
    "island": [[180, 274, 426, 120], [171, 368, 274, 188], [161, 339, 375, 125], [79, 355, 384, 182]],
    "other": [[300, 205, 285, 210], [322, 298, 78, 302], [248, 246, 298, 208], [177, 239, 292, 292]],
}
random = np.random.default_rng(0)


def dna(kind: str, length: int) -> str:
    """A string that is made of such steps."""
    steps = np.array(STEPS[kind], float)
    steps /= steps.sum(axis=1, keepdims=True)
    letters = [random.integers(4)]
    while len(letters) < length:
        letters.append(random.choice(4, p=steps[letters[-1]]))
    return "".join("ACGT"[letter] for letter in letters)


y = np.array(["island", "other"] * 200)
strings = [dna(kind, random.integers(15, 80)) for kind in y]
search = GridSearchCV(MarkovClassifier(alphabet="dna"), {"order": [0, 1, 2, 3, 4]}, scoring="neg_log_loss", cv=5)
search.fit(strings[:200], y[:200])
for order, loss in zip(search.cv_results_["param_order"], -search.cv_results_["mean_test_score"], strict=True):
    print(f"order {order}: log loss of {loss:.3f} in cross-validation")
best = search.best_estimator_
print(f"accuracy of order {best.order} on strings kept apart: {best.score(strings[200:], y[200:]):.3f}")
islands = best.predict_proba(["CGCGCGTACG", "CGCGNNNNCG", "NNNNNNNNNN"])[:, 0]
print("probability of an island with more and more bases unknown:", *islands.round(2))

classifier = best.set_params(order=1).fit(strings[:200], y[:200])
figure = matplotlib.figure.Figure(figsize=(12, 3.8), layout="constrained")
*matrices, right = figure.subplots(1, 3)
for kind, chain, ax in zip(classifier.classes_, classifier.chains_, matrices, strict=True):
    TransitionMatrixDisplay.from_estimator(chain, ax=ax, im_kwargs={"vmax": 0.5})
    ax.set_title({"island": "in CpG islands", "other": "elsewhere"}[kind])
bits = -classifier.decision_function(strings[200:]) / np.log(2) / [len(string) for string in strings[200:]]
for kind, color in (("island", "#3f90da"), ("other", "#bd1f01")):
    right.hist(bits[y[200:] == kind], bins=np.linspace(-0.6, 0.6, 31), color=color, alpha=0.7, label=kind)
right.set(xlabel="log-odds of an island, bits a base", ylabel="strings kept apart")
right.legend(frameon=False)
figure.savefig(folder / "plot_markov_chains.png", dpi=80)

"""MaskedSequenceEncoder learns families of proteins, and which amino acids replace each other, without any label."""

import argparse
from pathlib import Path

import matplotlib.figure
import numpy as np
from sklearn.cluster import KMeans
from sklearn.decomposition import PCA
from sklearn.metrics import adjusted_rand_score

from skmlbio import MaskedSequenceEncoder
from skmlbio.sequences import KmerCounter

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--output", type=Path, required=True, metavar="FOLDER", help="where to write the picture")
folder = parser.parse_args().output
folder.mkdir(parents=True, exist_ok=True)

# Made families: each has an ancestor, all of them the same amino acids in another order.  In a member, each residue has
# been replaced by any of the same chemistry, a tenth is lost, and what stands before and after belongs to no family.
CHEMISTRY = ["AVLIMC", "FWY", "KRH", "DE", "STNQ", "GP"]
LETTERS = "".join(CHEMISTRY)
ALIKE = {letter: kind for kind in CHEMISTRY for letter in kind}
random = np.random.default_rng(0)
ancestors = [random.permutation(list(LETTERS * 2)) for _ in range(5)]


def member(ancestor: np.ndarray) -> str:
    kept = ancestor[random.random(len(ancestor)) > 0.1]
    replaced = [random.choice(list(ALIKE[letter])) for letter in kept]
    before, after = (random.choice(list(LETTERS), random.integers(0, 10)) for _ in range(2))
    return "".join([*before, *replaced, *after])


families = np.repeat(np.arange(5), 160)
proteins = [member(ancestors[family]) for family in families]
network = {"body": "convolution", "n_layers": 1, "kernel_width": 15}
encoder = MaskedSequenceEncoder("protein", **network, learning_rate=0.01, epochs=40, random_state=0).fit(proteins)
print(f"perplexity of hidden letters: {encoder.perplexity(proteins):.1f}, where any letter would be 20")

views = {"counts of 3-mers": KmerCounter(3).fit_transform(proteins), "masked encoder": encoder.transform(proteins)}
figure = matplotlib.figure.Figure(figsize=(13, 4.4), layout="constrained")
*panels, last = figure.subplots(1, 3)
for axes, (name, vectors) in zip(panels, views.items(), strict=True):
    components = PCA(20, random_state=0).fit_transform(vectors)
    found = KMeans(5, n_init=10, random_state=0).fit_predict(components)
    agreement = adjusted_rand_score(families, found)
    print(f"{name}: clusters agree with families by an adjusted Rand index of {agreement:.2f}")
    axes.scatter(*components[:, :2].T, c=families, cmap="tab10", vmax=9, s=8)
    axes.set(title=f"{name}\nclusters agree with families: {agreement:.2f}", xticks=[], yticks=[])

# Which letters the network thinks of where one is hidden: for each letter, the mean over places that have it.
places = [random.integers(len(protein)) for protein in proteins]
hidden = [protein[:at] + "X" + protein[at + 1 :] for protein, at in zip(proteins, places, strict=True)]
guesses = np.concatenate(encoder.predict_masked(hidden))
truth = np.array([protein[at] for protein, at in zip(proteins, places, strict=True)])
order = [encoder.alphabet_.letters.index(letter) for letter in LETTERS]
guessed = np.array([guesses[truth == letter].mean(axis=0)[order] for letter in LETTERS])
image = last.imshow(guessed, cmap="Reds", vmin=0)
last.set(title="what a hidden letter is guessed to be", xlabel="guess", ylabel="hidden letter")
last.set_xticks(range(20), LETTERS)
last.set_yticks(range(20), LETTERS)
figure.colorbar(image, ax=last, label="mean probability")
figure.savefig(folder / "plot_masked_encoder.png", dpi=70)

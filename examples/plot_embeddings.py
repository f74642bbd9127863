"""EmbeddingTransformer learns vectors of amino acids from what stands beside them, and alike ones come out near."""

import argparse
from pathlib import Path

import matplotlib.figure
import numpy as np
from Bio.Align import substitution_matrices
from scipy.stats import spearmanr
from sklearn.decomposition import PCA

from skmlbio import EmbeddingTransformer
from skmlbio.datasets import fetch_multiloc

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--output", type=Path, required=True, metavar="FOLDER", help="where to write the picture")
parser.add_argument(
    "--multiloc", action="store_true", help="real proteins, which are downloaded once, in place of made"
)
chosen = parser.parse_args()
folder = chosen.output
folder.mkdir(parents=True, exist_ok=True)

# Made proteins are stretches of one chemistry, of random lengths, where every third letter is any.  The classes are put
# in by hand, so what is found of them says that they are found, not what nature does; the 5,959 real ones of MultiLoc
# do.
CHEMISTRY = {
    "aliphatic": "AVLIMC",
    "aromatic": "FWY",
    "positive": "KRH",
    "negative": "DE",
    "polar": "STNQ",
    "turn": "GP",
}
random = np.random.default_rng(0)


def protein(length: int = 200) -> str:
    """A string that is made of such stretches."""
    kinds = np.repeat(random.choice(list(CHEMISTRY), length), random.integers(1, 6, length))[:length]
    letters = "".join(CHEMISTRY.values())
    return "".join(random.choice(list(letters if random.random() < 1 / 3 else CHEMISTRY[kind])) for kind in kinds)


if chosen.multiloc:
    proteins, width, window = fetch_multiloc().data, 16, 5
else:
    proteins, width, window = [protein() for _ in range(50)], 8, 3
transformer = EmbeddingTransformer(width, window=window, alphabet="protein", random_state=0).fit(proteins)
embedding = transformer.embedding_
for letter in "IKD":
    print(f"most similar to {letter}:", ", ".join(f"{a} ({s:.2f})" for a, s in transformer.most_similar(letter, 3)))

letters = [embedding.names.index(letter) for letter in "".join(CHEMISTRY.values())]
similarities, blosum = embedding.similarities()[np.ix_(letters, letters)], substitution_matrices.load("BLOSUM62")
pairs = np.triu_indices(20, 1)
known = np.array([[blosum[embedding.names[a], embedding.names[b]] for b in letters] for a in letters])[pairs]
by_chance = random.normal(size=(100, 20, width))
by_chance /= np.linalg.norm(by_chance, axis=2, keepdims=True)
print(f"rank correlation with BLOSUM62: {spearmanr(similarities[pairs], known).statistic:.2f}")
print(f"of random vectors: {np.mean([spearmanr((v @ v.T)[pairs], known).statistic for v in by_chance]):.2f}")

figure = matplotlib.figure.Figure(figsize=(11, 4.6), layout="constrained")
left, right = figure.subplots(1, 2)
plane = PCA(2).fit(embedding.vectors[letters]).transform(embedding.vectors)
colors = ["#3f90da", "#ffa90e", "#bd1f01", "#94a4a2", "#832db6", "#a96b59"]
for (kind, residues), color in zip(CHEMISTRY.items(), colors, strict=True):
    places = [embedding.names.index(letter) for letter in residues]
    left.scatter(*plane[places].T, s=260, color=color, alpha=0.35, label=kind)
    for place in places:
        left.annotate(embedding.names[place], plane[place], ha="center", va="center", weight="bold")
left.set(xlabel="first principal component", ylabel="second principal component", title="vectors of amino acids")
left.legend(frameon=False, fontsize="small")
image = right.imshow(similarities, cmap="RdBu_r", vmin=-1, vmax=1)
right.set_xticks(range(20), [embedding.names[place] for place in letters])
right.set_yticks(range(20), [embedding.names[place] for place in letters])
right.set_title("cosines of their angles")
figure.colorbar(image, ax=right)
figure.savefig(folder / "plot_embeddings.png", dpi=80)

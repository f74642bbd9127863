"""TransformerTranslator learns the genetic code from made genes, and its cross-attention shows the codons."""

import argparse
from itertools import product
from pathlib import Path

import matplotlib.figure
import numpy as np

from skmlbio import TransformerTranslator
from skmlbio.inspection import AttentionMapDisplay
from skmlbio.sequences import token_accuracy_score

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--output", type=Path, required=True, metavar="FOLDER", help="where to write the picture")
folder = parser.parse_args().output
folder.mkdir(parents=True, exist_ok=True)

RESIDUES = "FFLLSSSSYY**CC*WLLLLPPPPHHQQRRRRIIIMTTTTNNKKSSRRVVVVAAAADDEEGGGG"
CODE = dict(zip(map("".join, product("TCAG", repeat=3)), RESIDUES, strict=True))
SENSE = [codon for codon, residue in CODE.items() if residue != "*"]
random = np.random.default_rng(0)


def made_genes(n_genes: int, longest: int) -> tuple[list[str], list[str]]:
    """Genes of 2 codons up to so many, and their proteins."""
    genes = [random.choice(SENSE, n) for n in random.integers(2, longest + 1, n_genes)]
    return ["".join(gene) for gene in genes], ["".join(CODE[codon] for codon in gene) for gene in genes]


genes, proteins = made_genes(3000, longest=6)
translator = TransformerTranslator("dna", n_blocks=1, dropout=0.0, learning_rate=4e-3, epochs=8, random_state=0)
translator.fit(genes[:2500], proteins[:2500])
written = translator.predict(genes[2500:])
print(f"{genes[2500]} is {written[0]}")
print(f"genes kept apart: {translator.score(genes[2500:], proteins[2500:]):.3f} of proteins right throughout,")
print(f"{token_accuracy_score(proteins[2500:], written):.3f} of residues at their place")

figure = matplotlib.figure.Figure(figsize=(12, 5), layout="constrained")
left, right = figure.subplots(1, 2, width_ratios=[2, 3])
left.plot(np.arange(translator.n_iter_) + 1, translator.history_["loss"])
left.set(xlabel="epoch", ylabel="loss, nats a residue", title="training", ylim=(0, None))
longest = max(genes[2500:], key=len)
AttentionMapDisplay.from_estimator(translator, longest, ax=right)
for codon in range(3, len(longest), 3):
    right.axvline(codon - 0.5, color="white", linewidth=0.5)
right.set_title("cross-attention: mean over heads")
figure.savefig(folder / "plot_translation.png", dpi=80)

"""Proteins read from codons, with attention and without: the longer they are, the less of them fits into one state."""

import argparse
from itertools import product
from pathlib import Path

import matplotlib.figure
import numpy as np

from skmlbio import TransformerTranslator

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--output", type=Path, required=True, metavar="FOLDER", help="where to write the picture")
folder = parser.parse_args().output
folder.mkdir(parents=True, exist_ok=True)

RESIDUES = "FFLLSSSSYY**CC*WLLLLPPPPHHQQRRRRIIIMTTTTNNKKSSRRVVVVAAAADDEEGGGG"
CODE = dict(zip(map("".join, product("TCAG", repeat=3)), RESIDUES, strict=True))
SENSE = [codon for codon, residue in CODE.items() if residue != "*"]
LENGTHS, ASKED = np.arange(1, 9), 100
random = np.random.default_rng(0)


def made_genes(lengths: np.ndarray) -> tuple[list[list[str]], list[str]]:
    """Genes of so many codons, as lists of them, and their proteins."""
    genes = [list(random.choice(SENSE, length)) for length in lengths]
    return genes, ["".join(CODE[codon] for codon in gene) for gene in genes]


genes, proteins = made_genes(random.choice(LENGTHS, 1500))
others, wanted = made_genes(np.repeat(LENGTHS, ASKED))
axes = (figure := matplotlib.figure.Figure(figsize=(7, 4.5), layout="constrained")).subplots()
for architecture, marker in {"transformer": "o", "rnn_attention": "s", "rnn": "^"}.items():
    translator = TransformerTranslator(
        architecture=architecture, n_blocks=1, dropout=0.0, learning_rate=5e-3, epochs=6, random_state=0
    ).fit(genes, proteins)
    right = np.array(translator.predict(others)) == np.array(wanted)
    print(f"{architecture}: {right.mean():.2f} of proteins right throughout")
    axes.plot(LENGTHS, right.reshape(-1, ASKED).mean(axis=1), marker=marker, label=architecture)
axes.set(xlabel="codons", ylabel="share of proteins that are right throughout", ylim=(0, 1.03))
axes.set_title("1,500 genes, 6 epochs; asked about 100 others of each length")
axes.legend(title="architecture")
figure.savefig(folder / "plot_translation_by_length.png", dpi=80)

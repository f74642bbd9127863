"""SequenceLanguageModel learns from genes what comes next, and writes new ones; Markov chains lose the frame."""

import argparse
from pathlib import Path

import matplotlib.figure
import numpy as np

from skmlbio import MarkovChain, SequenceLanguageModel

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--output", type=Path, required=True, metavar="FOLDER", help="where to write the picture")
folder = parser.parse_args().output
folder.mkdir(parents=True, exist_ok=True)

random = np.random.default_rng(0)
STOPS = ["TAA", "TAG", "TGA"]
CODONS = [a + b + c for a in "ACGT" for b in "ACGT" for c in "ACGT" if a + b + c not in STOPS]
usage = random.dirichlet([0.3] * len(CODONS))  # as a species has it: some codons are frequent, some hardly occur


def gene() -> str:
    """Begin with ATG, end with a stop codon, and have none within: a letter depends on where its codon begins."""
    return "ATG" + "".join(random.choice(CODONS, random.integers(5, 25), p=usage)) + random.choice(STOPS)


def is_open(string: str) -> bool:
    """Whether it is read from ATG to the first stop codon, which is its end."""
    codons = [string[i : i + 3] for i in range(0, len(string), 3)]
    return codons[0] == "ATG" and codons[-1] in STOPS and not set(codons[:-1]) & set(STOPS)


genes, others = ([gene() for _ in range(n)] for n in (800, 200))
model = SequenceLanguageModel("dna", n_units=64, learning_rate=0.01, epochs=15, random_state=0).fit(genes)
orders = range(6)
chains = [MarkovChain(order, alphabet="dna").fit(genes) for order in orders]
by_chains, by_model = [chain.perplexity(others) for chain in chains], model.perplexity(others)
for order, perplexity in zip(orders, by_chains, strict=True):
    print(f"Markov chain of order {order}: perplexity {perplexity:.2f}")
print(f"language model: perplexity {by_model:.2f}")

drawn = {
    "training genes": genes[:400],
    "Markov chain of order 5": chains[5].sample(400, length=[len(string) for string in genes[:400]], random_state=0),
    "language model": model.sample(400, max_length=300, random_state=0),
    "language model, temperature 0.7": model.sample(400, temperature=0.7, max_length=300, random_state=0),
}
shares = {name: np.mean([is_open(string) for string in strings]) for name, strings in drawn.items()}
for name, share in shares.items():
    print(f"{name}: {share:.0%} are read from ATG to a stop codon at their end")
print("a new gene:", model.sample(1, prompt="ATGGCC", max_length=300, random_state=1)[0])

example = next(string for string in others if len(string) < 40)
following = model.predict_next([example[: n + 1] for n in range(len(example))])

figure = matplotlib.figure.Figure(figsize=(12, 6), layout="constrained")
axes = figure.subplot_mosaic([["guess", "open"], ["next", "next"]])
axes["guess"].plot(orders, by_chains, "o-", color="#3f90da", label="Markov chains")
axes["guess"].axhline(by_model, color="#bd1f01", label="language model")
axes["guess"].set(xlabel="letters that a chain remembers", ylabel="perplexity of genes kept apart")
axes["guess"].legend(frameon=False)
axes["open"].barh(list(shares), list(shares.values()), color=["#94a4a2", "#3f90da", "#bd1f01", "#bd1f01"])
axes["open"].invert_yaxis()
axes["open"].set(xlabel="share that is read from ATG to a stop codon at the end", xlim=(0, 1))
image = axes["next"].imshow(following.T, cmap="Reds", vmin=0, vmax=1, aspect="auto")
axes["next"].set(yticks=range(5), yticklabels=[*model.alphabet_.letters, "end"], xlabel="what has been read")
axes["next"].set_xticks(range(len(example)), list(example))
for place, letter in enumerate([*example[1:], "end"]):
    row = [*model.alphabet_.letters, "end"].index(letter)
    axes["next"].plot(place, row, "o", color="black", markersize=3)
figure.colorbar(image, label="probability of what comes next\n(dots: what does)")
figure.savefig(folder / "plot_language_model.png", dpi=80)

"""SequenceTagger finds the exons of made genes, with and without a chain of labels, beside the most frequent label."""

import argparse
from pathlib import Path

import matplotlib.figure
import numpy as np

from skmlbio import SequenceTagger

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--output", type=Path, required=True, metavar="FOLDER", help="where to write the picture")
folder = parser.parse_args().output
folder.mkdir(parents=True, exist_ok=True)

# A hidden Markov model of exons (E) and introns (i): how often A, C, G and T occur in each, and in a hundred how often
# one lasts.  An intron begins like GTAAG, and ends with pyrimidines and an AG.
LETTERS = {"E": [0.18, 0.32, 0.32, 0.18], "i": [0.32, 0.18, 0.18, 0.32]}
LASTS = {"E": 0.96, "i": 0.97}
DONOR, ACCEPTOR = "GTAAG", "TTTCTTCCAG"
random = np.random.default_rng(0)


def signal(letters: str) -> str:
    """A signal as it occurs: one letter in ten is any."""
    return "".join(random.choice(list("ACGT")) if random.random() < 0.1 else letter for letter in letters)


def gene(n_exons: int) -> tuple[str, str]:
    """Exons with introns between them, and the label of every letter."""
    letters, labels = "", ""
    for part in range(2 * n_exons - 1):
        label = "Ei"[part % 2]
        body = "".join(random.choice(list("ACGT"), p=LETTERS[label], size=15 + random.geometric(1 - LASTS[label])))
        body = signal(DONOR) + body + signal(ACCEPTOR) if label == "i" else body
        letters, labels = letters + body, labels + label * len(body)
    return letters, labels


X, y = map(list, zip(*(gene(random.integers(2, 5)) for _ in range(200)), strict=True))
network = {"n_layers": 3, "n_filters": 32, "dilation": 3, "learning_rate": 5e-3, "epochs": 8, "random_state": 0}
taggers = {
    "letter by letter": SequenceTagger("dna", n_layers=1, kernel_width=1, epochs=8, random_state=0),
    "convolution": SequenceTagger("dna", **network),
    "convolution and chain": SequenceTagger("dna", crf=True, **network),
}
for name, tagger in taggers.items():
    tagger.fit(X[:160], y[:160])
    n_parts = np.mean([1 + labels.count("Ei") + labels.count("iE") for labels in tagger.predict(X[160:])])
    print(f"{name}: {tagger.score(X[160:], y[160:]):.1%} of letters right, {n_parts:.1f} parts a gene")
print(f"in truth: {np.mean([1 + labels.count('Ei') + labels.count('iE') for labels in y[160:]]):.1f} parts a gene")

shown = max(range(160, 200), key=lambda i: y[i].count("Ei"))
rows = {"in truth": y[shown]} | {name: tagger.predict([X[shown]])[0] for name, tagger in taggers.items()}
figure = matplotlib.figure.Figure(figsize=(12, 3.8), layout="constrained")
above, below = figure.subplots(2, sharex=True, height_ratios=[3, 2])
exons = [[label == "E" for label in labels] for labels in rows.values()]
above.imshow(exons, aspect="auto", cmap="Blues", vmax=1.4, interpolation="none")
above.set_yticks(range(len(rows)), rows)
above.set_title("exons (blue) and introns of a gene that was kept apart")
for name, color in (("convolution", "#ffa90e"), ("convolution and chain", "#3f90da")):
    below.plot(taggers[name].predict_proba([X[shown]])[0][:, 0], color=color, label=name)
below.set(xlabel="position", ylabel="P(exon)", ylim=(-0.05, 1.05))
below.legend(frameon=False, ncols=2, loc="lower center", bbox_to_anchor=(0.5, 1))
figure.savefig(folder / "plot_tagger.png", dpi=80)

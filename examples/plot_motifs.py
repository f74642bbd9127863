"""SequenceCNNClassifier learns the motifs that tell classes of DNA apart, whichever strand they are on."""

import argparse
from pathlib import Path

import matplotlib.figure
import numpy as np

from skmlbio import MotifDisplay, SequenceCNNClassifier
from skmlbio.sequences import Motif, reverse_complement, write_meme

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--output", type=Path, required=True, metavar="FOLDER", help="where to write the picture")
folder = parser.parse_args().output
folder.mkdir(parents=True, exist_ok=True)

# How often A, C, G and T stand at each place, in sites out of ten.
PLANTED = {
    "E-box": [[0, 10, 0, 0], [10, 0, 0, 0], [1, 4, 5, 0], [0, 5, 4, 1], [0, 0, 0, 10], [0, 0, 10, 0], [0, 8, 1, 1]],
    "GATA": [[7, 0, 0, 3], [0, 0, 10, 0], [10, 0, 0, 0], [0, 0, 0, 10], [10, 0, 0, 0], [8, 0, 2, 0], [2, 1, 7, 0]],
}
random = np.random.default_rng(0)


def dna(kind: str, length: int) -> str:
    """A string with a site drawn from the motif of its kind, if there is one, somewhere and on either strand."""
    letters = random.choice(list("ACGT"), length)
    site = [random.choice(list("ACGT"), p=np.array(place) / 10) for place in PLANTED.get(kind, [])]
    at = random.integers(length - len(site))
    letters[at : at + len(site)] = site
    string = "".join(letters)
    return string if random.random() < 0.5 else reverse_complement([string])[0]


y = np.array(["E-box", "GATA", "neither"] * 400)
strings = [dna(kind, random.integers(60, 101)) for kind in y]
classifier = SequenceCNNClassifier("dna", n_layers=1, positions="none", reverse_complement="share", random_state=0)
classifier.fit(strings[:900], y[:900])
print(f"accuracy on strings kept apart: {classifier.score(strings[900:], y[900:]):.3f}")
others = reverse_complement(strings[900:])
change = np.abs(classifier.predict_proba(others) - classifier.predict_proba(strings[900:])).max()
print(f"largest change of a probability on the other strand: {change:.1g}")
best = sorted(classifier.motifs_, key=lambda motif: -motif.information_content)
for motif in best[:5]:
    print(motif)
write_meme(classifier.motifs_, folder / "motifs.meme")

figure = matplotlib.figure.Figure(figsize=(9, 5), layout="constrained")
left, right = figure.subplots(1, 2)
planted = [Motif(kind, "ACGT", np.array(counts, float), 10, np.full(4, 0.25)) for kind, counts in PLANTED.items()]
strands = [
    Motif(f"{motif.name}, other strand", "ACGT", motif.counts[::-1, ::-1], 10, motif.background) for motif in planted
]
MotifDisplay.from_motifs([planted[0], strands[0], planted[1], strands[1]], sort_by=None, ax=left)
left.set_title("planted")
MotifDisplay.from_motifs(best, n_motifs=4, ax=right)
right.set_title("learned")
figure.savefig(folder / "plot_motifs.png", dpi=80)

"""AttentionClassifier looks for two motifs that must both be there, and its attention maps show where it looks."""

import argparse
from pathlib import Path

import matplotlib.figure
import numpy as np

from skmlbio import AttentionClassifier
from skmlbio.inspection import AttentionMapDisplay

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--output", type=Path, required=True, metavar="FOLDER", help="where to write the picture")
folder = parser.parse_args().output
folder.mkdir(parents=True, exist_ok=True)

MOTIFS = "TATAAA", "GCCACC"
random = np.random.default_rng(0)


def promoter(which: tuple[str, ...]) -> str:
    """A random string of 30 to 36 letters that has these motifs, the first in its first half."""
    string = "".join(random.choice(list("ACGT"), random.integers(30, 37)))
    for motif, start in zip(MOTIFS, (0, 16), strict=True):
        if motif in which:
            at = start + random.integers(0, 9)
            string = string[:at] + motif + string[at + len(motif) :]
    return string


kinds = [MOTIFS, MOTIFS[:1], MOTIFS, MOTIFS[1:]]
strings = [promoter(kinds[i % 4]) for i in range(1200)]
y = np.array(["both", "one"])[np.arange(1200) % 2]

classifier = AttentionClassifier("dna", epochs=30, random_state=0).fit(strings[:800], y[:800])
print(f"accuracy on strings kept apart: {classifier.score(strings[800:], y[800:]):.3f}")

figure = matplotlib.figure.Figure(figsize=(12, 5), layout="constrained")
left, right = figure.subplots(1, 2)
AttentionMapDisplay.from_estimator(classifier, strings[800], ax=left)
left.set_title("a string with both motifs: mean over heads")

collected = {name: [] for name in (*MOTIFS, "other residues")}
for string, (heads,) in zip(strings[800::2], classifier.attention_maps(strings[800::2]), strict=True):
    shares = heads.mean(axis=(0, 1)) * len(string)
    inside = np.zeros(len(string), bool)
    for motif in MOTIFS:
        place = slice(string.index(motif), string.index(motif) + len(motif))
        collected[motif].append(shares[place].mean())
        inside[place] = True
    collected["other residues"].append(shares[~inside].mean())
for name, values in collected.items():
    print(f"{name}: collected from {np.mean(values):.1f} times as much as if all residues shared alike")
right.boxplot(list(collected.values()), tick_labels=list(collected), showfliers=False)
right.axhline(1, color="0.5", linestyle=":")
right.set(ylabel="collected, relative to equal shares", title=f"{len(collected[MOTIFS[0]])} strings with both motifs")
figure.savefig(folder / "plot_attention_maps.png", dpi=80)

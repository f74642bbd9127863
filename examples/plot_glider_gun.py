"""Conway's Game of Life: the gliders of Gosper's gun, found by a convolution whose kernels are known."""

import argparse
from pathlib import Path

import matplotlib.figure
import numpy as np

from skmlbio import PatternDetector, PatternDisplay
from skmlbio.datasets import game_of_life

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--output", type=Path, required=True, metavar="FOLDER", help="where to write the picture")
folder = parser.parse_args().output
folder.mkdir(parents=True, exist_ok=True)

# One glider flies; its four phases, turned four times, are the examples, each with nothing around it.
glider = np.pad([[0, 1, 0], [0, 0, 1], [1, 1, 1]], 3)
phases = game_of_life(4, start=glider)
corners = [np.argwhere(phase).min(axis=0) - 1 for phase in phases]
phases = [phase[row : row + 5, column : column + 5] for phase, (row, column) in zip(phases, corners, strict=True)]
examples = np.concatenate([np.rot90(phases, turns, axes=(1, 2)) for turns in range(4)])
directions = np.repeat(["south-east", "north-east", "north-west", "south-west"], 4)
detector = PatternDetector(padding="same").fit(examples, directions)

frames = game_of_life(120)
found = detector.predict(frames)
for index in (0, 29, 59, 89, 119):
    names = detector.labels_[found[index][:, 2]]
    print(f"frame {index}: {len(names)} gliders {' '.join(sorted(set(names)))}")

figure = matplotlib.figure.Figure(figsize=(12, 7.2), layout="constrained")
axes = figure.subplots(2, 2).ravel()
display = PatternDisplay.from_estimator(detector, frames, index=59, ax=axes[0])
display.plot(axes[1], index=119)
maps = detector.transform(frames[[119]])[0].max(axis=2)
image = axes[2].imshow(maps, cmap="viridis")
figure.colorbar(image, ax=axes[2])
axes[2].set_title("image 119: agreement with the most similar pattern")
axes[3].plot([len(places) for places in found], drawstyle="steps-mid")
axes[3].set(xlabel="image", ylabel="gliders", yticks=range(5))
figure.savefig(folder / "plot_glider_gun.png", dpi=64)
# display.save_animation(folder / "glider_gun.gif") writes all frames as a film.

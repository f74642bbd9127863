"""A table of numbers, counts and categories, some missing: learned, completed, and sampled for one class."""

import argparse
from pathlib import Path

import matplotlib.figure
import numpy as np
import pandas as pd

from skmlbio import VAESampler

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--output", type=Path, required=True, metavar="FOLDER", help="where to write the picture")
folder = parser.parse_args().output
folder.mkdir(parents=True, exist_ok=True)

# Mice on two diets: males are heavier, oats make both heavier, and the number of litters is that of females.
rng = np.random.default_rng(0)
n_mice = 800
diet = np.array(["hay", "oats"])[rng.integers(0, 2, n_mice)]
male = rng.random(n_mice) < 0.5
mice = pd.DataFrame(
    {
        "sex": pd.Categorical(np.where(male, "male", "female")),
        "mass": 22 + 6 * male + 8 * (diet == "oats") + rng.normal(0, 1.5, n_mice),
        "length": 8 + 1.5 * male + 0.1 * rng.normal(size=n_mice),
        "litters": rng.poisson(np.where(male, 0.02, 4)),
    }
)
gaps = mice.assign(sex=mice["sex"].where(rng.random(n_mice) > 0.2), mass=mice["mass"].where(rng.random(n_mice) > 0.2))

sampler = VAESampler(
    2, likelihood={"litters": "poisson"}, conditional=True, learning_rate=5e-3, epochs=60, random_state=0
).fit(gaps, diet)
drawn = {label: sampler.sample(400, y=label, random_state=1) for label in ("hay", "oats")}
print(drawn["oats"].head(4))

restored = gaps.fillna(sampler.reconstruct(gaps, diet))
missing = gaps["sex"].isna()
print(f"missing sexes that come back right: {(restored['sex'] == mice['sex'])[missing].mean():.2f}")
missing = gaps["mass"].isna()
error, spread = (restored["mass"] - mice["mass"])[missing].std(), mice["mass"][missing].std()
print(f"missing masses: off by {error:.2f} g, by the mean of all {spread:.2f} g")

figure = matplotlib.figure.Figure(figsize=(9, 3.6), layout="constrained")
axes = figure.subplots(1, 2, sharex=True, sharey=True)
for ax, title in zip(axes, ("observed", "sampled"), strict=True):
    for label, marker in (("hay", "o"), ("oats", "x")):
        table = mice[diet == label] if title == "observed" else drawn[label]
        for sex, colour in (("female", "tab:orange"), ("male", "tab:blue")):
            some = table[table["sex"] == sex]
            ax.scatter(
                some["mass"], some["length"], s=12, c=colour, marker=marker, linewidths=0.8, label=f"{sex}, {label}"
            )
    ax.set(title=title, xlabel="mass [g]")
axes[0].set(ylabel="length [cm]")
axes[1].legend(fontsize=8)
figure.savefig(folder / "plot_mixed_tables.png", dpi=80)

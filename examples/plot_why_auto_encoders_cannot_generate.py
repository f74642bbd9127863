"""Random codes of an auto-encoder decode to smears; variational and adversarial networks can be sampled."""

import argparse
from pathlib import Path

import matplotlib.figure
import numpy as np
from sklearn.datasets import load_digits
from sklearn.ensemble import RandomForestClassifier
from sklearn.model_selection import train_test_split

from skmlbio import AutoEncoderTransformer, GANSampler, VAESampler

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--output", type=Path, required=True, metavar="FOLDER", help="where to write the picture")
folder = parser.parse_args().output
folder.mkdir(parents=True, exist_ok=True)

rng = np.random.default_rng(0)
integers = load_digits().data  # 17 grey levels; a density needs numbers without gaps
train, real = train_test_split((integers + rng.random(integers.shape)) / 17, test_size=0.5, random_state=0)

plain = AutoEncoderTransformer(latent_dim=8, random_state=0).fit(train)
sampler = VAESampler(latent_dim=8, epochs=300, random_state=0).fit(train)
adversarial = GANSampler(random_state=0).fit(train)

# Nothing tells an auto-encoder how codes are distributed.  These have their means and standard deviations, and the
# pictures get the noise that it does not reconstruct.
codes = plain.transform(train)
drawn = rng.normal(codes.mean(axis=0), codes.std(axis=0), size=(len(real), 8))
noise = rng.normal(size=real.shape) * (train - plain.reconstruct(train)).std(axis=0)
pictures = {
    "real": real,
    "reconstructed by\nthe auto-encoder": plain.reconstruct(real),
    "its random codes,\ndecoded": plain.inverse_transform(drawn) + noise,
    "sampled from\nthe VAE": sampler.sample(len(real), random_state=0),
    "sampled from\nthe GAN": adversarial.sample(len(real), random_state=0),
    "means of p(x | z)\nat random z": sampler.inverse_transform(rng.normal(size=(len(real), 8))),
}


def grey_levels(rows: np.ndarray) -> np.ndarray:
    return np.clip(np.floor(rows * 17), 0, 16)


def passed(generated: np.ndarray) -> float:
    """Share of held-out pictures about which a classifier of real and generated ones is wrong."""
    X = grey_levels(np.vstack([real, generated]))
    y = np.repeat([0, 1], [len(real), len(generated)])
    X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.5, stratify=y, random_state=0)
    return 1 - RandomForestClassifier(random_state=0).fit(X_train, y_train).score(X_test, y_test)


figure = matplotlib.figure.Figure(figsize=(10, 4.8), layout="constrained")
for ax, (name, rows) in zip(figure.subplots(len(pictures), 1), pictures.items(), strict=True):
    digits = np.pad(grey_levels(rows)[:16].reshape(-1, 8, 8), ((0, 0), (0, 0), (1, 1)), constant_values=np.nan)
    ax.imshow(np.hstack(digits), cmap="gray", vmin=0, vmax=16)
    ax.set(xticks=[], yticks=[])
    ax.set_ylabel(name, rotation=0, ha="right", va="center")
figure.savefig(folder / "plot_why_auto_encoders_cannot_generate.png", dpi=80)

for name in ("its random codes,\ndecoded", "sampled from\nthe VAE", "sampled from\nthe GAN"):
    print(f"{name.replace(chr(10), ' ')}: the classifier is wrong about {passed(pictures[name]):.1%}")

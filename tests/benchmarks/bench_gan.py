"""Print what `GANSampler` reaches beside other samplers, as Markdown for `docs/benchmarks.md`.

`python bench_gan.py` runs everything; `python bench_gan.py NAME ARGUMENT...` makes one measurement in this process and
prints it as JSON.

Ring: eight Gaussians of standard deviation 0.02 on a circle of radius 2 (Metz et al. 2017, "Unrolled generative
adversarial networks"), 5,000 rows, drawn anew for each random state; 10,000 samples.  A mode is hit if one sample in a
hundred is within 3 standard deviations of its centre.

Digits: (integer + uniform noise) / 17, halved with seed 0; a random forest learns to tell as many samples from held-out
digits, both cut to 17 grey levels, on half of them, and is asked about the other half.
"""

import statistics
from pathlib import Path

import numpy as np
from _timing import duration, fresh, machine, markdown, measure_or_run, seconds
from sklearn.datasets import load_digits
from sklearn.ensemble import RandomForestClassifier
from sklearn.mixture import GaussianMixture
from sklearn.model_selection import train_test_split

RADIUS, DEVIATION, N_ROWS, N_SAMPLES, LATENT_DIM = 2.0, 0.02, 5000, 10_000, 8
STATES = range(5)
SHARE_TARGET = 0.9
ON_RING = {
    "real rows": "real",
    "`GaussianMixture(8)`": "mixture",
    "`VAESampler(8)`": "vae",
    "`GANSampler()`": "gan",
    '`GANSampler(loss="hinge", spectral_normalization=True)`': "hinge",
    '`GANSampler(loss="wasserstein")`': "wasserstein",
}
ON_DIGITS = {
    "`AutoEncoderTransformer(8)`, random codes": "plain",
    "`GaussianMixture` of best BIC": "mixture",
    "`VAESampler(8)`": "vae",
    "`GANSampler()`": "gan",
}


def centres() -> np.ndarray:
    angles = 2 * np.pi * np.arange(8) / 8
    return RADIUS * np.stack([np.cos(angles), np.sin(angles)], axis=1)


def rows_of_ring(n_rows: int, rng: np.random.Generator) -> np.ndarray:
    return centres()[rng.integers(8, size=n_rows)] + DEVIATION * rng.normal(size=(n_rows, 2))


def sampler(name: str, state: int):
    """A sampler by its name."""
    from skmlbio import GANSampler, VAESampler

    losses = {"hinge": {"loss": "hinge", "spectral_normalization": True}, "wasserstein": {"loss": "wasserstein"}}
    if name == "vae":
        return VAESampler(LATENT_DIM, random_state=state)
    return GANSampler(random_state=state, **losses.get(name, {}))


def ring(name: str, state: str) -> dict[str, float]:
    """How many modes are hit, the share of samples within 3 standard deviations, and seconds of the fit."""
    rng = np.random.default_rng(int(state))
    train, other = rows_of_ring(N_ROWS, rng), rows_of_ring(N_SAMPLES, rng)
    time = 0.0
    if name == "mixture":
        other = GaussianMixture(8, random_state=int(state)).fit(train).sample(N_SAMPLES)[0]
    elif name != "real":
        fitted = sampler(name, int(state))
        time = seconds(lambda: fitted.fit(train))
        other = fitted.sample(N_SAMPLES)
    distances = np.linalg.norm(other[:, None] - centres(), axis=2)
    near = distances.min(axis=1) <= 3 * DEVIATION
    counts = np.bincount(distances.argmin(axis=1)[near], minlength=8)
    return {"modes": int((counts >= N_SAMPLES / 100).sum()), "share": float(near.mean()), "seconds": time}


def digits(name: str, state: str) -> dict[str, float]:
    """Share of held-out pictures, real and generated, about which a random forest is wrong."""
    rng = np.random.default_rng(0)
    integers = load_digits().data
    train, real = train_test_split((integers + rng.random(integers.shape)) / 17, test_size=0.5, random_state=0)
    if name == "plain":
        made = decoded_at_random(train, real.shape, int(state))
    elif name == "mixture":
        kinds = [(n, kind) for kind in ("diag", "tied", "full") for n in (1, 2, 5, 10, 20, 40)]
        fits = [GaussianMixture(n, covariance_type=kind, random_state=int(state)).fit(train) for n, kind in kinds]
        made = min(fits, key=lambda mixture: mixture.bic(train)).sample(len(real))[0]
    else:
        made = sampler(name, int(state)).fit(train).sample(len(real))
    X = np.clip(np.floor(np.vstack([real, made]) * 17), 0, 16)
    y = np.repeat([0, 1], [len(real), len(made)])
    X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.5, stratify=y, random_state=0)
    forest = RandomForestClassifier(random_state=0).fit(X_train, y_train)
    return {"wrong": 1 - forest.score(X_test, y_test)}


def decoded_at_random(train: np.ndarray, shape: tuple[int, int], state: int) -> np.ndarray:
    """Codes of the right means and deviations, decoded, and the noise that an auto-encoder does not reconstruct."""
    from skmlbio import AutoEncoderTransformer

    rng = np.random.default_rng(state)
    plain = AutoEncoderTransformer(LATENT_DIM, random_state=state).fit(train)
    codes = plain.transform(train)
    decoded = plain.inverse_transform(rng.normal(codes.mean(axis=0), codes.std(axis=0), size=(shape[0], LATENT_DIM)))
    return decoded + rng.normal(size=shape) * (train - plain.reconstruct(train)).std(axis=0)


def repeated(measurement: str, name: str, states: range) -> list[dict]:
    """A measurement for each random state, each in a process of its own."""
    found = [fresh(Path(__file__), measurement, name, state) for state in states]
    if any(isinstance(figures, str) for figures in found):
        raise RuntimeError(f"{measurement} {name}: {found}")
    return found


def main(quick: bool) -> None:
    states = STATES[:1] if quick else STATES
    print(machine(), "", sep="\n")
    lines = []
    for title, name in ON_RING.items():
        found = repeated("ring", name, states)
        modes, shares, times = ([figures[key] for figures in found] for key in ("modes", "share", "seconds"))
        shares = f"{statistics.mean(shares):.1%}", f"{min(shares):.1%}"
        lines.append((title, ", ".join(map(str, modes)), *shares, duration(statistics.median(times))))
    print(markdown("sampler | modes hit, by random state | within 3 σ, mean | least | fit", lines))
    print(f"\nto reach: 8 modes and {SHARE_TARGET:.0%} with each random state\n")
    lines = []
    for title, name in ON_DIGITS.items():
        wrong = [figures["wrong"] for figures in repeated("digits", name, states)]
        lines.append((title, f"{statistics.mean(wrong):.1%}", f"{min(wrong):.1%} to {max(wrong):.1%}"))
    print(markdown("digits of | forest is wrong, mean | range", lines))


if __name__ == "__main__":
    measure_or_run({"ring": ring, "digits": digits}, main, __doc__)

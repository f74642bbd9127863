"""Print what `VAESampler` reaches and what it costs beside its peers, as Markdown for `docs/benchmarks.md`.

`python bench_vae.py` runs everything; `python bench_vae.py NAME ARGUMENT...` makes one measurement in this process and
prints it as JSON.
"""

import argparse
import json
import math
import statistics
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
from _timing import duration, fresh, import_all_of_ours, machine, markdown, seconds
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

EPOCHS, BATCH_SIZE, LATENT_DIM, N_IMPORTANCE = 50, 32, 8, 200
SPEED_TARGET, BOUND_TARGET = 0.3, 70
DENSITIES = {
    "`PCA(8)`": "pca",
    "`FactorAnalysis(8)`": "factor_analysis",
    "`GaussianMixture` of best BIC": "mixture",
    "`VAESampler(8)`, defaults": "vae",
    "`VAESampler(8)`, defaults of before": "vae before",
}
BEFORE = {"learning_rate": 1e-3, "optimizer": "adam", "weight_averaging": 0.0}
SETTINGS = {"skmlbio": ["default"], "torch": ["one thread", "default threads"]}
SLOW = {("torch", "default threads")}  # measured once


def dequantised_digits() -> list[np.ndarray]:
    """Digits as densities need them, (integer + uniform noise) / 17: rows to train on and rows held out."""
    integers = load_digits().data
    return train_test_split(
        (integers + np.random.default_rng(0).random(integers.shape)) / 17, test_size=0.3, random_state=0
    )


def bound(name: str) -> dict[str, float]:
    """Mean log-likelihood of held-out digits in nats, or what bounds it from below."""
    from sklearn.decomposition import PCA, FactorAnalysis
    from sklearn.mixture import GaussianMixture

    from skmlbio import VAESampler

    train, held_out = dequantised_digits()
    if name == "pca":
        return {"nats": PCA(LATENT_DIM, random_state=0).fit(train).score(held_out)}
    if name == "factor_analysis":
        return {"nats": FactorAnalysis(LATENT_DIM, random_state=0).fit(train).score(held_out)}
    if name == "mixture":
        candidates = [
            GaussianMixture(n, covariance_type=covariance, random_state=0).fit(train)
            for covariance in ("diag", "tied", "full")
            for n in (1, 2, 5, 10, 20, 40)
        ]
        return {"nats": min(candidates, key=lambda mixture: mixture.bic(train)).score(held_out)}
    sampler = VAESampler(LATENT_DIM, n_importance=N_IMPORTANCE, random_state=0)
    sampler.set_params(**BEFORE if name == "vae before" else {})
    return {"nats": sampler.fit(train).score(held_out)}


def fit(library: str, setting: str) -> dict[str, float]:
    """Seconds of the first and second fit in this process, and the loss of the last epoch."""
    rows = (load_digits().data / 16).astype(np.float32)
    call = {"skmlbio": our_fit, "torch": torch_fit}[library](rows, setting)
    times = {run: seconds(call) for run in ("first", "second")}
    return times | {"loss": call()}


def our_fit(rows: np.ndarray, setting: str) -> Callable[[], float]:
    from skmlbio import VAESampler

    import_all_of_ours()
    sampler = VAESampler(
        LATENT_DIM, hidden_layer_sizes=(64,), variance="feature", epochs=EPOCHS, batch_size=BATCH_SIZE, random_state=0,
        optimizer="adam", learning_rate=1e-3, weight_averaging=0.0,
    )  # fmt: skip
    return lambda: sampler.fit(rows).history_["loss"][-1]


def torch_fit(rows: np.ndarray, setting: str) -> Callable[[], float]:
    """The same network, loss and number of steps; rows are gathered by index, Adam is the fused one."""
    import torch
    import torch._dynamo  # the first optimizer would import it
    from torch import nn
    from torch.nn.functional import softplus

    if setting == "one thread":
        torch.set_num_threads(1)
    scale = rows.std(axis=0)
    scale[scale == 0] = 1
    data, log_scale = torch.from_numpy((rows - rows.mean(axis=0)) / scale), float(np.log(scale).sum())

    def call() -> float:
        encoder = nn.Sequential(nn.Linear(64, 64), nn.Tanh(), nn.Linear(64, 2 * LATENT_DIM))
        decoder = nn.Sequential(nn.Linear(LATENT_DIM, 64), nn.Tanh(), nn.Linear(64, 64))
        raw = nn.Parameter(torch.zeros(64))
        parameters = [*encoder.parameters(), *decoder.parameters(), raw]
        optimizer = torch.optim.Adam(parameters, lr=1e-3, fused=True)
        for _ in range(EPOCHS):
            total = 0.0
            for batch in torch.randperm(len(data)).split(BATCH_SIZE):
                x = data[batch]
                mean, posterior = encoder(x).chunk(2, dim=1)
                posterior = softplus(posterior) + 1e-4
                z = mean + posterior * torch.randn_like(mean)
                deviation = softplus(raw) + 1e-2
                errors = 0.5 * ((x - decoder(z)) / deviation) ** 2 + deviation.log() + 0.5 * math.log(2 * math.pi)
                divergence = 0.5 * (mean**2 + posterior**2 - 1) - posterior.log()
                loss = (errors.sum(1) + divergence.sum(1)).mean()
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
                total += loss.item() * len(x)
        return total / len(data) + log_scale

    return call


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=3, help="fresh processes for each setting")
    n_repeats = parser.parse_args().repeats
    runs: dict[tuple[str, str], list] = {(library, s): [] for library in SETTINGS for s in SETTINGS[library]}
    for repeat in range(n_repeats):
        for key, repeats in runs.items():
            if key not in SLOW or repeat == 0:
                repeats.append(fresh(Path(__file__), "fit", *key))
    medians = {key: {n: statistics.median(r[n] for r in repeats) for n in repeats[0]} for key, repeats in runs.items()}
    ours = medians["skmlbio", "default"]
    peer = min((medians["torch", setting] for setting in SETTINGS["torch"]), key=lambda figures: figures["second"])
    ratio = ours["second"] / peer["second"]
    print(machine(), "", sep="\n")
    rows = [(*key, duration(m["first"]), duration(m["second"]), f"{m['loss']:.1f}") for key, m in medians.items()]
    print(markdown("library | setting | first | second | loss", rows))
    print(f"\nsecond fit: {ratio:.3g} of PyTorch's; to reach: {SPEED_TARGET}\n")
    bounds = {title: fresh(Path(__file__), "bound", name)["nats"] for title, name in DENSITIES.items()}
    print(markdown("density | nats", ((title, f"{nats:.1f}") for title, nats in bounds.items())))
    print(f"\nto reach: {BOUND_TARGET}")


if __name__ == "__main__":
    if len(sys.argv) > 1 and sys.argv[1] in ("fit", "bound"):
        print(json.dumps({"fit": fit, "bound": bound}[sys.argv[1]](*sys.argv[2:])))
    else:
        main()

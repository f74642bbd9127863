"""Print how well codes of cells cluster beside PCA's, and what a fit to counts costs beside PyTorch, as Markdown.

`python bench_counts.py` measures the speed, `--clusters` the codes as well (an hour on two cores: ten fits by the
defaults); `python bench_counts.py NAME ARGUMENT...` makes one measurement and prints it as JSON.
"""

import argparse
import json
import statistics
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
from _timing import DATA, duration, fresh, import_all_of_ours, machine, markdown, seconds
from scipy import sparse

EPOCHS, BATCH_SIZE, LATENT_DIM, SPEED_TARGET = 50, 32, 10, 0.6
STATES = range(5)
SETTINGS = {"skmlbio": ["default"], "torch": ["one thread", "default threads"]}


def worm_neuron() -> tuple[sparse.csr_matrix, np.ndarray]:
    import h5py

    with h5py.File(DATA / "worm_neuron" / "worm_neuron_cell_select_2100.h5") as file:
        parts = [sparse.csr_matrix(file["X"][i : i + 100].astype("float32")) for i in range(0, file["X"].shape[0], 100)]
        return sparse.vstack(parts).tocsr(), file["Y"][:].astype(int)


def pbmc68k_reduced() -> tuple[np.ndarray, np.ndarray]:
    import h5py

    with h5py.File(DATA / "pbmc68k_reduced" / "10x_pbmc68k_reduced.h5ad") as file:
        raw, shape = file["raw/X"], file["X"].shape
        matrix = sparse.csr_matrix((raw["data"][:], raw["indices"][:], raw["indptr"][:]), shape=shape)
        return matrix.toarray(), file["obs/bulk_labels/codes"][:]


def clusters(data: str, method: str, state: str) -> dict[str, float]:
    """ARI of k-means with the true number of clusters, on 10 dimensions."""
    from sklearn.cluster import KMeans
    from sklearn.decomposition import PCA
    from sklearn.metrics import adjusted_rand_score

    from skmlbio import VAESampler

    counts = data == "worm_neuron"
    X, y = worm_neuron() if counts else pbmc68k_reduced()
    seed = int(state)
    if method == "pca":
        if counts:
            X = X.multiply(1e4 / X.sum(axis=1)).log1p().toarray()
        codes = PCA(LATENT_DIM, random_state=seed).fit_transform(X)
    else:
        likelihood = "negative_binomial" if counts else "gaussian"
        codes = VAESampler(LATENT_DIM, likelihood=likelihood, random_state=seed).fit(X).transform(X)
    found = KMeans(len(np.unique(y)), n_init=10, random_state=seed).fit_predict(codes)
    return {"ari": adjusted_rand_score(y, found)}


def fit(library: str, setting: str) -> dict[str, float]:
    """Seconds of the first and second fit in this process, and the loss of the last epoch."""
    rng = np.random.default_rng(0)
    counts = rng.poisson(rng.gamma(2, 1, (2000, 500)) * rng.lognormal(0, 1, 500))
    call = {"skmlbio": our_fit, "torch": torch_fit}[library](counts, setting)
    times = {run: seconds(call) for run in ("first", "second")}
    return times | {"loss": call()}


def our_fit(counts: np.ndarray, setting: str) -> Callable[[], float]:
    from skmlbio import VAESampler

    import_all_of_ours()
    sampler = VAESampler(
        LATENT_DIM, likelihood="negative_binomial", epochs=EPOCHS, batch_size=BATCH_SIZE, random_state=0,
        optimizer="adam", learning_rate=1e-3, weight_averaging=0.0,
    )  # fmt: skip
    return lambda: sampler.fit(counts).history_["loss"][-1]


def torch_fit(counts: np.ndarray, setting: str) -> Callable[[], float]:
    """The same network, loss and number of steps; rows are gathered by index, Adam is the fused one."""
    import torch
    import torch._dynamo  # the first optimizer would import it
    from torch import nn
    from torch.nn.functional import softplus

    if setting == "one thread":
        torch.set_num_threads(1)
    rows = torch.from_numpy(counts.astype(np.float32))
    library = rows.sum(1, keepdim=True)
    seen, offset = torch.log1p(rows / library * library.median()), torch.log(rows.mean(0))

    def call() -> float:
        encoder = nn.Sequential(nn.Linear(500, 64), nn.Tanh(), nn.Linear(64, 2 * LATENT_DIM))
        decoder = nn.Sequential(nn.Linear(LATENT_DIM, 64), nn.Tanh(), nn.Linear(64, 500))
        raw = nn.Parameter(torch.zeros(500))
        parameters = [*encoder.parameters(), *decoder.parameters(), raw]
        optimizer = torch.optim.Adam(parameters, lr=1e-3, fused=True)
        for _ in range(EPOCHS):
            total = 0.0
            for batch in torch.randperm(len(rows)).split(BATCH_SIZE):
                x = rows[batch]
                mean, posterior = encoder(seen[batch]).chunk(2, dim=1)
                posterior = softplus(posterior) + 1e-4
                rate = torch.softmax(decoder(mean + posterior * torch.randn_like(mean)) + offset, 1) * library[batch]
                r = torch.exp(-raw)
                ratio = torch.log(r + rate)
                fits = torch.lgamma(x + r) - torch.lgamma(r) - torch.lgamma(x + 1)
                fits = fits + r * (torch.log(r) - ratio) + x * (torch.log(rate + 1e-8) - ratio)
                divergence = 0.5 * (mean**2 + posterior**2 - 1) - posterior.log()
                loss = (divergence.sum(1) - fits.sum(1)).mean()
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
                total += loss.item() * len(x)
        return total / len(rows)

    return call


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clusters", action="store_true", help="measure how well codes cluster as well")
    with_clusters = parser.parse_args().clusters
    script = Path(__file__)
    figures = {(name, setting): fresh(script, "fit", name, setting) for name in SETTINGS for setting in SETTINGS[name]}
    print(machine(), "", sep="\n")
    rows = [(*key, duration(f["first"]), duration(f["second"]), f"{f['loss']:.1f}") for key, f in figures.items()]
    print(markdown("library | setting | first | second | loss", rows))
    peer = min(figures["torch", setting]["second"] for setting in SETTINGS["torch"])
    print(
        f"\nsecond fit: {figures['skmlbio', 'default']['second'] / peer:.3g} of PyTorch's; to reach: {SPEED_TARGET}\n"
    )
    if with_clusters:
        table = []
        for data in ("worm_neuron", "pbmc68k_reduced"):
            scores = [
                [fresh(script, "clusters", data, method, state)["ari"] for state in STATES] for method in ("pca", "vae")
            ]
            table.append((data, *(f"{statistics.mean(of):.3f}" for of in scores)))
        print(markdown("cells | `PCA(10)` | `VAESampler(10)`", table))


if __name__ == "__main__":
    if len(sys.argv) > 1 and sys.argv[1] in ("fit", "clusters"):
        print(json.dumps({"fit": fit, "clusters": clusters}[sys.argv[1]](*sys.argv[2:])))
    else:
        main()

"""Print what classifying the nodes of one graph takes, and how right it is, as Markdown for `docs/benchmarks.md`.

Speed: 200 epochs of a graph convolutional network of 16 hidden units on Cora, dropout 0.5, beside the same in PyTorch
Geometric, which has dense features; "first" is the first fit of a fresh process, "second" the same once more, from the
graph, all imports done.  Accuracy: the public split of Cora, fits that end by the loss of the 500 validation nodes, ten
random states, no setting chosen by the test nodes.  Memory: 200,000 nodes, 2 million edges, 10 epochs.
"""

import resource
from collections.abc import Callable
from functools import cache, partial
from pathlib import Path

import numpy as np
from _timing import DATA, duration, fresh, import_all_of_ours, machine, markdown, measure_or_run, repeated_fits, seconds
from scipy import sparse

from skmlbio.graphs import Graph

UNITS, EPOCHS, N_SEEDS = 16, 200, 10
PUBLISHED = {"epochs": 1000, "patience": 100}
NETWORKS = {
    'conv="gcn"': {},
    'conv="gcn", dropout=0.8': {"dropout": 0.8},
    'conv="gat", dropout=0.8': {"conv": "gat", "conv_params": {"n_heads": 8}, "dropout": 0.8},
    'conv="appnp", dropout=0.8': {
        "conv": "appnp",
        "hidden_layer_sizes": (),
        "conv_params": {"hidden_units": 64},
        "dropout": 0.8,
    },
}


@cache
def cora():
    from skmlbio.datasets import load_planetoid

    return load_planetoid(DATA / "cora")


def skmlbio() -> Callable:
    from skmlbio import GCNNodeClassifier

    import_all_of_ours()
    data = cora()
    estimator = GCNNodeClassifier(data.graph, hidden_layer_sizes=(UNITS,), epochs=EPOCHS, random_state=0)
    return partial(estimator.fit, data.train, data.y[data.train])


def torch_geometric(one_thread: bool) -> Callable:
    import torch
    import torch._dynamo  # the first optimizer would import it
    from torch_geometric.nn import GCNConv

    if one_thread:
        torch.set_num_threads(1)
    data = cora()

    class Network(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.first, self.second = GCNConv(data.graph.features.shape[1], UNITS), GCNConv(UNITS, 7)

        def forward(self, x, edges):
            x = torch.nn.functional.dropout(x, 0.5, self.training)
            x = torch.nn.functional.dropout(self.first(x, edges).relu(), 0.5, self.training)
            return self.second(x, edges)

    def fit():
        x, edges = torch.tensor(data.graph.features.toarray()).float(), torch.tensor(data.graph.edge_index)
        x = x / x.sum(dim=1, keepdim=True).clamp(min=1)
        train, y = torch.tensor(data.train), torch.tensor(data.y[data.train])
        network = Network()
        optimizer = torch.optim.Adam(network.parameters(), lr=0.01, weight_decay=5e-4)
        for _ in range(EPOCHS):
            optimizer.zero_grad()
            torch.nn.functional.cross_entropy(network(x, edges)[train], y).backward()
            optimizer.step()

    return fit


PEERS: dict[str, dict[str, Callable]] = {
    "skmlbio": {"default threads": skmlbio},
    "torch_geometric": {
        "default threads": partial(torch_geometric, one_thread=False),
        "one thread": partial(torch_geometric, one_thread=True),
    },
}
TARGETS = {"first": 0.08, "second": 0.05}


def fit(peer: str, setting: str) -> dict[str, float]:
    """Seconds of the first and of the second fit."""
    call = PEERS[peer][setting]()
    return {run: seconds(call) for run in ("first", "second")}


def accuracy(name: str, n_seeds: str) -> dict[str, float]:
    """Accuracy on the test nodes of Cora: mean and standard deviation over random states."""
    from skmlbio import GCNNodeClassifier

    data, found = cora(), []
    known = {"X_val": data.validation, "y_val": data.y[data.validation]}
    for seed in range(int(n_seeds)):
        estimator = GCNNodeClassifier(data.graph, **PUBLISHED, **NETWORKS[name], random_state=seed)
        estimator.fit(data.train, data.y[data.train], **known)
        found.append(estimator.score(data.test, data.y[data.test]))
    return {"mean": float(np.mean(found)), "spread": float(np.std(found))}


def baselines() -> dict[str, float]:
    """Accuracy without the graph, and without the features."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.preprocessing import normalize

    data = cora()
    train, test, y = data.train, data.test, data.y
    words = normalize(data.graph.features, norm="l1")
    scores = {
        strength: LogisticRegression(C=strength, max_iter=2000).fit(words[train], y[train])
        for strength in (1, 10, 100, 1000)
    }
    best = max(scores.values(), key=lambda model: model.score(words[data.validation], y[data.validation]))
    spread = {share: propagated_labels(share) for share in (0.5, 0.8, 0.9, 0.95, 0.99)}
    labels = max(spread.values(), key=lambda found: np.mean(found[data.validation] == y[data.validation]))
    return {
        "logistic regression on the words": best.score(words[test], y[test]),
        "label propagation, no words": float(np.mean(labels[test] == y[test])),
    }


def propagated_labels(share: float) -> np.ndarray:
    """Labels spread along edges (Zhou et al. 2004): F = share * S F + (1 - share) * Y, S normalised symmetrically."""
    data, n_nodes = cora(), cora().graph.n_nodes
    adjacency = sparse.coo_array((data.graph.edge_weight, data.graph.edge_index), (n_nodes, n_nodes)).tocsr()
    scale = sparse.diags_array(1 / np.sqrt(np.maximum(adjacency.sum(axis=1), 1)))
    known = np.zeros((n_nodes, data.y.max() + 1))
    known[data.train, data.y[data.train]] = 1
    found, normalised = known, scale @ adjacency @ scale
    for _ in range(200):
        found = share * (normalised @ found) + (1 - share) * known
    return found.argmax(axis=1)


def memory() -> dict[str, float]:
    """Bytes at the peak of a process that fits a graph of 200,000 nodes, and seconds of the fit."""
    from skmlbio import GCNNodeClassifier

    random = np.random.default_rng(0)
    half = random.integers(0, 200_000, (2, 1_000_000))
    graph = Graph(random.normal(size=(200_000, 64)), np.concatenate([half, half[::-1]], axis=1))
    nodes = np.arange(100_000)
    took = seconds(partial(GCNNodeClassifier(graph, epochs=10, random_state=0).fit, nodes, nodes % 5))
    return {"peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024, "seconds": took}


MEASUREMENTS = {function.__name__: function for function in (fit, accuracy, baselines, memory)}


def main(quick: bool) -> None:
    script = Path(__file__)
    times = repeated_fits(script, PEERS, 1 if quick else 5)
    print(machine(), "")
    rows = []
    for run, target in TARGETS.items():
        ours, theirs = (min(times[peer, setting, run] for setting in PEERS[peer]) for peer in PEERS)
        rows.append((f"{run} fit", duration(ours), duration(theirs), f"≤ {target}", f"{ours / theirs:.3f}"))
    print(markdown("Cora, 200 epochs | ours | PyTorch Geometric | ratio to reach | ratio", rows), "", sep="\n")
    used = fresh(script, "memory")
    print(f"200,000 nodes: {used['peak'] / 1e9:.2f} GB at the peak, {duration(used['seconds'])}", "", sep="\n")
    known = [(name, f"{value:.1%}", "") for name, value in fresh(script, "baselines").items()]
    for name in NETWORKS:
        of_test = fresh(script, "accuracy", name, 2 if quick else N_SEEDS)
        known.append((f"`{name}`", f"{of_test['mean']:.1%}", f"{of_test['spread']:.1%}"))
    print(markdown("Cora, public split | accuracy | spread over random states", known))


if __name__ == "__main__":
    measure_or_run(MEASUREMENTS, main, __doc__)

"""The 2-layer graph convolutional network of the benchmarks in our library and in its peers.

Units 64 and 64, self-connections, symmetric normalisation, relu, mean over the nodes, one logit, Adam, batches of 32 in
shuffled order.  A peer is a function of the number of epochs; it imports what its library needs, so that a clock
started afterwards measures work, and returns a function from graphs and classes to the fitted network's probabilities.
"""

from collections.abc import Callable
from functools import partial

import numpy as np
from _timing import import_all_of_ours, on_one_thread

from skmlbio.graphs import Graph

BATCH_SIZE, UNITS = 32, 64
N_FEATURES = 16


def random_graphs(n_graphs: int, seed: int = 0) -> tuple[list[Graph], np.ndarray]:
    """Graphs of 20 to 40 nodes with three neighbours each on average; the class says whether they have many edges."""
    rng = np.random.default_rng(seed)
    graphs = []
    for n_nodes in rng.integers(20, 41, n_graphs):
        upper = np.triu(rng.random((n_nodes, n_nodes)) < 3 / n_nodes, 1)
        features = rng.normal(size=(n_nodes, N_FEATURES)).astype(np.float32)
        graphs.append(Graph(features, np.nonzero(upper | upper.T)))
    density = np.array([graph.n_edges / graph.n_nodes for graph in graphs])
    return graphs, (density > np.median(density)).astype(int)


def classifier(epochs: int, batch_size: int | str = BATCH_SIZE):
    """Our estimator."""
    from skmlbio import GCNClassifier

    return GCNClassifier(
        "gcn", hidden_layer_sizes=(UNITS, UNITS), batch_normalization=False, pooling="mean", pooled_layers="last",
        readout_layer_sizes=(), weight_averaging=0, l2=0, standardize=False, epochs=epochs, batch_size=batch_size,
        random_state=0,
    )  # fmt: skip


def skmlbio(epochs: int) -> Callable:
    import_all_of_ours()
    return lambda graphs, y: classifier(epochs).fit(graphs, y).predict_proba


def torch_geometric(epochs: int, one_thread: bool) -> Callable:
    import torch
    import torch._dynamo  # the first optimizer would import it
    from torch_geometric.data import Data
    from torch_geometric.loader import DataLoader
    from torch_geometric.nn import GCNConv, global_mean_pool

    if one_thread:
        torch.set_num_threads(1)

    class Network(torch.nn.Module):
        def __init__(self, n_features):
            super().__init__()
            self.first, self.second = GCNConv(n_features, UNITS), GCNConv(UNITS, UNITS)
            self.output = torch.nn.Linear(UNITS, 1)

        def forward(self, batch):
            x = self.first(batch.x, batch.edge_index).relu()
            x = self.second(x, batch.edge_index).relu()
            return self.output(global_mean_pool(x, batch.batch, batch.num_graphs))[:, 0]

    def fit(graphs, y):
        data = [
            Data(torch.tensor(g.features).float(), torch.tensor(g.edge_index), y=torch.tensor([float(label)]))
            for g, label in zip(graphs, y, strict=True)
        ]
        network = Network(graphs[0].features.shape[1])
        optimizer = torch.optim.Adam(network.parameters())
        for _ in range(epochs):
            for batch in DataLoader(data, BATCH_SIZE, shuffle=True):
                optimizer.zero_grad()
                torch.nn.functional.binary_cross_entropy_with_logits(network(batch), batch.y).backward()
                optimizer.step()

    return fit


def dense_torch(epochs: int, one_thread: bool) -> Callable:
    """A loop by hand over padded batches, with the adjacency matrices normalised beforehand."""
    import torch
    import torch._dynamo

    if one_thread:
        torch.set_num_threads(1)

    def fit(graphs, y):
        n_nodes = max(graph.n_nodes for graph in graphs)
        x = np.zeros((len(graphs), n_nodes, N_FEATURES), np.float32)
        adjacency = np.zeros((len(graphs), n_nodes, n_nodes), np.float32)
        mask = np.zeros((len(graphs), n_nodes, 1), np.float32)
        for i, graph in enumerate(graphs):
            x[i, : graph.n_nodes], mask[i, : graph.n_nodes] = graph.features, 1
            adjacency[i][tuple(graph.edge_index)] = graph.edge_weight
        adjacency += np.eye(n_nodes, dtype=np.float32)
        scale = adjacency.sum(axis=2) ** -0.5
        adjacency *= scale[:, :, None] * scale[:, None, :]
        x, adjacency, mask, goals = map(torch.from_numpy, (x, adjacency, mask, y.astype(np.float32)))
        mask = mask / mask.sum(dim=1, keepdim=True)
        first, second = torch.nn.Linear(N_FEATURES, UNITS), torch.nn.Linear(UNITS, UNITS)
        output = torch.nn.Linear(UNITS, 1)
        parameters = [p for layer in (first, second, output) for p in layer.parameters()]
        optimizer = torch.optim.Adam(parameters, fused=True)
        for _ in range(epochs):
            for rows in torch.randperm(len(graphs)).split(BATCH_SIZE):
                batch = adjacency[rows]
                h = first(batch @ x[rows]).relu()
                h = second(batch @ h).relu()
                logits = output((h * mask[rows]).sum(dim=1))[:, 0]
                optimizer.zero_grad()
                torch.nn.functional.binary_cross_entropy_with_logits(logits, goals[rows]).backward()
                optimizer.step()

    return fit


THREADS = {"one thread": True, "default threads": False}
PEERS: dict[str, dict[str, Callable]] = {
    "skmlbio": {"default threads": skmlbio, "one thread": partial(on_one_thread, skmlbio)},
    "torch_geometric": {name: partial(torch_geometric, one_thread=one) for name, one in THREADS.items()},
    "dense PyTorch loop": {name: partial(dense_torch, one_thread=one) for name, one in THREADS.items()},
}

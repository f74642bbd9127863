"""Print what classifying strings with an LSTM costs beside its peers, as Markdown.

Letters, an LSTM of 32 units in one direction or in both, the state after the last residue that is read, two classes,
Adam, batches of 32 in shuffled order, no dropout.  All imports are done before a clock starts: "first" is the first fit
of a fresh process, "second" the same once more in that process, both from the list of strings.  Each measurement runs
in a process of its own, peers take turns, medians are compared, and of a peer's settings the better one counts.
"""

import importlib.util
import itertools
from collections.abc import Callable
from functools import partial
from pathlib import Path

from _sequence_peers import BATCH_SIZE, N_TOKENS, padded, random_strings
from _timing import (
    duration,
    import_all_of_ours,
    machine,
    markdown,
    measure_or_run,
    on_one_thread,
    repeated_fits,
    two_fits,
)

N_STRINGS, EPOCHS, UNITS = 2_000, 10, 32
DIRECTIONS = {"one direction": False, "both directions": True}
NEEDS = {"skmlbio": "skmlbio", "keras.Model.fit": "keras", "skorch": "skorch"}
# Peer: the largest allowed ratio of our second fit to the peer's.
TARGETS = {"keras.Model.fit": 0.8, "skorch": 2.0}


def skmlbio(epochs: int, bidirectional: bool) -> Callable:
    from skmlbio import RNNClassifier

    import_all_of_ours()

    def fit(strings, y):
        estimator = RNNClassifier(
            "dna", n_units=UNITS, bidirectional=bidirectional, kernel_width=None, pooling="last", dropout=0.0,
            weight_averaging=0, l2=0, batch_size=BATCH_SIZE, epochs=epochs, random_state=0,
        ).fit(strings, y)  # fmt: skip
        return lambda: estimator.score(strings, y)

    return fit


def plain_keras(epochs: int, bidirectional: bool) -> Callable:
    import keras
    import tensorflow  # noqa: F401

    def fit(strings, y):
        tokens = padded(strings)
        lstm = keras.layers.LSTM(UNITS)
        model = keras.Sequential(
            [
                keras.Input((tokens.shape[1],), dtype="int32"),
                keras.layers.Embedding(N_TOKENS, 4, mask_zero=True),
                keras.layers.Bidirectional(lstm) if bidirectional else lstm,
                keras.layers.Dense(2),
            ]
        )
        model.compile(keras.optimizers.Adam(1e-3), keras.losses.SparseCategoricalCrossentropy(from_logits=True))
        model.fit(tokens, y, BATCH_SIZE, epochs, verbose=0)
        return lambda: float((model.predict(tokens, verbose=0).argmax(axis=1) == y).mean())

    return fit


def skorch(epochs: int, bidirectional: bool, one_thread: bool) -> Callable:
    import torch
    import torch._dynamo  # the first optimizer would import it
    from skorch import NeuralNetClassifier

    if one_thread:
        torch.set_num_threads(1)

    class Network(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.embedding = torch.nn.Embedding(N_TOKENS, 4, padding_idx=0)
            self.lstm = torch.nn.LSTM(4, UNITS, batch_first=True, bidirectional=bidirectional)
            self.output = torch.nn.Linear(UNITS * (1 + bidirectional), 2)

        def forward(self, tokens):
            lengths = (tokens != 0).sum(dim=1).cpu()
            packed = torch.nn.utils.rnn.pack_padded_sequence(
                self.embedding(tokens), lengths, batch_first=True, enforce_sorted=False
            )
            _, (states, _) = self.lstm(packed)
            return self.output(torch.cat(list(states), dim=1))

    def fit(strings, y):
        tokens = padded(strings)
        estimator = NeuralNetClassifier(
            Network, criterion=torch.nn.CrossEntropyLoss, optimizer=torch.optim.Adam, lr=1e-3, max_epochs=epochs,
            batch_size=BATCH_SIZE, iterator_train__shuffle=True, train_split=None, verbose=0,
        )  # fmt: skip
        estimator.fit(tokens, y)
        return lambda: estimator.score(tokens, y)

    return fit


def on_both_threads(library: Callable, **options: bool) -> dict[str, Callable]:
    """A library that works with TensorFlow, on its default threads and on one."""
    peer = partial(library, **options)
    return {"default threads": peer, "one thread": partial(on_one_thread, peer)}


PEERS: dict[str, dict[str, Callable]] = {}
for directions, bidirectional in DIRECTIONS.items():
    torch_peer = partial(skorch, bidirectional=bidirectional)
    PEERS |= {
        f"skmlbio, {directions}": on_both_threads(skmlbio, bidirectional=bidirectional),
        f"keras.Model.fit, {directions}": on_both_threads(plain_keras, bidirectional=bidirectional),
        f"skorch, {directions}": {
            "default threads": partial(torch_peer, one_thread=False),
            "one thread": partial(torch_peer, one_thread=True),
        },
    }


def fit(peer: str, setting: str) -> dict[str, float]:
    """Seconds of the first and of the second fit, and the accuracy, because everybody should do the same work."""
    return two_fits(PEERS[peer][setting](EPOCHS), *random_strings(N_STRINGS))


def main(quick: bool) -> None:
    missing = [library for library, module in NEEDS.items() if importlib.util.find_spec(module) is None]
    peers = {name: settings for name, settings in PEERS.items() if name.split(",")[0] not in missing}
    medians = repeated_fits(Path(__file__), peers, 1 if quick else 5)
    best = {peer: min(medians[peer, setting, "second"] for setting in peers[peer]) for peer in peers}
    rows = []
    for (library, target), directions in itertools.product(TARGETS.items(), DIRECTIONS):
        if library in missing:
            rows.append([directions, "", library, "not installed", "", f"≤ {target}", ""])
            continue
        ours, other = (best[f"{name}, {directions}"] for name in ("skmlbio", library))
        verdict = "yes" if ours <= target * other else "**no**"
        rows.append(
            [directions, duration(ours), library, duration(other), f"{ours / other:.3g}", f"≤ {target}", verdict]
        )
    header = "second fit, 2,000 strings | skmlbio | beside | its figure | ratio | to reach | reached"
    print(machine(), "", markdown(header, rows), sep="\n")
    details = [
        (*key, *(duration(medians[(*key, run)]) for run in ("first", "second")), f"{medians[(*key, 'accuracy')]:.3f}")
        for key in dict.fromkeys(key[:2] for key in medians)
    ]
    print("", markdown("library | setting | first fit | second fit | accuracy", details), sep="\n")


if __name__ == "__main__":
    measure_or_run({"fit": fit}, main, __doc__)

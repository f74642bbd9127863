"""Print what a convolutional network of strings costs beside its peers, as Markdown for `docs/benchmarks.md`.

32 filters of width 8 over one-hot letters, relu, the maximum over the residues of a string, two classes, Adam, batches
of 32 in shuffled order, no dropout.  All imports are done before a clock starts: "first" is the first fit of a fresh
process, "second" the same once more in that process, both from the list of strings; ours finds `motifs_`, too.  Each
measurement runs in a process of its own, peers take turns, medians are compared, and of a peer's settings the better
one counts.  Peers that are not installed are named as such.
"""

import importlib.util
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

N_STRINGS, EPOCHS = 2_000, 10
N_FILTERS, KERNEL_WIDTH = 32, 8
# Peer: the largest allowed ratio of our time of a second fit to the peer's.
TARGETS = {"skorch": 0.35, "keras.Model.fit": 0.25}


def skmlbio(epochs: int) -> Callable:
    from skmlbio import SequenceCNNClassifier

    import_all_of_ours()

    def fit(strings, y):
        estimator = SequenceCNNClassifier(
            "dna", n_filters=N_FILTERS, kernel_width=KERNEL_WIDTH, n_layers=1, positions="none", dropout=0.0,
            weight_averaging=0, l2=0, batch_size=BATCH_SIZE, epochs=epochs, random_state=0,
        ).fit(strings, y)  # fmt: skip
        return lambda: estimator.score(strings, y)

    return fit


def skorch(epochs: int, one_thread: bool) -> Callable:
    import torch
    import torch._dynamo  # the first optimizer would import it
    from skorch import NeuralNetClassifier

    if one_thread:
        torch.set_num_threads(1)

    class Network(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.convolution = torch.nn.Conv1d(N_TOKENS - 1, N_FILTERS, KERNEL_WIDTH, padding="same")
            self.output = torch.nn.Linear(N_FILTERS, 2)

        def forward(self, tokens):
            letters = torch.nn.functional.one_hot(tokens, N_TOKENS)[:, :, 1:].float().transpose(1, 2)
            x = torch.relu(self.convolution(letters))
            return self.output((x * (tokens > 0)[:, None]).amax(dim=2))  # after relu, zeros in padding never win

    def fit(strings, y):
        tokens = padded(strings)
        estimator = NeuralNetClassifier(
            Network, criterion=torch.nn.CrossEntropyLoss, optimizer=torch.optim.Adam, lr=1e-3, max_epochs=epochs,
            batch_size=BATCH_SIZE, iterator_train__shuffle=True, train_split=None, verbose=0,
        )  # fmt: skip
        estimator.fit(tokens, y)
        return lambda: estimator.score(tokens, y)

    return fit


def plain_keras(epochs: int) -> Callable:
    import keras
    import tensorflow  # noqa: F401

    def network() -> keras.Model:
        tokens = keras.Input((None,), dtype="int32")
        letters = keras.ops.one_hot(tokens, N_TOKENS)[:, :, 1:]
        x = keras.layers.Conv1D(N_FILTERS, KERNEL_WIDTH, padding="same", activation="relu")(letters)
        x = x * keras.ops.cast(keras.ops.expand_dims(tokens > 0, -1), x.dtype)
        return keras.Model(tokens, keras.layers.Dense(2)(keras.layers.GlobalMaxPooling1D()(x)))

    def fit(strings, y):
        tokens = padded(strings)
        model = network()
        loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
        model.compile(keras.optimizers.Adam(1e-3), loss)
        model.fit(tokens, y, BATCH_SIZE, epochs, verbose=0)
        return lambda: float((model.predict(tokens, verbose=0).argmax(axis=1) == y).mean())

    return fit


PEERS: dict[str, dict[str, Callable]] = {
    "skmlbio": {"default threads": skmlbio, "one thread": partial(on_one_thread, skmlbio)},
    "skorch": {"one thread": partial(skorch, one_thread=True), "default threads": partial(skorch, one_thread=False)},
    "keras.Model.fit": {"default threads": plain_keras, "one thread": partial(on_one_thread, plain_keras)},
}
INSTALLED = {peer: PEERS[peer] for peer in PEERS if peer != "skorch" or importlib.util.find_spec("skorch")}


def fit(peer: str, setting: str) -> dict[str, float]:
    """Seconds of the first and of the second fit, and the accuracy, because everybody should do the same work."""
    return two_fits(PEERS[peer][setting](EPOCHS), *random_strings(N_STRINGS))


def main(quick: bool) -> None:
    medians = repeated_fits(Path(__file__), INSTALLED, 1 if quick else 5)
    best = {peer: min(medians[peer, setting, "second"] for setting in INSTALLED[peer]) for peer in INSTALLED}
    rows = []
    for peer, target in TARGETS.items():
        found = ["", "", f"≤ {target}", "not installed"]
        if peer in best:
            ratio = best["skmlbio"] / best[peer]
            found = [duration(best[peer]), f"{ratio:.3g}", f"≤ {target}", "yes" if ratio <= target else "**no**"]
        rows.append([duration(best["skmlbio"]), peer, *found])
    print(machine(), "", markdown("second fit | beside | its figure | ratio | to reach | reached", rows), sep="\n")
    details = [
        (*key, *(duration(medians[(*key, run)]) for run in ("first", "second")), f"{medians[(*key, 'accuracy')]:.3f}")
        for key in dict.fromkeys(key[:2] for key in medians)
    ]
    print("", markdown("library | setting | first fit | second fit | accuracy", details), sep="\n")


if __name__ == "__main__":
    measure_or_run({"fit": fit}, main, __doc__)

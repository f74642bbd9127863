"""Print what a convolutional network of images costs beside its peers, as Markdown for `docs/benchmarks.md`.

16 filters of 3 x 3 over images of 28 x 28, relu, the maximum of 2 x 2, 32 filters, relu, the maximum of 2 x 2, the mean
over the image, ten classes, Adam, batches of 32 in shuffled order, no dropout, no normalisation.  All imports are done
before a clock starts: "first" is the first fit of a fresh process, "second" the same once more in that process, both
from the array of pixels.  Each measurement runs in a process of its own, peers take turns, medians are compared, and of
a peer's settings the better one counts.  PyTorch has its rows gathered by index, and the fused Adam.
"""

import importlib.util
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
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

N_IMAGES, SIZE, N_CLASSES, EPOCHS, BATCH_SIZE = 2_000, 28, 10, 5, 32
FILTERS = (16, 32)
# Peer: the largest allowed ratio of our time of a second fit to the peer's.
TARGETS = {"PyTorch": 0.7}


def images() -> tuple[np.ndarray, np.ndarray]:
    """Noise with a spot whose place is the class, so that accuracy tells whether everybody learns the same."""
    random = np.random.default_rng(0)
    X, y = random.normal(size=(N_IMAGES, SIZE, SIZE)).astype("float32"), random.integers(0, N_CLASSES, N_IMAGES)
    for image, label in zip(X, y, strict=True):
        image[2 + 2 * label : 5 + 2 * label, :] += 1 + label % 2
        image[:, 2 + label : 4 + label] -= label / 4
    return X, y


def skmlbio(epochs: int) -> Callable:
    from skmlbio import ImageCNNClassifier

    import_all_of_ours()

    def fit(X, y):
        estimator = ImageCNNClassifier(
            FILTERS, n_blocks=1, batch_normalization=False, dropout=0.0, l2=0, weight_averaging=0, epochs=epochs,
            batch_size=BATCH_SIZE, random_state=0,
        ).fit(X, y)  # fmt: skip
        return lambda: estimator.score(X, y)

    return fit


def pytorch(epochs: int, one_thread: bool) -> Callable:
    import torch
    import torch._dynamo  # the first optimizer would import it
    from torch import nn

    if one_thread:
        torch.set_num_threads(1)

    def fit(X, y):
        pixels, labels = torch.from_numpy(X[:, None]), torch.from_numpy(y)
        pixels = (pixels - pixels.mean()) / pixels.std()
        convolutions = [nn.Conv2d(i, o, 3, padding=1) for i, o in zip((1, *FILTERS), FILTERS, strict=False)]
        blocks = [layer for convolution in convolutions for layer in (convolution, nn.ReLU(), nn.MaxPool2d(2))]
        network = nn.Sequential(*blocks, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(FILTERS[-1], N_CLASSES))
        optimizer = torch.optim.Adam(network.parameters(), lr=1e-3, fused=True)
        for _ in range(epochs):
            for batch in torch.randperm(len(pixels)).split(BATCH_SIZE):
                loss = nn.functional.cross_entropy(network(pixels[batch]), labels[batch])
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
        return lambda: float((network(pixels).argmax(dim=1) == labels).float().mean())

    return fit


def plain_keras(epochs: int) -> Callable:
    import keras
    import tensorflow  # noqa: F401

    def fit(X, y):
        pixels = ((X - X.mean()) / X.std())[..., None]
        layers = [keras.Input((SIZE, SIZE, 1))]
        for n_filters in FILTERS:
            layers += [
                keras.layers.Conv2D(n_filters, 3, padding="same", activation="relu"),
                keras.layers.MaxPooling2D(),
            ]
        model = keras.Sequential([*layers, keras.layers.GlobalAveragePooling2D(), keras.layers.Dense(N_CLASSES)])
        model.compile(keras.optimizers.Adam(1e-3), keras.losses.SparseCategoricalCrossentropy(from_logits=True))
        model.fit(pixels, y, BATCH_SIZE, epochs, verbose=0)
        return lambda: float((model.predict(pixels, verbose=0).argmax(axis=1) == y).mean())

    return fit


PEERS: dict[str, dict[str, Callable]] = {
    "skmlbio": {"default threads": skmlbio, "one thread": partial(on_one_thread, skmlbio)},
    "PyTorch": {"one thread": partial(pytorch, one_thread=True), "default threads": partial(pytorch, one_thread=False)},
    "keras.Model.fit": {"default threads": plain_keras, "one thread": partial(on_one_thread, plain_keras)},
}
INSTALLED = {peer: PEERS[peer] for peer in PEERS if peer != "PyTorch" or importlib.util.find_spec("torch")}


def fit(peer: str, setting: str) -> dict[str, float]:
    """Seconds of the first and of the second fit, and the accuracy, because everybody should do the same work."""
    return two_fits(PEERS[peer][setting](EPOCHS), *images())


def main(quick: bool) -> None:
    medians = repeated_fits(Path(__file__), INSTALLED, 1 if quick else 5)
    print(machine(), "", sep="\n")
    rows = [
        (peer, setting, *(duration(medians[peer, setting, run]) for run in ("first", "second")),
         f"{medians[peer, setting, 'accuracy']:.3f}")
        for peer in INSTALLED for setting in INSTALLED[peer]
    ]  # fmt: skip
    print(markdown("peer | setting | first | second | accuracy", rows))
    best = {peer: min(medians[peer, setting, "second"] for setting in INSTALLED[peer]) for peer in INSTALLED}
    for peer in INSTALLED:
        if peer != "skmlbio":
            target = f"; to reach: {TARGETS[peer]}" if peer in TARGETS else ""
            print(f"\nsecond fit: {best['skmlbio'] / best[peer]:.3g} of {peer}'s{target}")


if __name__ == "__main__":
    measure_or_run({"fit": fit}, main, __doc__)

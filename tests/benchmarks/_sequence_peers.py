"""The one-block transformer of the benchmarks in our library and in its peers.

Letters as vectors of 32, sinusoidal positions, one block (pre-norm, 4 heads, feed-forward 64, relu), the mean over the
residues of a string, two classes, Adam, batches of 32 in shuffled order, no dropout.  A peer is a function of the
number of epochs; it imports what its library needs, so that a clock started afterwards measures work, and returns a
function that fits strings and classes, and returns a function that tells the accuracy on them.
"""

from collections.abc import Callable
from functools import partial

import numpy as np
from _timing import import_all_of_ours, on_one_thread

BATCH_SIZE, WIDTH, N_HEADS, FEED_FORWARD, N_TOKENS = 32, 32, 4, 64, 5


def random_strings(n_strings: int, seed: int = 0) -> tuple[list[str], np.ndarray]:
    """DNA strings of 60 to 100; the class says whether there is more A than C."""
    rng = np.random.default_rng(seed)
    strings = ["".join(rng.choice(list("ACGT"), length)) for length in rng.integers(60, 101, n_strings)]
    return strings, np.array([int(string.count("A") > string.count("C")) for string in strings])


def padded(strings: list[str]) -> np.ndarray:
    """Tokens as the peers' users would make them: a look-up, and zeros at the end."""
    lookup = np.zeros(256, np.int64)
    lookup[list(b"ACGT")] = 1, 2, 3, 4
    tokens = np.zeros((len(strings), max(map(len, strings))), np.int64)
    for row, string in zip(tokens, strings, strict=True):
        row[: len(string)] = lookup[np.frombuffer(string.encode(), np.uint8)]
    return tokens


def sinusoids(length: int) -> np.ndarray:
    """Positions of Vaswani et al. 2017."""
    angles = np.arange(length)[:, None] / 10_000 ** (np.arange(0, WIDTH, 2) / WIDTH)
    return np.stack([np.sin(angles), np.cos(angles)], axis=2).reshape(length, WIDTH).astype(np.float32)


def classifier(epochs: int):
    """Our estimator."""
    from skmlbio import AttentionClassifier

    return AttentionClassifier(
        "dna", embedding_dim=WIDTH, n_heads=N_HEADS, feed_forward_dim=FEED_FORWARD, kernel_width=None,
        positions="sinusoidal", pooling="mean", dropout=0.0, weight_averaging=0, l2=0, batch_size=BATCH_SIZE,
        epochs=epochs, random_state=0,
    )  # fmt: skip


def skmlbio(epochs: int) -> Callable:
    import_all_of_ours()

    def fit(strings, y):
        estimator = classifier(epochs).fit(strings, y)
        return lambda: estimator.score(strings, y)

    return fit


def skorch(epochs: int, one_thread: bool) -> Callable:
    import torch
    import torch._dynamo  # the first optimizer would import it
    from skorch import NeuralNetClassifier

    if one_thread:
        torch.set_num_threads(1)

    class Network(torch.nn.Module):
        def __init__(self, length: int):
            super().__init__()
            self.embedding = torch.nn.Embedding(N_TOKENS, WIDTH, padding_idx=0)
            self.block = torch.nn.TransformerEncoderLayer(
                WIDTH, N_HEADS, FEED_FORWARD, dropout=0.0, batch_first=True, norm_first=True
            )
            self.norm, self.output = torch.nn.LayerNorm(WIDTH), torch.nn.Linear(WIDTH, 2)
            self.register_buffer("positions", torch.tensor(sinusoids(length)))

        def forward(self, tokens):
            padding = tokens == 0
            x = self.embedding(tokens) + self.positions[: tokens.shape[1]]
            x = self.norm(self.block(x, src_key_padding_mask=padding))
            real = (~padding)[..., None].float()
            return self.output((x * real).sum(dim=1) / real.sum(dim=1))

    def fit(strings, y):
        tokens = padded(strings)
        estimator = NeuralNetClassifier(
            Network, module__length=tokens.shape[1], criterion=torch.nn.CrossEntropyLoss, optimizer=torch.optim.Adam,
            lr=1e-3, max_epochs=epochs, batch_size=BATCH_SIZE, iterator_train__shuffle=True, train_split=None,
            verbose=0,
        )  # fmt: skip
        estimator.fit(tokens, y)
        return lambda: estimator.score(tokens, y)

    return fit


def plain_keras(epochs: int) -> Callable:
    import keras
    import tensorflow  # noqa: F401

    class AddPositions(keras.layers.Layer):
        def call(self, x):
            return x + sinusoids(x.shape[1])

    def network(length: int) -> keras.Model:
        tokens = keras.Input((length,), dtype="int32")
        real = keras.ops.not_equal(tokens, 0)
        x = AddPositions()(keras.layers.Embedding(N_TOKENS, WIDTH)(tokens))
        normed = keras.layers.LayerNormalization()(x)
        attention = keras.layers.MultiHeadAttention(N_HEADS, WIDTH // N_HEADS)
        x = x + attention(normed, normed, attention_mask=keras.ops.expand_dims(real, 1))
        hidden = keras.layers.Dense(FEED_FORWARD, "relu")(keras.layers.LayerNormalization()(x))
        x = keras.layers.LayerNormalization()(x + keras.layers.Dense(WIDTH)(hidden))
        pooled = keras.layers.GlobalAveragePooling1D()(x, mask=real)
        return keras.Model(tokens, keras.layers.Dense(2)(pooled))

    def fit(strings, y):
        tokens = padded(strings)
        model = network(tokens.shape[1])
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

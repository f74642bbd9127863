"""Print what a translator reaches and costs, as Markdown.

Genes are made: 10 to 30 codons, each drawn from the 61 that code for a residue, with the protein as target.

- accuracy, of each architecture: 6,000 genes to learn from (random state 0 of the draw), 500 others (random state 1) to
  be translated, random states 0 to 2 of the fit; the share of proteins that are right throughout, and of residues at
  their place.  The transformer ends by itself, and the others learn for as many epochs.
- decoding: 256 sequences of 100 bases, 100 tokens written for each, beside the same loop that computes the whole prefix
  anew at each step; one process, medians of calls that take turns, after the first.
- fits: 3,000 genes, 10 epochs, batches of 32, width 64, 4 heads, 2 blocks of encoder and decoder, feed-forward 128,
  dropout 0.1, Adam; "second" is the second fit of a process, from lists of strings.  The peer is a plain loop around
  `torch.nn.Transformer`.  Each measurement runs in a process of its own, peers take turns, medians are compared, and of
  a peer's settings the better one counts.
"""

import itertools
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
from _timing import (
    clocked,
    duration,
    fresh,
    import_all_of_ours,
    interleaved,
    machine,
    markdown,
    measure_or_run,
    on_one_thread,
    repeated_fits,
    seconds,
)

RESIDUES = "FFLLSSSSYY**CC*WLLLLPPPPHHQQRRRRIIIMTTTTNNKKSSRRVVVVAAAADDEEGGGG"
CODE = dict(zip(map("".join, itertools.product("TCAG", repeat=3)), RESIDUES, strict=True))
SENSE = [codon for codon, residue in CODE.items() if residue != "*"]
WIDTH, HEADS, BLOCKS, FEED_FORWARD, BATCH_SIZE, EPOCHS = 64, 4, 2, 128, 32, 10
LEARNED_FROM, TRANSLATED, LEARNING_RATE = 6_000, 500, 2e-3
ARCHITECTURES = "transformer", "rnn_attention", "rnn"
EXACT, SHARE_OF_UNCACHED, SHARE_OF_TORCH = 0.99, 0.3, 0.9  # what is to be reached


def made_genes(n_genes: int, seed: int) -> tuple[list[str], list[str]]:
    rng = np.random.default_rng(seed)
    genes = [rng.choice(SENSE, n) for n in rng.integers(10, 31, n_genes)]
    return ["".join(gene) for gene in genes], ["".join(CODE[codon] for codon in gene) for gene in genes]


def accuracy(architecture: str, random_state: str, epochs: str = "auto") -> dict[str, float]:
    from skmlbio import TransformerTranslator
    from skmlbio.sequences import exact_match_score, token_accuracy_score

    X, y = made_genes(LEARNED_FROM, seed=0)
    others, wanted = made_genes(TRANSLATED, seed=1)
    translator = TransformerTranslator(
        "dna",
        architecture=architecture,
        learning_rate=LEARNING_RATE,
        epochs=epochs if epochs == "auto" else int(epochs),
        random_state=int(random_state),
    )
    taken = seconds(lambda: translator.fit(X, y))
    written = translator.predict(others)
    return {
        "exact": exact_match_score(wanted, written),
        "tokens": token_accuracy_score(wanted, written),
        "epochs": translator.n_iter_,
        "seconds": taken,
    }


def decoding(n_repeats: str) -> dict[str, float]:
    """Seconds of one call with the cache and without; untrained weights, of which none writes an end."""
    from skmlbio._tensorflow import keras, tf
    from skmlbio.layers.beam_search import BeamSearch
    from skmlbio.networks.translation import transformer_translation
    from skmlbio.sequences import get_alphabet

    class Recomputing:
        """A decoder that remembers what was written, and no more."""

        def __init__(self, decoder):
            self.decoder = decoder

        def begin(self, memory, real):
            return (memory, real), [tf.zeros((tf.shape(memory)[0], 1, 0), tf.int32)]

        def step(self, tokens, place, cache, read):
            written = tf.concat([cache[0], tokens[:, tf.newaxis, tf.newaxis]], axis=2)
            return self.decoder(written[:, 0, 1:], memory=read[0], real=read[1])[:, -1], [written]

    vectors = get_alphabet("dna").one_hot_vectors
    network = transformer_translation(
        {"vectors": vectors}, 22, "uint8", 0, 0, WIDTH, HEADS, BLOCKS, FEED_FORWARD, dropout=0.0
    )
    cached = network.heads["predict"]
    decoder = network.training.get_layer("decoder")
    decoder.output_layer.bias.assign([-1e3, *[0.0] * 21])
    *_, search = cached.layers
    memory, real = search._inbound_nodes[0].arguments.args[0], search._inbound_nodes[0].arguments.kwargs["real"]
    _, limits, widths, penalties = cached.inputs
    again = BeamSearch(Recomputing(decoder))
    uncached = keras.Model(
        cached.inputs, again(memory, real=real, limits=limits, width=widths, length_penalty=penalties)
    )
    inputs = [
        tf.constant(np.random.default_rng(0).integers(2, 6, (256, 100)).astype("uint8")),
        tf.fill([256], 100),
        tf.ones(256, tf.int32),
        tf.zeros(256),
    ]
    calls = {name: partial(tf.function(model), inputs) for name, model in (("kept", cached), ("anew", uncached))}
    assert np.array_equal(calls["kept"]().numpy(), calls["anew"]().numpy())
    return interleaved(clocked(calls), int(n_repeats))


def skmlbio(epochs: int) -> Callable:
    from skmlbio import TransformerTranslator

    import_all_of_ours()

    def fit(X, y):
        translator = TransformerTranslator(
            "dna", embedding_dim=WIDTH, n_heads=HEADS, n_blocks=BLOCKS, feed_forward_dim=FEED_FORWARD, dropout=0.1,
            weight_averaging=0, batch_size=BATCH_SIZE, epochs=epochs, random_state=0,
        )  # fmt: skip
        return translator.fit(X, y).history_["loss"][-1]

    return fit


def plain_torch(epochs: int, one_thread: bool) -> Callable:
    import torch

    if one_thread:
        torch.set_num_threads(1)

    class Network(torch.nn.Module):
        def __init__(self, n_read: int, n_written: int):
            super().__init__()
            self.read, self.written = torch.nn.Embedding(n_read, WIDTH), torch.nn.Embedding(n_written, WIDTH)
            self.transformer = torch.nn.Transformer(
                WIDTH, HEADS, BLOCKS, BLOCKS, FEED_FORWARD, 0.1, batch_first=True, norm_first=True
            )
            self.output = torch.nn.Linear(WIDTH, n_written)
            angles = np.arange(200)[:, None] / 10_000 ** (np.arange(0, WIDTH, 2) / WIDTH)
            sines = np.stack([np.sin(angles), np.cos(angles)], axis=2).reshape(200, WIDTH)
            self.register_buffer("positions", torch.tensor(sines.astype(np.float32)))

        def forward(self, read, written):
            hidden = read == 0
            later = torch.nn.Transformer.generate_square_subsequent_mask(written.shape[1], dtype=torch.bool)
            return self.output(
                self.transformer(
                    self.read(read) + self.positions[: read.shape[1]],
                    self.written(written) + self.positions[: written.shape[1]],
                    tgt_mask=later,
                    src_key_padding_mask=hidden,
                    memory_key_padding_mask=hidden,
                    tgt_is_causal=True,
                )
            )

    def numbers(strings: list[str], letters: str) -> torch.Tensor:
        array = np.zeros((len(strings), max(map(len, strings)) + 1), np.int64)
        for row, string in zip(array, strings, strict=True):
            row[: len(string)] = [letters.index(letter) + 1 for letter in string]
        return torch.tensor(array)

    def fit(X, y):
        letters = "".join(sorted(set("".join(y))))
        read, wanted = numbers(X, "ACGT"), numbers(y, letters)
        network = Network(5, len(letters) + 1)
        optimizer = torch.optim.Adam(network.parameters(), lr=1e-3)
        for _ in range(epochs):
            for rows in torch.randperm(len(X)).split(BATCH_SIZE):
                goals = wanted[rows]
                before = torch.nn.functional.pad(goals[:, :-1], (1, 0))
                present = torch.nn.functional.pad(goals[:, :-1] > 0, (1, 0), value=True)
                loss = torch.nn.functional.cross_entropy(network(read[rows], before)[present], goals[present])
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
        return float(loss)

    return fit


PEERS: dict[str, dict[str, Callable]] = {
    "skmlbio": {"default threads": skmlbio, "one thread": partial(on_one_thread, skmlbio)},
    "torch": {
        "one thread": partial(plain_torch, one_thread=True),
        "default threads": partial(plain_torch, one_thread=False),
    },
}


def fit(peer: str, setting: str) -> dict[str, float]:
    X, y = made_genes(3_000, seed=0)
    once = PEERS[peer][setting](EPOCHS)
    return {"first": seconds(lambda: once(X, y)), "second": seconds(lambda: once(X, y))}


def main(quick: bool) -> None:
    script = Path(__file__)
    print(f"{machine()}\n")
    rows = []
    for state in range(1 if quick else 3):
        epochs = "auto"
        for architecture in ARCHITECTURES:
            found = fresh(script, "accuracy", architecture, state, epochs)
            epochs = found["epochs"]
            aim = f"≥ {EXACT}" if architecture == "transformer" else ""
            row = f"{found['exact']:.3f}", aim, f"{found['tokens']:.4f}", epochs, duration(found["seconds"])
            rows.append([architecture, state, *row])
    print(markdown("architecture | random state | exact | to reach | residues | epochs | fit", rows), end="\n\n")
    times = fresh(script, "decoding", 3 if quick else 9)
    share = times["kept"] / times["anew"]
    row = [duration(times["kept"]), duration(times["anew"]), f"{share:.2f}", f"≤ {SHARE_OF_UNCACHED}"]
    print(markdown("cached | anew at each step | share | to reach", [row]), end="\n\n")
    figures = repeated_fits(script, PEERS, 1 if quick else 5)
    best = {(peer, k): min(figures[peer, s, k] for s in PEERS[peer]) for peer in PEERS for k in ("first", "second")}
    share = best["skmlbio", "second"] / best["torch", "second"]
    rows = [[peer, duration(best[peer, "first"]), duration(best[peer, "second"])] for peer in PEERS]
    print(markdown("3,000 pairs, 10 epochs | first fit | second fit", rows))
    print(f"\nSecond fit: {share:.2f} of torch's, at most {SHARE_OF_TORCH} is to be reached.")


if __name__ == "__main__":
    measure_or_run({"accuracy": accuracy, "decoding": decoding, "fit": fit}, main, __doc__)

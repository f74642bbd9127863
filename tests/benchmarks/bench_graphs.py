"""Print what graph classification costs beside its peers, as Markdown for `docs/benchmarks.md`.

The network and its peers are in `_graph_peers.py`.  All imports are done before a clock starts: "first" is the first
fit of a fresh process, "second" the same once more in that process, both from the list of graphs.  Each measurement
runs in a process of its own, peers take turns, medians are compared, and of a peer's settings the better one counts.
"""

import resource
from functools import partial
from pathlib import Path

import numpy as np
from _graph_peers import PEERS, UNITS, classifier, random_graphs
from _timing import (
    clocked,
    duration,
    fresh,
    interleaved,
    machine,
    markdown,
    measure_or_run,
    repeated_fits,
    seconds,
    seconds_per_call,
)

from skmlbio.graphs import Graph

N_GRAPHS, EPOCHS = 600, 10
GRAPH_COUNTS = [1_000, 4_000, 16_000]


def fit(peer: str, setting: str) -> dict[str, float]:
    """Seconds of the first and of the second fit of 600 graphs, 10 epochs."""
    train = PEERS[peer][setting](EPOCHS)
    graphs, y = random_graphs(N_GRAPHS)
    return {run: seconds(partial(train, graphs, y)) for run in ("first", "second")}


def growth(n_repeats: str) -> dict[str, float]:
    """Seconds of one more epoch, by number of graphs: a warm fit of 5 epochs less one of 1 epoch."""
    medians = {}
    for n_graphs in GRAPH_COUNTS:
        data = random_graphs(n_graphs)
        fits = {epochs: partial(classifier(epochs).fit, *data) for epochs in (1, 5)}
        for call in fits.values():
            call()
        times = interleaved(clocked(fits), int(n_repeats))
        medians[f"{n_graphs:,} graphs"] = (times[5] - times[1]) / 4
    return medians


def predict_one(n_repeats: str) -> dict[str, float]:
    """Seconds to ask for the probabilities of one graph."""
    from skmlbio.graphs import dense_batch, ensure_graphs

    graphs, y = random_graphs(N_GRAPHS)
    estimator = classifier(EPOCHS).fit(graphs, y)
    model, batch = estimator.model_, list(dense_batch(ensure_graphs(graphs[:1])))
    np.testing.assert_allclose(
        model.predict(batch, verbose=0)[:, 0], estimator.predict_proba(graphs[:1])[:, 1], atol=1e-5
    )
    calls = {
        "skmlbio": partial(estimator.predict_proba, graphs[:1]),
        "keras.Model.predict": partial(model.predict, batch, verbose=0),
    }
    return interleaved(clocked(calls, seconds_per_call), int(n_repeats))


def peak_memory(with_large_graph: str) -> dict[str, float]:
    """Bytes at the peak of a process that fits 500 small graphs, with or without one of 20,000 nodes beside them."""
    graphs, y = random_graphs(500)
    if with_large_graph == "with":
        rng = np.random.default_rng(0)
        half = rng.integers(0, 20_000, (2, 50_000))
        graphs[0] = Graph(rng.normal(size=(20_000, 16)), np.concatenate([half, half[::-1]], axis=1))
    classifier(EPOCHS).fit(graphs, y)
    return {"peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024}


MEASUREMENTS = {function.__name__: function for function in (fit, growth, predict_one, peak_memory)}
# Run of a fit, peer: the largest allowed ratio of our time to the peer's.
TARGETS = {
    ("first", "torch_geometric"): 0.75,
    ("second", "torch_geometric"): 0.15,
    ("first", "dense PyTorch loop"): None,
    ("second", "dense PyTorch loop"): 0.7,
}


def compared(title: str, ours: float, peer: str, other: float, target: float | None, show=duration) -> list[str]:
    """One line of the table of ratios."""
    ratio = ours / other
    verdict = [f"≤ {target}", "yes" if ratio <= target else "**no**"] if target else ["", ""]
    return [title, show(ours), peer, show(other), f"{ratio:.3g}", *verdict]


def megabytes(value: float) -> str:
    return f"{value / 1e6:.0f} MB"


def main(quick: bool) -> None:
    script, n_repeats = Path(__file__), 1 if quick else 5
    times = repeated_fits(script, PEERS, n_repeats)

    def best(peer: str, run: str) -> float:
        return min(times[peer, setting, run] for setting in PEERS[peer])

    rows = [
        compared(f"{run} fit, 600 graphs", best("skmlbio", run), peer, best(peer, run), target)
        for (run, peer), target in TARGETS.items()
    ]
    grown, one = fresh(script, "growth", n_repeats), fresh(script, "predict_one", n_repeats)
    small, *_, large = grown.items()
    rows.append(compared("one epoch, 16,000 graphs", large[1], small[0], small[1], 17))
    rows.append(compared("predict one graph", *_pair(one), 0.05))
    peaks = {name: fresh(script, "peak_memory", name)["peak"] for name in ("with", "without")}
    title = f"peak memory, one graph of 20,000 nodes among 500, {UNITS} units"
    rows.append(compared(title, peaks["with"], "without it", peaks["without"], 1.5, megabytes))
    print(machine(), "", markdown("work | skmlbio | beside | its figure | ratio | to reach | reached", rows), sep="\n")
    details = [
        (*key, *(duration(times[(*key, run)]) for run in ("first", "second")))
        for key in dict.fromkeys(key[:2] for key in times)
    ]
    print("", markdown("library | setting | first fit | second fit", details), sep="\n")


def _pair(figures: dict[str, float]) -> tuple[float, str, float]:
    (_, ours), (peer, other) = figures.items()
    return ours, peer, other


if __name__ == "__main__":
    measure_or_run(MEASUREMENTS, main, __doc__)

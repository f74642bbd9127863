"""Print what classifying strings costs beside its peers, as Markdown for `docs/benchmarks.md`.

The network and its peers are in `_sequence_peers.py`.  All imports are done before a clock starts: "first" is the first
fit of a fresh process, "second" the same once more in that process, both from the list of strings.  Each measurement
runs in a process of its own, peers take turns, medians are compared, and of a peer's settings the better one counts.
"""

from functools import partial
from pathlib import Path

import numpy as np
from _sequence_peers import PEERS, classifier, random_strings
from _timing import (
    clocked,
    duration,
    fresh,
    interleaved,
    machine,
    markdown,
    measure_or_run,
    repeated_fits,
    seconds_per_call,
    two_fits,
)

N_STRINGS, EPOCHS = 2_000, 10
# Run of a fit, peer: the largest allowed ratio of our time to the peer's.
TARGETS = {("first", "skorch"): 1.3, ("second", "skorch"): 0.65, ("second", "keras.Model.fit"): 0.3}


def fit(peer: str, setting: str) -> dict[str, float]:
    """Seconds of the first and of the second fit, and the accuracy, because everybody should do the same work."""
    return two_fits(PEERS[peer][setting](EPOCHS), *random_strings(N_STRINGS))


def predict_one(n_repeats: str) -> dict[str, float]:
    """Seconds to ask for the probabilities of one string."""
    strings, y = random_strings(200)
    estimator = classifier(2).fit(strings, y)
    model, tokens = estimator.model_, np.array([estimator.alphabet_.lookup[list(strings[0].encode())]])
    np.testing.assert_allclose(
        model.predict(tokens, verbose=0)[:, 0], estimator.predict_proba(strings[:1])[:, 1], atol=1e-5
    )
    calls = {
        "skmlbio": partial(estimator.predict_proba, strings[:1]),
        "keras.Model.predict": partial(model.predict, tokens, verbose=0),
    }
    return interleaved(clocked(calls, seconds_per_call), int(n_repeats))


MEASUREMENTS = {function.__name__: function for function in (fit, predict_one)}


def compared(title: str, ours: float, peer: str, other: float, target: float) -> list[str]:
    """One line of the table of ratios."""
    ratio = ours / other
    verdict = "yes" if ratio <= target else "**no**"
    return [title, duration(ours), peer, duration(other), f"{ratio:.3g}", f"≤ {target}", verdict]


def main(quick: bool) -> None:
    script, n_repeats = Path(__file__), 1 if quick else 5
    medians = repeated_fits(script, PEERS, n_repeats)

    def best(peer: str, run: str) -> float:
        return min(medians[peer, setting, run] for setting in PEERS[peer])

    rows = [
        compared(f"{run} fit, 2,000 strings", best("skmlbio", run), peer, best(peer, run), target)
        for (run, peer), target in TARGETS.items()
    ]
    (_, ours), (peer, other) = fresh(script, "predict_one", n_repeats).items()
    rows.append(compared("predict one string", ours, peer, other, 0.05))
    print(machine(), "", markdown("work | skmlbio | beside | its figure | ratio | to reach | reached", rows), sep="\n")
    details = [
        (*key, *(duration(medians[(*key, run)]) for run in ("first", "second")), f"{medians[(*key, 'accuracy')]:.3f}")
        for key in dict.fromkeys(key[:2] for key in medians)
    ]
    print("", markdown("library | setting | first fit | second fit | accuracy", details), sep="\n")


if __name__ == "__main__":
    measure_or_run(MEASUREMENTS, main, __doc__)

"""Print what the auto-encoder 64-32-k-32-64 costs beside its peers, as Markdown for `docs/benchmarks.md`.

All imports are done before a clock starts: "first" is the first search or fit of a fresh process, "second" the same
once more in that process. Peers take turns; medians are compared, and of a peer's settings the better one counts.
"""

import argparse
import statistics
from collections.abc import Callable, Iterator
from pathlib import Path

from _peers import PEERS
from _timing import amount, duration, fresh, machine, markdown
from _work import OURS

WORK = Path(__file__).with_name("_work.py")
TITLES = {"search": "`GridSearchCV`, 24 fits of 10 epochs", "fit": "one fit, 50 epochs"}
# A search of these takes minutes: once, and not with --quick.
SLOW = {("search", "plain Keras wrapper", setting) for setting in PEERS["plain Keras wrapper"]}
SLOW |= {("search", "skorch", "default threads"), ("fit", "skorch", "default threads")}

# Work, run, peer: the largest allowed ratio of our time to the peer's.
TARGETS = {
    ("search", "first", "skorch"): 0.25,
    ("search", "first", "MLPRegressor"): 0.8,
    ("search", "first", "plain Keras wrapper"): 0.06,
    ("search", "second", "skorch"): 0.05,
    ("search", "second", "MLPRegressor"): 0.15,
    ("fit", "first", "skorch"): 0.35,
    ("fit", "first", "MLPRegressor"): 1.1,
    ("fit", "first", "keras.Model.fit"): None,
    ("fit", "second", "skorch"): 0.05,
    ("fit", "second", "MLPRegressor"): 0.18,
    ("fit", "second", "keras.Model.fit"): 0.02,
}

# Title, measurement, our figure, the figure beside it, the largest allowed ratio, how to print a figure.
COMPARISONS = [
    ("one step, warm: a fit over its steps", "step", "whole fit", "C", 1, duration),
    ("one step, warm: what more epochs cost", "step", "slope", "C", 1, duration),
    ("one step, warm: what more epochs cost", "step", "slope", "C, fast-math", None, duration),
    ("`fit`, 64,000 rows beside 1,000 rows", "rows", "64,000 rows", "1,000 rows", 66, duration),
    ("`transform` of one row", "transform_one", OURS, "keras.Model.predict", 0.02, duration),
    ("`transform` of one row", "transform_one", OURS, "MLPRegressor.predict", 3, duration),
    ("`transform` of 100,000 rows", "transform_many", OURS, "NumPy", 1.5, duration),
    ("pickle of a fitted estimator", "pickle_size", OURS, "1.2 x weights + 20 kB", 1, amount),
]


Figure = float | str  # a string says why there is no number


def measure_runs(quick: bool) -> dict[tuple[str, str, str], dict[str, float] | str]:
    """The figures of each (work, library, setting): medians over fresh processes, or why there are none."""
    pairs = dict.fromkeys([(work, OURS) for work in TITLES] + [(work, library) for work, _, library in TARGETS])
    results = {(*pair, setting): [] for pair in pairs for setting in PEERS[pair[1]]}
    for repeat in range(1 if quick else 3):
        for key, repeats in results.items():
            if key in SLOW and quick:
                repeats.append("left out by --quick")
            elif key not in SLOW or repeat == 0:
                repeats.append(fresh(WORK, *key))
    return {key: summary(repeats) for key, repeats in results.items()}


def summary(repeats: list[dict[str, float] | str]) -> dict[str, float] | str:
    """Medians of repeated figures, or the first failure."""
    failure = next((figures for figures in repeats if isinstance(figures, str)), None)
    return failure or {name: statistics.median(figures[name] for figures in repeats) for name in repeats[0]}


def best(results: dict, work: str, run: str, library: str) -> Figure:
    """The shortest time among a library's settings, or why none has one."""
    settings = [figures for key, figures in results.items() if key[:2] == (work, library)]
    times = [figures[run] for figures in settings if isinstance(figures, dict)]
    return min(times) if times else settings[0]


def compared(title: str, our: Figure, peer: str, other: Figure, target: float | None, show: Callable) -> list[str]:
    """One line of the table of ratios."""
    if isinstance(our, str) or isinstance(other, str):
        ratio, reached = "", "not measured"
    else:
        ratio, reached = f"{our / other:.3g}", "yes" if target and our / other <= target else "**no**"
    return [title, show(our), peer, show(other), ratio, *([f"≤ {target}", reached] if target else ["", ""])]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="one repeat, and without what takes minutes")
    quick = parser.parse_args().quick
    results = measure_runs(quick)
    warm = {name: fresh(WORK, name, 1 if quick else 5) for name in dict.fromkeys(line[1] for line in COMPARISONS)}

    lines = []
    for (work, run, peer), target in TARGETS.items():
        our, other = best(results, work, run, OURS), best(results, work, run, peer)
        lines.append(compared(f"{TITLES[work]}, {run}", our, peer, other, target, duration))
    for title, name, our, peer, target, show in COMPARISONS:
        figures = warm[name] if isinstance(warm[name], dict) else dict.fromkeys((our, peer), warm[name])
        lines.append(compared(title, figures[our], peer, figures[peer], target, show))
    print(machine(), "", markdown("work | skmlbio | peer | its figure | ratio | target | reached", lines), sep="\n")
    print("", markdown("work | library | setting | first | second | squared error", details(results)), sep="\n")
    curve = warm["rows"]
    if isinstance(curve, dict):
        print("", markdown("fit, 50 epochs | time", ((name, duration(time)) for name, time in curve.items())), sep="\n")


def details(results: dict) -> Iterator[list[str]]:
    """Each setting of each library."""
    for (work, library, setting), figures in results.items():
        shown = figures if isinstance(figures, dict) else {"first": figures}
        times = [duration(shown.get(run, "")) for run in ("first", "second")]
        yield [TITLES[work], library, setting, *times, f"{shown['error']:.4f}" if "error" in shown else ""]


if __name__ == "__main__":
    main()

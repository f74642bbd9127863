"""Print what learning without labels brings where labels are few, as Markdown.

- Secondary structure in three states: an encoder guesses hidden residues of all FLIP training chains (those of
  `bench_tagger.py`), and taggers that begin with it, or with nothing, learn from the states of 100, 500 or all of these
  chains.  Both have the same layers, and stop by 200 of the validation chains.  Q3 on TS115 and on the 364 new chains.
- AMPlify: an encoder guesses hidden residues of all 6,676 training peptides; classifiers learn from the labels of 5 %,
  334 drawn by the random state, and are asked about the 1,670 test peptides.  Both have the same layers.  Beside them,
  logistic regression on counts of k-mers.

Encoders have random state 0; the random states 0 to 2 are those of the labelled samples and of what learns from them.
How an encoder learns on was chosen on validation chains, and on training peptides that were not labelled, with random
state 3; the test sets have been looked at once.  Findings are kept in a file and encoders in a folder, so that what was
stopped goes on.
"""

import argparse
import json
import pickle
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from _timing import duration, machine, markdown
from bench_sequence_accuracy import amplify
from bench_tagger import findings, flip, some, ts115

LAYERS = {"n_layers": 2, "n_units": 64, "embedding_dim": 64, "learning_rate": 2e-3}
STATES = (0, 1, 2)
OF_ENCODERS = {"structure": {"epochs": 12}, "peptides": {"epochs": 60}}
LEARNING = {"from nothing": None, "pre-trained, frozen": {"freeze": True}, "pre-trained": {"freeze": False}}
N_LABELLED = {"structure": (100, 500, None), "peptides": (334,)}
N_WATCHED = 200
BASELINE = "k-mers + logistic regression"


def encoder(task: str, folder: Path):
    """The encoder of a task, fitted once."""
    from skmlbio import MaskedSequenceEncoder

    path = folder / f"{task}.pickle"
    if path.exists():
        return pickle.loads(path.read_bytes())
    X = flip()["train"][0] if task == "structure" else amplify()[0][: amplify()[2]]
    options = LAYERS | OF_ENCODERS[task] | {"checkpoint": folder, "random_state": 0}
    found = MaskedSequenceEncoder("protein", body="rnn", **options).fit(X)
    path.write_bytes(pickle.dumps(found))
    return found


def begun(task: str, way: str, folder: Path) -> dict:
    """What an estimator begins with: an encoder, or layers of its own."""
    from sklearn.frozen import FrozenEstimator

    if LEARNING[way] is None:
        return LAYERS
    return {"encoder": FrozenEstimator(encoder(task, folder)), "learning_rate": 2e-3, **LEARNING[way]}


def structure(way: str, n_chains: int | None, state: int, folder: Path) -> dict[str, float]:
    from skmlbio import SequenceTagger
    from skmlbio.sequences import q3_score

    parts = flip() | {"TS115": ts115()}
    X, y = some(parts["train"], n_chains, state)
    X_val, y_val = some(parts["validation"], N_WATCHED)
    options = {"epochs": 60 if n_chains else 12, "patience": 6 if n_chains else 2, "random_state": state}
    tagger = SequenceTagger("protein", body="rnn", **options, **begun("structure", way, folder))
    tagger.fit(X, y, X_val=X_val, y_val=y_val)
    sets = {"validation": (X_val, y_val), "364 new chains": parts["test"], "TS115": parts["TS115"]}
    sets = sets if state in STATES else {"validation": sets["validation"]}
    return {name: q3_score(wanted, tagger.predict(chains)) for name, (chains, wanted) in sets.items()}


def peptides(way: str, n_labelled: int, state: int, folder: Path) -> dict[str, float]:
    from skmlbio import RNNClassifier

    X, y, n_training = amplify()
    rows = np.random.default_rng(state).permutation(n_training)
    labelled = rows[:n_labelled]
    asked = np.arange(n_training, len(X)) if state in STATES else rows[n_labelled : n_labelled + 2_000]
    if way == BASELINE:
        from bench_sequence_accuracy import METHODS

        classifier = METHODS[BASELINE]("protein", 0)
    else:
        options = {"epochs": 60, "random_state": state}
        classifier = RNNClassifier("protein", **options, **begun("peptides", way, folder))
    classifier.fit([X[i] for i in labelled], y[labelled])
    return {"accuracy": float(np.mean(classifier.predict([X[i] for i in asked]) == y[asked]))}


TASKS: dict[str, Callable] = {"structure": structure, "peptides": peptides}


def measure(task: str, way: str, n_labelled: int | None, state: int, chosen: argparse.Namespace) -> None:
    key = {"task": task, "way": way, "n": n_labelled, "state": state}
    if any(key.items() <= found.items() for found in findings(chosen.results)):
        return
    start = time.perf_counter()
    found = TASKS[task](way, n_labelled, state, chosen.encoders)
    with chosen.results.open("a") as file:
        file.write(json.dumps(key | found | {"seconds": time.perf_counter() - start}) + "\n")


def table(found: list[dict]) -> str:
    """The mean of each row's random states, with the smallest and the greatest."""
    rows = []
    for task in TASKS:
        names = ("TS115", "364 new chains") if task == "structure" else ("accuracy",)
        for n in N_LABELLED[task]:
            for way in (*LEARNING, BASELINE):
                key = {"task": task, "way": way, "n": n}.items()
                same = [row for row in found if key <= row.items() and row["state"] in STATES]
                if same:
                    of_sets = [spread([row[name] for row in same]) for name in names]
                    took = duration(float(np.median([row["seconds"] for row in same])))
                    rows.append([task, n or "all", way, *of_sets, *[""] * (2 - len(of_sets)), len(same), took])
    return markdown(
        "task | labelled | begins | TS115, or test peptides | 364 new chains | states | fit and answers", rows
    )


def spread(values: list[float]) -> str:
    return f"{100 * np.mean(values):.1f} % ({100 * min(values):.1f} to {100 * max(values):.1f})"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--results", type=Path, required=True, help="where findings are kept, a line each")
    parser.add_argument("--encoders", type=Path, required=True, help="the folder for encoders")
    parser.add_argument("--only", nargs=4, metavar=("TASK", "WAY", "LABELLED", "STATE"), help="one measurement")
    chosen = parser.parse_args()
    chosen.encoders.mkdir(exist_ok=True)
    if chosen.only:
        task, way, n, state = chosen.only
        measure(task, way, None if n == "all" else int(n), int(state), chosen)
        return
    for task in TASKS:
        for n in N_LABELLED[task]:
            for state in STATES:
                for way in (*LEARNING, *([BASELINE] if task == "peptides" else [])):
                    measure(task, way, n, state, chosen)
    print(machine(), "", table(findings(chosen.results)), sep="\n")


if __name__ == "__main__":
    main()

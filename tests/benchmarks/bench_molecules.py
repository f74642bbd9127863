"""Print what networks of molecules cost and how right they are, as Markdown for `docs/benchmarks.md`.

Speed: fits of 1,500 molecules of BBBP that begin with their SMILES, 20 epochs, by the network of `_graph_peers.py`,
whose peers get the same features from `MoleculeGraphTransformer`.  All imports are done before a clock starts: "first"
is the first fit of a fresh process, "second" the same once more.  Accuracy: ESOL and Tox21 with 80 % of the molecules
for training, 10 % that may choose settings and 10 % for the test, BBBP with 80 % and 20 %, at random by the seeds,
beside random forests of 500 trees on Morgan fingerprints of radius 2 and 2,048 bits.  Networks have the defaults of
their estimators unless `--settings` says otherwise; `--validate` scores the part that may choose settings in place of
the test.  The data are read from the folder `SKMLBIO_DATA`.
"""

import argparse
import json
import sys
from functools import partial
from pathlib import Path

import numpy as np
from _graph_peers import PEERS
from _molecules import SETS, forest, network
from _timing import duration, fresh, machine, markdown, repeated_fits, seconds

N_MOLECULES, EPOCHS = 1_500, 20
SPEED_PEERS = {name: PEERS[name] for name in ("skmlbio", "torch_geometric")}
SPEED_TARGETS = {"first": None, "second": 0.3}
ACCURACY_TARGETS = {"ESOL": "≤ 0.65", "BBBP": "≥ 0.92", "Tox21": "≥ 0.82"}
METHODS = {"network": network, "fingerprints + forest": forest}


def fit(peer: str, setting: str) -> dict[str, float]:
    """Seconds of the first and of the second fit, which begin with SMILES."""
    import rdkit.Chem  # noqa: F401

    from skmlbio import MoleculeGraphTransformer

    train = PEERS[peer][setting](EPOCHS)
    smiles, y = SETS["BBBP"].read()
    smiles, y = smiles[:N_MOLECULES].tolist(), y[:N_MOLECULES].astype(int)
    transformer = MoleculeGraphTransformer(edge_features=None)
    return {run: seconds(lambda: train(transformer.transform(smiles), y)) for run in ("first", "second")}


def accuracy(name: str, method: str, seed: str, options: str) -> dict[str, float]:
    """The score of one set, method and seed."""
    chosen = json.loads(options)
    split = SETS[name].split(int(seed), chosen["n_molecules"])
    if chosen["validate"]:
        split = split._replace(test=split.validation)
    settings = eval(f"dict({chosen['settings']})") if method == "network" else {}
    return {"score": SETS[name].score(split.test[1], METHODS[method](SETS[name], split, int(seed), **settings))}


def speed_table(n_repeats: int) -> str:
    times = repeated_fits(Path(__file__), SPEED_PEERS, n_repeats)
    rows = []
    for run, target in SPEED_TARGETS.items():
        ours, other = (min(times[peer, s, run] for s in SPEED_PEERS[peer]) for peer in SPEED_PEERS)
        verdict = [f"≤ {target}", "yes" if ours / other <= target else "**no**"] if target else ["", ""]
        rows.append((f"{run} fit", duration(ours), duration(other), f"{ours / other:.3g}", *verdict))
    return markdown(f"{N_MOLECULES:,} molecules | skmlbio | PyTorch Geometric | ratio | to reach | reached", rows)


def accuracy_table(names: list[str], methods: list[str], seeds: list[int], options: dict) -> str:
    rows = []
    for name in names:
        for method in methods:
            runs = [fresh(Path(__file__), "accuracy", name, method, seed, json.dumps(options)) for seed in seeds]
            if failed := [run for run in runs if isinstance(run, str)]:
                raise RuntimeError(f"{name}, {method}: {failed[0]}")
            scores = [run["score"] for run in runs]
            print(name, method, np.round(scores, 4).tolist(), file=sys.stderr, flush=True)
            measure = "ROC-AUC" if SETS[name].is_classification else "RMSE"
            target = ACCURACY_TARGETS[name] if method == "network" else ""
            rows.append((name, method, f"{np.mean(scores):.3f} {measure}", f"{np.std(scores):.3f}", target))
    return markdown("data | method | test | spread over seeds | to reach", rows)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--parts", nargs="+", choices=["speed", "accuracy"], default=["speed", "accuracy"])
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--data", nargs="+", choices=SETS, default=list(SETS))
    parser.add_argument("--methods", nargs="+", choices=METHODS, default=list(METHODS))
    parser.add_argument("--seeds", nargs="+", type=int, default=list(range(5)))
    parser.add_argument("--settings", default="", help="arguments of the networks, as Python has them")
    parser.add_argument("--n-molecules", type=int, help="so many molecules of each set only, to try the script")
    parser.add_argument("--validate", action="store_true")
    chosen = parser.parse_args()
    tables = {
        "speed": partial(speed_table, chosen.repeats),
        "accuracy": partial(
            accuracy_table,
            chosen.data,
            chosen.methods,
            chosen.seeds,
            {name: getattr(chosen, name) for name in ("settings", "n_molecules", "validate")},
        ),
    }
    print(machine(), *(tables[part]() for part in chosen.parts), sep="\n\n")


if __name__ == "__main__":
    measurement = {"fit": fit, "accuracy": accuracy}.get(sys.argv[1] if sys.argv[1:] else "")
    if measurement:
        print(json.dumps(measurement(*sys.argv[2:])))
    else:
        main()

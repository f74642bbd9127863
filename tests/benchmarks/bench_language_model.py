"""Print how hard the residues of held-out proteins are to guess, by Markov chains and by language models, as Markdown.

Trained on the FLIP training chains (NetSurfP-2.0's, of 25 % identity; 5jen-C is left out, which is a chain of TS115),
and asked about 364 newer chains and TS115.  Perplexity is exp(-mean log p) of all residues of a set, without the ends
of chains, so that all methods answer the same question.  Settings have been chosen on validation chains: the
pseudocount of every Markov chain among those listed here, and those of the networks after four epochs on 1,000 training
chains.
Findings are kept in a file, a fit in a checkpoint, so that what was stopped goes on.
"""

import argparse
import json
import time
from collections.abc import Callable
from pathlib import Path

from _timing import duration, machine, markdown
from bench_tagger import findings, flip, some, ts115

SETS = {"validation": "validation", "364 new chains": "test", "TS115": "TS115"}
PSEUDOCOUNTS = (1, 10, 30, 100, 300)
EPOCHS, SETTINGS = 4, {"learning_rate": 5e-3, "batch_size": 32, "random_state": 0}
Proteins = dict[str, list[str]]


def markov_chain(order: int) -> Callable:
    def fit(parts: Proteins, chosen: argparse.Namespace) -> tuple:
        from skmlbio import MarkovChain

        best = min(
            (MarkovChain(order, alphabet="protein", pseudocount=p).fit(parts["train"]) for p in PSEUDOCOUNTS),
            key=lambda chain: chain.perplexity(parts["validation"]),
        )
        return best, f"pseudocount {best.pseudocount:g}"

    return fit


def language_model(**settings) -> Callable:
    def fit(parts: Proteins, chosen: argparse.Namespace) -> tuple:
        from skmlbio import SequenceLanguageModel

        settings_of_a_fit = SETTINGS | {"epochs": EPOCHS, "checkpoint": chosen.checkpoint} | settings
        return SequenceLanguageModel("protein", **settings_of_a_fit).fit(parts["train"]), f"{EPOCHS} epochs"

    return fit


METHODS = {
    **{f"`MarkovChain({order})`": markov_chain(order) for order in range(6)},
    '`SequenceLanguageModel(body="rnn")`': language_model(n_units=128),
    '`SequenceLanguageModel(body="attention")`': language_model(body="attention", n_layers=2),
}


def measure(method: str, chosen: argparse.Namespace) -> None:
    if any((found["method"], found["chains"]) == (method, chosen.chains) for found in findings(chosen.results)):
        return
    parts = flip() | {"TS115": ts115()}
    parts["train"] = some(parts["train"], chosen.chains)
    parts = {name: chains for name, (chains, _) in parts.items()}
    start = time.perf_counter()
    model, setting = METHODS[method](parts, chosen)
    found = {"method": method, "chains": chosen.chains, "setting": setting, "seconds": time.perf_counter() - start}
    found |= {name: model.perplexity(parts[part]) for name, part in SETS.items()}
    with chosen.results.open("a") as file:
        file.write(json.dumps(found) + "\n")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--methods", nargs="+", type=int, default=list(range(len(METHODS))), help="by their places")
    parser.add_argument("--chains", type=int, default=9711, help="how many training chains; by default all")
    parser.add_argument("--results", type=Path, required=True, help="file of findings, one JSON object a line")
    parser.add_argument("--checkpoint", help="folder for the states of fits")
    chosen = parser.parse_args()
    for place in chosen.methods:
        measure(list(METHODS)[place], chosen)
    rows = [
        [
            found["method"],
            found["chains"],
            found["setting"],
            *(f"{found[name]:.2f}" for name in SETS),
            duration(found["seconds"]),
        ]
        for found in sorted(findings(chosen.results), key=lambda found: list(METHODS).index(found["method"]))
    ]
    print(machine(), "", markdown(f"perplexity | training chains | setting | {' | '.join(SETS)} | fit", rows), sep="\n")


if __name__ == "__main__":
    main()

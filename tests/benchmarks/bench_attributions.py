"""Print the seconds that attributions of strings of 200 letters take, as Markdown.

In-silico mutagenesis is compared with Keras: `keras.Model.predict` of each mutant, one at a time (some of them, from
which the time of all follows), and of all mutants in batches of 32, its default.  `--quick` takes 10 strings, not 100.
"""

import argparse

import numpy as np
from _timing import duration, machine, markdown, seconds

from skmlbio import AttentionClassifier
from skmlbio.sequences import ensure_sequences

LENGTH, N_ALONE = 200, 30
MOST = 0.1  # of the time that Keras takes for mutants one at a time


def mutants_of(strings: list[str]) -> np.ndarray:
    """Tokens of all strings that differ in one letter."""
    tokens = ensure_sequences(strings, alphabet="dna").pad()
    mutated = np.repeat(tokens, 3 * LENGTH, axis=0)
    places = np.tile(np.repeat(np.arange(LENGTH), 3), len(tokens))
    rows = np.arange(len(mutated))
    shifts = np.tile([1, 2, 3], len(tokens) * LENGTH)
    mutated[rows, places] = (mutated[rows, places] - 2 + shifts) % 4 + 2
    return mutated


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="10 strings")
    n_strings = 10 if parser.parse_args().quick else 100
    random = np.random.default_rng(0)
    strings = ["".join(random.choice(list("ACGT"), LENGTH)) for _ in range(n_strings)]
    classifier = AttentionClassifier("dna", epochs=1, random_state=0).fit(strings, np.arange(n_strings) % 2)
    rows = []
    for method in ("gradient_times_input", "integrated_gradients", "mutagenesis"):
        classifier.attributions(strings[:2], method=method)  # everything is compiled
        own = seconds(lambda method=method: classifier.attributions(strings, method=method))
        rows.append((f'`attributions(X, method="{method}")`', duration(own)))
    model, mutants = classifier.model_, mutants_of(strings)
    model.predict(mutants[:1], verbose=0)
    alone = seconds(lambda: [model.predict(mutants[i : i + 1], verbose=0) for i in range(N_ALONE)])
    alone *= len(mutants) / N_ALONE
    batched = seconds(lambda: model.predict(mutants, verbose=0))
    rows += [("`keras.Model.predict`, one mutant at a time", duration(alone))]
    rows += [("`keras.Model.predict`, all mutants in batches of 32", duration(batched))]
    print(machine(), "", markdown(f"{n_strings} strings of {LENGTH} letters | time", rows), "", sep="\n")
    print(f"mutagenesis takes {own / alone:.4f} of the first, to reach: {MOST}; {own / batched:.2f} of the second")


if __name__ == "__main__":
    main()

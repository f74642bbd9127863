"""Print the seconds and the memory that a Markov chain of order 5 takes for 100 million bases, as Markdown.

`--quick` takes a tenth of the bases.  The text is one list of strings of 10,000 letters, of which one in a thousand has
an ambiguity code; memory is what the process has taken at most until then beside the text itself, over its size.
"""

import argparse
import resource

import numpy as np
from _timing import duration, machine, markdown, seconds

from skmlbio import MarkovChain

ORDER, LENGTH = 5, 10_000
MOST_SECONDS, MOST_MEMORY = 20, 3


def text(n_bases: int) -> list[str]:
    """Random strings of 10,000 letters, the first of every thousand with an N."""
    random = np.random.default_rng(0)
    letters = np.frombuffer(b"ACGT", np.uint8)
    strings = [letters[random.integers(0, 4, LENGTH)].tobytes().decode() for _ in range(n_bases // LENGTH)]
    strings[::1000] = [string[:100] + "N" + string[101:] for string in strings[::1000]]
    return strings


def peak() -> int:
    """Bytes that the process has taken at most until now."""
    return 1024 * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="10 million bases")
    n_bases = 10**7 if parser.parse_args().quick else 10**8
    chain = MarkovChain(ORDER, alphabet="dna").fit(["ACGT"])  # everything is imported
    strings = text(n_bases)
    rows, before = [], peak()
    for work, call in {"fit": chain.fit, "score_samples": chain.score_samples}.items():
        took = seconds(lambda call=call: call(strings))
        more = (peak() - before) / n_bases
        rows.append((f"`MarkovChain({ORDER}).{work}`", duration(took), f"{more:.2f} × the text"))
    print(machine(), "", markdown(f"{n_bases:,} bases | time | memory beside the text", rows), "", sep="\n")
    print(f"to reach: both together {MOST_SECONDS} s, {MOST_MEMORY} × the text")


if __name__ == "__main__":
    main()

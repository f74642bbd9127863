"""Print the resident memory of one process over 200 fits of the auto-encoder 64-32-k-32-64, as Markdown.

`--structures N` takes N code sizes in turn, so that networks are built and forgotten all the time.
"""

import argparse

from _peers import PEERS, arguments, digits
from _timing import machine, markdown

N_FITS, N_SETTLED, ALLOWED = 200, 10, 40  # megabytes that the fits after the first ten may add


def curve(library: str, setting: str, n_structures: int, epochs: int) -> list[float]:
    """Megabytes resident after each fit."""
    import psutil

    process, rows = psutil.Process(), digits()
    estimator = PEERS[library][setting](epochs)[0]
    megabytes = []
    for fit in range(N_FITS):
        if n_structures > 1:
            estimator.set_params(latent_dim=2 + fit % n_structures)
        estimator.fit(*arguments(estimator, rows))
        megabytes.append(process.memory_info().rss / 1e6)
    return megabytes


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="fits of 2 epochs instead of 10")
    parser.add_argument("--structures", type=int, default=1)
    parser.add_argument("--peer", choices=PEERS, default="skmlbio", help="measured with its first setting")
    chosen = parser.parse_args()
    megabytes = curve(chosen.peer, next(iter(PEERS[chosen.peer])), chosen.structures, 2 if chosen.quick else 10)
    settled = megabytes[N_SETTLED - 1]
    grown = max(megabytes[N_SETTLED:]) - settled
    points = [1, N_SETTLED, *range(20, N_FITS + 1, 20)]
    rows = [(point, f"{megabytes[point - 1]:.0f} MB", f"{megabytes[point - 1] - settled:+.1f} MB") for point in points]
    print(machine(), "", markdown("fits | resident | since the tenth", rows), "", sep="\n")
    verdict = f"{grown:.1f} MB more than after the tenth fit at most; allowed: {ALLOWED} MB"
    print(f"{chosen.peer}, networks in turn: {chosen.structures}; {verdict}")


if __name__ == "__main__":
    main()

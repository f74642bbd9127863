"""Print the seconds that Weisfeiler-Lehman features of 4,000 graphs of 30 nodes take, as Markdown.

`--quick` takes a tenth of the graphs.  They are trees, half of them with a ring, whose nodes have one of four types.
"""

import argparse

from _timing import duration, machine, markdown, seconds

from skmlbio import WeisfeilerLehmanTransformer
from skmlbio.datasets import make_ring_graphs

N_NODES, N_ITERATIONS, MOST_SECONDS = 30, 5, 15


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="400 graphs")
    n_graphs = 400 if parser.parse_args().quick else 4000
    transformer = WeisfeilerLehmanTransformer(N_ITERATIONS)
    transformer.fit(make_ring_graphs(10, random_state=1)[0])  # everything is imported
    graphs, _ = make_ring_graphs(n_graphs, n_nodes=N_NODES, node_types="CCNO", noise=0.05, random_state=0)
    rows = []
    for work in ("fit_transform", "transform"):
        took = seconds(lambda work=work: getattr(transformer, work)(graphs))
        rows.append((f"`WeisfeilerLehmanTransformer({N_ITERATIONS}).{work}`", duration(took), f"≤ {MOST_SECONDS} s"))
    print(machine(), "", markdown(f"{n_graphs:,} graphs of {N_NODES} nodes | time | to reach", rows), "", sep="\n")
    print(f"{transformer.n_features_out_:,} columns")


if __name__ == "__main__":
    main()

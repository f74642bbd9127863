"""Sequences, molecules, graphs, images: made ones, whose truth is known, and real ones, fetched from their sources."""

from ._amplify import fetch_antimicrobial_peptides
from ._arabidopsis import fetch_arabidopsis_promoters
from ._download import get_data_home
from ._game_of_life import game_of_life
from ._low_rank_tensor import make_low_rank_tensor
from ._markov_sequences import make_markov_sequences
from ._molecules import make_molecules
from ._motif_sequences import make_motif_sequences
from ._multiloc import fetch_multiloc
from ._planetoid import fetch_cora, load_planetoid
from ._ring_graphs import make_ring_graphs
from ._tudataset import load_tudataset
from ._tudataset_fetchers import fetch_mutag, fetch_proteins, fetch_tudataset
from ._uci import fetch_ecoli_promoters, fetch_splice_junctions

__all__ = [
    "fetch_antimicrobial_peptides",
    "fetch_arabidopsis_promoters",
    "fetch_cora",
    "fetch_ecoli_promoters",
    "fetch_multiloc",
    "fetch_mutag",
    "fetch_proteins",
    "fetch_splice_junctions",
    "fetch_tudataset",
    "game_of_life",
    "get_data_home",
    "load_planetoid",
    "load_tudataset",
    "make_low_rank_tensor",
    "make_markov_sequences",
    "make_molecules",
    "make_motif_sequences",
    "make_ring_graphs",
]

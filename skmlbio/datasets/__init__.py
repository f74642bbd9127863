"""Data sets of sequences: made ones, whose truth is known, and real ones, fetched from their sources."""

from ._amplify import fetch_antimicrobial_peptides
from ._arabidopsis import fetch_arabidopsis_promoters
from ._download import get_data_home
from ._markov_sequences import make_markov_sequences
from ._motif_sequences import make_motif_sequences
from ._multiloc import fetch_multiloc
from ._uci import fetch_ecoli_promoters, fetch_splice_junctions

__all__ = [
    "fetch_antimicrobial_peptides",
    "fetch_arabidopsis_promoters",
    "fetch_ecoli_promoters",
    "fetch_multiloc",
    "fetch_splice_junctions",
    "get_data_home",
    "make_markov_sequences",
    "make_motif_sequences",
]

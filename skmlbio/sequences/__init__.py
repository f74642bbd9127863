"""Biological sequences as lists of strings: alphabets, validation, encoders, k-mers, motifs, FASTA files, scores."""

from ._alphabets import Alphabet, get_alphabet
from ._encoders import OneHotSequenceEncoder, TokenEncoder
from ._fasta import FastaRecords, iter_fasta, read_fasta
from ._fasta_file import FastaFile
from ._kmers import KmerCounter, KmerTokenizer
from ._motifs import Motif, write_meme
from ._reverse_complement import reverse_complement
from ._samples import Sequences
from ._structure_scores import q3_score, q8_score
from ._translation_scores import bleu_score, chrf_score, exact_match_score, token_accuracy_score
from ._validation import ensure_sequences
from ._vocabulary import Vocabulary

__all__ = [
    "Alphabet",
    "FastaFile",
    "FastaRecords",
    "KmerCounter",
    "KmerTokenizer",
    "Motif",
    "OneHotSequenceEncoder",
    "Sequences",
    "TokenEncoder",
    "Vocabulary",
    "bleu_score",
    "chrf_score",
    "ensure_sequences",
    "exact_match_score",
    "get_alphabet",
    "iter_fasta",
    "q3_score",
    "q8_score",
    "read_fasta",
    "reverse_complement",
    "token_accuracy_score",
    "write_meme",
]

"""Biological sequences as lists of strings: alphabets, validation, encoders, FASTA files.

k-mer counts need nothing from here: ``CountVectorizer(analyzer="char", ngram_range=(k, k))`` of scikit-learn takes
the same lists of strings.
"""

from ._alphabets import Alphabet, get_alphabet
from ._encoders import OneHotSequenceEncoder, TokenEncoder
from ._fasta import FastaRecords, read_fasta
from ._reverse_complement import reverse_complement
from ._samples import Sequences
from ._validation import ensure_sequences
from ._vocabulary import Vocabulary

__all__ = [
    "Alphabet",
    "FastaRecords",
    "OneHotSequenceEncoder",
    "Sequences",
    "TokenEncoder",
    "Vocabulary",
    "ensure_sequences",
    "get_alphabet",
    "read_fasta",
    "reverse_complement",
]

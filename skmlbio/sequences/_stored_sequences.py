"""Sequences that stay in a file until they are padded."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import DTypeLike, NDArray

from ._alphabets import Alphabet
from ._fasta_file import FastaFile
from ._samples import Sequences, offsets_of


@dataclass(frozen=True, eq=False)
class StoredSequences:
    """What `Sequences` are, for those in a file: ``sequences[rows]`` reads nothing, all else what it needs.

    Parameters
    ----------
    file : FastaFile
        The sequences.
    alphabet : Alphabet
        What their characters mean.
    """

    file: FastaFile
    alphabet: Alphabet

    def __len__(self) -> int:
        return len(self.file)

    def __getitem__(self, rows: slice | NDArray) -> StoredSequences:
        return StoredSequences(self.file[rows], self.alphabet)

    @property
    def lengths(self) -> NDArray[np.int64]:
        return self.file.lengths

    @property
    def offsets(self) -> NDArray[np.int64]:
        return offsets_of(self.lengths)

    @property
    def tokens(self) -> NDArray[np.uint8]:
        text = b"".join(self.file.read(np.arange(len(self))))
        return np.frombuffer(text.translate(self.alphabet.lookup.tobytes()), np.uint8)

    def read(self) -> Sequences:
        """Return all of them in memory."""
        return Sequences(self.tokens, self.offsets, self.alphabet)

    def to_strings(self) -> list[str]:
        """Return them as strings, as `Sequences.to_strings` does."""
        return self.read().to_strings()

    def pad(
        self, length: int | None = None, *, truncate: bool = False, dtype: DTypeLike | None = None
    ) -> NDArray[np.integer]:
        """Return the tokens as a matrix, as `Sequences.pad` does."""
        return self.read().pad(length, truncate=truncate, dtype=dtype)

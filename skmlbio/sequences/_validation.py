"""The one way in for sequences: whatever a user holds them in, out comes `Sequences` or one clear sentence."""

from __future__ import annotations

import math
import sys
from typing import Any

import numpy as np

from ._alphabets import Alphabet, alphabet_of, get_alphabet
from ._samples import Sequences, offsets_of


def ensure_sequences(X: Any, *, alphabet: str | Alphabet = "learned", unknown: str = "error") -> Sequences:
    """Check sequences and convert them to tokens.

    Parameters
    ----------
    X : list, tuple, array, series or data frame of n_sequences strings
        A list or tuple, a NumPy array of shape (n_sequences,) or (n_sequences, 1), a pandas or polars `Series`, or a
        data frame of one column. Each item is a `str` or a Biopython `Seq` or `SeqRecord`, of at least one character,
        in any case. The `Sequences` of an earlier call are taken too.
    alphabet : {"dna", "rna", "protein", "learned"}, str of letters or Alphabet, default="learned"
        What the characters may be, see `get_alphabet`. ``"learned"`` takes the characters that occur in `X`, sorted;
        ambiguity codes are then letters like others. If both upper and lower case occur, case is taken to carry
        meaning (as in SMILES) and kept; otherwise it is folded, so that a later call may use either.
    unknown : {"error", "mask"}, default="error"
        What happens to an ASCII character outside the alphabet: an error, or token 1. Other characters are always an
        error.

    Returns
    -------
    sequences : Sequences
        With ``tokens`` of shape (n_characters,), dtype uint8, ``offsets`` of shape (n_sequences + 1,), dtype int64,
        and the ``alphabet``.

    Raises
    ------
    TypeError
        If `X` is not a collection of strings, or an item is bytes, a number or anything else.
    ValueError
        If there are no sequences, more than one column, a missing or empty sequence, or a character outside the
        alphabet. Sequences and positions are counted from 0.

    Examples
    --------
    >>> from skmlbio.sequences import ensure_sequences
    >>> sequences = ensure_sequences(["ACGT", "gattaca"], alphabet="dna")
    >>> sequences.tokens
    array([2, 3, 4, 5, 4, 2, 5, 5, 2, 3, 2], dtype=uint8)
    >>> sequences.lengths
    array([4, 7])
    >>> ensure_sequences(["ACGT", "AC-T"], alphabet="ACGT")
    Traceback (most recent call last):
    ...
    ValueError: sequence 1 has '-' at position 2, not in the custom alphabet ACGT; unknown='mask' would accept it
    """
    if unknown not in ("error", "mask"):
        raise ValueError(f"unknown must be 'error' or 'mask'; got {unknown!r}")
    learned = isinstance(alphabet, str) and alphabet == "learned"
    given = None if learned else get_alphabet(alphabet)
    strings = _ensure_strings(_ensure_list(X))
    offsets = offsets_of(np.fromiter(map(len, strings), dtype=np.int64, count=len(strings)))
    text = _join_ascii(strings, offsets)
    chosen = given if given is not None else _learn_alphabet(text, offsets)
    # One pass of the C library's table look-up over all sequences at once: no Python per character or sequence.
    encoded = text.translate(chosen.lookup.tobytes())
    if unknown == "error" and (at := encoded.find(chosen.unknown_token)) >= 0:
        raise ValueError(f"{_place(text, at, offsets)}, not in {chosen}; unknown='mask' would accept it")
    return Sequences(np.frombuffer(encoded, dtype=np.uint8), offsets, chosen)


def _ensure_list(X: Any) -> list | tuple:
    """The items of whatever collection `X` is."""
    if isinstance(X, (str, bytes)) or _is_biopython(X):
        raise TypeError(f"X is a single {type(X).__name__}, not a collection of sequences; a list of one is [X]")
    if isinstance(X, Sequences):
        items: Any = X.to_strings()
    elif isinstance(X, (list, tuple)):
        items = X
    elif isinstance(X, np.ndarray) or (hasattr(X, "columns") and hasattr(X, "shape")):
        if len(X.shape) == 0 or X.shape[1:] not in ((), (1,)):
            raise ValueError(f"X has shape {X.shape}; sequences come as a list or as one column")
        items = np.asarray(X).ravel().tolist()
    elif hasattr(X, "to_list"):
        items = X.to_list()
    else:
        raise TypeError(
            f"X must be a list, tuple, array, series or one-column frame of strings; got {type(X).__name__}"
        )
    if len(items) == 0:
        raise ValueError("X is empty; at least one sequence is needed")
    return items


def _ensure_strings(items: list | tuple) -> list[str] | tuple[str, ...]:
    """The items as strings; nothing is touched where they are."""
    if set(map(type, items)) == {str}:
        return items
    return [_ensure_string(item, index) for index, item in enumerate(items)]


def _ensure_string(item: Any, index: int) -> str:
    if isinstance(item, str):
        return item
    if _is_biopython(item):
        return str(getattr(item, "seq", item))
    if item is None or type(item).__name__ in ("NAType", "NaTType") or (isinstance(item, float) and math.isnan(item)):
        raise ValueError(f"sequence {index} is missing ({item}); drop or fill such rows first")
    if isinstance(item, (bytes, bytearray)):
        raise TypeError(f"sequence {index} is bytes; decode it first, as in sequence.decode('ascii')")
    raise TypeError(f"sequence {index} must be a string; got {item!r:.50} of type {type(item).__name__}")


def _is_biopython(item: Any) -> bool:
    """Whether it is a `Seq`, `MutableSeq` or `SeqRecord`; an unloaded Biopython cannot have made one."""
    sequence, record = sys.modules.get("Bio.Seq"), sys.modules.get("Bio.SeqRecord")
    return (sequence is not None and isinstance(item, (sequence.Seq, sequence.MutableSeq))) or (
        record is not None and isinstance(item, record.SeqRecord)
    )


def _join_ascii(strings: list[str] | tuple[str, ...], offsets: np.ndarray) -> bytes:
    """All sequences end to end, one byte a character."""
    lengths = np.diff(offsets)
    if lengths.min() == 0:
        raise ValueError(f"sequence {int(np.argmin(lengths))} is empty; every sequence needs at least one character")
    text = "".join(strings)
    if not text.isascii():
        at = next(position for position, character in enumerate(text) if not character.isascii())
        raise ValueError(f"{_place(text, at, offsets)}, which is not an ASCII character")
    return text.encode("ascii")


def _learn_alphabet(text: bytes, offsets: np.ndarray) -> Alphabet:
    """The distinct characters, sorted; blanks and control characters are slips of reading a file, never letters."""
    seen = set(text[:100_000])
    seen |= set(text.translate(None, bytes(seen)))  # what the beginning lacks: a few characters at most
    characters = sorted(map(chr, seen))
    for character in characters:
        if not "!" <= character <= "~":
            place = _place(text, text.find(ord(character)), offsets)
            raise ValueError(f"{place}; blanks and control characters are in no alphabet, strip them first")
    return alphabet_of("learned", characters)


def _place(text: str | bytes, at: int, offsets: np.ndarray) -> str:
    """Name the character that stands at index `at` of all sequences end to end."""
    index = int(np.searchsorted(offsets, at, side="right")) - 1
    character = text[at] if isinstance(text, str) else chr(text[at])
    return f"sequence {index} has {character!r} at position {at - int(offsets[index])}"

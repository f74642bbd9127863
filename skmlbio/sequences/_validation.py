"""The one way in for sequences: whatever a user holds them in, out comes `Sequences` or one clear sentence."""

from __future__ import annotations

import math
import sys
from collections import Counter
from collections.abc import Iterable
from functools import partial
from typing import Any

import numpy as np

from ._alphabets import Alphabet, ensure_case_sensitive, get_alphabet
from ._fasta import FastaRecords
from ._fasta_file import FastaFile
from ._recognition import TextBlock, learn_alphabet, place_in, place_of, recognise_alphabet
from ._samples import Sequences, offsets_of
from ._stored_sequences import StoredSequences
from ._vocabulary import Vocabulary, flat_tokens, numbers_of

_LISTING = ("tolist", "to_list", "to_pylist")  # what pandas, polars and Arrow call it; the first wins


def ensure_sequences(
    X: Any,
    *,
    alphabet: str | Alphabet | Vocabulary = "auto",
    unknown: str = "error",
    case_sensitive: bool | str = "auto",
    min_count: int = 1,
) -> Sequences:
    """Check sequences and convert them to tokens.

    Parameters
    ----------
    X : list, tuple, array, series or data frame of n_sequences strings
        A list or tuple, a NumPy array of shape (n_sequences,) or (n_sequences, 1), a pandas or polars `Series`, an
        array of pandas or Arrow, or a data frame of one column. Each item is a `str` or a Biopython `Seq` or
        `SeqRecord`, of at least one character; or each is a list, tuple or array of tokens that are strings, such as
        words, k-mers and codons. The `Sequences` of an earlier call are taken too.
    alphabet : {"auto", "dna", "rna", "protein", "learned"}, str of letters, Alphabet or Vocabulary, default="auto"
        What the characters may be:

        - ``"auto"`` recognises DNA, RNA or protein by the letters of all strings together, with their ambiguity codes
          (see `get_alphabet`), whether or not those occur. Strings are nucleotides if A, C, G and T or U all occur
          and are at least nine tenths of the letters other than N, and then RNA if U is more frequent than T. They
          are, too, if all letters are bases or ambiguity codes, at least half of them bases, and three bases occur:
          among 20 letters, among 100 where more than a tenth are codes, or among any where U is more frequent than
          T. Fewer letters are taken for residues, and as many of one or two bases for nucleotides, with a warning: then
          name the alphabet. All others are proteins.
          `Sequences` keep the alphabet that they have;
        - ``"learned"`` takes the characters that occur in `X`, sorted; ambiguity codes are then letters like others;
        - a `Vocabulary` says what lists of tokens may hold, for which ``"auto"`` and ``"learned"`` take the tokens that
          occur in `X`, sorted;
        - all else is as in `get_alphabet`.
    unknown : {"error", "mask"}, default="error"
        What happens to an ASCII character outside the alphabet, and to a token outside the vocabulary: an error, or
        token 1. Other characters are always an error.
    case_sensitive : {"auto"} or bool, default="auto"
        Whether ``"a"`` and ``"A"`` differ, where `alphabet` is not an `Alphabet`, which says so itself. ``"auto"``
        reads lower case as upper case where letters spell nucleotides or residues, as in soft-masked DNA. Under
        ``"learned"`` these are strings of nothing but letters, gaps and stops (``-``, ``.``, ``*``), whose lower-case
        letters are not those of Cl and Br alone; in others that have both cases, such as SMILES, case carries meaning.
        Where only one case occurs, a later call may use either. ``True`` adds the lower-case letters and codes of DNA,
        RNA and proteins as further ones. Tokens are taken as they are.
    min_count : int, default=1
        How often a token must occur in `X` to be learned; those that are rarer are unknown, so that it takes
        ``unknown="mask"``. Only for lists of tokens.

    Returns
    -------
    sequences : Sequences
        With ``tokens`` of shape (n_characters,), dtype uint8, or uint16 or int32 of larger vocabularies, ``offsets`` of
        shape (n_sequences + 1,), dtype int64, and the ``alphabet``, which is a `Vocabulary` for lists of tokens.

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
    >>> ensure_sequences(["MKVLA", "MTE"]), ensure_sequences(["CC(=O)N", "c1ccc1"], alphabet="learned")
    (<2 sequences of 3 to 5 characters, alphabet 'protein'>, <2 sequences of 6 to 7 characters, alphabet 'learned'>)
    """
    if unknown not in ("error", "mask"):
        raise ValueError(f"unknown must be 'error' or 'mask'; got {unknown!r}")
    case_sensitive = ensure_case_sensitive(case_sensitive)
    rule = alphabet.lower() if isinstance(alphabet, str) else ""
    if rule == "auto" and isinstance(X, Sequences):
        alphabet, rule = X.alphabet, ""
    items = ensure_list(X, "sequence")
    if isinstance(alphabet, Vocabulary) or isinstance(items[0], list | tuple | np.ndarray):
        if case_sensitive is False:
            raise ValueError("case_sensitive=False is for strings; tokens are taken as they are, so lower them first")
        return _token_sequences(items, None if rule in ("auto", "learned") else alphabet, unknown, min_count)
    _require_no_count(min_count)
    given = None if rule in ("auto", "learned") else get_alphabet(alphabet, case_sensitive=case_sensitive)
    strings = _ensure_strings(items)
    offsets = offsets_of(np.fromiter(map(len, strings), dtype=np.int64, count=len(strings)))
    block = TextBlock(_join_ascii(strings, offsets), offsets)
    chosen = given or _found_alphabet([block], rule, case_sensitive)
    # One pass of the C library's table look-up over all sequences at once: no Python per character or sequence.
    encoded = block.text.translate(chosen.lookup.tobytes())
    if unknown == "error" and chosen.unknown_token in encoded:
        _refuse_unknown([block], chosen, rule)
    return Sequences(np.frombuffer(encoded, dtype=np.uint8), offsets, chosen)


def ensure_stored_sequences(
    X: FastaFile, *, alphabet: Any = "auto", unknown: str = "error", case_sensitive: Any = "auto", min_count: int = 1
) -> StoredSequences:
    """Do what `ensure_sequences` does for strings in a file, which stay there; the file is read once or twice."""
    _require_no_count(min_count)
    case_sensitive = ensure_case_sensitive(case_sensitive)
    rule = alphabet.lower() if isinstance(alphabet, str) else ""
    if len(X) == 0:
        raise ValueError("X is empty; at least one sequence is needed")
    _require_not_empty(X.lengths)
    if rule in ("auto", "learned"):
        chosen = _found_alphabet(X.text_blocks, rule, case_sensitive)
    else:
        chosen = get_alphabet(alphabet, case_sensitive=case_sensitive)
    if unknown == "error":
        _refuse_unknown(X.text_blocks, chosen, rule)
    return StoredSequences(X, chosen)


def _require_no_count(min_count: int) -> None:
    if min_count != 1:
        raise ValueError(f"min_count={min_count} is for lists of tokens, but X holds strings")


def _found_alphabet(blocks: Iterable[TextBlock], rule: str, case_sensitive: bool | str) -> Alphabet:
    """The alphabet that strings are recognised by, or that of their characters."""
    if rule == "learned":
        return learn_alphabet(blocks, case_sensitive)
    return get_alphabet(recognise_alphabet(blocks).name, case_sensitive=case_sensitive)


def _refuse_unknown(blocks: Iterable[TextBlock], alphabet: Alphabet, rule: str) -> None:
    """Raise a ValueError that names the first character outside the alphabet, if there is one."""
    if place := place_in(blocks, bytes(np.flatnonzero(alphabet.lookup == alphabet.unknown_token).tolist())):
        other = (
            ", recognised by what occurs; alphabet='learned' or an Alphabet may have it, and" if rule == "auto" else ";"
        )
        raise ValueError(f"{place}, not in {alphabet}{other} unknown='mask' would accept it")


def _token_sequences(items: Any, vocabulary: Any, unknown: str, min_count: int) -> Sequences:
    """The numbers of lists of tokens, by a vocabulary or by the one that they have."""
    if not isinstance(vocabulary, Vocabulary | None):
        if isinstance(vocabulary, Alphabet):
            raise ValueError(
                f"X holds lists of tokens, but strings over the {vocabulary.name} alphabet are expected; join the "
                "tokens of each sample"
            )
        raise ValueError(
            f"X holds lists of tokens, but alphabet={vocabulary!r:.60} is for strings; for tokens it is 'auto', "
            "'learned' or a Vocabulary"
        )
    if vocabulary is not None and min_count != 1:
        raise ValueError(f"min_count={min_count} is for a vocabulary to be learned, but one is given")
    tokens, lengths = flat_tokens(items)
    offsets = offsets_of(lengths)
    vocabulary = vocabulary or Vocabulary.of_counts(Counter(tokens), min_count)
    numbers = numbers_of(tokens, vocabulary)
    if unknown == "error" and (numbers == vocabulary.unknown_token).any():
        place = place_of(tokens, int(np.argmax(numbers == vocabulary.unknown_token)), offsets)
        rare = f", the tokens that occur {min_count} times or more" if min_count > 1 else ""
        raise ValueError(f"{place}, not in {vocabulary}{rare}; unknown='mask' would accept it")
    return Sequences(numbers, offsets, vocabulary)


def require_strings(sequences: Sequences, name: str) -> None:
    """Raise a TypeError if sequences are lists of tokens, for what takes strings only; `name` says what that is."""
    if isinstance(sequences.alphabet, Vocabulary):
        raise TypeError(f"{name} takes strings, but X holds lists of tokens: join the tokens of each sample.")


def ensure_list(X: Any, item: str) -> list | tuple:
    """The items of whatever collection `X` is; `item` says what each stands for."""
    if isinstance(X, (str, bytes)) or _is_biopython(X):
        raise TypeError(f"X is a single {type(X).__name__}, not a collection of {item}s; a list of one is [X]")
    if isinstance(X, FastaRecords):
        raise TypeError("X is a FastaRecords, which holds ids and descriptions as well; pass its .sequences")
    if isinstance(X, Sequences):
        items: Any = X.to_strings()
    elif isinstance(X, (list, tuple)):
        items = X
    elif isinstance(X, np.ndarray) or (hasattr(X, "columns") and hasattr(X, "shape")):
        if len(X.shape) == 0 or X.shape[1:] not in ((), (1,)):
            raise ValueError(f"X has shape {X.shape}; {item}s come as a list or as one column")
        items = np.asanyarray(X).ravel().tolist()  # of a masked array, what is missing becomes None
    elif hasattr(X, "__len__") and (name := next(filter(partial(hasattr, X), _LISTING), "")):
        items = getattr(X, name)()
    else:
        raise TypeError(
            f"X must be a list, tuple, array, series or one-column frame of strings; got {type(X).__name__}"
        )
    if len(items) == 0:
        raise ValueError(f"X is empty; at least one {item} is needed")
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
        return _letters_of(getattr(item, "seq", item), index)
    if (
        item is None
        or type(item).__name__ in ("NAType", "NaTType")
        or (isinstance(item, (float, np.floating)) and math.isnan(item))
    ):
        raise ValueError(f"sequence {index} is missing ({item}); drop or fill such rows first")
    if isinstance(item, (bytes, bytearray)):
        raise TypeError(f"sequence {index} is bytes; decode it first, as in sequence.decode('ascii')")
    raise TypeError(f"sequence {index} must be a string; got {item!r:.50} of type {type(item).__name__}")


def _letters_of(sequence: Any, index: int) -> str:
    """The letters of a `Seq`, which may know its length alone; of a record without one, `sequence` is None."""
    if sequence is None:
        raise ValueError(f"sequence {index} has no letters: its SeqRecord holds None")
    try:
        return str(sequence)
    except ValueError as error:  # Biopython's UndefinedSequenceError
        raise ValueError(f"sequence {index} has no letters, or only in parts: its Seq is undefined") from error


def _is_biopython(item: Any) -> bool:
    """Whether it is a `Seq`, `MutableSeq` or `SeqRecord`; an unloaded Biopython cannot have made one."""
    sequence, record = sys.modules.get("Bio.Seq"), sys.modules.get("Bio.SeqRecord")
    return (sequence is not None and isinstance(item, (sequence.Seq, sequence.MutableSeq))) or (
        record is not None and isinstance(item, record.SeqRecord)
    )


def _require_not_empty(lengths: np.ndarray) -> None:
    if lengths.min() == 0:
        raise ValueError(f"sequence {int(np.argmin(lengths))} is empty; every sequence needs at least one character")


def _join_ascii(strings: list[str] | tuple[str, ...], offsets: np.ndarray) -> bytes:
    """All sequences end to end, one byte a character."""
    _require_not_empty(np.diff(offsets))
    text = "".join(strings)
    if not text.isascii():
        at = next(position for position, character in enumerate(text) if not character.isascii())
        raise ValueError(f"{place_of(text, at, offsets)}, which is not an ASCII character")
    return text.encode("ascii")

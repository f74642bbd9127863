"""Strings that are to be gone on with, and how."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from contextlib import contextmanager
from numbers import Integral, Real
from typing import Any, NamedTuple

import numpy as np

from skmlbio.sequences import Vocabulary
from skmlbio.training._batches import ArrayData, Bucket

_LARGEST = 2**30
_ROWS_OF_A_VECTOR = 16
_ENTRIES_AT_ONCE = 2**24  # of what is remembered while strings are drawn


class DrawOptions(NamedTuple):
    """How letters are drawn; see `SequenceLanguageModel.sample`."""

    temperature: float
    top_k: int
    top_p: float
    max_length: int

    @classmethod
    def checked(cls, temperature: Any, top_k: Any, top_p: Any, max_length: Any) -> DrawOptions:
        """Return them as Python's numbers; raise a ValueError that says what is wrong."""
        if not _is_number(temperature) or not 0 <= temperature < math.inf:
            raise ValueError(f"temperature must be a number of 0 or more, got {temperature!r}.")
        if top_k is not None and not _is_count(top_k):
            raise ValueError(f"top_k must be an int of 1 or more, or None for all, got {top_k!r}.")
        if top_p is not None and (not _is_number(top_p) or not 0 < top_p <= 1):
            raise ValueError(f"top_p must be a number above 0 and up to 1, or None for all, got {top_p!r}.")
        if not _is_count(max_length) or max_length > _LARGEST:
            raise ValueError(f"max_length must be an int from 1 to {_LARGEST}, got {max_length!r}.")
        top_k = _LARGEST if top_k is None else min(int(top_k), _LARGEST)
        return cls(float(temperature), top_k, 1.0 if top_p is None else float(top_p), int(max_length))


def _is_count(value: Any) -> bool:
    return isinstance(value, Integral) and not isinstance(value, bool) and value >= 1


def _is_number(value: Any) -> bool:
    return isinstance(value, Real) and not isinstance(value, bool)


def prompts_of(prompt: Any, n_samples: int, alphabet: Any) -> tuple[list | None, bool]:
    """Return a prompt for each string as a list, or None if there are none, and whether one is that of all strings."""
    if prompt is None:
        return None, True
    is_one = isinstance(prompt, str)
    if isinstance(prompt, bytes | bytearray) or not hasattr(prompt, "__len__"):
        raise TypeError(f"prompt must be a string, a list of tokens, or a list of these, got {prompt!r}.")
    if isinstance(alphabet, Vocabulary) and not is_one:
        is_one = len(prompt) > 0 and all(isinstance(token, str) for token in prompt)
    if is_one:
        return [prompt], True
    if len(prompt) != n_samples:
        raise ValueError(f"prompt has {len(prompt)} strings, but n_samples={n_samples}: give one for all, or one each.")
    return prompt, False


@contextmanager
def said_of_prompts(is_one: bool) -> Iterator[None]:
    """Let errors about sequences speak of the prompt, or of the one at that place."""
    try:
        yield
    except (TypeError, ValueError) as error:
        kind = TypeError if isinstance(error, TypeError) else ValueError
        text = re.sub(r"\Asequence (\d+)\b", "prompt" if is_one else r"prompt[\1]", str(error))
        raise kind(re.sub(r"\AX\b", "prompt", text)) from error


class PromptData:
    """The engine's view of strings that are to be drawn.

    Parameters
    ----------
    tokens : ndarray of shape (n_samples, length)
        What they begin with, 0 after it.
    numbers, seeds : ndarray of shape (n_samples,), int64
        From which all draws follow.
    options : DrawOptions
        How letters are drawn.
    entries : int
        How many numbers are remembered of each, so that many strings go a few at a time.
    """

    def __init__(self, tokens: np.ndarray, numbers: np.ndarray, seeds: np.ndarray, options: DrawOptions, entries: int):
        kinds = np.float32, np.int32, np.float32, np.int32
        columns = (np.full(len(numbers), value, kind) for value, kind in zip(options, kinds, strict=True))
        self._arrays = ArrayData(tokens, numbers, seeds, *columns)
        self._max_rows = max(1, _ENTRIES_AT_ONCE // entries // _ROWS_OF_A_VECTOR) * _ROWS_OF_A_VECTOR

    def __len__(self) -> int:
        return len(self._arrays)

    def to_predict(self) -> PromptData:
        return self

    def buckets(self) -> list[Bucket]:
        return [bucket._replace(max_batch_size=self._max_rows) for bucket in self._arrays.buckets()]

"""Whether the attention maps of long strings fit into memory."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from skmlbio.training._keras_settings import KerasSettings
from skmlbio.training._memory import available_memory

_SURELY_AVAILABLE = 2**28  # bytes, about what a batch of short strings takes


def attention_bytes(lengths: Iterable[int], n_heads: int, n_maps: int, dtype: str, n_keys: int | None = None) -> int:
    """Return how many bytes attention maps take.

    Parameters
    ----------
    lengths : iterable of int
        Residues of the strings whose maps are in memory together.
    n_heads : int
        Heads of a map.
    n_maps : int
        Maps of a string.
    dtype : str
        Keras' dtype policy.
    n_keys : int or None
        How many residues each one meets within a window; None: all.

    Examples
    --------
    >>> from skmlbio.estimators._attention_memory import attention_bytes
    >>> attention_bytes([30_000], n_heads=4, n_maps=2, dtype="float32")
    28800000000
    >>> attention_bytes([30_000], n_heads=4, n_maps=2, dtype="float32", n_keys=300)
    288000000
    """
    bytes_of_a_number = 8 if "float64" in dtype else 2 if "16" in dtype else 4
    lengths = [int(length) for length in lengths]
    n_numbers = sum(length * min(length, n_keys or length) for length in lengths)
    return bytes_of_a_number * int(n_maps) * int(n_heads) * n_numbers


def require_memory(needed: int, available: int | None, longest: int, lengths: np.ndarray, advice: str) -> None:
    """Refuse strings whose attention maps do not fit into memory.

    Parameters
    ----------
    needed : int
        Bytes that are surely needed.
    available : int or None
        Bytes that there are, if that is known.
    longest : int
        Residues of the longest string.
    lengths : ndarray of shape (n_sequences,), int
        Residues of the strings as they were given, where the longest one is looked for.
    advice : str
        What to do about it.

    Raises
    ------
    MemoryError
        If more is needed than there is.
    """
    if available is not None and needed > available:
        index = int(np.argmax(lengths == longest))
        raise MemoryError(
            f"sequence {index}, the longest, has {longest} residues: attention maps need at least "
            f"{needed / 1e9:.1f} GB of memory, and {available / 1e9:.1f} GB are available; {advice}"
        )


def keys_of_a_residue(window: int | None) -> int | None:
    """Return how many residues each one meets within a window; None: all."""
    from skmlbio.networks.attention import keys_of_a_query

    return None if window is None else keys_of_a_query(int(window))


class AttentionMemory:
    """An estimator of strings that refuses those whose attention maps do not fit into memory."""

    def _attention_of(self, made_of: dict[str, Any]) -> dict[str, Any] | None:
        """Return how many heads and blocks a network has, and its window, by what made it; None without attention."""
        raise NotImplementedError

    def _training_sets(self, samples, held_out, groups, rng, *, reset):
        given = samples if held_out is None else held_out
        training, held_out = super()._training_sets(samples, held_out, groups, rng, reset=reset)
        advice = (
            "cut such strings, set a smaller attention_window, take fewer heads or blocks, or dtype='mixed_bfloat16'"
        )
        # Gradients need the maps of every block, and are maps themselves.
        self._require_maps(training.data, samples.data, advice, reset, gradients=True)
        if held_out is not None:
            self._require_maps(held_out.data, given.data, advice, reset)
        return training, held_out

    def _require_maps_of_answers(self, data):
        self._require_maps(data, data, "cut it, or fit a network of fewer heads, or a smaller attention_window")

    def _require_gradients(self, data):
        advice = "cut it, take method='mutagenesis', or fit a network of a smaller attention_window"
        self._require_maps(data, data, advice, gradients=True)

    def _maps_of_a_string(self, reset=False):
        """Return what `attention_bytes` asks of the fitted network, or of the one that is to be made, if it attends."""
        if getattr(self, "encoder", None) is not None:  # it stands for the layers that might attend
            return self.encoder_._maps_of_a_string() if isinstance(self.encoder_, AttentionMemory) else None
        if reset:
            made_of, policy = self.get_params(deep=False), KerasSettings.current().dtype_policy
        else:
            made_of, policy = self.blueprint_.arguments, self.blueprint_.settings.dtype_policy
        made = self._attention_of(made_of)
        if made is None:
            return None
        return {
            "n_heads": made["n_heads"],
            "n_blocks": made["n_blocks"],
            "dtype": made_of["dtype"] or policy,
            "n_keys": keys_of_a_residue(made["attention_window"]),
        }

    def _require_maps(self, data, given, advice, reset=False, gradients=False):
        """Refuse strings of which one alone needs more memory than there is."""
        if (made := self._maps_of_a_string(reset)) is None:
            return
        n_blocks = made.pop("n_blocks")
        needed = attention_bytes([data.sequences.lengths.max()], n_maps=n_blocks + 1 if gradients else 1, **made)
        self._require_memory(needed, data, given, advice)

    def _require_memory(self, needed, data, given, advice):
        """Refuse strings if their maps do not fit into memory; `given` has them all, in the user's order."""
        if needed > _SURELY_AVAILABLE:
            longest = data.sequences.lengths.max()
            require_memory(needed, available_memory(), longest, given.sequences.lengths, advice)

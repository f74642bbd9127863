"""The precision of what half of it would spoil: sums, running means, what enters and leaves a network."""

from __future__ import annotations


def wide_dtype(dtype: str) -> str:
    """Return double for what computes in double, and single for all else."""
    return "float64" if dtype == "float64" else "float32"

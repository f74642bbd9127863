"""Fitted networks on disk, for programs that know nothing of skmlbio."""

from skmlbio.export._input_names import input_names
from skmlbio.export._saved_model import export_saved_model

__all__ = ["export_saved_model", "input_names"]

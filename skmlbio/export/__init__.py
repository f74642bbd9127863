"""Fitted estimators on disk: for programs that know nothing of skmlbio, and in files that hold no code."""
"""Fitted estimators and pipelines on disk, for programs that know nothing of skmlbio."""

from skmlbio.export._archive import load, save
from skmlbio.export._input_names import input_names
from skmlbio.export._register import register_converter
from skmlbio.export._saved_model import export_saved_model

__all__ = ["export_saved_model", "input_names", "load", "save"]
__all__ = ["export_saved_model", "input_names", "register_converter"]

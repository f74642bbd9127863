"""Fitted estimators on disk: for programs that know nothing of skmlbio, and in files that hold no code."""

from skmlbio.export._archive import load, save
from skmlbio.export._input_names import input_names
from skmlbio.export._saved_model import export_saved_model

__all__ = ["export_saved_model", "input_names", "load", "save"]

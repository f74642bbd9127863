"""Fitted estimators and pipelines on disk: for programs that know TensorFlow only, and in files that hold no code."""

from skmlbio.export._archive import load, save
from skmlbio.export._input_names import input_names
from skmlbio.export._onnx import export_onnx
from skmlbio.export._register import register_converter
from skmlbio.export._saved_model import export_saved_model

__all__ = ["export_onnx", "export_saved_model", "input_names", "load", "register_converter", "save"]

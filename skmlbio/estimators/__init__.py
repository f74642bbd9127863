"""Estimators: one class a file."""

"""The command `skmlbio`: estimators fitted and asked from a shell.  Nothing heavy is loaded before it is needed."""

from skmlbio.cli._main import main

__all__ = ["main"]

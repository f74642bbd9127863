"""Converters of scikit-learn's steps and of ours: importing this registers them all."""

from skmlbio.export._converters import composites, decompositions, functions, imputers, networks, scalers, selectors

__all__ = ["composites", "decompositions", "functions", "imputers", "networks", "scalers", "selectors"]

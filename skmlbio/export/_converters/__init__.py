"""Converters of scikit-learn's steps and of ours: importing this registers them all."""

from skmlbio.export._converters import (  # noqa: F401
    composites,
    decompositions,
    encoders,
    ensembles,
    functions,
    imputers,
    linear,
    markov,
    models,
    neighbors,
    networks,
    scalers,
    selectors,
    sequences,
    trees,
)

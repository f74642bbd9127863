"""Convolution over the residues of strings, as a regressor."""

from __future__ import annotations

from skmlbio.base import RegressorBase, with_parameters
from skmlbio.estimators._sequence_cnn_network import SequenceCNN


@with_parameters
class SequenceCNNRegressor(SequenceCNN, RegressorBase):
    """Predict numbers from strings by filters that look for motifs.

    Filters slide along a string, each answers how much of its motif it sees around each residue, and the best answer of
    each, wherever it is, adds to the number: y = W max(σ(x * filters)) + b, where x are one-hot vectors of the
    letters [1]_.  Pooling by ``"mean"`` counts motifs, by ``"max"`` tells whether there is one.

    X is a list of strings of any lengths, or of lists of tokens, as `SequenceCNNClassifier` takes them.

    See Also
    --------
    SequenceCNNClassifier : The same for classes.
    skmlbio.MotifDisplay : Draws `motifs_` as logos.
    skmlbio.sequences.write_meme : Writes them to a file.

    References
    ----------
    .. [1] Alipanahi et al.: Predicting the sequence specificities of DNA- and RNA-binding proteins by deep learning.
       Nature Biotechnology 33 (2015).

    Examples
    --------
    >>> import numpy as np
    >>> from skmlbio import SequenceCNNRegressor
    >>> random = np.random.default_rng(0)
    >>> X = ["".join(random.choice(list("ACGT"), 40)) for _ in range(200)]
    >>> y = [string.count("GA") for string in X]
    >>> regressor = SequenceCNNRegressor(pooling="mean", kernel_width=3, learning_rate=5e-3, random_state=0)
    >>> regressor.fit(X, y).score(X, y) > 0.8
    True
    """

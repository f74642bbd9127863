"""A recurrent network over the residues of strings, as a regressor."""

from __future__ import annotations

from skmlbio.base import RegressorBase, with_parameters
from skmlbio.estimators._rnn_network import RNNNetwork


@with_parameters
class RNNRegressor(RNNNetwork, RegressorBase):
    """Predict numbers from strings with a recurrent network.

    Residues become vectors, each together with its neighbours; a state is carried from residue to residue, by another
    network from the end to the start; and the states of a string are pooled: y = W pool(h) + b, with
    h_t = step(h_{t-1}, x_t) [1]_.  Pooling by ``"mean"`` suits numbers that residues add up to, by ``"max"`` those that
    tell of a motif somewhere.

    X is a list of strings of any lengths, or of lists of tokens, as `AttentionClassifier` takes them.

    See Also
    --------
    RNNClassifier : The same for classes.
    skmlbio.sequences.ensure_sequences : What counts as a list of strings.

    References
    ----------
    .. [1] Hochreiter and Schmidhuber: Long short-term memory. Neural Computation 9 (1997).

    Examples
    --------
    >>> from skmlbio import RNNRegressor
    >>> X = ["ACGTACGTAA", "TTGTACAA", "acgtgg", "CCCACGTC", "ACCTTG", "TTTTGGGACC", "GGGCCA", "CATGCCTT"] * 5
    >>> y = [sum(letter in "GCgc" for letter in string) / len(string) for string in X]
    >>> regressor = RNNRegressor(pooling="mean", epochs=60, random_state=0).fit(X, y)
    >>> regressor.score(X, y) > 0.8
    True
    """

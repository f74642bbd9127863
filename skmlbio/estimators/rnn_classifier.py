"""A recurrent network over the residues of strings, as a classifier."""

from __future__ import annotations

from skmlbio.base import ClassifierBase, with_parameters
from skmlbio.estimators._rnn_network import RNNNetwork


@with_parameters
class RNNClassifier(RNNNetwork, ClassifierBase):
    """Classify strings with a recurrent network.

    Residues become vectors, each together with its neighbours; a state is carried from residue to residue, by another
    network from the end to the start; and the states of a string are pooled: logits = W pool(h) + b, with
    h_t = step(h_{t-1}, x_t) [1]_ [2]_.

    X is a list of strings of any lengths, or of lists of tokens, as `AttentionClassifier` takes them.  The work goes by
    the length, that of attention by its square; but the steps wait for each other.  What is predicted for a string
    depends neither on the padding nor on the strings beside it.

    See Also
    --------
    AttentionClassifier : Residues that collect from each other, whatever their distance.
    skmlbio.sequences.ensure_sequences : What counts as a list of strings.

    References
    ----------
    .. [1] Hochreiter and Schmidhuber: Long short-term memory. Neural Computation 9 (1997).
    .. [2] Cho et al.: Learning phrase representations using RNN encoder-decoder for statistical machine translation.
       EMNLP (2014).

    Examples
    --------
    >>> from skmlbio import RNNClassifier
    >>> X = ["ACGTACGTAA", "TTGTACAA", "acgtgg", "CCCACGTC", "ACCTTG", "TTTTGGGACC", "GGGCCA", "CATGCCTT"] * 5
    >>> y = ["site", "none", "site", "site", "none", "none", "none", "none"] * 5
    >>> classifier = RNNClassifier(epochs=40, random_state=0).fit(X, y)
    >>> classifier.predict(["GGACGTGG", "GGAGCTGG"])
    array(['site', 'none'], dtype='<U4')
    """

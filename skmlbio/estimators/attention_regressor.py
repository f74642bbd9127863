"""Attention over the residues of strings, as a regressor."""

from __future__ import annotations

from skmlbio.base import RegressorBase, with_parameters
from skmlbio.estimators._attention_network import AttentionNetwork


@with_parameters
class AttentionRegressor(AttentionNetwork, RegressorBase):
    """Predict numbers from strings with a transformer.

    Residues become vectors, each together with its neighbours, positions are added, transformer blocks let residues
    collect from each other, and the residues of a string are pooled: y = W pool(blocks(embed(x) + positions)) + b [1]_.
    Pooling by ``"mean"`` suits numbers that residues add up to, by ``"max"`` those that tell of a motif somewhere.

    X is a list of strings of any lengths, or of lists of tokens, as `AttentionClassifier` takes them.

    See Also
    --------
    AttentionClassifier : The same for classes.
    skmlbio.sequences.ensure_sequences : What counts as a list of strings.
    skmlbio.AttentionMapDisplay : Draws what `attention_maps` returns.

    References
    ----------
    .. [1] Vaswani et al.: Attention is all you need. NeurIPS (2017).
    .. [2] Su et al.: RoFormer: enhanced transformer with rotary position embedding. arXiv:2104.09864 (2021).
    .. [3] Devlin et al.: BERT: pre-training of deep bidirectional transformers for language understanding. NAACL
       (2019).
    .. [4] Beltagy, Peters, Cohan: Longformer: the long-document transformer. arXiv:2004.05150 (2020).

    Examples
    --------
    >>> from skmlbio import AttentionRegressor
    >>> X = ["ACGTACGTAA", "TTGTACAA", "acgtgg", "CCCACGTC", "ACCTTG", "TTTTGGGACC", "GGGCCA", "CATGCCTT"] * 5
    >>> y = [sum(letter in "GCgc" for letter in string) / len(string) for string in X]
    >>> regressor = AttentionRegressor(pooling="mean", epochs=60, random_state=0).fit(X, y)
    >>> regressor.score(X, y) > 0.8
    True
    """

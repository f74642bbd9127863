"""Attention over the residues of strings, as a classifier."""

from __future__ import annotations

from skmlbio.base import ClassifierBase, with_parameters
from skmlbio.estimators._attention_network import AttentionNetwork


@with_parameters
class AttentionClassifier(AttentionNetwork, ClassifierBase):
    """Classify strings with a transformer.

    Residues become vectors, each together with its neighbours, positions are added, transformer blocks let residues
    collect from each other, and the residues of a string are pooled: logits = W pool(blocks(embed(x) + positions)) + b
    [1]_.

    X is a list of strings of any lengths and in any case, or what else `skmlbio.sequences.ensure_sequences` takes:
    lists of tokens, such as words, k-mers and codons, each of which then has a vector that is learned.
    Strings are padded to one of at most four lengths, chosen from those of the training strings: a further length must
    save a quarter of the work.  What is predicted for a string depends neither on the padding nor on the strings beside
    it.

    See Also
    --------
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
    >>> from skmlbio import AttentionClassifier
    >>> X = ["ACGTACGTAA", "TTGTACAA", "acgtgg", "CCCACGTC", "ACCTTG", "TTTTGGGACC", "GGGCCA", "CATGCCTT"] * 5
    >>> y = ["site", "none", "site", "site", "none", "none", "none", "none"] * 5
    >>> classifier = AttentionClassifier(epochs=40, random_state=0).fit(X, y)
    >>> classifier.alphabet_.name
    'dna'
    >>> classifier.predict(["GGACGTGG", "GGAGCTGG"])
    array(['site', 'none'], dtype='<U4')
    >>> classifier.attention_maps(["GGACGTGG"])[0].shape
    (1, 4, 8, 8)
    """

"""Convolution over the residues of strings, as a classifier."""

from __future__ import annotations

from skmlbio.base import ClassifierBase, with_parameters
from skmlbio.estimators._sequence_cnn_network import SequenceCNN


@with_parameters
class SequenceCNNClassifier(SequenceCNN, ClassifierBase):
    """Classify strings by filters that look for motifs.

    Filters slide along a string, each answers how much of its motif it sees around each residue, and the best answer of
    each, wherever it is, decides about the class: logits = W max(σ(x * filters)) + b, where x are one-hot vectors of
    the letters [1]_.  Such are the filters of the last layer; those of the layer before look for parts, which may count
    in some places of a string more than in others.  What the filters of the first layer look for is in `motifs_`:
    whole motifs, where it is the only one.

    X is a list of strings of any lengths and in any case, or what else `skmlbio.sequences.ensure_sequences` takes:
    lists of tokens, such as words, k-mers and codons, each of which then has a vector that is learned.
    Strings are padded to a few lengths; what is predicted for a string depends neither on the padding nor on the
    strings beside it.

    See Also
    --------
    skmlbio.MotifDisplay : Draws `motifs_` as logos.
    skmlbio.sequences.write_meme : Writes them to a file.
    AttentionClassifier : Residues that collect from each other, at any distance.

    References
    ----------
    .. [1] Alipanahi et al.: Predicting the sequence specificities of DNA- and RNA-binding proteins by deep learning.
       Nature Biotechnology 33 (2015).

    Examples
    --------
    >>> import numpy as np
    >>> from skmlbio import SequenceCNNClassifier
    >>> random = np.random.default_rng(0)
    >>> X = ["".join(random.choice(list("ACGT"), 40)) for _ in range(200)]
    >>> X[::2] = [string[:i % 33] + "GATTACA" + string[i % 33 + 7:] for i, string in enumerate(X[::2])]
    >>> y = ["site", "none"] * 100
    >>> options = {"n_filters": 16, "kernel_width": 7, "n_layers": 1, "positions": "none"}
    >>> classifier = SequenceCNNClassifier(**options, random_state=0).fit(X, y)
    >>> classifier.predict(["CCCCGATTACACC", "CCCCGTATCACCC"])
    array(['site', 'none'], dtype='<U4')
    >>> len(classifier.motifs_), classifier.motifs_[0].counts.shape
    (16, (7, 4))
    """

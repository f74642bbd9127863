"""Vectors of letters, tokens and categories."""

from __future__ import annotations

import functools
from collections.abc import Hashable, Sequence
from numbers import Real
from typing import Any, Literal

import numpy as np
from sklearn.base import ClassNamePrefixFeaturesOutMixin, TransformerMixin
from sklearn.callback import with_callbacks
from sklearn.utils._param_validation import StrOptions
from sklearn.utils.validation import check_is_fitted

from skmlbio.base import NetworkEstimator, parameter, with_parameters
from skmlbio.base._arguments import said_by_estimator
from skmlbio.base._docstrings import completed_by
from skmlbio.base._intervals import Interval
from skmlbio.base._layer_parameters import COUNT, AveragedWeights, HiddenLayers, KernelPenalties, require_layer_sizes
from skmlbio.base._range import require_answers
from skmlbio.estimators._embedding import Embedding
from skmlbio.estimators._embedding_input import EmbeddingInput
from skmlbio.estimators._embedding_target import EmbeddingTarget
from skmlbio.training._blueprint import Blueprint


@with_parameters
class EmbeddingTransformer(
    EmbeddingTarget,
    EmbeddingInput,
    HiddenLayers,
    KernelPenalties,
    AveragedWeights,
    ClassNamePrefixFeaturesOutMixin,
    TransformerMixin,
    NetworkEstimator,
):
    """Learn a vector of each letter, token or category, so that those which are used alike have similar vectors.

    X is a list of strings, or of lists of tokens (words, k-mers, codons), or a table of categories (strings,
    integers, booleans): a data frame, or an array of strings or objects, of two columns or more, or, with y, a data
    frame of one column whose dtype is categorical, integer or boolean.  One column of plain strings is a list of
    sequences; pandas' ``astype("category")`` makes categories of them.

    Without y, vectors are learned from what stands beside what: the tokens of a sequence that are no more than `window`
    apart, and the cells of a row.  A context b of a category a is told from noise c ~ q,

        loss(a, b) = -log σ(s(a, b)) - k E_q[log σ(-s(a, c))],   s(a, b) = v_a · u_b + log p(b) - log(k q(b))

    with k negatives, the frequency p and q ∝ p^0.75: skip-gram with negative sampling [1]_, where the terms behind the
    product, which word2vec leaves out, let v_a · u_b go to the pointwise mutual information log p(b | a) / p(b) [2]_
    whatever k and q are [3]_.  Of up to 512 contexts, the expectation is computed; of more, k are drawn.

    With y, vectors are learned so that a network can tell y from the mean of a sequence's vectors [4]_, or from those
    of a row side by side [5]_: by a linear layer, or by `hidden_layer_sizes`.

    `transform` returns that mean, or those vectors.  Ambiguity codes have the mean of what they stand for, and under
    ``unknown="mask"`` a token or category that is not known has the mean of all, in its column.

    Parameters
    ----------
    embedding_dim : int
        Length of a vector.
    window : int
        How far apart tokens of a pair may be.
    ordered : bool or "auto"
        Whether the same token at another place beside a token is another context, so that places count [6]_; "auto"
        does so for strings.  Lists of tokens, of which there are many, have each token as one context, where one at the
        distance d counts (window + 1 - d) / window.
    n_negative : int
        k: what noise counts, and where it is drawn, how many are.
    subsample : float or None
        Pairs of what is more frequent than this share p count less: by min(1, sqrt(subsample / p)) for each
        of the two [1]_.  For words, 1e-3 to 1e-5.
    objective : {"auto", "skip-gram", "classification", "regression"}
        What is learned from: "skip-gram" does without y, also where a pipeline passes one on; "auto" does where there
        is none, takes y for numbers where it holds fractions, and else for labels: name it where all numbers of a fold
        may happen to be whole.
    min_count : int
        How often a token, or a category in its column, must occur in training to be known; more than 1 takes
        ``unknown="mask"``.  Without y, a pair with an unknown token counts for nothing.
    hidden_layer_sizes : sequence of int
        Widths of the layers between vectors and y; with none, y is a linear function of vectors.
    l2 : float or "auto"
        Strength of the penalty sum(w ** 2) over vectors and kernels; "auto" takes 0.1 / sqrt(n_samples),
        or 0.005 for full batches.

    Attributes
    ----------
    embedding_ : Embedding or dict of Embedding
        The vectors: ``embedding_["A"]`` is that of A, ``embedding_.names`` and ``embedding_.vectors`` are all of them,
        ``embedding_.to_frame()`` tabulates them.  Of a table, each column has its own: ``embedding_["diet"]["oats"]``.
    objective_ : {"skip-gram", "classification", "regression"}
        What was learned from.
    n_features_in_ : int
        Columns of a table.
    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        Their names, where they are all strings.
    history_ : dict of str to list of float
        Loss of every epoch, without y in nats a pair; ``pandas.DataFrame(estimator.history_)`` tabulates it.

    See Also
    --------
    skmlbio.sequences.KmerTokenizer : Lists of k-mers, whose vectors can be learned.
    sklearn.preprocessing.OneHotEncoder : Vectors of which all are equally far from each other.
    sklearn.preprocessing.TargetEncoder : One number a category, learned from y.

    Notes
    -----
    Without y, pairs are counted, so that training takes as many rows as there are different pairs, or 16,384, whatever
    the number of sequences is; frequent pairs come several times.  The loss is the one above less that of v_a · u_b =
    0: how many nats a pair gains over frequencies alone, with a minus.  A step changes all vectors, so that
    ``batch_size="auto"`` takes a 16th of the pairs, up to 1,024, or one an 8th of the contexts, up to 16,384.  With y,
    steps are of samples, and of 100,000 tokens a larger `batch_size` saves most of the time.

    References
    ----------
    .. [1] Mikolov et al.: Distributed representations of words and phrases and their compositionality. NeurIPS (2013).
    .. [2] Levy, Goldberg: Neural word embedding as implicit matrix factorization. NeurIPS (2014).
    .. [3] Gutmann, Hyvärinen: Noise-contrastive estimation. AISTATS (2010).
    .. [4] Joulin et al.: Bag of tricks for efficient text classification. EACL (2017).
    .. [5] Guo, Berkhahn: Entity embeddings of categorical variables. arXiv:1604.06737 (2016).
    .. [6] Ling et al.: Two/too simple adaptations of word2vec for syntax problems. NAACL (2015).

    Examples
    --------
    Letters that have the same neighbours have similar vectors:

    >>> from skmlbio import EmbeddingTransformer
    >>> X = ["ALALVL", "VLALAL", "LVLVLA", "DKEKDK", "KDKEKE", "EKEKDK"] * 5
    >>> embedding = EmbeddingTransformer(4, window=1, alphabet="ADEKLV", random_state=0).fit(X)
    >>> embedding.most_similar("A", 1)[0][0], embedding.most_similar("D", 1)[0][0]
    ('V', 'E')
    >>> embedding.embedding_["A"].shape, embedding.transform(["ALV", "DEKDE"]).shape
    ((4,), (2, 4))
    """

    embedding_dim: int = parameter(default=16, allowed=COUNT, kw_only=False)
    window: int = parameter(default=5, allowed=COUNT)
    ordered: bool | Literal["auto"] = parameter(default="auto", allowed=["boolean", StrOptions({"auto"})])
    n_negative: int = parameter(default=5, allowed=COUNT)
    subsample: float | None = parameter(default=None, allowed=[Interval(Real, 0, None, closed="neither"), None])
    objective: Literal["auto", "skip-gram", "classification", "regression"] = parameter(
        default="auto", allowed=[StrOptions({"auto", "skip-gram", "classification", "regression"})]
    )
    alphabet: Any = parameter(default="auto")  # by name only, here: the length of a vector comes first
    hidden_layer_sizes: Sequence[int] = parameter(default=())
    l2: float | Literal["auto"] = parameter(default=0.0)

    @said_by_estimator
    @with_callbacks
    @completed_by(NetworkEstimator._fit)
    def fit(self, X, y=None, sample_weight=None, *, X_val=None, y_val=None, sample_weight_val=None, groups=None):
        """Train from the start, or from the present weights if `warm_start` is set.

        Parameters
        ----------
        y : array-like of shape (n_samples,) or (n_samples, n_outputs), optional
            Class labels or numbers to learn from; see `objective`.
        """
        if self.objective == "skip-gram":
            y = y_val = None
        return self._fit(X, y, sample_weight, (X_val, y_val, sample_weight_val), groups)

    @said_by_estimator
    @with_callbacks
    @completed_by(fit)
    def partial_fit(self, X, y=None, sample_weight=None):
        """Train for one epoch on some samples, going on from the present weights.

        Known categories, the labels or the scale of numbers, and the noise are those of the first call.
        """
        return self._fit(X, None if self.objective == "skip-gram" else y, sample_weight, partial=True)

    @completed_by(NetworkEstimator._samples)
    def transform(self, X) -> np.ndarray:
        """Return the mean vector of every sequence, or the vectors of all cells of a row, side by side.

        Returns
        -------
        ndarray of shape (n_samples, embedding_dim), or (n_samples, n_columns * embedding_dim), float32
            Vectors.
        """
        return self._ask("transform", X)

    def score(self, X, y=None, sample_weight=None) -> float:
        """Return minus the mean loss, so that more is better.

        Parameters
        ----------
        X : array-like of shape (n_samples, ...)
            Samples.
        y : array-like of shape (n_samples,) or (n_samples, n_outputs), optional
            What was learned from.
        sample_weight : array-like of shape (n_samples,), optional
            Weights of the samples.

        Returns
        -------
        float
            Where there was no y in `fit`, the nats that a pair gains over frequencies alone: 0 for vectors that know
            nothing.  It compares fits of the same window and negatives.
        """
        check_is_fitted(self, "weights_")
        samples = self._scored(self._samples(X), y, sample_weight)
        outputs = self._ask_encoded("outputs", samples.data)
        losses = np.asarray(self._loss()(outputs, None, samples.targets, {}))
        return -float(np.average(require_answers(losses), weights=samples.weights))

    def similarity(self, a: Hashable, b: Hashable, column: Hashable = None) -> float:
        """Return how similar two categories are.

        Parameters
        ----------
        a, b : str, int or bool
            A letter, a token, or a category of a column.
        column : str or int, optional
            Name of the column, of a table.

        Returns
        -------
        float
            The cosine of the angle between their vectors, from -1 to 1.

        Raises
        ------
        KeyError
            If there is no such category or column.
        """
        return self._embedding_of(column).similarity(a, b)

    @completed_by(similarity)
    def most_similar(self, a: Hashable, n: int = 10, column: Hashable = None) -> list[tuple[Any, float]]:
        """Return the categories that are most similar to another.

        Parameters
        ----------
        a : str, int or bool
            A letter, a token, or a category of a column.
        n : int, default=10
            How many, if there are so many.

        Returns
        -------
        list of (category, float)
            With the cosines, the most similar first.
        """
        return self._embedding_of(column).most_similar(a, n)

    def _embedding_of(self, column: Hashable) -> Embedding:
        check_is_fitted(self, "weights_")
        if isinstance(self.embedding_, Embedding):
            if column is not None:
                raise KeyError(f"this {type(self).__name__} was fitted to sequences, which have no column {column!r}")
            return self.embedding_
        return self.embedding_[column]

    def _make_blueprint(self):
        from skmlbio.networks.embedding import embedding_network

        arguments = {"embedding_dim": int(self.embedding_dim), "dtype": self.dtype, **self._input_arguments()}
        if self.objective_ == "skip-gram":
            beside = {"targets": None, "contexts": self._context_sizes(), "n_negative": int(self.n_negative)}
            return Blueprint(embedding_network, arguments | beside)
        above = {
            "targets": self._target_arguments(),
            "hidden_layer_sizes": require_layer_sizes(self.hidden_layer_sizes),
            "dropout": float(self.dropout),
            "activation": self.activation,
        }
        return Blueprint(embedding_network, arguments | above)

    def _loss(self):
        from skmlbio.training import _losses

        if self.objective_ == "skip-gram":
            return _losses.computed_losses
        if self.objective_ == "regression":
            return functools.partial(_losses.regression, kind="mse")
        return functools.partial(_losses.classification, kind=self._labels.kind, sizes=self._labels.sizes)

    def _keep(self, result, partial):
        from skmlbio.training._cache import get_network

        paths = [variable.path for variable in get_network(self.blueprint_).weights]
        self.embedding_ = self._named(result.weights[paths.index("letters/embeddings")])
        super()._keep(result, partial)

    @property
    def _n_features_out(self) -> int:
        arguments = self.blueprint_.arguments
        return arguments["embedding_dim"] * len(arguments["sizes"])

    def _answers(self):
        return {"transform": lambda ask, *inputs: ask("transform", *inputs)}

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.transformer_tags.preserves_dtype = []  # vectors have the precision of the network
        return tags

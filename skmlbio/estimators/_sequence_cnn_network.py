"""What estimators around convolution over strings share."""

from __future__ import annotations

from collections.abc import Sequence
from numbers import Integral, Real
from typing import Literal

from sklearn.utils._param_validation import StrOptions

from skmlbio.base import parameter, with_parameters
from skmlbio.base._all_or_nothing import KeptInterrupt
from skmlbio.base._layer_parameters import COUNT, KERNEL_WIDTH, WIDEST_KERNEL, require_layer_sizes
from skmlbio.estimators._motif_sites import motifs_at_sites, some_of
from skmlbio.estimators._sequence_data import SequenceCost, SequenceData
from skmlbio.estimators._sequence_input import SequenceInput
from skmlbio.estimators._sequence_network import SequenceNetwork
from skmlbio.sequences import Motif, Vocabulary
from skmlbio.sequences._reverse_complement import has_partners

_MOST_ACTIVATIONS = 2**23  # that a fit looks at to find motifs
_USUAL_THRESHOLD = 0.5


@with_parameters
class SequenceCNN(SequenceNetwork):
    """Convolution over the residues of strings.

    Parameters
    ----------
    n_filters : int
        Filters of each width, in every layer.
    kernel_width : int or sequence of int
        How many residues a filter sees, at most 1,000; filters of several widths stand side by side.
    n_layers : int
        Convolutions one after the other.  With one, a filter is a whole motif; with two, it may be a part of one, and
        the second layer looks for parts side by side.
    positions : {"learned", "none"}
        Whether filters of the first layer learn where in a string they count, from its beginning: for strings that are
        aligned, or have signals at an end.  All places past the longest training string (`max_length_`) are alike.
    dilation : int
        By what the steps between the positions that a filter sees grow from layer to layer: those of layer i, counted
        from 0, are dilation ** i.
    residual : bool
        Whether what enters a layer is added to what leaves it, where both are equally wide.
    batch_normalization : bool
        Whether what a filter finds is brought to mean 0 and variance 1 over the residues of a batch, and what is pooled
        over strings.
    local_pooling : {"max", "mean"} or None
        How `pool_size` neighbouring positions become one after each layer; None keeps all positions.
    pool_size : int
        How many positions become one; unused without `local_pooling`.
    pooling : {"mean", "max", "attention"}
        How the positions of a string become one vector; "attention" learns how much each of them counts.
    reverse_complement : {"none", "share"}
        Whether filters read the other strand of DNA or RNA, too, and the positions of both strands are pooled: then a
        string and its reverse complement get the same answer.
    embedding_dim : int
        Length of a token's vector, where X has lists of tokens; letters have none.
    dropout : float
        Share of features that are dropped in training, between layers and before the output.

    Attributes
    ----------
    motifs_ : list of n_filters Motif
        What the filters of the first layer look for, found in the strings of the last call of `fit` or `partial_fit` as
        `find_motifs` does it, or in some thousand of them where there are more.  There are none where X has lists of
        tokens.
    """

    n_filters: int = parameter(default=32, allowed=COUNT)
    kernel_width: int | Sequence[int] = parameter(default=9, allowed=[*KERNEL_WIDTH, "array-like"])
    n_layers: int = parameter(default=2, allowed=COUNT)
    positions: Literal["learned", "none"] = parameter(default="learned", allowed=[StrOptions({"learned", "none"})])
    dilation: int = parameter(default=1, allowed=COUNT)
    residual: bool = parameter(default=False, allowed=["boolean"])
    batch_normalization: bool = parameter(default=False, allowed=["boolean"])
    local_pooling: Literal["max", "mean"] | None = parameter(default=None, allowed=[StrOptions({"max", "mean"}), None])
    pool_size: int = parameter(default=2, allowed=COUNT)
    pooling: Literal["mean", "max", "attention"] = parameter(
        default="max", allowed=[StrOptions({"mean", "max", "attention"})]
    )
    reverse_complement: Literal["none", "share"] = parameter(default="none", allowed=[StrOptions({"none", "share"})])
    embedding_dim: int = parameter(default=32, allowed=COUNT)
    dropout: float = parameter(default=0.3)

    def find_motifs(self, X, *, threshold: float = _USUAL_THRESHOLD) -> list[Motif]:
        """Return what the filters of the first layer look for, by where they are active in some strings.

        A window of a string is a site of a filter where the filter's activation exceeds a share of the highest one
        that it has in any window; the letters of its sites are counted place by place (Kelley et al. 2016).  Windows
        that reach past an end of a string are left out.  With ``reverse_complement="share"``, windows of both strands
        count, each read as the filter reads it.

        Parameters
        ----------
        X : list of n_sequences strings
            Strings, as in `fit`; all are looked at.
        threshold : float, default=0.5
            The share, from 0 up to, but not including, 1.

        Returns
        -------
        list of n_filters Motif
            For each filter, in the order of the network; with several widths, those of the first one come first.  A
            filter that is active nowhere has a motif without sites.

        Raises
        ------
        TypeError
            If X has lists of tokens, which have no letters.
        ValueError
            If the threshold is not a share, or X is refused as in `fit`.
        """
        self._require_own_layers("find_motifs")
        data = self._samples(X)
        if not isinstance(threshold, Real) or not 0 <= threshold < 1:
            raise ValueError(f"threshold must be a share of the highest activation, 0 to below 1; got {threshold!r}.")
        if isinstance(self.alphabet_, Vocabulary):
            raise TypeError("find_motifs needs strings: lists of tokens have no letters, of which motifs are made.")
        return self._found_motifs(data, float(threshold))

    def _found_motifs(self, data: SequenceData, threshold: float) -> list[Motif]:
        made_of, data = self.blueprint_.arguments, data.to_predict()

        def batches():
            for rows in data.batches():
                batch = data.subset(rows)  # of one length
                yield super(SequenceInput, self)._ask_encoded("activations", batch), batch.sequences

        both = made_of["reverse_complement"] == "share"
        return motifs_at_sites(batches, data.sequences, made_of["kernel_width"], both, threshold)

    def _train(self, plan, training, *rest):
        try:
            super()._train(plan, training, *rest)
        except KeptInterrupt:
            self._keep_motifs(training.data)
            raise
        self._keep_motifs(training.data)

    def _keep_motifs(self, data):
        self.motifs_ = []
        if self.encoder is None and not isinstance(self.alphabet_, Vocabulary):
            n_features = self.blueprint_.arguments["n_filters"] * len(self.blueprint_.arguments["kernel_width"])
            rows = some_of(data.sequences.lengths, _MOST_ACTIVATIONS // n_features)
            self.motifs_ = self._found_motifs(data.subset(rows), _USUAL_THRESHOLD)

    def _check_parameters(self):
        super()._check_parameters()
        self._widths()

    def _widths(self) -> tuple[int, ...]:
        several = not isinstance(self.kernel_width, Integral)
        if several and not len(self.kernel_width):
            raise ValueError("kernel_width must be a width, or a sequence of one width or more, got an empty one.")
        widths = require_layer_sizes(self.kernel_width if several else [self.kernel_width], "kernel_width")
        for position, width in enumerate(widths):
            if width > WIDEST_KERNEL:
                raise ValueError(f"kernel_width[{position}] must be an int of {WIDEST_KERNEL} or less, got {width}.")
        return widths

    def _encode(self, X, *, reset):
        data = super()._encode(X, reset=reset)
        if reset and self.reverse_complement == "share" and not has_partners(self.alphabet_):
            raise ValueError(
                "reverse_complement='share' needs strings of DNA or RNA, whose letters have partners on the other "
                f"strand, but those of X are of {self.alphabet_}."
            )
        if reset:
            require_reachable(self.dilation, self.n_layers, self.max_length_)
        return data

    def _sequence_cost(self):
        widths, of_letters = self._widths(), not isinstance(self.alphabet_, Vocabulary)
        n_features, n_strands = int(self.n_filters) * len(widths), 1 + (self.reverse_complement == "share")
        n_seen = max(widths) * (self.alphabet_.n_letters if of_letters else int(self.embedding_dim))
        if self.n_layers > 1:
            n_seen = max(n_seen, max(widths) * n_features)
        return SequenceCost(width=n_strands * max(n_seen, n_features))

    def _network(self):
        from skmlbio.networks.sequence_cnn import sequence_cnn

        names = (
            "n_filters", "n_layers", "positions", "dilation", "residual", "batch_normalization", "local_pooling",
            "pool_size", "pooling", "reverse_complement", "embedding_dim",
        )  # fmt: skip
        places = {"max_length": self.max_length_ if self.positions == "learned" else 1}
        return sequence_cnn, {name: getattr(self, name) for name in names} | {"kernel_width": self._widths()} | places


def require_reachable(dilation: int, n_layers: int, max_length: int) -> None:
    """Raise a ValueError if filters of the last layer would see places further apart than a string is long."""
    steps = int(dilation) ** (int(n_layers) - 1)
    if steps > max(1, max_length):
        raise ValueError(
            f"dilation={dilation} lets filters of layer {n_layers - 1} see places {steps} apart, but the longest "
            f"string has {max_length} residues: take a smaller dilation, or fewer layers."
        )

"""Where a tagger's features of residues come from."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
from sklearn.utils._param_validation import StrOptions

from skmlbio.base import parameter, with_parameters
from skmlbio.base._layer_parameters import (
    COUNT,
    KERNEL_WIDTH,
    MOST_GATES,
    AveragedWeights,
    KernelPenalties,
    LayerParameters,
    require_heads_of_body,
)
from skmlbio.estimators._attention_memory import AttentionMemory, keys_of_a_residue
from skmlbio.estimators._sequence_cnn_network import require_reachable
from skmlbio.estimators._sequence_data import SequenceCost, SequenceData
from skmlbio.estimators._sequence_input import SequenceInput
from skmlbio.sequences import Vocabulary

_OF_BODIES = {
    "convolution": ("n_layers", "n_filters", "kernel_width", "dilation", "batch_normalization"),
    "rnn": ("n_layers", "n_units", "cell", "kernel_width"),
    "attention": ("n_layers", "n_heads", "feed_forward_dim", "kernel_width", "attention_window"),
}


@with_parameters
class TaggerNetwork(AttentionMemory, SequenceInput, LayerParameters, KernelPenalties, AveragedWeights):
    """A network that gives every residue of a string its features.

    Parameters
    ----------
    body : {"convolution", "rnn", "attention"}
        What reads strings: convolutions, each added to what enters it; recurrences in both directions; or attention
        that knows the distance of two residues.
    n_layers : int
        Convolutions, recurrences or blocks of attention one after the other.
    kernel_width : int
        How many neighbouring residues a filter sees, at most 1,000; before recurrence and attention, one convolution
        does.
    n_filters : int
        Of the convolutions: filters in every layer.
    dilation : int
        Of the convolutions: by what the steps between the positions that a filter sees grow from layer to layer; those
        of layer i, counted from 0, are dilation ** i.
    batch_normalization : bool
        Of the convolutions: whether what a filter finds is brought to mean 0 and variance 1 over the residues of a
        batch.
    n_units : int
        Of the recurrences: length of the state that is carried from residue to residue, in each direction.
    cell : {"lstm", "gru", "simple"}
        Of the recurrences: how a state follows from the one before and from the next residue.
    embedding_dim : int
        Length of a residue's vector before recurrence and attention, of the latter a multiple of 2 * `n_heads`; and of
        the learned vector of a token.
    n_heads : int
        Of attention: maps of a block.
    feed_forward_dim : int
        Of attention: width of the hidden layer in a block.
    attention_window : int or None
        Of attention: how many residues to either side a residue collects from; None: all.
    dropout : float
        Share of features that are dropped in training, between layers and before the output.
    """

    body: Literal["convolution", "rnn", "attention"] = parameter(
        default="convolution", allowed=[StrOptions({"convolution", "rnn", "attention"})]
    )
    n_layers: int = parameter(default=2, allowed=COUNT)
    kernel_width: int = parameter(default=9, allowed=KERNEL_WIDTH)
    n_filters: int = parameter(default=64, allowed=COUNT)
    dilation: int = parameter(default=1, allowed=COUNT)
    batch_normalization: bool = parameter(default=False, allowed=["boolean"])
    n_units: int = parameter(default=32, allowed=COUNT)
    cell: Literal["lstm", "gru", "simple"] = parameter(default="lstm", allowed=[StrOptions({"lstm", "gru", "simple"})])
    embedding_dim: int = parameter(default=64, allowed=COUNT)
    n_heads: int = parameter(default=4, allowed=COUNT)
    feed_forward_dim: int = parameter(default=128, allowed=COUNT)
    attention_window: int | None = parameter(default=None, allowed=[*COUNT, None])
    dropout: float = parameter(default=0.2)
    l2: float | Literal["auto"] = parameter(default=1e-5)  # the loss is averaged over many residues

    def _check_parameters(self):
        super()._check_parameters()
        if self.body == "attention":
            require_heads_of_body(self.embedding_dim, self.n_heads)

    def _encode(self, X, *, reset):
        data = super()._encode(X, reset=reset)
        if reset and self.body == "convolution":
            require_reachable(self.dilation, self.n_layers, self.max_length_)
        return data

    def _sequence_cost(self):
        n_letters = int(self.embedding_dim) if isinstance(self.alphabet_, Vocabulary) else self.alphabet_.n_letters
        width = int(self.kernel_width)
        if self.body == "convolution":
            n_seen = max(n_letters, int(self.n_filters)) if self.n_layers > 1 else n_letters
            return SequenceCost(width=max(width * n_seen, int(self.n_filters)))
        patches = max(int(self.embedding_dim), n_letters) * width
        if self.body == "rnn":
            return SequenceCost(width=max(2 * MOST_GATES * int(self.n_units), patches))
        n_keys = keys_of_a_residue(self.attention_window)
        return SequenceCost(width=patches, n_maps=int(self.n_heads), n_keys=n_keys)

    def _attention_of(self, made_of):
        if made_of["body"] != "attention":
            return None
        names = {"n_heads": "n_heads", "n_blocks": "n_layers", "attention_window": "attention_window"}
        return {name: made_of[own] for name, own in names.items()}

    def _body_arguments(self) -> dict[str, Any]:
        """Return what makes the body of the network, and what enters it."""
        names = "body", "embedding_dim", "activation", "dtype", *_OF_BODIES[self.body]
        arguments = {name: getattr(self, name) for name in names}
        return arguments | {"dropout": float(self.dropout), "tokens": self._token_arguments()}

    def _of_residues(self, head: str, data: SequenceData) -> list[np.ndarray]:
        """Return what a head answers for the residues of every string, padding cut off."""
        self._require_maps_of_answers(data)
        found: list[Any] = [None] * len(data)
        data = data.to_predict()
        for rows in data.batches():
            answers = super(SequenceInput, self)._ask_encoded(head, data.subset(rows))  # of one length
            for row, answer in zip(rows, answers, strict=True):
                found[row] = answer[: data.sequences.lengths[row]]
        return found

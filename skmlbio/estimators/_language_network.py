"""The network of a language model: what reads strings, letter by letter."""

from __future__ import annotations

from typing import Literal

from sklearn.utils._param_validation import StrOptions

from skmlbio.base import parameter, with_parameters
from skmlbio.base._layer_parameters import (
    COUNT,
    MOST_GATES,
    AveragedWeights,
    KernelPenalties,
    LayerParameters,
    require_heads_of_body,
)
from skmlbio.estimators._attention_memory import AttentionMemory
from skmlbio.estimators._sequence_data import SequenceCost, SequenceData
from skmlbio.estimators._sequence_input import SequenceInput
from skmlbio.training._blueprint import Blueprint

_OF_BODIES = {"rnn": ("n_units", "cell"), "attention": ("n_heads", "feed_forward_dim", "activation")}


@with_parameters
class LanguageNetwork(AttentionMemory, SequenceInput, LayerParameters, KernelPenalties, AveragedWeights):
    """A network that reads strings from their beginning, and says at each place what comes next.

    Parameters
    ----------
    body : {"rnn", "attention"}
        What reads strings: recurrences, which carry a state from letter to letter, or attention, which looks back on
        all letters and knows their distance.
    cell : {"lstm", "gru", "simple"}
        Of the recurrences: how a state follows from the one before and from the next letter.
    n_layers : int
        Recurrences or blocks of attention one after the other.
    n_units : int
        Of the recurrences: length of the state.
    embedding_dim : int
        Length of a letter's learned vector; with attention, a multiple of 2 * `n_heads`.
    n_heads : int
        Of attention: maps of a block.
    feed_forward_dim : int
        Of attention: width of the hidden layer in a block.
    dropout : float
        Share of numbers that are dropped in training: of letters' vectors, between layers, and before the output.
    activation : str
        Keras' name of the activation in blocks of attention; recurrences have their own.
    """

    body: Literal["rnn", "attention"] = parameter(default="rnn", allowed=[StrOptions({"rnn", "attention"})])
    cell: Literal["lstm", "gru", "simple"] = parameter(default="lstm", allowed=[StrOptions({"lstm", "gru", "simple"})])
    n_layers: int = parameter(default=1, allowed=COUNT)
    n_units: int = parameter(default=128, allowed=COUNT)
    embedding_dim: int = parameter(default=64, allowed=COUNT)
    n_heads: int = parameter(default=4, allowed=COUNT)
    feed_forward_dim: int = parameter(default=128, allowed=COUNT)
    dropout: float = parameter(default=0.1)
    l2: float | Literal["auto"] = parameter(default=0.0)

    def _check_parameters(self):
        super()._check_parameters()
        if self.body == "attention":
            require_heads_of_body(self.embedding_dim, self.n_heads)

    def _sequence_cost(self):
        n_answers = self._n_letters() + 1
        if self.body == "rnn":
            return SequenceCost(width=max(MOST_GATES * int(self.n_units), n_answers))
        return SequenceCost(width=max(int(self.embedding_dim), n_answers), n_maps=int(self.n_heads))

    def _entries_of_a_draw(self, max_length: int) -> int:
        """Return how many numbers are remembered of one string while it is drawn."""
        made_of = self.blueprint_.arguments
        if made_of["body"] == "rnn":
            return max_length + 2 * made_of["n_layers"] * made_of["n_units"]
        return max_length * (1 + 2 * made_of["n_layers"] * made_of["embedding_dim"])

    def _attention_of(self, made_of):
        if made_of["body"] != "attention":
            return None
        return {"n_heads": made_of["n_heads"], "n_blocks": made_of["n_layers"], "attention_window": None}

    def _require_maps(self, data, given, advice, *rest, **options):
        super()._require_maps(data, given, "cut it, take fewer heads or layers, or body='rnn'", *rest, **options)

    def _ask_encoded(self, head, data):
        if isinstance(data, SequenceData):
            self._require_maps_of_answers(data)
        return super()._ask_encoded(head, data)

    def _make_blueprint(self):
        from skmlbio.networks.language_model import language_model

        names = "body", "n_layers", "embedding_dim", "dtype", *_OF_BODIES[self.body]
        arguments = {name: getattr(self, name) for name in names}
        return Blueprint(
            language_model, arguments | {"tokens": self._token_arguments(), "dropout": float(self.dropout)}
        )

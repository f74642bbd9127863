"""What recurrent estimators of strings share."""

from __future__ import annotations

from typing import Literal

from sklearn.utils._param_validation import StrOptions

from skmlbio.base import parameter, with_parameters
from skmlbio.base._layer_parameters import COUNT, KERNEL_WIDTH, MOST_GATES
from skmlbio.estimators._sequence_data import SequenceCost
from skmlbio.estimators._sequence_network import SequenceNetwork


@with_parameters
class RNNNetwork(SequenceNetwork):
    """A recurrent network that reads strings.

    Parameters
    ----------
    n_units : int
        Length of the state that is carried from residue to residue, in each direction.
    cell : {"lstm", "gru", "simple"}
        How a state follows from the one before and from the next residue: by a long short-term memory, by a gated
        recurrent unit, or without gates.
    n_layers : int
        Recurrent layers; each reads the states of the one before.
    bidirectional : bool
        Whether a second network reads the string from its end.
    embedding_dim : int
        Length of a residue's vector after the convolution, and of the learned vector of a token; letters without a
        convolution come as they are, one-hot.
    kernel_width : int or None
        How many neighbouring residues a convolution before the recurrence sees, at most 1,000; None leaves it out.
    pooling : {"last", "mean", "max", "attention"}
        How the states of a string become one vector: "last" takes those that have seen all of the string, the first of
        the network that reads from the end; "attention" learns how much each of them counts.
    dropout : float
        Share of numbers that are dropped in training, before each recurrence but one of letters, and before the output.
    activation : str
        Keras' name of the activation of the convolution; recurrences have their own.
    """

    n_units: int = parameter(default=32, allowed=COUNT)
    cell: Literal["lstm", "gru", "simple"] = parameter(default="lstm", allowed=[StrOptions({"lstm", "gru", "simple"})])
    n_layers: int = parameter(default=1, allowed=COUNT)
    bidirectional: bool = parameter(default=True, allowed=["boolean"])
    embedding_dim: int = parameter(default=32, allowed=COUNT)
    kernel_width: int | None = parameter(default=9, allowed=[*KERNEL_WIDTH, None])
    pooling: Literal["last", "mean", "max", "attention"] = parameter(
        default="max", allowed=[StrOptions({"last", "mean", "max", "attention"})]
    )
    dropout: float = parameter(default=0.2)

    def _sequence_cost(self):
        gates = MOST_GATES * int(self.n_units) * (1 + bool(self.bidirectional))
        patches = int(self.embedding_dim) * int(self.kernel_width or 1)
        return SequenceCost(width=max(gates, patches))

    def _network(self):
        from skmlbio.networks.recurrent import recurrent_network

        names = "n_units", "cell", "n_layers", "bidirectional", "embedding_dim", "kernel_width", "pooling"
        return recurrent_network, {name: getattr(self, name) for name in names}

"""What estimators around attention over strings share."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
from sklearn.utils._param_validation import StrOptions

from skmlbio.base import parameter, with_parameters
from skmlbio.base._layer_parameters import COUNT, KERNEL_WIDTH, require_heads
from skmlbio.estimators._attention_memory import AttentionMemory, attention_bytes, keys_of_a_residue
from skmlbio.estimators._sequence_data import SequenceCost, SequenceData
from skmlbio.estimators._sequence_input import SequenceInput
from skmlbio.estimators._sequence_network import SequenceNetwork


@with_parameters
class AttentionNetwork(AttentionMemory, SequenceNetwork):
    """Attention over the residues of strings.

    Parameters
    ----------
    embedding_dim : int
        Length of a residue's vector; a multiple of `n_heads`.
    n_heads : int
        Attention maps of a block.
    n_blocks : int
        Transformer blocks.
    feed_forward_dim : int
        Width of the hidden layer in a block.
    kernel_width : int or None
        How many neighbouring residues the convolution before the blocks sees, at most 1,000; None leaves it out.
    positions : {"sinusoidal", "learned", "rotary", "none"}
        What tells a residue its place.  Strings may be of any length in prediction: where positions are learned, all
        residues past the longest training string (`max_length_`) have the vector of its last place, and so cannot be
        told apart by their place; sinusoidal ones go on.  "rotary" adds nothing to a residue's vector, but lets
        attention depend on the distance of two residues [2]_; it takes an even ``embedding_dim / n_heads``.  With
        ``pooling="class_token"`` attention then depends on the place, too, by the distance to the class token.
    pooling : {"mean", "max", "attention", "class_token"}
        How the residues of a string become one vector; "attention" learns how much each of them counts.
        "class_token" puts one more vector, which is learned, before the residues, and takes what it has collected in
        the blocks [3]_.
    attention_window : int or None
        How many residues to either side a residue collects from [4]_; None: all.  Time and memory then go by
        the length of a string times the window, not by the square of the length: for strings of thousands of residues.
        Each further block reaches a window further.  A class token collects from all, and all collect from it.
    norm : {"pre", "post"}
        Whether layers are normalised before or after attention and feed-forward network; "pre" is easier to train.
    dropout : float
        Share of numbers that are dropped in training, after the embedding, in the blocks and before the output.
    activation : str
        Keras' name of the activation of the convolution and in the blocks.
    """

    embedding_dim: int = parameter(default=64, allowed=COUNT)
    n_heads: int = parameter(default=4, allowed=COUNT)
    n_blocks: int = parameter(default=1, allowed=COUNT)
    feed_forward_dim: int = parameter(default=128, allowed=COUNT)
    kernel_width: int | None = parameter(default=9, allowed=[*KERNEL_WIDTH, None])
    positions: Literal["sinusoidal", "learned", "rotary", "none"] = parameter(
        default="learned", allowed=[StrOptions({"sinusoidal", "learned", "rotary", "none"})]
    )
    pooling: Literal["mean", "max", "attention", "class_token"] = parameter(
        default="max", allowed=[StrOptions({"mean", "max", "attention", "class_token"})]
    )
    attention_window: int | None = parameter(default=None, allowed=[*COUNT, None])
    norm: Literal["pre", "post"] = parameter(default="pre", allowed=[StrOptions({"pre", "post"})])
    dropout: float = parameter(default=0.2)

    def attention_maps(self, X) -> list[np.ndarray]:
        """Return how much each residue of a string collects from each of its residues.

        Parameters
        ----------
        X : list of n_sequences strings or lists of tokens
            Sequences, as in `fit`.

        Returns
        -------
        list of n_sequences ndarray of shape (n_blocks, n_heads, length, length), float32
            For a sequence of that length, by block and head: in row i, the shares of all residues in what residue i
            collects, softmax(Q Kᵀ / √d), zero outside the window.  Rows sum to 1; there is no padding.  A class token
            is one more row and column, the first ones: ``maps[:, :, 0, 1:]`` is what the string's vector collects.

        Raises
        ------
        MemoryError
            If the maps of all strings do not fit into memory.
        """
        self._require_own_layers("attention_maps")
        sequences, made = self._samples(X).sequences, self._maps_of_a_string()
        made["n_keys"] = None  # zeros outside the window are returned, too
        data = SequenceData(sequences, self.bucket_lengths_, SequenceCost(n_maps=int(made["n_heads"]))).to_predict()
        # What is returned, and the last batch, whose strings are padded to the length of the longest or more.
        lengths = np.append(sequences.lengths, sequences.lengths.max())
        needed = attention_bytes(lengths, n_maps=made.pop("n_blocks"), **made)
        self._require_memory(needed, data, data, "cut it, or ask for fewer strings at a time")
        maps: list[Any] = [None] * len(data)
        n_tokens = int(self.blueprint_.arguments["pooling"] == "class_token")
        for rows in data.batches():
            blocks = super(SequenceInput, self)._ask_encoded("attention_maps", data.subset(rows))  # one length
            for row, *of_string in zip(rows, *blocks.values(), strict=True):
                length = n_tokens + sequences.lengths[row]
                maps[row] = np.stack([heads[:, :length, :length] for heads in of_string])
        return maps

    def _check_parameters(self):
        super()._check_parameters()
        require_heads(self.embedding_dim, self.n_heads)
        if self.positions == "rotary" and self.embedding_dim // self.n_heads % 2:
            raise ValueError(
                "with positions='rotary', embedding_dim / n_heads must be even, because features are turned in pairs, "
                f"got {self.embedding_dim} / {self.n_heads} = {self.embedding_dim // self.n_heads}."
            )

    def _sequence_cost(self):
        return SequenceCost(n_maps=int(self.n_heads), n_keys=keys_of_a_residue(self.attention_window))

    def _attention_of(self, made_of):
        return {name: made_of[name] for name in ("n_heads", "n_blocks", "attention_window")}

    def _ask_encoded(self, head, data):
        self._require_maps_of_answers(data)
        return super()._ask_encoded(head, data)

    def _network(self):
        from skmlbio.networks.attention import attention_network

        names = (
            "embedding_dim", "n_heads", "n_blocks", "feed_forward_dim", "kernel_width", "positions", "pooling", "norm",
            "attention_window",
        )  # fmt: skip
        max_length = self.max_length_ if self.positions == "learned" else 0
        return attention_network, {"max_length": max_length} | {name: getattr(self, name) for name in names}

"""Networks of strings that begin with another one."""

from __future__ import annotations

from skmlbio.base._pretrained import PretrainedEncoder
from skmlbio.estimators._sequence_input import SequenceInput

_POOLINGS = ("mean", "max", "attention")


class PretrainedStrings(PretrainedEncoder):
    """Strings are read by an encoder, if there is one; its vectors of residues are pooled."""

    _encoder_kind, _way_in = SequenceInput, ("alphabet_", "max_length_", "bucket_lengths_")

    def _pooling_of_encoder(self) -> str:
        if self.pooling not in _POOLINGS:
            raise ValueError(
                f"pooling={self.pooling!r} needs layers of the network's own; with an encoder, pooling must be one of "
                f"{', '.join(_POOLINGS)}."
            )
        return self.pooling

    def _keras_network(self, encoder):
        from skmlbio.networks.pretrained import keras_features, strings

        tokens = self._token_arguments()
        if len(encoder.input_shape) > 1:
            encoder.require_samples((None, tokens["vectors"].shape[1]), "X has strings, letters by one-hot vectors,")
        return keras_features, {"tokens": tokens, "dtype": self.dtype, "enter": strings}

"""Networks of strings that begin with another one."""

from __future__ import annotations

import numpy as np

from skmlbio.base._encoders import KerasEncoder
from skmlbio.base._pretrained import PretrainedEncoder
from skmlbio.estimators._sequence_input import SequenceInput

_PADDING = 3  # places, more than none
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
        encoder.require_axes(1, 2)
        return keras_features, {"tokens": tokens, "dtype": self.dtype, "enter": strings}

    def _encode(self, X, *, reset):
        data = super()._encode(X, reset=reset)
        if reset and isinstance(getattr(self, "encoder_", None), KerasEncoder):
            self._require_no_padding(data.sequences)
        return data

    def _require_no_padding(self, sequences) -> None:
        """Try the encoder with two strings, of the training strings the shortest and the longest."""
        from skmlbio.networks.pretrained import require_no_padding

        rows = np.unique([sequences.lengths.argmin(), sequences.lengths.argmax()])
        samples = [sequences[rows[n : n + 1]].pad() for n in range(len(rows))]
        if len(self.encoder_.input_shape) == 2:
            vectors = self._token_arguments()["vectors"]
            if vectors is None:
                raise ValueError(f"encoder {self.encoder_.name!r} takes vectors of letters, but X has lists of tokens.")
            self.encoder_.require_samples((None, vectors.shape[1]), "X has strings, letters by one-hot vectors,")
            samples = [vectors[sample].astype("float32") for sample in samples]
        else:  # all numbers that can come
            tokens = self._token_arguments()
            n_tokens = tokens["n_tokens"] if tokens["vectors"] is None else len(tokens["vectors"])
            samples.append(np.arange(1, n_tokens, dtype=samples[0].dtype)[np.newaxis])
        require_no_padding(self.encoder_.config, samples, _PADDING, self.encoder_.name)

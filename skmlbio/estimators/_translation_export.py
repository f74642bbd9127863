"""What an exported translator answers: strings or tokens, written inside the graph."""

from __future__ import annotations

from typing import TYPE_CHECKING

from skmlbio.sequences import Vocabulary

if TYPE_CHECKING:
    from skmlbio.export._served_network import ServedNetwork
    from skmlbio.export._signatures import Entrance


class TranslationExport:
    """The signatures of a translator: ``predict`` of X, and ``score_samples`` of X and y."""

    def _answers(self):
        import tensorflow as tf

        from skmlbio.export._sequence_entrance import sequence_exit

        self._validate_params()  # how it writes may have been changed after the fit
        spelled = sequence_exit(self.target_alphabet_)

        def predict(ask, tokens):
            lengths = tf.cast(tf.math.count_nonzero(tokens, axis=1), tf.float64)
            if self.max_output_length == "auto":
                longer = tf.maximum(tf.constant(1.0, tf.float64), lengths / self.max_length_)
                limits = tf.cast(tf.math.ceil(2 * self.max_target_length_ * longer), tf.int32)
            else:
                limits = tf.fill(tf.shape(lengths), int(self.max_output_length))
            widths = tf.fill(tf.shape(lengths), int(self.beam_width))
            return spelled(
                ask("predict", tokens, limits, widths, tf.fill(tf.shape(lengths), float(self.length_penalty)))
            )

        return {"predict": predict}

    def _export_signatures(self, network):
        import tensorflow as tf

        from skmlbio.export._signatures import Signature

        sources, targets = self._entrances(network)[""], self._target_entrance(network)

        def score_samples(X, y):
            log_p = network.answer("log_probabilities", *sources.encode(X=X), *targets.encode(X=y))
            return {"score_samples": tf.reduce_sum(log_p, axis=1)}

        inputs = sources.inputs | {"y": targets.inputs["X"]}
        return super()._export_signatures(network) | {"score_samples": Signature(inputs, score_samples)}

    def _target_entrance(self, network: ServedNetwork) -> Entrance:
        """Return the way of given translations into an exported network."""
        from skmlbio.export._sequence_entrance import sequence_entrance, token_entrance

        if isinstance(self.target_alphabet_, Vocabulary):
            return token_entrance(self.target_alphabet_, self.unknown, network)
        return sequence_entrance(self.target_alphabet_, self.unknown)

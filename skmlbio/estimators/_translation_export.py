"""What an exported translator answers: strings, tokens or their numbers, written inside the graph."""

from __future__ import annotations


class TranslationExport:
    """The signatures of a translator: ``predict`` of X, and ``score_samples`` of X and y."""

    def _answers(self):
        from skmlbio.export._sequence_entrance import sequence_exit

        return self._writing(sequence_exit(self.target_alphabet_))

    def _answers_to(self, entrance):
        import tensorflow as tf

        return self._writing(lambda tokens: tf.cast(tokens, tf.int32)) if entrance.alphabets else self._answers()

    def _writing(self, spelled):
        import tensorflow as tf

        self._validate_params()  # how it writes may have been changed after the fit

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
        from skmlbio.export._sequence_entrance import text_entrances

        found = super()._export_signatures(network)
        targets = text_entrances(self.target_alphabet_, self.unknown, network.module.tables)
        for suffix, sources in self._entrances(network).items():
            found["score_samples" + suffix] = _scoring(network, sources, targets[suffix])
        return found


def _scoring(network, sources, targets):
    """Return the signature of given translations."""
    import tensorflow as tf

    from skmlbio.export._signatures import Signature

    def score_samples(X, y):
        log_p = network.answer("log_probabilities", *sources.encode(X=X), *targets.encode(X=y))
        return {"score_samples": tf.reduce_sum(log_p, axis=1)}

    alphabets = sources.alphabets | ({"y": targets.alphabets["X"]} if targets.alphabets else {})
    return Signature(sources.inputs | {"y": targets.inputs["X"]}, score_samples, alphabets)

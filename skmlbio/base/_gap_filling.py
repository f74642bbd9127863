"""Rows that miss in part, for auto-encoders: gaps are masked, and can be filled."""

from __future__ import annotations

from typing import Literal

import numpy as np
from sklearn.utils._param_validation import StrOptions

from skmlbio.base._docstrings import completed_by
from skmlbio.base._estimator import NetworkEstimator
from skmlbio.base._fit_data import column_statistics
from skmlbio.base._parameters import parameter, with_parameters
from skmlbio.base._range import require_answers
from skmlbio.base._transformer import TransformerBase, row_blocks

_NO_ERROR = "so that its reconstruction has no error: leave it out."


@with_parameters
class GapFilling:
    """NaN in X, for a network with a layer ``"fill"`` that is made by the argument `gaps`.

    Parameters
    ----------
    missing : {"error", "mask"}
        What becomes of NaN in X: it is refused, or masked.  "mask" leaves gaps out of the loss; the encoder gets the
        mean of the feature in their place, and beside its input the mask of what is known.
    """

    missing: Literal["error", "mask"] = parameter(default="error", allowed=[StrOptions({"error", "mask"})])

    @completed_by(NetworkEstimator._samples)
    def impute(self, X) -> np.ndarray:
        """Return samples with what `reconstruct` says in place of NaN; what is known stays as it is.

        Returns
        -------
        ndarray of shape (n_samples, n_features), float64 where the network standardises, else float32
            Samples without gaps.  One of which nothing is known becomes what the network holds for usual.
        """
        filled = []
        for block in row_blocks(self._samples(X)):
            (rows,) = block.take(slice(None))
            filled.append(np.where(np.isnan(rows), self._ask_encoded("reconstruct", block), rows))
        return require_answers(np.concatenate(filled))

    @completed_by(TransformerBase.score_samples)
    def score_samples(self, X) -> np.ndarray:
        """Return minus the reconstruction error of every sample: low where a sample is unlike the training data.

        Raises
        ------
        ValueError
            If a sample is missing altogether.
        """
        first = 0
        for block in row_blocks(self._samples(X)) if self._has_gaps else ():
            (rows,) = block.take(slice(None))
            if (empty := np.isnan(rows).all(axis=1)).any():
                raise ValueError(f"sample {first + int(np.argmax(empty))} of X is missing altogether, {_NO_ERROR}")
            first += len(block)
        return super().score_samples(X)

    def _takes_gaps(self):
        return self.missing == "mask"

    def _adapted(self, training):
        found = super()._adapted(training)
        if not self._has_gaps:
            return found
        mean = found["standardize/mean"] if self._standardizes() else column_statistics(*training[::2])[0]
        if (empty := np.isnan(mean)).any():
            column = int(np.argmax(empty))
            names = getattr(self, "feature_names_in_", None)
            name = str(column) if names is None else f"{names[column]!r} ({column})"
            raise ValueError(f"column {name} of X is missing in every training sample; leave it out.")
        return found | {"fill/mean": mean}

    def _network_parameters(self, blueprint):
        found = super()._network_parameters(blueprint)
        return found | {"missing": "mask" if found.pop("gaps") else "error"}

    def _answers(self):
        import tensorflow as tf

        def impute(ask, x):
            filled = ask("reconstruct", x)
            return tf.where(tf.math.is_nan(x), filled, tf.cast(x, filled.dtype))

        def score_samples(ask, x):
            all_known = tf.reduce_all(tf.reduce_any(~tf.math.is_nan(x), axis=1))
            with tf.control_dependencies(
                [tf.debugging.Assert(all_known, [f"a sample of X is missing altogether, {_NO_ERROR}"])]
            ):
                return answers["score_samples"](ask, tf.identity(x))

        answers = super()._answers()
        return answers | {"score_samples": score_samples, "impute": impute} if self._has_gaps else answers

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = self._takes_gaps()
        return tags

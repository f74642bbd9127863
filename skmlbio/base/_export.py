"""What the export asks of an estimator."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from skmlbio.export._served_network import ServedNetwork
    from skmlbio.export._signatures import Entrance, Signature


class ExportMixin:
    """`export_saved_model`, from how samples come in (`_entrances`) and what is answered (`_answers`).

    A family of estimators overrides the one or the other; `_export_signatures` has the last word, and may add
    signatures of any other kind.
    """

    def _entrances(self, network: ServedNetwork) -> dict[str, Entrance]:
        """Return the ways in: what goes after the verb in the name of a signature, and TensorFlow's `_encode`."""
        from skmlbio.export._signatures import MAX_NAMED_COLUMNS, array_entrance, column_entrance

        spec, *_ = network.inputs()
        names = getattr(self, "feature_names_in_", None)
        gaps = getattr(self, "_has_gaps", False)
        if names is None:
            return {"": array_entrance(spec, gaps)}
        if len(names) > MAX_NAMED_COLUMNS:
            return {"": array_entrance(spec, gaps), "_matrix": array_entrance(spec, gaps)}
        return {"": column_entrance(spec, names, gaps), "_matrix": array_entrance(spec, gaps)}

    def _entrances_of_codes(self, network: ServedNetwork) -> dict[str, Entrance]:
        """Return the ways in where the network, or another one that begins with it, is asked for codes alone."""
        return self._entrances(network)

    def _answers(self) -> dict[str, Callable[..., Any]]:
        """Return what is answered, the main verb first: functions of ``ask`` and inputs; see `Entrance.signature`."""
        raise NotImplementedError

    def _answers_to(self, entrance: Entrance) -> dict[str, Callable[..., Any]]:
        """Return what is answered to samples that come in by an entrance."""
        return self._answers()

    def _export_signatures(self, network: ServedNetwork) -> dict[str, Signature]:
        """Return everything that an exported network answers; the first is the one for a client that names none."""
        return {
            verb + suffix: entrance.signature(network, verb, answer)
            for suffix, entrance in self._entrances(network).items()
            for verb, answer in self._answers_to(entrance).items()
        }

    def export_saved_model(
        self, path: str | os.PathLike, *, overwrite: bool = False, version: int | None = None
    ) -> None:
        """Write the network as a SavedModel, which TensorFlow alone can serve, without skmlbio and without Keras.

        It has one signature for each method that answers for samples, such as ``predict`` or ``transform``, and
        ``serving_default``, which is the first of them.  They take any number of samples at a time.  A signature's
        output has the name of the method; where the method returns a list (the probabilities of several outputs), they
        are called ``predict_proba_0``, ``predict_proba_1``, ...  Labels are what they were in `fit`, strings as
        ``tf.string``; numbers have the precision of the network, which is float32 unless its dtype is "float64", but
        numbers in the units of standardised data, such as reconstructions and the targets of a regressor, are float64.

        The input is ``X``, of the shape that X had in `fit`: float64 where the network standardises it, so that numbers
        far from zero keep their digits, else float32.  Where `fit` saw names of features, each feature is an
        input of shape (batch,) with its name, and the whole matrix is taken by signatures called ``predict_matrix`` and
        so on; with more than 256 features, both take the matrix.  TensorFlow's names are of ASCII letters, digits and
        underscores, begin with a letter, and do not tell upper from lower case.  Other characters become underscores,
        "feature" goes before a name that begins with a digit or is a word of Python, and names that would coincide
        are numbered: "mean radius" is ``mean_radius``, or ``mean_radius_2`` if there is a "mean_radius" beside it.
        `skmlbio.export.input_names` lists them.

        Infinity, numbers beyond single precision and, unless the estimator takes it, NaN stop a call with an error, as
        they do here.  What came before in a pipeline is no part of this model; `skmlbio.export.export_saved_model`
        writes whole pipelines.  ``assets.extra/skmlbio.json`` tells versions, classes and names of features.

        Parameters
        ----------
        path : str or path-like
            The folder to make.  It appears once it is whole; if anything fails, all is as before.
        overwrite : bool, default=False
            Whether a SavedModel or a file at `path` is replaced; an empty folder is taken without asking.
        version : int, optional
            Makes the model the folder of this number in `path`, from which TensorFlow Serving takes the highest.

        Raises
        ------
        ValueError
            If `version` is no integer from 0 to 2⁶³ - 1.
        sklearn.exceptions.NotFittedError
            If the estimator is not fitted.
        FileExistsError
            If there is something at `path` that is not to be replaced; a folder that holds anything else than a
            SavedModel, a link, a pipe or a device never is.
        FileNotFoundError
            If the folder that `path` shall be in does not exist.
        """
        from skmlbio.export import export_saved_model

        export_saved_model(self, path, overwrite=overwrite, version=version)

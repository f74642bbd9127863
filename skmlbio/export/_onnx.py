"""Write one answer of a fitted estimator, or of a pipeline, as a file of ONNX."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from skmlbio._files import replacing
from skmlbio.export._signatures import Signature


def export_onnx(
    estimator: Any, path: str | os.PathLike, *, signature: str | None = None, overwrite: bool = False
) -> None:
    """Write one signature of a fitted estimator, or of a pipeline, as an ONNX model, which ONNX Runtime serves.

    The signatures are those of `export_saved_model`, with the same names, shapes and dtypes of inputs and outputs; one
    file holds one of them.  Those that take strings have no counterpart in ONNX; beside them are others, whose names
    end in ``_tokens``, that take the numbers of letters or of tokens, which
    ``ensure_sequences(X, alphabet=estimator.alphabet_, unknown=estimator.unknown).pad(dtype="int32")`` returns.

    ONNX has no operation that stops a call.  What an estimator refuses, such as NaN in X or a number of no token, gets
    an answer, which means nothing.

    ``metadata_props`` of the model hold versions, steps, classes, names of features and what numbers of tokens stand
    for, each as JSON.  Needs tf2onnx and ONNX Runtime: ``pip install "skmlbio[onnx]"``.

    Parameters
    ----------
    estimator : estimator or pipeline
        A fitted one, of skmlbio or scikit-learn.
    path : str or path-like
        The file to make, usually ``something.onnx``.  It appears once it is whole.
    signature : str, optional
        Such as ``"predict_proba"``; the first one of the estimator by default, which is ``"predict"`` or
        ``"transform"``.
    overwrite : bool, default=False
        Whether a file at `path` is replaced; anything else, links too, always stays.

    Raises
    ------
    TypeError
        If a step cannot be converted, the signature takes strings, or has an operation that ONNX, or ONNX Runtime, does
        not know; nothing has been written then.
    ValueError
        If there is no such signature.
    ImportError
        If tf2onnx or ONNX Runtime is missing.
    sklearn.exceptions.NotFittedError
        If the estimator is not fitted.
    FileExistsError
        If there is something at `path` that is not to be replaced.
    FileNotFoundError
        If the folder that `path` shall be in does not exist.

    See Also
    --------
    export_saved_model : All signatures, for TensorFlow.

    Examples
    --------
    >>> import tempfile, onnxruntime
    >>> from sklearn.datasets import load_iris
    >>> from skmlbio import DenseClassifier
    >>> from skmlbio.export import export_onnx
    >>> X, y = load_iris(return_X_y=True)
    >>> classifier = DenseClassifier(epochs=5, random_state=0).fit(X, y)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     export_onnx(classifier, f"{folder}/iris.onnx", signature="predict_proba")
    ...     session = onnxruntime.InferenceSession(f"{folder}/iris.onnx")
    >>> (probabilities,) = session.run(["predict_proba"], {"X": X[:2]})
    >>> probabilities.shape
    (2, 3)
    """
    try:
        import onnxruntime  # noqa: F401
        import tf2onnx  # noqa: F401
    except ImportError as error:
        raise ImportError('export_onnx needs tf2onnx and ONNX Runtime: pip install "skmlbio[onnx]"') from error
    from skmlbio.export._exported_model import exported_model
    from skmlbio.export._onnx_graph import onnx_model

    _require_place(Path(path).absolute(), overwrite)
    model = exported_model(estimator, _choice(signature))
    ((name, function),) = model.functions.items()
    converted = onnx_model(function, name)
    for key, value in model.metadata([name]).items():
        converted.metadata_props.add(key=key, value=value if isinstance(value, str) else json.dumps(value))
    with replacing(path) as part, open(part, "xb") as file:
        file.write(converted.SerializeToString())


def _require_place(path: Path, overwrite: bool) -> None:
    if not path.parent.is_dir():
        raise FileNotFoundError(f"cannot export to {str(path)!r}: the folder {str(path.parent)!r} does not exist.")
    if os.path.lexists(path) and (path.is_symlink() or not path.is_file()):
        raise FileExistsError(f"{str(path)!r} is no file; only a file is replaced.")
    if path.exists() and not overwrite:
        raise FileExistsError(f"{str(path)!r} exists already; overwrite=True replaces it.")


def _choice(name: str | None) -> Callable[[dict[str, Signature]], dict[str, Signature]]:
    """Return what chooses one signature that takes no strings."""

    def choose(signatures: dict[str, Signature]) -> dict[str, Signature]:
        chosen = next(iter(signatures)) if name is None else name
        if chosen not in signatures:
            raise ValueError(f"there is no signature {chosen!r}; there are {', '.join(map(repr, signatures))}.")
        strings = [given for given, spec in signatures[chosen].inputs.items() if spec.dtype == "string"]
        if strings:
            numbers = f"{chosen}_tokens"
            advice = f": signature={numbers!r} takes numbers in their place" if numbers in signatures else ""
            raise TypeError(
                f"the signature {chosen!r} takes strings as {strings[0]!r}, which models of ONNX cannot read{advice}."
            )
        return {chosen: signatures[chosen]}

    return choose

"""Data sets that hold a matrix among other things."""

from __future__ import annotations

from typing import Any

_ADVICE = {
    "AnnData": "pass its matrix, {name}=adata.X or a layer, adata.layers[...]; labels are y=adata.obs[...]",
    "Raw": "pass its matrix, {name}=adata.raw.X",
    "MuData": "pass the matrix of one modality, {name}=mdata.mod[...].X",
}


def refuse_annotated_data(X: Any, name: str = "X") -> None:
    """Raise a TypeError for an `AnnData` or `MuData`, which NumPy takes minutes to make nothing of.

    They are known by name, so that neither library is needed.  Matrices that come out of them, some of which are of
    classes of theirs, pass.
    """
    for kind in type(X).__mro__:
        if kind.__name__ in _ADVICE and kind.__module__.partition(".")[0] in ("anndata", "mudata"):
            advice = _ADVICE[kind.__name__].format(name=name)
            article = "an" if kind.__name__ == "AnnData" else "a"
            raise TypeError(f"{name} is {article} {kind.__name__}, which is more than a matrix: {advice}.")

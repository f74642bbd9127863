"""Docstrings of functions that others complete."""

import inspect

import pytest

import skmlbio
from skmlbio.base._docstrings import completed_by, sections
from skmlbio.inspection import AttentionMapDisplay, LatentSpaceDisplay, ReconstructionDisplay, TrainingHistoryDisplay


def shared(a, b, c):
    """Shared.

    Parameters
    ----------
    a, b : int
        Two numbers.
    c : str
        A text.

    Returns
    -------
    int

    Raises
    ------
    ValueError
        Always.
    """


def test_own_entries_count_and_the_signature_orders() -> None:
    @completed_by(shared)
    def own(c, d, b):
        """Own.

        Parameters
        ----------
        d : float
            Own.
        c : bytes
            Own.

        Raises
        ------
        TypeError
            Never.
        """

    found = sections(own.__doc__)
    assert list(found) == ["", "Parameters", "Returns", "Raises"]
    assert [line for line in found["Parameters"].splitlines() if line and line[0] != " "] == [
        "c : bytes", "d : float", "a, b : int",
    ]  # fmt: skip
    assert "TypeError" in found["Raises"] and "ValueError" not in found["Raises"]


def test_a_function_without_a_docstring_stays_without() -> None:
    assert completed_by(shared)(lambda a: a).__doc__ is None


METHODS = [
    (cls, name)
    for cls in (AttentionMapDisplay, LatentSpaceDisplay, ReconstructionDisplay, TrainingHistoryDisplay,
                skmlbio.DenseClassifier, skmlbio.DenseRegressor, skmlbio.VAESampler, skmlbio.GCNClassifier)
    for name in dir(cls)
    if name.startswith("from_") or name in ("plot", "fit", "partial_fit", "predict", "transform", "export_saved_model")
]  # fmt: skip


@pytest.mark.parametrize(("cls", "name"), METHODS)
def test_every_parameter_is_documented_in_order(cls, name: str) -> None:
    method = getattr(cls, name)
    text = sections(method.__doc__)["Parameters"]
    entries = [line.partition(" : ")[0] for line in text.splitlines() if line and line[0] != " "]
    names = ", ".join(entries).split(", ")
    assert sorted(names) == sorted(name for name in inspect.signature(method).parameters if name != "self")
    assert inspect.getdoc(method) == inspect.cleandoc(method.__doc__)

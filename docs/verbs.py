"""Write the table of `verbs.md`: which estimator takes what, and has which method.

python docs/verbs.py
"""

from __future__ import annotations

import inspect
from pathlib import Path

from sklearn.base import BaseEstimator

import skmlbio

PAGE = Path(__file__).with_name("verbs.md")
# Of these, each has a column; what else there is stands in the last one.
VERBS = [
    "partial_fit", "predict", "predict_proba", "decision_function", "transform", "inverse_transform", "reconstruct",
    "score_samples", "sample", "attributions", "export_saved_model",
]  # fmt: skip
OF_ALL = {"fit", "fit_transform", "get_feature_names_out", "get_params", "score", "set_output", "set_params"}
# By scikit-learn's tags, the first that an estimator has; graphs have none.
KINDS = {"categorical": "categories", "string": "strings", "two_d_array": "matrix", "three_d_array": "images"}
# What tags do not tell.
OTHER_KINDS = {"GCNLinkPredictor": "pairs of nodes", "MoleculeGraphTransformer": "molecules"}
START, END = "<!-- start of the table -->\n", "<!-- end of the table -->"


def estimators() -> dict[str, type]:
    """The estimators by name."""
    public = {name: getattr(skmlbio, name) for name in skmlbio.__all__}
    return {name: cls for name, cls in public.items() if issubclass(cls, BaseEstimator)}


def methods(cls: type) -> set[str]:
    """The public methods of an estimator, but for those that scikit-learn gives to every one."""
    found = inspect.getmembers(cls, callable)
    ours = {name for name, method in found if (getattr(method, "__module__", "") or "").startswith("skmlbio")}
    named = {name for name, _ in found if name in VERBS}
    return {name for name in ours | named if not name.startswith("_")} - OF_ALL


def kind_of_input(cls: type) -> str:
    """What X is."""
    tags = cls().__sklearn_tags__().input_tags
    by_tags = [KINDS[tag] for tag in KINDS if getattr(tags, tag)]
    graphs = "nodes of a graph" if "graph" in inspect.signature(cls).parameters else "graphs"
    return OTHER_KINDS.get(cls.__name__, (by_tags or [graphs])[0])


def table() -> str:
    """The table in Markdown."""
    lines = [["estimator", "X", *(f"`{verb}`" for verb in VERBS), "also"], ["---"] * (len(VERBS) + 3)]
    for name, cls in estimators().items():
        has = methods(cls)
        also = ", ".join(f"`{verb}`" for verb in sorted(has - set(VERBS)))
        lines.append([f"`{name}`", kind_of_input(cls), *("x" if verb in has else "" for verb in VERBS), also])
    return "".join("| " + " | ".join(line) + " |\n" for line in lines)


def with_table(page: str) -> str:
    """The page with the table as it is now."""
    before, _, rest = page.partition(START)
    return before + START + table() + END + rest.partition(END)[2]


if __name__ == "__main__":
    PAGE.write_text(with_table(PAGE.read_text()))

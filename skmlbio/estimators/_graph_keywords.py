"""The keywords of all estimators of graphs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from sklearn.utils._param_validation import StrOptions

from skmlbio.base import parameter, with_parameters


@with_parameters
class GraphKeywords:
    """X is a list of graphs, see `skmlbio.graphs.ensure_graphs`.

    Parameters
    ----------
    node_attributes : str, sequence of str or None
        For networkx graphs: the attribute with the type of a node, or a sequence of attributes with numeric features.
    edge_attribute : str or None
        For networkx graphs: the attribute with the weight of an edge, which must be there at every edge of every graph.
        Where no edge has a "weight", each weighs 1; None gives every edge the weight 1.
    edge_attributes : str, sequence of str or None
        For networkx graphs: the attribute with the type of an edge, or a sequence of attributes with numeric features;
        None leaves edges their weight alone.
    flow : {"target_to_source", "source_to_target"}
        Which way messages go along an edge (source, target), the entry A[source, target]: "target_to_source" is A X,
        where the source collects from the target; "source_to_target" is Aᵀ X, PyTorch Geometric's default, where the
        target collects from the source.  Without directed edges both are the same.
    """

    node_attributes: str | Sequence[str] | None = parameter(default=None, allowed=[str, list, tuple, None])
    edge_attribute: str | None = parameter(default="weight", allowed=[str, None])
    edge_attributes: str | Sequence[str] | None = parameter(default=None, allowed=[str, list, tuple, None])
    flow: Literal["target_to_source", "source_to_target"] = parameter(
        default="target_to_source", allowed=[StrOptions({"target_to_source", "source_to_target"})]
    )

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.two_d_array = False
        return tags

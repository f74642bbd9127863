"""Molecules to graphs, as a transformer."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils._param_validation import StrOptions

from skmlbio.graphs import Graph
from skmlbio.graphs._molecule_graphs import ATOM_FEATURES, BOND_FEATURES, molecule_graphs, readable_molecules
from skmlbio.graphs._molecule_reader import require_rdkit
from skmlbio.sequences._validation import ensure_list


class MoleculeGraphTransformer(TransformerMixin, BaseEstimator, auto_wrap_output_keys=None):
    """Make graphs of molecules, with features of atoms at the nodes and of bonds at the edges.

    Molecules are SMILES strings or molecules of RDKit, which reads them, finds what is aromatic, and refuses impossible
    valences.  Nodes are in the order of the atoms.  A bond is an edge in each direction; edges are sorted by their
    atoms.  A salt is one graph of several parts, and a single atom a graph without edges.  Nothing is learned in `fit`.

    Parameters
    ----------
    node_features : {"standard", "element"}, default="standard"
        What nodes carry: by "standard" numbers, all 0 or 1, as in [1]_: the element among common ones,
        the number of neighbours and that of hydrogens among them, the formal charge, hybridisation, whether the atom is
        aromatic and in a ring, and its chirality as R or S.  By "element" a type, the symbol.
    edge_features : {"standard", "order"} or None, default="standard"
        What edges carry: by "standard" numbers, 0 or 1: the order of the bond, whether it is conjugated and in a ring,
        and its stereochemistry as E or Z.  By "order" a type, such as "single" and "aromatic".  None leaves bonds
        plain.
    explicit_hydrogens : bool, default=False
        Whether hydrogens are nodes, too; else they are left out, except where SMILES need them, as in [2H] and [H][H].
    on_error : {"raise", "mask"}, default="raise"
        What happens to a molecule that is missing, empty or unreadable: an error, or a warning that tells which they
        are, and the graph of "*", a single atom of no kind, in its place.  So graphs and targets stay side by side;
        `readable` tells which rows to leave out beforehand.

    Attributes
    ----------
    node_feature_names_ : ndarray of shape (n_features,), object
        What the features of nodes mean; ``["element"]`` where they are types.
    edge_feature_names_ : ndarray of shape (n_edge_features,), object
        The same for edges; ``["order"]`` where they are types, and empty where there are none.

    See Also
    --------
    GCNClassifier : Takes the graphs.
    GCNRegressor : The same for numbers.
    skmlbio.graphs.Graph : What a graph holds.

    Notes
    -----
    Needs RDKit: ``pip install "skmlbio[chem]"``.  The default convolution of `GCNClassifier` uses the features
    of bonds; some others leave them out with a warning, unless ``edge_features=None``.  Where elements or
    orders are types, ``unknown="mask"`` of the estimator lets pass those that were not there in its fit, "*" too.

    References
    ----------
    .. [1] Yang et al.: Analyzing learned molecular representations for property prediction. Journal of Chemical
       Information and Modeling 59 (2019).

    Examples
    --------
    >>> from skmlbio import MoleculeGraphTransformer
    >>> transformer = MoleculeGraphTransformer()
    >>> transformer.fit_transform(["CC(=O)O"])
    [Graph(n_nodes=4, n_features=42, n_edges=6, n_edge_features=9)]
    >>> transformer.edge_feature_names_[:4].tolist()
    ['order_single', 'order_double', 'order_triple', 'order_aromatic']
    >>> (acid,) = MoleculeGraphTransformer(node_features="element", edge_features="order").fit_transform(["CC(=O)O"])
    >>> acid.features.tolist(), acid.edge_features.tolist()
    (['C', 'C', 'O', 'O'], ['single', 'single', 'double', 'single', 'double', 'single'])
    >>> transformer.readable(["CCO", "C1CC", None])
    array([ True, False, False])
    """

    _parameter_constraints: dict = {
        "node_features": [StrOptions({"standard", "element"})],
        "edge_features": [StrOptions({"standard", "order"}), None],
        "explicit_hydrogens": ["boolean"],
        "on_error": [StrOptions({"raise", "mask"})],
    }

    def __init__(
        self,
        *,
        node_features: Literal["standard", "element"] = "standard",
        edge_features: Literal["standard", "order"] | None = "standard",
        explicit_hydrogens: bool = False,
        on_error: Literal["raise", "mask"] = "raise",
    ):
        self.node_features = node_features
        self.edge_features = edge_features
        self.explicit_hydrogens = explicit_hydrogens
        self.on_error = on_error

    def fit(self, X: Any, y: Any = None) -> MoleculeGraphTransformer:
        """Check the parameters, and name the features; molecules are looked at in `transform`.

        Parameters
        ----------
        X : list, tuple, array, series or data frame of n_samples SMILES strings or molecules of RDKit
            One column at most.
        y : None
            Ignored.

        Returns
        -------
        self

        Raises
        ------
        ImportError
            If RDKit is not installed.
        TypeError, ValueError
            If a parameter is impossible, or `X` is no collection, or empty.
        """
        self._checked(X)
        self.node_feature_names_ = self.get_feature_names_out()
        names = {"standard": BOND_FEATURES, "order": ("order",), None: ()}[self.edge_features]
        self.edge_feature_names_ = np.array(names, object)
        return self

    def transform(self, X: Any) -> list[Graph]:
        """Make a graph of each molecule.

        Parameters
        ----------
        X : list, tuple, array, series or data frame of n_samples SMILES strings or molecules of RDKit
            One column at most.

        Returns
        -------
        graphs : list of n_samples Graph
            With features of shape (n_atoms, n_features), float64, or types of shape (n_atoms,), str, and the same for
            edges, of which there are two a bond.

        Raises
        ------
        ImportError
            If RDKit is not installed.
        TypeError
            If an item of `X` is neither a string, nor a molecule, nor missing.
        ValueError
            If a molecule is missing, empty or unreadable, unless ``on_error="mask"``.  The message has its index,
            counted from 0, the SMILES, and what is impossible about it.
        """
        return molecule_graphs(
            self._checked(X),
            node_features=self.node_features,
            edge_features=self.edge_features,
            explicit_hydrogens=self.explicit_hydrogens,
            on_error=self.on_error,
        )

    def readable(self, X: Any) -> NDArray[np.bool_]:
        """Tell which molecules can be read.

        Parameters
        ----------
        X : list, tuple, array, series or data frame of n_samples SMILES strings or molecules of RDKit
            One column at most.

        Returns
        -------
        readable : ndarray of shape (n_samples,), bool
            False where a molecule is missing, empty or unreadable.
        """
        return readable_molecules(self._checked(X))

    def get_feature_names_out(self, input_features: Any = None) -> NDArray[np.object_]:
        """Name the features of nodes.

        Parameters
        ----------
        input_features : None
            Ignored.

        Returns
        -------
        names : ndarray of shape (n_features,), object
        """
        return np.array(ATOM_FEATURES if self.node_features == "standard" else ("element",), object)

    def set_output(self, *, transform: str | None = None) -> MoleculeGraphTransformer:
        """Do nothing, so that a pipeline can be told what its last step shall return: graphs stay a list.

        Parameters
        ----------
        transform : {"default", "pandas", "polars"}, optional
            Ignored.

        Returns
        -------
        self
        """
        return self

    def _checked(self, X: Any) -> list | tuple:
        self._validate_params()
        require_rdkit(type(self).__name__)
        return ensure_list(X, "molecule")

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.string = True
        tags.input_tags.two_d_array = False
        tags.transformer_tags.preserves_dtype = []
        tags.requires_fit = False
        return tags

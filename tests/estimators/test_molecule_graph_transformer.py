"""Molecules in pipelines."""

import pickle

import numpy as np
import pandas as pd
import polars as pl
import pytest
from battery_cases import CHECKS_WITHOUT_DATA
from rdkit import Chem, rdBase
from sklearn import config_context
from sklearn.base import clone
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.utils import estimator_checks, get_tags

from skmlbio import GCNClassifier, MoleculeGraphTransformer, WeisfeilerLehmanTransformer

ACIDS = ["CC(=O)O", "CCC(=O)O", "OC(=O)c1ccccc1", "OC(=O)CC(=O)O", "CC(C)C(=O)O", "CCCC(=O)O"]
ALCOHOLS = ["CCO", "CCCO", "OCc1ccccc1", "OCCCO", "CC(C)CO", "CCCCO"]
SMILES = ACIDS + ALCOHOLS
LABELS = ["acid"] * 6 + ["alcohol"] * 6


@pytest.mark.parametrize("check", CHECKS_WITHOUT_DATA)
def test_scikit_learns_checks_without_data(check: str) -> None:
    getattr(estimator_checks, f"check_{check}")("MoleculeGraphTransformer", MoleculeGraphTransformer())


@pytest.mark.parametrize(
    "X",
    [
        tuple(SMILES),
        np.array(SMILES),
        np.array(SMILES, object)[:, np.newaxis],
        pd.Series(SMILES, index=range(5, 17)),
        pd.DataFrame({"smiles": SMILES}),
        pl.Series(SMILES),
        [Chem.MolFromSmiles(smiles) for smiles in SMILES],
    ],
    ids=["tuple", "array", "column", "series", "frame", "polars", "molecules"],
)
def test_molecules_in_whatever_holds_them(X: object) -> None:
    assert MoleculeGraphTransformer().fit_transform(X) == MoleculeGraphTransformer().transform(SMILES)


@pytest.mark.parametrize(
    ("X", "error", "reason"),
    [
        ([], ValueError, "X is empty; at least one molecule is needed"),
        ("CCO", TypeError, r"X is a single str, not a collection of molecules; a list of one is \[X\]"),
        (Chem.MolFromSmiles("CCO"), TypeError, "X must be a list.*got Mol"),
        (np.array([["C", "O"]] * 3), ValueError, r"X has shape \(3, 2\); molecules come as a list or as one column"),
        (["CCO", "CX"], ValueError, "molecule 1, 'CX', is no SMILES that RDKit can read"),
        (pd.Series(["CCO", None]), ValueError, "molecule 1 is missing"),
        (np.array(["CCO", np.nan], object), ValueError, "molecule 1 is missing"),
        (["CCO", 5], TypeError, "molecule 1 must be a SMILES string or a molecule of RDKit; got 5 of type int"),
    ],
)
def test_what_is_refused(X: object, error: type[Exception], reason: str) -> None:
    with pytest.raises(error, match=reason):
        MoleculeGraphTransformer().fit_transform(X)


@pytest.mark.parametrize("parameters", [{"node_features": "x"}, {"edge_features": "x"}, {"on_error": "skip"}])
def test_parameters_are_checked_in_every_call(parameters: dict) -> None:
    for method in ("fit", "transform", "readable"):
        with pytest.raises(ValueError, match=f"The '{next(iter(parameters))}' parameter"):
            getattr(MoleculeGraphTransformer(**parameters), method)(SMILES)


def test_names_of_features_and_tags() -> None:
    standard = MoleculeGraphTransformer().fit(SMILES)
    graph = standard.transform(["CO"])[0]
    assert standard.node_feature_names_.shape == (graph.features.shape[1],)
    assert standard.edge_feature_names_.shape == (graph.edge_features.shape[1],)
    assert standard.get_feature_names_out().tolist() == standard.node_feature_names_.tolist()
    assert len(set(standard.node_feature_names_)) == len(standard.node_feature_names_)
    plain = MoleculeGraphTransformer(node_features="element", edge_features=None).fit(SMILES)
    assert (plain.node_feature_names_.tolist(), plain.edge_feature_names_.tolist()) == (["element"], [])
    assert MoleculeGraphTransformer(edge_features="order").fit(SMILES).edge_feature_names_.tolist() == ["order"]
    tags = get_tags(standard)
    assert tags.input_tags.string and not tags.input_tags.two_d_array and not tags.requires_fit


def test_graphs_stay_a_list_whatever_the_output_shall_be() -> None:
    expected = MoleculeGraphTransformer().transform(SMILES)
    assert make_pipeline(MoleculeGraphTransformer()).set_output(transform="pandas").fit_transform(SMILES) == expected
    with config_context(transform_output="polars"):
        assert MoleculeGraphTransformer().fit_transform(SMILES) == expected


def test_rows_that_can_be_read_and_those_that_cannot() -> None:
    given = ["CCO", "C1CC", None, "", "C"]
    transformer = MoleculeGraphTransformer(on_error="mask", node_features="element")
    assert transformer.readable(given).tolist() == [True, False, False, False, True]
    with pytest.warns(UserWarning, match="3 of 5 molecules cannot be read") as caught:
        assert len(transformer.transform(given)) == 5
    assert caught[0].filename == __file__


def test_rdkit_says_nothing_and_speaks_again_afterwards(capfd: pytest.CaptureFixture) -> None:
    before = rdBase.LogStatus()
    MoleculeGraphTransformer().readable(["C1CC", "CN(C)(C)C", "c1cccc1"])
    with pytest.raises(ValueError, match="molecule 0"):
        MoleculeGraphTransformer().transform(["C1CC"])
    assert capfd.readouterr() == ("", "")
    assert rdBase.LogStatus() == before
    Chem.MolFromSmiles("C1CC")
    assert "unclosed ring" in capfd.readouterr().err


def test_a_search_over_molecules_with_two_processes() -> None:
    pipeline = make_pipeline(
        MoleculeGraphTransformer(node_features="element"), WeisfeilerLehmanTransformer(), LogisticRegression()
    )
    search = GridSearchCV(pipeline, {"moleculegraphtransformer__edge_features": [None, "order"]}, cv=2, n_jobs=2)
    search.fit(SMILES, LABELS)
    assert np.isfinite(search.cv_results_["mean_test_score"]).all()
    again = pickle.loads(pickle.dumps(search.best_estimator_))
    assert np.array_equal(again.predict_proba(SMILES), search.predict_proba(SMILES))


@pytest.mark.parametrize(("conv", "edge_features"), [("gine", "standard"), ("gated", "order")])
def test_a_network_takes_molecules(conv: str, edge_features: str) -> None:
    transformer = MoleculeGraphTransformer(edge_features=edge_features)
    classifier = GCNClassifier(
        conv, hidden_layer_sizes=(8,), readout_layer_sizes=(), unknown="mask", epochs=2, random_state=0
    )
    pipeline = clone(make_pipeline(transformer, classifier)).fit(pd.Series(SMILES), LABELS)
    assert set(pipeline.predict(["CCCCC(=O)O", "N#N"])) <= {"acid", "alcohol"}
    assert np.isfinite(pipeline.predict_proba(SMILES)).all()

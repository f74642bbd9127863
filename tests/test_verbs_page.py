"""The table of methods in the documentation is that of the estimators."""

import importlib.util
import re
from pathlib import Path

import pytest

import skmlbio
from skmlbio import AutoEncoderOutlierDetector, DenseClassifier, VAESampler

SCRIPT = Path(__file__).parents[1] / "docs" / "verbs.py"
WHICH = SCRIPT.with_name("which.md")


@pytest.fixture(scope="module")
def verbs():
    spec = importlib.util.spec_from_file_location("verbs", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_page_is_what_the_script_writes(verbs) -> None:
    page = verbs.PAGE.read_text()
    assert page == verbs.with_table(page), "run `python docs/verbs.py`"


def test_a_table_that_is_stale_is_noticed(verbs) -> None:
    page = verbs.PAGE.read_text()
    assert verbs.with_table(page.replace("| x |", "|  |", 1)) == page


def test_methods_are_those_that_an_estimator_has(verbs) -> None:
    assert {"predict", "decision_function", "score_samples", "transform"} <= verbs.methods(AutoEncoderOutlierDetector)
    assert "sample" in verbs.methods(VAESampler) and "sample" not in verbs.methods(AutoEncoderOutlierDetector)
    assert verbs.methods(DenseClassifier) >= {"predict", "predict_proba", "partial_fit", "export_saved_model"}


def test_kinds_of_input_are_those_of_the_estimators(verbs) -> None:
    of = {
        "strings": ["RNNClassifier", "TransformerTranslator", "MarkovChain"],
        "categories": ["EmbeddingTransformer", "TensorFactorizationRegressor"],
        "matrix": ["VAESampler", "NetworkTransformer"],
        "images": ["PatternDetector", "ImageCNNRegressor"],
        "graphs": ["GCNTransformer", "WeisfeilerLehmanTransformer"],
        "nodes of a graph": ["GCNNodeClassifier", "GCNNodeRegressor"],
        "pairs of nodes": ["GCNLinkPredictor"],
        "molecules": ["MoleculeGraphTransformer"],
    }
    for kind, names in of.items():
        assert {verbs.kind_of_input(getattr(skmlbio, name)) for name in names} == {kind}


def test_the_page_that_helps_to_choose_names_every_estimator_and_no_other(verbs) -> None:
    rows = [line.split("|") for line in WHICH.read_text().splitlines() if line.startswith("|")]
    chosen, baselines = ({name for row in rows for name in re.findall(r"`(\w+)`", row[column])} for column in (3, 4))
    assert chosen <= set(verbs.estimators()) <= chosen | baselines

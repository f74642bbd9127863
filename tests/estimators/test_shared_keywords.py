"""The training keywords are the same everywhere, in order, default and text; docstrings are complete."""

import inspect
import re

import pytest
from sklearn.base import BaseEstimator

import skmlbio
from skmlbio.base import NetworkEstimator
from skmlbio.base._docstrings import _literal, sections

SHARED = tuple(inspect.signature(NetworkEstimator).parameters)
MODEL = "DenseClassifier"
ESTIMATORS = [name for name in skmlbio.__all__ if issubclass(getattr(skmlbio, name), BaseEstimator)]
# Every step runs over the whole graph, whatever the number of samples, so that steps are few and large.
OTHER_DEFAULTS = {
    name: {"learning_rate": 0.01, "epochs": 200, "batch_size": None}
    for name in ("GCNNodeClassifier", "GCNNodeRegressor", "GCNLinkPredictor")
} | {
    "GANSampler": {"optimizer": "rmsprop", "learning_rate": 5e-3, "batch_size": 64},
    "VAESampler": {"optimizer": "adamw", "learning_rate": 3e-3},
    "ImageVAESampler": {"optimizer": "adamw", "learning_rate": 3e-3},
    "TensorFactorizationRegressor": {"learning_rate": 0.01},  # where vectors are multiplied, it has far to go
}
# The players come to rest by smaller steps, and how well they do is told by no loss.
OTHER_TEXTS = {"GANSampler": {"learning_rate", "epochs", "validation_fraction", "patience"}}
NETWORKS = [name for name in ESTIMATORS if issubclass(getattr(skmlbio, name), NetworkEstimator)]


def entries(section: str) -> dict[str, str]:
    """The text of each name in a section; "l1, l2 : float" counts for both."""
    parts = re.split(r"^(\S.*?) : ", section, flags=re.MULTILINE)
    pairs = zip(parts[1::2], parts[2::2], strict=True)
    return {name.strip(): text.strip() for names, text in pairs for name in names.split(",")}


def parameters(name: str) -> dict[str, inspect.Parameter]:
    found = dict(inspect.signature(getattr(skmlbio, name).__init__).parameters)
    del found["self"]
    return found


@pytest.mark.parametrize("name", NETWORKS)
def test_shared_keywords_come_last_in_one_order_with_one_default(name: str) -> None:
    found, model = parameters(name), parameters(MODEL)
    assert tuple(found)[-len(SHARED) :] == SHARED
    expected = {k: model[k].default for k in SHARED} | OTHER_DEFAULTS.get(name, {})
    assert {k: found[k].default for k in SHARED} == expected
    assert all(p.kind is not p.VAR_KEYWORD for p in found.values())


@pytest.mark.parametrize("name", NETWORKS)
def test_shared_keywords_have_one_text(name: str) -> None:
    found = entries(sections(getattr(skmlbio, name).__doc__)["Parameters"])
    model = entries(sections(getattr(skmlbio, MODEL).__doc__)["Parameters"])
    for keyword in [keyword for keyword in SHARED if keyword not in OTHER_TEXTS.get(name, ())]:
        text = model[keyword]
        if keyword in OTHER_DEFAULTS.get(name, {}):
            default = _literal(OTHER_DEFAULTS[name][keyword])
            text = re.sub("default=.*", f"default={default}", text, count=1)
        assert found[keyword] == text, keyword


@pytest.mark.parametrize("name", ESTIMATORS)
def test_docstring_lists_every_parameter_and_has_its_sections(name: str) -> None:
    cls = getattr(skmlbio, name)
    found = sections(cls.__doc__)
    assert list(entries(found["Parameters"])) == list(parameters(name))
    assert {"Parameters", "Attributes", "See Also", "Examples"} <= set(found)
    if name in NETWORKS:
        assert {"weights_", "model_", "history_", "n_iter_", "best_epoch_"} <= set(entries(found["Attributes"]))
    assert set(parameters(name)) == set(cls._parameter_constraints)


@pytest.mark.parametrize("name", ESTIMATORS)
def test_public_methods_have_complete_docstrings(name: str) -> None:
    cls = getattr(skmlbio, name)
    ours = [
        (verb, method)
        for verb, method in inspect.getmembers(cls, inspect.isfunction)
        if not verb.startswith("_") and method.__module__.startswith("skmlbio")
    ]
    assert {verb for verb, _ in ours} >= {"fit"}
    for verb, method in ours:
        found = sections(method.__doc__ or "")
        taken = [p for p in inspect.signature(method).parameters.values() if p.name != "self"]
        named = {p.name for p in taken if p.kind is not p.VAR_KEYWORD}
        others = {f"**{p.name}" for p in taken if p.kind is p.VAR_KEYWORD}  # may stand there
        documented = re.findall(r"^\S.*", found.get("Parameters", ""), flags=re.MULTILINE)
        documented = {n.strip() for line in documented for n in line.partition(" : ")[0].split(",")}
        assert named == documented - others, f"{name}.{verb}"


SEQUENCE_KEYWORDS = ("alphabet", "unknown", "case_sensitive")


def test_keywords_of_strings_have_one_default_and_one_text() -> None:
    found = [name for name in ESTIMATORS if "alphabet" in parameters(name)]
    found.remove("TransformerTranslator")  # which has two, and says of which it speaks
    assert {"AttentionClassifier", "MarkovChain", "MarkovClassifier"} <= set(found)
    for takes_tokens in (False, True):  # of which the texts tell, too
        alike = [name for name in found if getattr(skmlbio, name)._takes_tokens == takes_tokens]
        texts = [entries(sections(getattr(skmlbio, name).__doc__)["Parameters"]) for name in alike]
        for keyword in SEQUENCE_KEYWORDS:
            assert len({text[keyword] for text in texts}) == 1
            assert len({parameters(name)[keyword].default for name in found}) == 1

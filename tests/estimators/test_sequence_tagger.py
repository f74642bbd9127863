"""Labels of residues: what they may be, what counts, and what is learned of them."""

import pickle

import numpy as np
import pytest
from sklearn.metrics import make_scorer
from sklearn.model_selection import GridSearchCV, KFold, cross_val_score
from test_reproducibility import equal

from skmlbio import SequenceTagger
from skmlbio.sequences import q3_score

RANDOM = np.random.default_rng(0)
X = ["".join(RANDOM.choice(list("ACGT"), 20 + i % 5)) for i in range(16)]
Y = ["".join("HEC"["AC".find(letter)] for letter in string) for string in X]  # A: H, C: E, else C
SMALL = {"alphabet": "dna", "n_layers": 1, "n_filters": 8, "kernel_width": 3, "epochs": 2, "random_state": 0}


def tagger(**changes) -> SequenceTagger:
    return SequenceTagger(**SMALL | changes)


@pytest.fixture(scope="module")
def fitted() -> SequenceTagger:
    return tagger(epochs=60, learning_rate=0.02).fit(X, Y)


# What is learned ------------------------------------------------------------------------------------------------------


def test_labels_of_new_strings_are_right(fitted) -> None:
    assert fitted.classes_.tolist() == ["C", "E", "H"]
    assert fitted.predict(["ACGT", "a", "CCA" * 30]) == ["HECC", "H", "EEH" * 30]
    assert fitted.score(X, Y) == 1.0
    probabilities = fitted.predict_proba(["ACGT", "A"])
    assert [p.shape for p in probabilities] == [(4, 3), (1, 3)]
    np.testing.assert_allclose(np.concatenate(probabilities).sum(axis=1), 1, atol=1e-6)


@pytest.mark.parametrize("body", ["rnn", "attention"])
def test_all_bodies_learn(body: str) -> None:
    options = {"embedding_dim": 16, "n_units": 8, "n_heads": 2, "feed_forward_dim": 16}
    estimator = tagger(body=body, epochs=20, learning_rate=0.02, batch_size=8, **options).fit(X, Y)
    assert estimator.score(X, Y) > 0.95


def lasting_labels(n_strings: int, seed: int) -> tuple[list[str], list[str]]:
    """Letters say little about labels, of which each lasts: "b" follows on "a", "c" on "b", and "a" on "c"."""
    random, X, y = np.random.default_rng(seed), [], []
    follows = np.array([[0.9, 0.1, 0.0], [0.0, 0.9, 0.1], [0.1, 0.0, 0.9]])
    for _ in range(n_strings):
        states = [int(random.integers(3))]
        while len(states) < 40:
            states.append(int(random.choice(3, p=follows[states[-1]])))
        letters = ["ACG"[s if random.random() < 0.6 else random.integers(3)] for s in states]
        X.append("".join(letters))
        y.append("".join("abc"[s] for s in states))
    return X, y


def test_a_chain_learns_what_may_follow() -> None:
    """One residue at a time, labels are told badly; together, well."""
    options = {"kernel_width": 1, "dropout": 0.0, "epochs": 40, "learning_rate": 0.05, "l2": 1e-4}
    training, (X_test, y_test) = lasting_labels(60, 0), lasting_labels(20, 1)
    alone, chain = (tagger(crf=crf, **options).fit(*training) for crf in (False, True))
    assert chain.score(X_test, y_test) > alone.score(X_test, y_test) + 0.08
    pairs = [labels[i : i + 2] for labels in chain.predict(X_test) for i in range(39)]
    changes = [pair for pair in pairs if pair[0] != pair[1]]
    assert len(changes) > 20 and np.isin(changes, ["ab", "bc", "ca"]).mean() > 0.9
    by_residue = [chain.classes_[p.argmax(axis=1)].tolist() for p in chain.predict_proba(X_test)]
    right = np.mean(np.array(by_residue) == np.array([list(labels) for labels in y_test]))
    assert right > alone.score(X_test, y_test) + 0.08


# What counts ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("crf", [False, True])
def test_residues_without_a_label_do_not_count(crf: bool) -> None:
    gaps = [labels[:7] + "?" + labels[8:] for labels in Y]
    estimator = tagger(crf=crf).fit(X, gaps)
    assert estimator.classes_.tolist() == ["C", "E", "H"]
    assert equal(
        estimator.weights_, tagger(crf=crf, missing_labels="x").fit(X, [g.replace("?", "x") for g in gaps]).weights_
    )
    assert not equal(estimator.weights_, tagger(crf=crf).fit(X, Y).weights_)
    wrong = [labels.translate(str.maketrans("HEC", "ECH")) for labels in estimator.predict(X)]
    right = [p[:3] + w[3:] for p, w in zip(estimator.predict(X), wrong, strict=True)]
    assert estimator.score(X, wrong) == 0
    assert estimator.score(X, [labels[:3] + "?" * len(labels[3:]) for labels in right]) == 1


@pytest.mark.parametrize("crf", [False, True])
def test_strings_without_a_label_count_as_absent(crf: bool) -> None:
    unknown = [*Y[:-2], *("?" * len(string) for string in X[-2:])]
    assert equal(tagger(crf=crf).fit(X, unknown).weights_, tagger(crf=crf).fit(X[:-2], Y[:-2]).weights_)


def test_residues_count_alike_whatever_string_they_are_from() -> None:
    options = {"kernel_width": 1, "dropout": 0.0, "batch_size": None}
    whole = tagger(**options).fit(["ACGTAA", "C"], ["HECCHH", "E"])
    parts = tagger(**options).fit(["AC", "GTAA", "C"], ["HE", "CCHH", "E"])
    assert all(np.allclose(a, b, atol=1e-6) for a, b in zip(whole.weights_, parts.weights_, strict=True))
    twice = tagger(**options).fit(["ACGTAA", "C"], ["HECCHH", "E"], sample_weight=[1, 2])
    repeated = tagger(**options).fit(["ACGTAA", "C", "C"], ["HECCHH", "E", "E"])
    assert all(np.allclose(a, b, atol=1e-6) for a, b in zip(twice.weights_, repeated.weights_, strict=True))
    assert not all(np.allclose(a, b, atol=1e-6) for a, b in zip(twice.weights_, whole.weights_, strict=True))


def test_the_score_weighs_residues_by_their_strings(fitted) -> None:
    y = ["HECC", "E"]  # the last one is wrong
    assert fitted.score(["ACGT", "A"], y) == 4 / 5
    assert fitted.score(["ACGT", "A"], y, sample_weight=[1, 4]) == 1 / 2


def test_class_weights_weigh_residues() -> None:
    counts = np.array([sum(labels.count(label) for labels in Y) for label in "CEH"])
    balanced = dict(zip("CEH", counts.sum() / 3 / counts, strict=True))
    by_name, by_number = (tagger(class_weight=weight).fit(X, Y) for weight in ("balanced", balanced))
    assert all(np.allclose(a, b, atol=1e-6) for a, b in zip(by_name.weights_, by_number.weights_, strict=True))
    assert not equal(by_name.weights_, tagger().fit(X, Y).weights_)
    heavy = tagger(epochs=40, learning_rate=0.02, class_weight={"C": 1, "E": 1000, "H": 1}).fit(X, Y)
    assert np.mean([p[:, 1].mean() for p in heavy.predict_proba(X)]) > 0.5
    with pytest.raises(ValueError, match="with crf=True labels of a string are likely or unlikely together"):
        tagger(class_weight="balanced", crf=True).fit(X, Y)


# What labels may be ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("labels", [[0, 1, 2], ["coil", "sheet", "helix"], [False, True, True]])
def test_labels_in_lists_come_back_in_lists(labels: list) -> None:
    y = [[labels["CEH".index(label)] for label in of_string] for of_string in Y]
    y[0][3] = None
    estimator = tagger(missing_labels=[None]).fit(X, y)
    assert estimator.classes_.tolist() == sorted(set(labels))
    found = estimator.predict(X[:2])
    assert [len(of_string) for of_string in found] == [20, 21]
    assert isinstance(found[0], list) and type(found[0][0]) is type(labels[0])
    assert 0 < estimator.score(X, y) <= 1
    arrays = tagger(missing_labels=[None]).fit(X, [y[0], *map(np.array, y[1:])])
    assert equal(arrays.weights_, estimator.weights_)


def test_lists_of_tokens_take_a_label_a_token() -> None:
    tokens = [[string[i : i + 2] for i in range(0, len(string) - 1, 2)] for string in X]
    y = [["starts with A" if token[0] == "A" else "other" for token in of_string] for of_string in tokens]
    estimator = SequenceTagger(embedding_dim=8, n_filters=8, epochs=40, learning_rate=0.02, random_state=0)
    assert estimator.fit(tokens, y).score(tokens, y) == 1
    assert estimator.predict([["AC", "CA"]]) == [["starts with A", "other"]]


def test_all_labels_that_will_come_may_be_named() -> None:
    with pytest.raises(ValueError, match=r"classes has '[?]', which stands for labels that are not known"):
        tagger().partial_fit(X[:1], ["H" * len(X[0])], classes="CEH?")
    estimator = tagger().partial_fit(X[:1], ["H" * len(X[0])], classes="CEH")
    estimator.partial_fit(X, Y, classes=["H", "E", "C"])
    assert estimator.classes_.tolist() == ["C", "E", "H"] and estimator.n_iter_ == 2
    with pytest.raises(ValueError, match=r"classes='CE' is not the same .* was: \['C', 'E', 'H'\]"):
        estimator.partial_fit(X, Y, classes="CE")


@pytest.mark.parametrize(
    ("y", "kind", "message"),
    [
        (None, ValueError, "SequenceTagger requires y to be passed, but the target y is None"),
        ("HEC", TypeError, "y must be a list of strings, or of lists of labels, got a str"),
        (3, TypeError, "y must be a list of strings, or of lists of labels, got a int"),
        ([], ValueError, "y is empty; at least one string of labels is needed"),
        (Y[:-1], ValueError, "inconsistent numbers of samples"),
        ([Y[0][:-1], *Y[1:]], ValueError, r"y\[0\] has 19 labels, but sequence 0 has 20 residues; give one label"),
        ([Y[0], Y[1] + "H", *Y[2:]], ValueError, r"y\[1\] has 22 labels, but sequence 1 has 21 residues"),
        ([Y[0], "", *Y[2:]], ValueError, r"y\[1\] is empty; it must have one label a residue"),
        ([Y[0], None, *Y[2:]], TypeError, r"y\[1\] must be a string, as y\[0\] is, got None of type NoneType"),
        ([1] * 16, TypeError, r"y\[0\] must be a string or a list of labels, one a residue, got 1 of type int"),
        ([list(Y[0]), Y[1], *Y[2:]], TypeError, r"y\[1\] must be a string or a list of labels"),
        ([["H", None]] * 16, TypeError, r"y\[0\] has at position 1 the label None, of type NoneType; labels are str"),
        ([["H", 0.5]] * 16, TypeError, r"y\[0\] has at position 1 the label 0.5, of type float"),
        ([["H"], ["E", 1]] * 8, TypeError, r"y\[1\] has at position 1 the label 1, but another is 'H'; give labels"),
        (["H" * len(string) for string in X], ValueError, "y has one class only, 'H'; a tagger needs two classes"),
        (["?" * len(string) for string in X], ValueError, "y has no label that is known; a tagger needs two classes"),
    ],
)
def test_wrong_labels(y, kind: type, message: str) -> None:
    with pytest.raises(kind, match=message):
        tagger().fit(X, y)


@pytest.mark.parametrize("method", ["fit", "partial_fit"])
@pytest.mark.parametrize("labels", ["H", "?"])
def test_unequal_lengths_are_told_before_labels_are_counted(method: str, labels: str) -> None:
    one_class = [labels * len(string) for string in X]
    with pytest.raises(ValueError, match=r"y\[2\] has 21 labels, but sequence 2 has 22 residues; give one label"):
        getattr(tagger(), method)(X, [*one_class[:2], labels * 21, *one_class[3:]])
    with pytest.raises(ValueError, match="inconsistent numbers of samples"):
        getattr(tagger(), method)(X, one_class[:-1])
    with pytest.raises(ValueError, match=r"y_val\[1\] has 3 labels, but sequence 1 has 2 residues; give one label"):
        tagger().fit(X, Y, X_val=["AC", "AC"], y_val=["XX", "XXX"])
    with pytest.raises(ValueError, match="X_val has 1 samples, but y_val has 2"):
        tagger().fit(X, Y, X_val=["AC"], y_val=["HC", "H"])


def test_classes_of_a_call_that_failed_are_forgotten() -> None:
    estimator = tagger()
    with pytest.raises(ValueError, match=r"y\[0\] has 1 labels"):
        estimator.partial_fit(X, ["C"] * len(X), classes="CEHX")
    assert estimator.partial_fit(X, Y).classes_.tolist() == ["C", "E", "H"]


@pytest.mark.parametrize("of_strings", [True, False])
def test_a_label_that_only_a_test_fold_has_counts_as_wrong(fitted, of_strings: bool) -> None:
    assert fitted.score(["ACGT", "ACGT"], ["HECC", "HEX?"]) == 6 / 7
    rare = [*Y[:-1], Y[-1][:-1] + "X"]
    y = rare if of_strings else [["CEHX".index(label) for label in labels] for labels in rare]
    scores = cross_val_score(tagger(), X, y, cv=KFold(2), error_score="raise")
    assert (scores > 0).all() and (scores < 1).all()


def test_labels_that_were_not_there_are_refused(fitted) -> None:
    with pytest.raises(
        ValueError, match=r"y\[1\] has at position 2 the label 'X', which is none of the classes 'C', 'E'"
    ):
        pickle.loads(pickle.dumps(fitted)).partial_fit(["ACGT", "ACGT"], ["HECC", "HEXC"])
    with pytest.raises(ValueError, match=r"y\[0\] has at position 1 the label 7, which is none of the classes"):
        fitted.score(["AC"], [["?", 7]])
    with pytest.raises(ValueError, match=r"y\[1\] has 3 labels, but sequence 1 has 4 residues"):
        fitted.score(["ACGT", "ACGT"], ["HECC", "HEC"])
    with pytest.raises(ValueError, match=r"y has no label that is known, only '\?'"):
        fitted.score(["AC"], ["??"])
    with pytest.raises(ValueError, match=r"y_val\[0\] has 1 labels, but sequence 0 has 2 residues"):
        tagger().fit(X, Y, X_val=["AC"], y_val=["H"])
    with pytest.raises(ValueError, match=r"y_val\[0\] has at position 1 the label 'X', which is none of"):
        tagger().fit(X, Y, X_val=["AC"], y_val=["HX"])


# Around it ------------------------------------------------------------------------------------------------------------


def test_a_search_by_q3() -> None:
    eight = [labels.replace("C", "T") for labels in Y]
    search = GridSearchCV(tagger(), {"crf": [False, True]}, cv=2, scoring=make_scorer(q3_score), error_score="raise")
    search.fit(X, eight)
    assert search.best_score_ == max(search.cv_results_["mean_test_score"]) > 0.2
    assert set("".join(search.predict(X))) <= set("THE")


def test_a_checkpoint_knows_labels_again(tmp_path) -> None:
    first = tagger(checkpoint=tmp_path).fit(X, Y)
    again, other = tagger(checkpoint=tmp_path).fit(X, Y), tagger(checkpoint=tmp_path).fit(X, [Y[0][::-1], *Y[1:]])
    assert equal(first.weights_, again.weights_) and not equal(first.weights_, other.weights_)
    assert len(list(tmp_path.iterdir())) == 2


def test_parameters_that_do_not_fit(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ValueError, match="embedding_dim must be a multiple of 8, because 4 heads share it and turn"):
        tagger(body="attention", embedding_dim=4).fit(X, Y)
    with pytest.raises(
        ValueError, match="dilation=9 lets filters of layer 2 see places 81 apart, but the longest string"
    ):
        tagger(dilation=9, n_layers=3).fit(X, Y)
    monkeypatch.setattr("skmlbio.estimators._attention_memory._SURELY_AVAILABLE", 0)
    monkeypatch.setattr("skmlbio.estimators._attention_memory.available_memory", lambda: 1000)
    with pytest.raises(MemoryError, match="sequence 4, the longest, has 24 residues: attention maps need at least"):
        tagger(body="attention", embedding_dim=16).fit(X, Y)

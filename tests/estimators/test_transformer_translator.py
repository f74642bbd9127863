"""What a translator learns, writes and refuses."""

from __future__ import annotations

import pickle

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.metrics import make_scorer
from sklearn.model_selection import GridSearchCV, KFold, cross_val_predict, cross_val_score

from skmlbio import TransformerTranslator
from skmlbio.sequences import Vocabulary, token_accuracy_score
from skmlbio.training._cache import get_network

X = ["AAC", "CA", "CCA", "A", "AC", "C", "CAC", "ACAA"] * 8
Y = [x.replace("A", "t").replace("C", "G") for x in X]
WORDS, DIGITS = [[*x] for x in X], [["one" if c == "A" else "two" for c in x] for x in X]
SMALL = {
    "alphabet": "AC", "embedding_dim": 16, "n_heads": 2, "n_blocks": 1, "feed_forward_dim": 16, "dropout": 0.0,
    "weight_averaging": 0, "random_state": 0,
}  # fmt: skip
LEARNING = {"learning_rate": 0.01, "epochs": 60, "batch_size": 16}


def small(**changes) -> TransformerTranslator:
    return TransformerTranslator(**SMALL | changes)


@pytest.fixture(scope="module")
def fitted() -> TransformerTranslator:
    return small(**LEARNING).fit(X, Y)


@pytest.fixture(scope="module")
def of_words() -> TransformerTranslator:
    return small(alphabet="auto", **LEARNING).fit(WORDS, DIGITS)


def with_settings(fitted: TransformerTranslator, **changes) -> TransformerTranslator:
    """The same with other parameters, which change no weights."""
    return pickle.loads(pickle.dumps(fitted)).set_params(**changes)


def test_strings_are_learned_and_come_back_as_they_were(fitted) -> None:
    assert fitted.predict(X) == Y and fitted.score(X, Y) == 1.0
    assert fitted.predict(np.array(X[:3])) == fitted.predict(pd.Series(X[:3])) == Y[:3]
    assert fitted.target_alphabet_.letters == "Gt" and fitted.max_target_length_ == 4
    assert fitted.history_["loss"][-1] < 0.1 * fitted.history_["loss"][0]


@pytest.mark.parametrize(
    "wrong", [{"beam_width": 0}, {"beam_width": 2.5}, {"max_output_length": 0}, {"length_penalty": np.nan}]
)
def test_ways_of_writing_are_checked_after_the_fit_too(fitted, wrong: dict, tmp_path) -> None:
    changed = with_settings(fitted, **wrong)
    with pytest.raises(ValueError, match=f"The '{next(iter(wrong))}' parameter of TransformerTranslator must be"):
        changed.predict(X[:1])
    with pytest.raises(ValueError, match="parameter of TransformerTranslator must be"):
        changed.export_saved_model(tmp_path / "model")


def test_maps_are_those_of_the_network_that_was_fitted(fitted) -> None:
    assert len(with_settings(fitted, architecture="rnn").attention_maps(X[:1])) == 1


def test_lists_of_tokens_are_learned_and_come_back_as_lists(of_words) -> None:
    assert of_words.predict(WORDS) == DIGITS and of_words.score(WORDS, DIGITS) == 1.0
    assert list(of_words.target_alphabet_) == ["one", "two"] and isinstance(of_words.alphabet_, Vocabulary)
    mixed = small(alphabet="auto", learning_rate=0.01, epochs=1).fit(WORDS, Y).predict(WORDS[:2])
    assert all(isinstance(text, str) for text in mixed)


def test_scores_of_samples_and_tokens_are_log_probabilities(fitted) -> None:
    tokens = fitted.score_tokens(X[:8], Y[:8])
    assert [len(one) for one in tokens] == [len(y) + 1 for y in Y[:8]] and all((one <= 0).all() for one in tokens)
    np.testing.assert_allclose(fitted.score_samples(X[:8], Y[:8]), [one.sum() for one in tokens], rtol=1e-6)
    every = sorted({a + b + c for a in "Gt" for b in ("", "G", "t") for c in ("", "G", "t")})
    probabilities = np.exp(fitted.score_samples(["CA"] * len(every), every))
    assert 0.99 < probabilities.sum() <= 1.0 + 1e-5 and every[int(probabilities.argmax())] == "Gt"


@pytest.mark.parametrize("architecture", ["transformer", "rnn", "rnn_attention"])
def test_a_translation_has_a_token_and_what_may_be_written_has_all_probability(architecture: str, tmp_path) -> None:
    tf = pytest.importorskip("tensorflow")
    options = {"architecture": architecture, "target_alphabet": "dna", "epochs": 1, "learning_rate": 1e-9}
    translator = small(**options).fit(X, ["ACN" if x == "AAC" else "G" for x in X])
    assert translator.target_alphabet_.codes == "N" and translator.target_alphabet_.letters == "ACGT"
    letters, source = [*"ACGTN"], ["CA"] * 5
    first = [np.exp(tokens[0]) for tokens in translator.score_tokens(source, letters)]
    second = [np.exp(tokens[1]) for tokens in translator.score_tokens(source, [f"A{x}" for x in letters])]
    assert sum(first) == pytest.approx(1, abs=1e-5)
    assert sum(second) + np.exp(translator.score_tokens(["CA"], ["A"])[0][1]) == pytest.approx(1, abs=1e-5)
    bias = [v.path for v in get_network(translator.blueprint_).weights].index("decoder/output/bias")
    translator.weights_[bias] = np.array([99, 99, 0, 0, 50, 0, 0], np.float32)  # end, unknown, A, C, G, T, N
    for width in (1, 4):
        assert translator.set_params(beam_width=width).predict(X[:4]) == ["G"] * 4
    translator.export_saved_model(tmp_path / "served")
    served = tf.saved_model.load(str(tmp_path / "served")).signatures
    assert served["predict"](X=tf.constant(X[:4]))["predict"].numpy().tolist() == [b"G"] * 4
    found = served["score_samples"](X=tf.constant(source), y=tf.constant(letters))["score_samples"]
    np.testing.assert_allclose(found, translator.score_samples(source, letters), atol=1e-5)


def test_ambiguity_codes_that_no_target_has_are_not_written(tmp_path) -> None:
    tf = pytest.importorskip("tensorflow")
    translator = small(target_alphabet="protein", **LEARNING | {"epochs": 1}).fit(X, ["MKU" for _ in X])
    alphabet = translator.target_alphabet_
    assert alphabet.codes == "U" and len(translator.weights_[-1]) == alphabet.n_tokens == 23
    translator.weights_[-1] = np.linspace(0, 200, 23, dtype=np.float32)  # the last one is U
    assert {*"".join(translator.predict(X[:4]))} == {"U"}
    for ask in (translator.score_samples, translator.partial_fit):
        with pytest.raises(ValueError, match=r"y: sequence 1 has 'X' at position 1, not in the protein alphabet ACDEF"):
            ask(X[:2], ["MK", "MX"])
    assert translator.score(X[:2], ["MX", "MX"]) == 0
    translator.export_saved_model(tmp_path / "served")
    served = tf.saved_model.load(str(tmp_path / "served")).signatures
    with pytest.raises(tf.errors.InvalidArgumentError, match="has a character that is not in the protein alphabet"):
        served["score_samples"](X=tf.constant(["A"]), y=tf.constant(["X"]))


def test_unknown_tokens_are_written_if_the_first_targets_had_some() -> None:
    known = small(target_alphabet="tG", unknown="mask", epochs=1).fit(X, Y)
    assert known.score_samples(["A"], ["t?"]).tolist() == [-np.inf]
    assert np.isfinite(known.partial_fit(X, [f"{y}?" for y in Y]).history_["loss"]).all()
    bias = known.weights_[-1]
    bias[1] = 99.0
    assert "?" not in "".join(known.predict(X[:8]))
    strange = small(target_alphabet="tG", unknown="mask", epochs=1).fit(X, [f"{y}?" for y in Y])
    strange.weights_[-1][1] = 99.0
    assert {*"".join(strange.predict(X[:8]))} == {"?"} and strange.score(X, ["?"] * len(X)) == 0
    assert np.isfinite(strange.score_samples(["A"], ["t?"])).all()


def test_the_loss_is_minus_the_mean_score_of_tokens(fitted) -> None:
    judged = with_settings(fitted, warm_start=True, epochs=1, learning_rate=1e-12).fit(X, Y)
    tokens = np.concatenate(fitted.score_tokens(X, Y))
    assert judged.history_["loss"][0] == pytest.approx(-tokens.mean(), rel=1e-4)


def test_what_is_written_does_not_depend_on_what_stands_beside_it(fitted) -> None:
    mixed = [*X[:4], "AC" * 30, "A", "C" * 100]
    together = fitted.predict(mixed)
    assert together == [fitted.predict([x])[0] for x in mixed]
    np.testing.assert_allclose(
        fitted.score_samples(mixed, [*Y[:4], "tt", "G" * 40, "t"]),
        [fitted.score_samples([x], [y])[0] for x, y in zip(mixed, [*Y[:4], "tt", "G" * 40, "t"], strict=True)],
        atol=1e-4,
    )


def test_maps_have_the_shape_of_the_pair(fitted) -> None:
    maps = fitted.attention_maps(["AAC", "C" * 40], ["tG", "t"])
    assert [one.shape for one in maps] == [(1, 2, 2, 3), (1, 2, 1, 40)]
    for one in maps:
        np.testing.assert_allclose(one.sum(axis=-1), 1, atol=1e-5)
    of_prediction, same = fitted.attention_maps(["AAC"]), fitted.attention_maps(["AAC"], fitted.predict(["AAC"]))
    assert np.array_equal(of_prediction[0], same[0]) and of_prediction[0].shape == (1, 2, 3, 3)


def test_how_it_writes_may_be_changed_after_a_fit(fitted) -> None:
    assert with_settings(fitted, max_output_length=2).predict(X[:3]) == [y[:2] for y in Y[:3]]
    hard = ["ACACACACAC", "CCCCCCCAAA"]
    by_width = [fitted, *(with_settings(fitted, beam_width=width) for width in (3, 8))]
    scores = [fitted.score_samples(hard, one.predict(hard)) for one in by_width]
    assert (scores[2] >= scores[0] - 1e-4).all()
    longer = with_settings(fitted, beam_width=8, length_penalty=5.0).predict(hard)
    assert all(len(a) >= len(b) for a, b in zip(longer, by_width[2].predict(hard), strict=True))


def test_an_output_has_a_limit_of_its_own_that_grows_with_long_inputs(fitted) -> None:
    limits = fitted._limits(np.array([1, 4, 40]))
    assert limits.tolist() == [8, 8, 80] and limits.dtype == np.int32
    assert max(map(len, small(epochs=1, learning_rate=1e-9).fit(X, Y).predict(X))) <= 8


def test_a_warm_up_begins_with_small_steps() -> None:
    cold, warm = (small(epochs=1, batch_size=None, warm_up=steps).fit(X, Y) for steps in (0, 10**6))
    assert warm.learning_rate == cold.learning_rate  # parameters stay as they were given
    moved = [np.abs(a - b).max() for a, b in zip(cold.weights_, warm.weights_, strict=True)]
    assert max(moved) == pytest.approx(cold.learning_rate, rel=0.01)


@pytest.mark.parametrize(
    "options",
    [{"norm": "post", "kernel_width": 3, "positions": "learned"}, {"dtype": "mixed_bfloat16"}, {"dtype": "float64"}],
    ids=["post", "half", "double"],
)
def test_other_networks_learn_and_write(options: dict) -> None:
    translator = small(epochs=3, learning_rate=0.01, **options).fit(X, Y)
    assert translator.history_["loss"][-1] < translator.history_["loss"][0]
    assert len(translator.predict([*X[:2], "A" * 50])) == 3  # learned positions go on past the longest
    scores = translator.score_samples(X, Y)
    assert np.isfinite(scores).all() and scores.dtype == options.get("dtype", "float32").replace(
        "mixed_bfloat16", "float32"
    )
    if "positions" in options:
        shapes = {v.path: v.shape for v in translator.model_.variables}
        assert shapes["positions/positions"] == (4, 16) and shapes["decoder/positions/positions"] == (5, 16)


@pytest.mark.parametrize("architecture", ["rnn", "rnn_attention"])
def test_recurrent_networks_learn_and_write(architecture: str, tmp_path) -> None:
    tf = pytest.importorskip("tensorflow")
    recurrent = small(architecture=architecture, **LEARNING | {"epochs": 30}).fit(X, Y)
    assert recurrent.score(X, Y) > 0.7
    mixed = [*X[:3], "AC" * 20]
    assert recurrent.set_params(beam_width=3).predict(mixed) == [recurrent.predict([x])[0] for x in mixed]
    if architecture == "rnn":
        assert not hasattr(recurrent, "attention_maps")
    else:
        maps = recurrent.attention_maps(["AAC", "C" * 40], ["tG", "t"])
        assert [one.shape for one in maps] == [(1, 1, 2, 3), (1, 1, 1, 40)]
        assert all(np.allclose(one.sum(axis=-1), 1, atol=1e-5) for one in maps)
    recurrent.export_saved_model(tmp_path / "served")
    predict = tf.saved_model.load(str(tmp_path / "served")).signatures["predict"]
    assert [text.decode() for text in predict(X=tf.constant(mixed))["predict"].numpy()] == recurrent.predict(mixed)


@pytest.mark.parametrize("target", [[*Y[:-1], "tx"], [*DIGITS[:-1], ["six"]]], ids=["letters", "tokens"])
def test_a_token_that_only_a_test_fold_has_counts_as_wrong(target: list) -> None:
    scores = cross_val_score(small(epochs=1, batch_size=16), X, target, cv=KFold(2), error_score="raise")
    assert np.isfinite(scores).all()


# Around it ------------------------------------------------------------------------------------------------------------


def test_searches_and_scorers_take_lists_of_targets() -> None:
    search = GridSearchCV(
        small(epochs=1), {"beam_width": [1, 2]}, cv=2, scoring=make_scorer(token_accuracy_score), error_score="raise"
    ).fit(X, Y)
    assert np.isfinite(search.cv_results_["mean_test_score"]).all() and len(search.predict(X[:2])) == 2
    predicted = cross_val_predict(small(epochs=1), X, Y, cv=2)
    assert len(predicted) == len(X) and all(isinstance(text, str) for text in predicted)


def test_a_clone_and_a_pickle(fitted) -> None:
    assert not hasattr(clone(fitted), "weights_")
    assert pickle.loads(pickle.dumps(fitted)).predict(X) == fitted.predict(X)


def test_saved_models_write_strings_and_lists(fitted, of_words, tmp_path) -> None:
    tf = pytest.importorskip("tensorflow")
    with_settings(fitted, beam_width=3, length_penalty=1.0).export_saved_model(tmp_path / "strings")
    served = tf.saved_model.load(str(tmp_path / "strings")).signatures
    mixed = [*X[:5], "CA" * 20]
    found = [text.decode() for text in served["predict"](X=tf.constant(mixed))["predict"].numpy()]
    assert found == with_settings(fitted, beam_width=3, length_penalty=1.0).predict(mixed)
    scores = served["score_samples"](X=tf.constant(X[:5]), y=tf.constant(Y[:5]))["score_samples"]
    np.testing.assert_allclose(scores, fitted.score_samples(X[:5], Y[:5]), atol=1e-5)
    with pytest.raises(tf.errors.InvalidArgumentError, match="a sequence has a character that is not in"):
        served["score_samples"](X=tf.constant(["A"]), y=tf.constant(["x"]))

    of_words.export_saved_model(tmp_path / "words")
    served = tf.saved_model.load(str(tmp_path / "words")).signatures
    rows = tf.constant([["A", "C", "A"], ["C", "", ""]])
    found = served["predict"](X=rows)["predict"].numpy().tolist()
    assert [[t.decode() for t in row if t] for row in found] == of_words.predict([["A", "C", "A"], ["C"]])
    scores = served["score_samples"](X=rows, y=tf.constant([["one"], ["two"]]))["score_samples"]
    np.testing.assert_allclose(scores, of_words.score_samples([["A", "C", "A"], ["C"]], [["one"], ["two"]]), atol=1e-5)


# What is refused ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("y", "message"),
    [
        (None, "TransformerTranslator requires y to be passed, but the target y is None"),
        (Y[:-1], "inconsistent numbers of samples"),
        (["", *Y[1:]], "y: sequence 0 is empty; every sequence needs at least one character"),
        ([None, *Y[1:]], "y: sequence 0 is missing"),
        ([1, *Y[1:]], "y: sequence 0 must be a string; got 1"),
        ("GtG", "y is a single str"),
        ([["a"], [], *DIGITS[2:]], "y: sequence 1 is empty; every sequence needs at least one token"),
    ],
    ids=["none", "unequal numbers", "empty", "missing", "number", "single", "no tokens"],
)
def test_targets_that_are_none_get_one_clear_sentence(fitted, y, message: str) -> None:
    with pytest.raises((TypeError, ValueError), match=message):
        small().fit(X, y)
    if y is None or isinstance(y[1], str):
        with pytest.raises((TypeError, ValueError), match=message):
            fitted.score(X, y)


def test_an_unknown_token_in_a_target(fitted, of_words) -> None:
    wanted = ["GxG", *Y[1:]]
    assert fitted.score(X, wanted) == 1 - 1 / len(X)
    for ask in (fitted.score_samples, fitted.score_tokens, fitted.attention_maps, fitted.partial_fit):
        with pytest.raises(ValueError, match="y: sequence 0 has 'x' at position 1, not in the learned alphabet Gt;"):
            ask(X, wanted)
    with pytest.raises(ValueError, match="y: sequence 1 has 'six' at position 0, not in the vocabulary of 2 tokens"):
        of_words.score_samples(WORDS[:2], [["one"], ["six"]])
    assert of_words.score(WORDS[:2], [DIGITS[0], ["six"]]) == 0.5
    with pytest.raises(ValueError, match="y_val: sequence 0 has 'x' at position 1"):
        small().fit(X, Y, X_val=X, y_val=wanted)
    with pytest.raises(TypeError, match="y: sequence 0 is a string, not a list of tokens"):
        of_words.score(WORDS[:2], ["ab", "c"])


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"embedding_dim": 15}, "embedding_dim must be a multiple of the 2 heads"),
        ({"beam_width": 0}, "'beam_width' parameter"),
        ({"max_output_length": 0}, "'max_output_length' parameter"),
        ({"length_penalty": -1.0}, "'length_penalty' parameter"),
        ({"label_smoothing": 1.0}, "'label_smoothing' parameter"),
        ({"positions": "rotary"}, "'positions' parameter"),
        (
            {"warm_up": 5, "learning_rate": {"class_name": "CosineDecay", "config": {}}},
            "warm_up is for a learning_rate",
        ),
        ({"target_alphabet": "dna"}, "y: sequence 0 has 'x' at position 0, not in the dna alphabet"),
    ],
)
def test_wrong_parameters(options: dict, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        small(**options).fit(X, ["x1", *Y[1:]])


def test_sequences_that_are_too_long_for_memory_are_refused(fitted) -> None:
    long = ["A", "C" * 10_000_000]
    with pytest.raises(
        MemoryError, match="sequence 1, the longest, has 10000000 residues: attention maps need at least"
    ):
        fitted.predict(long)
    with pytest.raises(MemoryError, match=r"sequence 1, the longest, .* take fewer heads or blocks"):
        small().fit(long, ["G", "t"])

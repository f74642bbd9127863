"""Language models: a density that sums to 1, and strings that are drawn from it."""

import itertools

import numpy as np
import pytest
import tensorflow as tf
from sklearn.model_selection import GridSearchCV

from skmlbio import MarkovChain, SequenceLanguageModel

X = ["AC", "ACAC", "A", "CCA", "ACACAC", "CA", "AACC", "ACCA"]
SMALL = {"epochs": 3, "learning_rate": 0.03, "random_state": 0}
BODIES = {
    "rnn": {"body": "rnn", "n_units": 8, "embedding_dim": 4, "n_layers": 2},
    "attention": {"body": "attention", "embedding_dim": 8, "n_heads": 2, "feed_forward_dim": 8, "n_layers": 2},
}


def model(body: str = "rnn", alphabet="AC", **changes) -> SequenceLanguageModel:
    return SequenceLanguageModel(alphabet, **SMALL | BODIES[body] | changes)


@pytest.fixture(scope="module", params=BODIES)
def fitted(request) -> SequenceLanguageModel:
    return model(request.param).fit(X)


@pytest.fixture(scope="module")
def of_dna() -> SequenceLanguageModel:
    return model(alphabet="dna", unknown="mask", epochs=1).fit(["ACGTN", "RA!", "GATTACA"])


def all_strings(n: int) -> list[str]:
    return ["".join(letters) for letters in itertools.product("AC", repeat=n)]


# The density ----------------------------------------------------------------------------------------------------------


def test_probabilities_of_all_strings_sum_to_one(fitted) -> None:
    short, long = [s for n in range(1, 6) for s in all_strings(n)], all_strings(6)
    ended = np.exp(fitted.score_samples(short)).sum()
    begun = np.exp(fitted.score_samples(long)) / fitted.predict_next(long)[:, -1]  # and any end
    assert ended + begun.sum() == pytest.approx(1, abs=1e-5)
    assert 0.1 < ended < 1


def test_a_string_is_the_product_of_what_comes_next(fitted) -> None:
    string = "ACCAC"
    following = np.log(fitted.predict_next([string[:n] for n in range(1, 6)]))
    letters = (following[i, "AC".index(letter)] for i, letter in enumerate(string[1:]))
    first = fitted.score_samples(["A"])[0] - following[0, -1]
    assert fitted.score_samples([string])[0] == pytest.approx(first + sum(letters) + following[-1, -1], abs=1e-5)


def test_the_loss_is_minus_the_mean_log_probability_of_a_letter() -> None:
    learned = model(dropout=0.0, weight_averaging=0.0, epochs=2).fit(X, X_val=X)
    lengths = np.array([len(string) + 1 for string in X])
    assert learned.history_["val_loss"][-1] == pytest.approx(-learned.score(X) / lengths.mean(), abs=1e-5)
    weights = np.arange(8) % 3
    expected = np.average(learned.score_samples(X), weights=weights)
    assert learned.score(X, sample_weight=weights) == pytest.approx(expected)


def test_perplexity_is_of_letters_alone(fitted) -> None:
    """A letter that can only be one is not hard to guess, however long the strings are."""
    assert fitted.perplexity(["A"]) == pytest.approx(1 / first_letters(fitted)["A"], rel=1e-5)
    learned = SequenceLanguageModel("learned", n_units=4, epochs=1).fit(["AAA", "A"])
    assert learned.perplexity(["AAAAA"]) == pytest.approx(1, abs=1e-6)


def first_letters(learned: SequenceLanguageModel) -> dict[str, float]:
    ends = learned.predict_next(["A", "C"])[:, -1]
    return dict(zip("AC", np.exp(learned.score_samples(["A", "C"])) / ends, strict=True))


def test_codes_have_the_sum_of_their_letters(of_dna) -> None:
    share = {letter: 1 / of_dna.perplexity([letter]) for letter in "ACGTRN!"}
    assert sum(share[letter] for letter in "ACGT") == pytest.approx(1, abs=1e-5)
    assert share["R"] == pytest.approx(share["A"] + share["G"], abs=1e-5)
    assert share["N"] == pytest.approx(1, abs=1e-5) and share["!"] == pytest.approx(1, abs=1e-5)
    assert of_dna.predict_next(["acg", "ACG"]).shape == (2, 5)


def test_a_letter_far_back_is_remembered() -> None:
    """The last letter is the first one: a Markov chain has forgotten it."""
    beginnings = [f"{letter}GTGTGT" for letter in "AC"]
    strings = [beginning + beginning[0] for beginning in beginnings] * 16
    chain = MarkovChain(5, alphabet="dna").fit(strings)
    training = {"learning_rate": 0.01, "dropout": 0.0, "epochs": 60, "batch_size": 4, "random_state": 0}
    learned = SequenceLanguageModel("dna", n_units=16, **training).fit(strings)
    assert (chain.predict_next(beginnings).max(axis=1) < 0.6).all()
    assert (learned.predict_next(beginnings)[[0, 1], [0, 1]] > 0.9).all()
    assert learned.perplexity(strings) < chain.perplexity(strings)


# Drawing --------------------------------------------------------------------------------------------------------------


def test_strings_are_drawn_as_often_as_they_are_probable(fitted) -> None:
    n = 4000
    drawn = fitted.sample(n, max_length=200, random_state=0)
    strings = [s for length in (1, 2, 3) for s in all_strings(length)]
    expected = np.exp(fitted.score_samples(strings))
    shares = np.array([drawn.count(string) for string in strings]) / n
    assert (np.abs(shares - expected) <= 4.5 * np.sqrt(expected * (1 - expected) / n)).all()


def test_a_prompt_is_gone_on_with(fitted) -> None:
    n = 2000
    drawn = fitted.sample(n, "ACC", max_length=200, random_state=1)
    assert all(string.startswith("ACC") for string in drawn)
    nexts = [string[3:4] for string in drawn]
    expected = fitted.predict_next(["ACC"])[0]
    shares = np.array([nexts.count(letter) for letter in ("A", "C", "")]) / n
    assert (np.abs(shares - expected) <= 4.5 * np.sqrt(expected * (1 - expected) / n)).all()
    prompts = ["A", "CCCCA", "ac"]
    assert [s[: len(p)] for s, p in zip(fitted.sample(3, prompts, max_length=200), prompts, strict=True)] == [
        "A", "CCCCA", "AC",
    ]  # fmt: skip


def test_what_is_drawn_follows_from_the_seed_and_the_number_alone(fitted) -> None:
    many = fitted.sample(40, max_length=200, random_state=3)
    assert fitted.sample(40, max_length=200, random_state=3) == many
    assert fitted.sample(5, max_length=200, random_state=3) == many[:5]
    assert fitted.sample(40, max_length=300, random_state=3) == many
    assert fitted.sample(40, max_length=200, random_state=4) != many
    prompted = fitted.sample(5, [many[0][0], "CCCC", "C", "AA", "A"], max_length=200, random_state=3)
    assert prompted[0] == many[0]
    assert fitted.sample(40, max_length=200) == fitted.sample(40, max_length=200, random_state=0)


def test_strings_that_have_not_ended_are_told(fitted) -> None:
    whole = fitted.sample(60, max_length=200, random_state=0)
    n_cut = sum(len(string) > 3 for string in whole)
    message = f"{n_cut} of 60 strings were cut at max_length=3 characters, before they had ended"
    with pytest.warns(UserWarning, match=message):
        assert fitted.sample(60, max_length=3, random_state=0) == [string[:3] for string in whole]
    assert 0 < n_cut < 60


def test_greedy_strings_take_the_most_probable_letter(fitted, recwarn) -> None:
    expected = "A"
    while len(expected) < 6 and (best := fitted.predict_next([expected])[0].argmax()) < 2:
        expected += "AC"[best]
    for options in ({"temperature": 0}, {"top_k": 1}, {"top_p": 1e-6}, {"temperature": np.float32(0), "top_k": 3}):
        assert fitted.sample(2, "A", max_length=6, **options) == [expected] * 2


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"n_samples": 0}, "n_samples must be an int of 1 or more, got 0"),
        ({"temperature": -1}, "temperature must be a number of 0 or more, got -1"),
        ({"temperature": np.nan}, "temperature must be a number of 0 or more, got nan"),
        ({"temperature": "hot"}, "temperature must be a number of 0 or more, got 'hot'"),
        ({"top_k": 0}, "top_k must be an int of 1 or more, or None for all, got 0"),
        ({"top_k": 1.5}, "top_k must be an int"),
        ({"top_p": 0.0}, "top_p must be a number above 0 and up to 1, or None for all, got 0.0"),
        ({"top_p": True}, "top_p must be a number above 0"),
        ({"max_length": 0}, "max_length must be an int from 1 to .*, got 0"),
        ({"max_length": 2, "prompt": "ACC"}, "prompt has 3 characters, but max_length=2 leaves no room for it"),
        ({"n_samples": 2, "max_length": 2, "prompt": ["A", "ACC"]}, r"prompt\[1\] has 3 characters, but max_length=2"),
        (
            {"n_samples": 3, "prompt": ["A", "C"]},
            "prompt has 2 strings, but n_samples=3: give one for all, or one each",
        ),
        ({"prompt": "AG"}, "^prompt has 'G' at position 1, not in the custom alphabet AC"),
        ({"prompt": ""}, "^prompt is empty"),
        ({"n_samples": 2, "prompt": ["A", None]}, r"^prompt\[1\] is missing"),
        ({"prompt": b"A"}, "prompt must be a string, a list of tokens, or a list of these, got b'A'"),
        ({"prompt": {"A": 1}}, "^prompt must be a list, tuple, array"),
        ({"prompt": 3}, "prompt must be a string, a list of tokens, or a list of these, got 3"),
    ],
)
def test_wrong_draws(fitted, options: dict, message: str) -> None:
    with pytest.raises((TypeError, ValueError), match=message):
        fitted.sample(**options)


# Lists of tokens, parameters, export ----------------------------------------------------------------------------------


def test_lists_of_tokens_are_strings_of_many_letters(tmp_path) -> None:
    words = [["the", "cat", "sat"], ["the", "dog", "sat", "down"], ["a", "cat"]] * 4
    learned = model(alphabet="auto", unknown="mask", min_count=5).fit(words)
    assert learned.vocabulary_.tokens == ("cat", "sat", "the")
    following = learned.predict_next([["the", "mouse"], ["the"]])
    assert following.shape == (2, 4) and np.allclose(following.sum(axis=1), 1)
    drawn = learned.sample(50, ["the", "cat"], max_length=100, random_state=0)
    assert all(tokens[:2] == ["the", "cat"] and set(tokens) <= {"cat", "sat", "the"} for tokens in drawn)
    two = learned.sample(2, [["the"], ["cat", "unheard"]], max_length=100, random_state=0)
    assert two[0][0] == "the" and two[1][:2] == ["cat", "<unknown>"]
    learned.export_saved_model(tmp_path / "served")
    served = tf.saved_model.load(str(tmp_path / "served")).signatures["score_samples"]
    found = served(X=tf.constant([["the", "mouse"], ["cat", ""]]))["score_samples"]
    np.testing.assert_allclose(found, learned.score_samples([["the", "mouse"], ["cat"]]), atol=1e-5)


def test_an_exported_model_draws_the_same_strings(fitted, tmp_path) -> None:
    fitted.export_saved_model(tmp_path / "served")
    sample = tf.saved_model.load(str(tmp_path / "served")).signatures["sample"]
    given = {"n_samples": tf.constant(20, tf.int64), "seed": tf.constant(5, tf.int64)}
    found = sample(temperature=tf.constant(0.5), max_length=tf.constant(200), **given)["sample"]
    expected = fitted.sample(20, temperature=0.5, max_length=200, random_state=5)
    assert [string.decode() for string in found.numpy()] == expected


def test_a_search_takes_the_density_as_its_score() -> None:
    search = GridSearchCV(model(epochs=1), {"learning_rate": [0.1, 0.01]}, cv=2).fit(X)
    assert np.isfinite(search.cv_results_["mean_test_score"]).all()
    assert search.best_estimator_.score(X) == pytest.approx(search.score(X))


def test_heads_share_the_width_of_a_vector() -> None:
    with pytest.raises(ValueError, match="embedding_dim must be a multiple of 8, because 4 heads share it"):
        SequenceLanguageModel(body="attention", embedding_dim=12).fit(X)


def test_strings_too_long_for_the_memory_are_refused(monkeypatch) -> None:
    monkeypatch.setattr("skmlbio.estimators._attention_memory.available_memory", lambda: 10**9)
    with pytest.raises(MemoryError, match=r"sequence 1, the longest, has 20000 residues: .*or body='rnn'"):
        model("attention").fit(["AC", "AC" * 10_000])


@pytest.mark.parametrize("dtype", ["float64", "mixed_bfloat16"])
def test_other_precisions(dtype: str) -> None:
    learned = model("attention", dtype=dtype, n_layers=1, epochs=1).fit(X)
    assert np.isfinite(learned.score_samples(X)).all()
    following = learned.predict_next(X)
    assert following.dtype == ("float64" if dtype == "float64" else "float32")
    assert np.allclose(following.sum(axis=1), 1, atol=1e-6)
    assert len(learned.sample(3, max_length=300)) == 3

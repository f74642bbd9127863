"""Vectors find what was planted: in strings, lists of tokens and tables, without and with a target."""

import functools
import pickle

import numpy as np
import pandas as pd
import pytest
from scipy.stats import spearmanr
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from test_reproducibility import equal

from skmlbio import EmbeddingTransformer

RANDOM = np.random.default_rng(0)
CLASSES = {"hydrophobic": "AILV", "charged": "DEKR", "polar": "NQST"}
LETTERS = "".join(CLASSES.values())
OF = np.repeat(np.arange(3), 4)
FITS = {"random_state": 0, "learning_rate": 1e-2, "epochs": 100}


def strings(n_strings: int = 60, length: int = 40) -> list[str]:
    """The class of a letter is mostly that of the one before; which letter of the class is chance."""
    found = []
    for _ in range(n_strings):
        changes = RANDOM.random(length) < 0.3
        classes = np.cumsum(changes * RANDOM.integers(1, 3, length)) % 3
        found.append("".join(LETTERS[4 * c + RANDOM.integers(4)] for c in classes))
    return found


STRINGS = strings()
LABELS = np.array([["few", "many"][sum(map(s.count, "DEKR")) > 13] for s in STRINGS])
SAME = (OF[:, np.newaxis] == OF)[np.triu_indices(12, 1)]


@functools.cache
def of_strings() -> EmbeddingTransformer:
    return EmbeddingTransformer(8, window=3, alphabet=LETTERS, **FITS).fit(STRINGS)


def rank_correlation(embedding: EmbeddingTransformer) -> float:
    return spearmanr(embedding.embedding_.similarities()[np.triu_indices(12, 1)], SAME).statistic


def test_letters_that_are_used_alike_are_similar() -> None:
    embedding = of_strings()
    assert embedding.embedding_.names == tuple(LETTERS) and embedding.objective_ == "skip-gram"
    for letters in CLASSES.values():
        assert {name for name, _ in embedding.most_similar(letters[0], 3)} == set(letters[1:])
    best = spearmanr(SAME, SAME + np.arange(len(SAME)) / 1e6).statistic  # for what is so often equal
    assert rank_correlation(embedding) > 0.9 * best
    vectors = RANDOM.normal(size=(20, 12, 8))
    chance = [spearmanr((v @ v.T)[np.triu_indices(12, 1)], SAME).statistic for v in vectors]
    assert max(np.abs(chance)) < 0.6 < rank_correlation(embedding)
    assert embedding.history_["loss"][-1] < -0.05 < embedding.history_["loss"][0]
    assert embedding.score(STRINGS) == pytest.approx(-embedding.history_["loss"][-1], abs=0.05)
    assert embedding.score(["".join(RANDOM.choice(list(LETTERS), 400))]) < 0.02 < embedding.score(strings(9))


def test_tokens_whose_noise_is_drawn() -> None:
    """600 tokens in pairs that stand for each other."""
    rows = RANDOM.permutation(np.repeat(np.arange(200), 8))
    X = [[f"{i}{'ab'[RANDOM.integers(2)]}", f"{i}c", f"{i}{'ab'[RANDOM.integers(2)]}", f"{i}c"] for i in rows]
    embedding = EmbeddingTransformer(8, window=1, **FITS | {"epochs": 40}).fit(X)
    assert embedding.vocabulary_.n_tokens == 602
    found = [embedding.most_similar(f"{i}a", 1)[0][0] == f"{i}b" for i in range(200)]
    assert np.mean(found) > 0.9


def test_codes_and_unknown_letters_have_means() -> None:
    embedding = EmbeddingTransformer(3, alphabet="dna", unknown="mask", epochs=1, random_state=0)
    embedding.fit(["ACGTNACGGT", "A", "TRC!A"])
    vectors = embedding.embedding_
    found = embedding.transform(["N", "R", "!", "AG", "a"])
    mean = vectors.vectors.mean(axis=0)
    purine = (vectors["A"] + vectors["G"]) / 2
    np.testing.assert_allclose(found, [mean, purine, mean, purine, vectors["A"]], atol=1e-6)
    assert embedding.get_feature_names_out().tolist() == [f"embeddingtransformer{i}" for i in range(3)]


def test_rare_tokens_count_for_nothing() -> None:
    X, rare = [["a", "b", "a", "c"]] * 9, [["a", "x", "b", "a", "y", "c"]]
    embedding = EmbeddingTransformer(3, min_count=2, unknown="mask", epochs=2, random_state=0).fit(X + rare)
    assert embedding.embedding_.names == ("a", "b", "c")
    np.testing.assert_allclose(embedding.transform([["x"]])[0], embedding.embedding_.vectors.mean(axis=0), atol=1e-6)


def test_sample_weights_are_repetitions_and_weightless_strings_are_absent() -> None:
    weights = np.arange(len(STRINGS)) % 3
    repeated = [string for string, weight in zip(STRINGS, weights, strict=True) for _ in range(weight)]
    new = functools.partial(EmbeddingTransformer, 4, alphabet=LETTERS, epochs=3, batch_size=None, random_state=0)
    weighed, plain = new().fit(STRINGS, sample_weight=weights), new().fit(repeated)
    np.testing.assert_allclose(weighed.embedding_.vectors, plain.embedding_.vectors, atol=1e-4)


def test_labels_separate_letters() -> None:
    embedding = EmbeddingTransformer(4, alphabet=LETTERS, **FITS).fit(STRINGS, LABELS)
    assert embedding.objective_ == "classification" and embedding.score(STRINGS, LABELS) > -0.5
    cosines = embedding.embedding_.similarities()
    charged = OF == 1
    assert cosines[np.ix_(charged, charged)].mean() > 0.5 > cosines[np.ix_(charged, ~charged)].mean()
    with pytest.raises(ValueError, match="learns by classification and requires y to be passed"):
        embedding.score(STRINGS)


def test_numbers_and_several_labels_are_targets_too() -> None:
    share = np.array([sum(map(s.count, "DEKR")) / len(s) for s in STRINGS])
    embedding = EmbeddingTransformer(4, alphabet=LETTERS, **FITS).fit(STRINGS, 1e3 + share)
    assert embedding.objective_ == "regression" and -embedding.score(STRINGS, 1e3 + share) < 0.1
    whole = EmbeddingTransformer(2, objective="regression", epochs=1).fit(STRINGS, np.arange(60))
    assert whole.objective_ == "regression"
    both = np.column_stack([share > 0.3, share > 0.2]).astype(int)
    several = EmbeddingTransformer(2, epochs=1).fit(STRINGS, both)
    gaps = np.where(np.arange(60)[:, np.newaxis] < [30, 60], both, np.nan)
    assert np.isfinite([several.score(STRINGS, both), several.score(STRINGS, gaps)]).all()
    assert EmbeddingTransformer(2, epochs=1).fit(STRINGS, gaps).objective_ == "classification"
    with pytest.raises(ValueError, match="contains NaN"):
        EmbeddingTransformer(2, epochs=1).fit(STRINGS, gaps + 0.5)
    with pytest.raises(ValueError, match="y has 2 columns, but there were 1 in fit"):
        whole.score(STRINGS, both)


def table(n_rows: int = 400) -> pd.DataFrame:
    """Cities of three countries, whose people speak the country's language: dialects that are used alike."""
    country = RANDOM.integers(0, 3, n_rows)
    city, speech = 4 * country + RANDOM.integers(0, 4, n_rows), 2 * country + RANDOM.integers(0, 2, n_rows)
    return pd.DataFrame({"city": [f"city {c}" for c in city], "speech": speech, "noise": RANDOM.integers(0, 3, n_rows)})


TABLE = table()


@functools.cache
def of_table() -> EmbeddingTransformer:
    return EmbeddingTransformer(4, **FITS).fit(TABLE)


def test_categories_that_stand_with_the_same_are_similar() -> None:
    embedding = of_table()
    assert list(embedding.embedding_) == ["city", "speech", "noise"] and embedding.n_features_in_ == 3
    assert embedding.feature_names_in_.tolist() == ["city", "speech", "noise"]
    assert {name for name, _ in embedding.most_similar("city 0", 3, "city")} == {"city 1", "city 2", "city 3"}
    assert [embedding.most_similar(c, 1, column="speech")[0][0] for c in (0, 3, 4)] == [1, 2, 5]
    assert embedding.similarity(0, 1, "speech") > 0.5 > embedding.similarity(0, 2, "speech")
    found = embedding.transform(TABLE[:5])
    assert found.shape == (5, 12)
    expected = [np.concatenate([embedding.embedding_[c][v] for c, v in row.items()]) for _, row in TABLE[:5].iterrows()]
    np.testing.assert_allclose(found, expected, atol=1e-6)


def test_categories_that_mean_the_same_for_y_are_similar() -> None:
    country = TABLE["city"].str.slice(5).astype(int) // 4
    embedding = EmbeddingTransformer(4, **FITS).fit(TABLE[["city", "noise"]], country)
    assert {name for name, _ in embedding.most_similar("city 4", 3, "city")} == {"city 5", "city 6", "city 7"}
    assert embedding.score(TABLE[["city", "noise"]], country) > -0.2
    array = TABLE[["city", "noise"]].to_numpy()
    alike = EmbeddingTransformer(4, **FITS).fit(array, country)
    assert equal(alike.weights_, embedding.weights_) and list(alike.embedding_) == [0, 1]


def test_a_table_is_asked_for_as_it_was_fitted() -> None:
    embedding = of_table()
    other = TABLE[:2].assign(city="elsewhere")
    with pytest.raises(ValueError, match="column 'city' of X has 'elsewhere' in row 0, which is none of the 12"):
        embedding.transform(other)
    with pytest.raises(ValueError, match="X must be a table of 3 columns of categories, as in fit; got type list"):
        embedding.transform(["city 0"])
    with pytest.raises(ValueError, match="feature names"):
        embedding.transform(TABLE[["speech", "city", "noise"]])
    with pytest.raises(KeyError, match="column must be one of 'city', 'speech', 'noise', got None"):
        embedding.most_similar("city 0")
    with pytest.raises(KeyError, match="was fitted to sequences, which have no column 'city'"):
        of_strings().similarity("A", "C", "city")
    masked = EmbeddingTransformer(4, unknown="mask", epochs=1, random_state=0).fit(TABLE)
    found, mean = masked.transform(other)[0, :4], masked.embedding_["city"].vectors.mean(axis=0)
    np.testing.assert_allclose(found, mean, atol=1e-6)


def test_a_refit_on_another_kind_of_input_forgets_the_last() -> None:
    embedding = EmbeddingTransformer(2, epochs=1, random_state=0)
    attributes = vars(EmbeddingTransformer(2, epochs=1, random_state=0).fit(STRINGS)).keys()
    assert vars(embedding.fit(TABLE).fit(STRINGS)).keys() == attributes
    assert "alphabet_" not in vars(embedding.fit(TABLE))


@pytest.mark.parametrize("X", [["A", "C", "G"], ["ANA", "C"], np.array([["x", "y"]])[:, :1]])
def test_where_nothing_stands_beside_anything_there_is_nothing_to_learn(X) -> None:
    with pytest.raises(ValueError, match="no sample in which two known tokens or categories stand side by side"):
        EmbeddingTransformer(2, window=1, alphabet="ACGNxy" if X[0] == "x" else "dna").fit(X)


def test_objectives_that_need_y_say_so() -> None:
    with pytest.raises(ValueError, match="learns by regression and requires y to be passed"):
        EmbeddingTransformer(objective="regression").fit(STRINGS)


def test_the_same_seed_gives_the_same_bits_and_another_does_not() -> None:
    new = functools.partial(EmbeddingTransformer, 3, epochs=2, alphabet=LETTERS)
    first = new(random_state=0).fit(STRINGS, LABELS)
    again = pickle.loads(pickle.dumps(new(objective="skip-gram", random_state=0))).fit(STRINGS, LABELS)
    assert equal(again.weights_, new(random_state=0).fit(STRINGS).weights_)
    assert not equal(again.weights_, new(random_state=1).fit(STRINGS).weights_)
    assert not np.array_equal(first.embedding_.vectors, again.embedding_.vectors)
    assert np.array_equal(pickle.loads(pickle.dumps(again)).transform(STRINGS), again.transform(STRINGS))


def test_training_goes_on_and_is_watched() -> None:
    embedding = EmbeddingTransformer(3, epochs=3, alphabet=LETTERS, validation_fraction=0.2, random_state=0)
    embedding.fit(STRINGS)
    assert len(embedding.history_["val_loss"]) == 3
    before = embedding.embedding_.vectors
    embedding.partial_fit(STRINGS)
    assert embedding.n_iter_ == 4 and not np.array_equal(embedding.embedding_.vectors, before)
    with pytest.raises(ValueError, match="y was given, but this EmbeddingTransformer learns without"):
        embedding.partial_fit(STRINGS, LABELS)
    with pytest.raises(ValueError, match="has learned by skip-gram, so that objective cannot be regression"):
        embedding.set_params(objective="regression").partial_fit(STRINGS, range(60))
    embedding.set_params(warm_start=True, n_negative=2, objective="auto")
    with pytest.raises(ValueError, match="was made with n_negative=5, but is now to have n_negative=2"):
        embedding.fit(STRINGS)


def test_in_front_of_a_classifier() -> None:
    embedding = EmbeddingTransformer(8, alphabet=LETTERS, window=3, epochs=20, objective="skip-gram", random_state=0)
    model = make_pipeline(embedding, LogisticRegression(C=100))
    search = GridSearchCV(model, {"embeddingtransformer__learning_rate": [1e-3, 1e-2]}, cv=2).fit(STRINGS, LABELS)
    assert search.best_score_ > 0.7 and search.best_estimator_[0].objective_ == "skip-gram"


@pytest.mark.parametrize("unknown", ["error", "mask"])
def test_tables_are_served(unknown: str, tmp_path) -> None:
    tf = pytest.importorskip("tensorflow")
    embedding = EmbeddingTransformer(2, unknown=unknown, epochs=1, random_state=0).fit(TABLE)
    embedding.export_saved_model(tmp_path / "served")
    served = tf.saved_model.load(str(tmp_path / "served")).signatures["transform"]
    inputs = {"city": tf.constant(TABLE["city"].tolist()), **{n: tf.constant(TABLE[n]) for n in ("speech", "noise")}}
    np.testing.assert_allclose(served(**inputs)["transform"], embedding.transform(TABLE), atol=1e-6)
    other = inputs | {"city": tf.constant(["elsewhere"] * len(TABLE))}
    if unknown == "mask":
        mean = embedding.embedding_["city"].vectors.mean(axis=0)
        np.testing.assert_allclose(served(**other)["transform"][0, :2], mean, atol=1e-6)
    else:
        with pytest.raises(tf.errors.InvalidArgumentError, match="a category that it did not have in fit"):
            served(**other)


def test_one_column_of_categories() -> None:
    frame = pd.DataFrame({"city": pd.Categorical(["london", "rome"] * 10)})
    embedding = EmbeddingTransformer(2, epochs=1).fit(frame, [0, 1] * 10)
    assert embedding.embedding_["city"].names == ("london", "rome")
    assert embedding.transform(pd.DataFrame({"city": ["rome"]})).shape == (1, 2)
    with pytest.raises(ValueError, match=r"^X has one column of categories, which have no neighbours, so without y"):
        EmbeddingTransformer(2, epochs=1).fit(frame)


def test_numbers_that_are_whole_by_chance() -> None:
    fitted = EmbeddingTransformer(2, epochs=1).fit(STRINGS[:4], [1.0, 2.0] * 2)
    for y in ([1.5, 2.0] * 2, np.array([1.5, 2.0] * 2, object)):
        with pytest.raises(ValueError, match=r"^y holds numbers with fractions, .* objective='regression' takes both"):
            fitted.score(STRINGS[:4], y)
    assert EmbeddingTransformer(2, epochs=1).fit(STRINGS[:4], np.array([1.5, 2] * 2, object)).objective_ == "regression"
    with pytest.raises(ValueError, match="contains NaN"):
        EmbeddingTransformer().fit(STRINGS[:4], [1.5, np.nan] * 2)
    assert EmbeddingTransformer(2, epochs=1).fit(STRINGS[:4], [1e20, 2.0] * 2).objective_ == "regression"

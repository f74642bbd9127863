"""k-mers as lists and as counts."""

import pickle
from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.base import BaseEstimator, TransformerMixin, clone
from sklearn.exceptions import NotFittedError
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.utils import get_tags

from skmlbio.sequences import Alphabet, KmerCounter, KmerTokenizer, _windows, reverse_complement

both = pytest.mark.parametrize("cls", [KmerTokenizer, KmerCounter])
dna_strings = st.lists(st.text("ACGT", min_size=1, max_size=12), min_size=1, max_size=8)


def words(string: str, k: int, stride: int = 1, letters: str = "ACGT") -> list[str]:
    """The k-mers of a string, one at a time."""
    found = [string[start : start + k] for start in range(0, len(string) - k + 1, stride)]
    return [word for word in found if set(word) <= set(letters)]


def canonical(word: str) -> str:
    return min(word, *reverse_complement([word]))


def table(counter: KmerCounter, strings: list[str]) -> list[dict[str, int]]:
    names = counter.get_feature_names_out()
    return [
        {name: int(count) for name, count in zip(names, row, strict=True) if count}
        for row in counter.transform(strings).toarray()
    ]


class KmerTokenCounts(TransformerMixin, BaseEstimator):
    """How many tokens each list has."""

    def fit(self, X, y=None):
        return self

    def transform(self, X):
        return np.array([[len(tokens)] for tokens in X])

    def get_feature_names_out(self, input_features=None):
        return np.array(["n_kmers"], object)


@given(dna_strings, st.integers(1, 5), st.integers(1, 4))
def test_tokens_are_the_words_of_each_string(strings: list[str], k: int, stride: int) -> None:
    plain = KmerTokenizer(k, stride=stride, alphabet="dna").fit_transform(strings)
    assert plain == [words(string, k, stride) for string in strings]
    both_strands = KmerTokenizer(k, stride=stride, canonical=True, alphabet="dna").fit_transform(strings)
    assert both_strands == [[canonical(word) for word in of_string] for of_string in plain]


@given(dna_strings, st.integers(1, 5), st.booleans(), st.booleans())
def test_counts_are_those_of_the_tokens(strings: list[str], k: int, canonical: bool, every: bool) -> None:
    strings.append("ACGTACGT")
    options = {"k": k, "canonical": canonical, "alphabet": "dna"}
    counter = KmerCounter(vocabulary="all" if every else "learned", **options).fit(strings)
    tokens = KmerTokenizer(**options).fit_transform(strings)
    assert table(counter, strings) == [dict(Counter(of_string)) for of_string in tokens]
    if every:
        n_palindromes = 4 ** (k // 2) if k % 2 == 0 else 0
        assert len(counter.numbers_) == ((4**k + n_palindromes) // 2 if canonical else 4**k)
    else:
        assert counter.get_feature_names_out().tolist() == sorted({word for of_string in tokens for word in of_string})


@pytest.mark.parametrize("k", [1, 3, 6, 11])
def test_same_as_the_count_vectorizer_of_scikit_learn(k: int) -> None:
    random = np.random.default_rng(0)
    strings = ["".join(random.choice(list("ACGT"), size)) for size in random.integers(1, 200, 30)]
    peer = CountVectorizer(analyzer="char", ngram_range=(k, k), lowercase=False).fit(strings[:20])
    counter = KmerCounter(k, alphabet="dna").fit(strings[:20])
    assert counter.get_feature_names_out().tolist() == peer.get_feature_names_out().tolist()
    found, expected = counter.transform(strings), peer.transform(strings)
    assert (found.dtype, found.shape, found.format) == (expected.dtype, expected.shape, "csr")
    assert (found != expected).nnz == 0 and found.has_canonical_format
    assert (counter.fit_transform(strings) != peer.fit_transform(strings)).nnz == 0


def test_a_string_and_its_reverse_complement_have_the_same_counts() -> None:
    strings = ["ACGTTAGGA", "GATTACA", "TTTTCC"]
    for k in (1, 2, 3, 4):
        counter = KmerCounter(k, canonical=True, alphabet="dna").fit(strings)
        assert (counter.transform(strings) != counter.transform(reverse_complement(strings))).nnz == 0
    rna = KmerTokenizer(3, canonical=True, alphabet="rna").fit_transform(["UUUACG"])
    assert rna == [["AAA", "UAA", "GUA", "ACG"]]


def test_blocks_of_letters_do_not_show(monkeypatch: pytest.MonkeyPatch) -> None:
    strings = ["ACGTTAGNACGTA", "A", "GATTACA", "NN", "CCGTA"]
    options = {"k": 3, "alphabet": "dna"}
    whole = KmerTokenizer(**options).fit_transform(strings), KmerCounter(**options).fit_transform(strings)
    for size in (1, 2, 3, 5):
        monkeypatch.setattr(_windows, "_BLOCK", size)
        assert KmerTokenizer(**options).fit_transform(strings) == whole[0]
        assert (KmerCounter(**options).fit_transform(strings) != whole[1]).nnz == 0
        striding = KmerTokenizer(**options, stride=2).fit_transform(strings)
        assert striding == [words(string, 3, 2) for string in strings]


def test_codes_and_unknown_characters_are_in_no_word() -> None:
    strings = ["ACGRACG", "acg", "NNN", "A-CGT"]
    tokenizer = KmerTokenizer(2, alphabet="dna", unknown="mask").fit(strings)
    assert tokenizer.transform(strings) == [["AC", "CG", "AC", "CG"], ["AC", "CG"], [], ["CG", "GT"]]
    counter = KmerCounter(2, alphabet="dna", unknown="mask").fit(strings)
    assert table(counter, strings)[0] == {"AC": 2, "CG": 2}
    assert counter.transform(["N", "NAN"]).nnz == 0


def test_unseen_words_have_no_column() -> None:
    counter = KmerCounter(2, alphabet="dna").fit(["ACG"])
    assert counter.get_feature_names_out().tolist() == ["AC", "CG"]
    assert counter.transform(["TTACAA", "TTT", "AA"]).toarray().tolist() == [[1, 0], [0, 0], [0, 0]]


def test_proteins_and_other_alphabets() -> None:
    assert KmerTokenizer(3).fit_transform(["MKVLAWEF"]) == [["MKV", "KVL", "VLA", "LAW", "AWE", "WEF"]]
    assert KmerTokenizer(2, alphabet="learned").fit_transform(["c1cC"]) == [["c1", "1c", "cC"]]
    assert KmerTokenizer(2, alphabet=Alphabet("one", "A")).fit_transform(["AAA", "A"]) == [["AA", "AA"], []]
    counter = KmerCounter(2, alphabet="HP", vocabulary="all").fit(["H"])
    assert counter.get_feature_names_out().tolist() == ["HH", "HP", "PH", "PP"]
    assert KmerTokenizer(31, alphabet="dna").fit_transform(["ACGT" * 8]) == [words("ACGT" * 8, 31)]


@both
@pytest.mark.parametrize(
    ("options", "X", "message"),
    [
        ({"k": 0}, ["ACGT"], "'k' parameter"),
        ({"k": 2.5}, ["ACGT"], "'k' parameter"),
        ({"k": True}, ["ACGT"], "'k' parameter"),
        ({"stride": True}, ["ACGT"], "'stride' parameter"),
        ({"stride": 0}, ["ACGT"], "'stride' parameter"),
        ({"canonical": "yes"}, ["ACGT"], "'canonical' parameter"),
        ({"k": 32, "alphabet": "dna"}, ["ACGT"], "k must be at most 31 for 4 letters, .* got 32"),
        ({"k": 15, "alphabet": "protein"}, ["MKV"], "k must be at most 14 for 20 letters"),
        (
            {"canonical": True, "alphabet": "protein"},
            ["MKV"],
            "canonical=True needs the alphabet 'dna' or 'rna', whose letters have partners; got the protein alphabet",
        ),
        ({"canonical": True, "alphabet": "ACGT"}, ["ACG"], "canonical=True needs .* got the custom alphabet ACGT"),
        ({"alphabet": "dna"}, ["ACGT", "AC-"], "sequence 1 has '-' at position 2"),
        ({"alphabet": "dna"}, ["ACGT", None], "sequence 1 is missing"),
        ({"alphabet": "dna"}, ["ACGT", ""], "sequence 1 is empty"),
        ({"alphabet": "dna"}, [], "X is empty"),
    ],
)
def test_what_cannot_be_done_is_refused_in_one_sentence(cls: type, options: dict, X: list, message: str) -> None:
    with pytest.raises((ValueError, TypeError), match=message):
        cls(**options).fit(X)


def test_vocabularies_that_cannot_be_are_refused() -> None:
    with pytest.raises(ValueError, match="'vocabulary' parameter"):
        KmerCounter(vocabulary="some").fit(["ACGT"])
    with pytest.raises(ValueError, match="k=13 would make 67,108,864 columns, and at most"):
        KmerCounter(13, vocabulary="all", alphabet="dna").fit(["ACGT"])
    with pytest.raises(
        ValueError, match=r"no sequence has a k-mer of k=5 letters .* longest sequence has 4 characters"
    ):
        KmerCounter(5, alphabet="dna").fit(["ACGT", "AC"])


@both
def test_a_transformer_of_scikit_learn(cls: type) -> None:
    transformer = cls(np.int64(2), stride=np.int8(1), canonical=np.True_, alphabet="dna")
    with pytest.raises(NotFittedError):
        transformer.transform(["ACGT"])
    assert clone(transformer).get_params() == transformer.get_params()
    assert get_tags(transformer).input_tags.string and not get_tags(transformer).input_tags.two_d_array
    fitted = transformer.fit(["ACGT", "GGA"])
    copy = pickle.loads(pickle.dumps(fitted))
    found, again = fitted.transform(["AACG"]), copy.transform(np.array([["AACG"]]))
    assert found == again if cls is KmerTokenizer else (found != again).nnz == 0


@both
def test_parameters_that_change_after_a_fit_wait_for_the_next(cls: type) -> None:
    strings = ["ACGTTAGGA", "GATTACA"]
    transformer = cls(2, alphabet="dna").fit(strings)
    if cls is KmerTokenizer:
        expected = transformer.transform(strings)
        assert transformer.set_params(k=3, stride=2, canonical=True).transform(strings) == expected
        assert transformer.fit(strings).transform(["ACGTT"]) == [["ACG", "AAC"]]
    else:
        names, expected = transformer.get_feature_names_out().tolist(), transformer.transform(strings)
        transformer.set_params(k=3, stride=2, canonical=True)
        assert (transformer.transform(strings) != expected).nnz == 0
        assert transformer.get_feature_names_out().tolist() == names
        assert {len(name) for name in transformer.fit(strings).get_feature_names_out()} == {3}


@both
@pytest.mark.parametrize(
    ("parameters", "X"),
    [({"k": 40}, ["ACGT"]), ({"k": 4, "canonical": True, "alphabet": "protein"}, ["ACGT"]), ({"k": 1}, ["AC", None])],
)
def test_a_fit_that_fails_changes_nothing(cls: type, parameters: dict, X: list) -> None:
    transformer = cls(2, alphabet="dna").fit(["ACGTTAGGA"])
    before = pickle.dumps(transformer.transform(["ACGTT"]))
    for fit in (transformer.set_params(**parameters).fit, transformer.fit_transform):
        with pytest.raises((TypeError, ValueError)):
            fit(X)
        assert pickle.dumps(transformer.transform(["ACGTT"])) == before
        with pytest.raises(NotFittedError):
            clone(transformer).transform(["ACGTT"])


def test_a_count_that_fails_changes_nothing() -> None:
    counter = KmerCounter(2, alphabet="dna").fit(["ACGTTAGGA"])
    names, counts = counter.get_feature_names_out().tolist(), counter.transform(["ACGTT"]).toarray().tolist()
    for parameters in ({"k": 20, "vocabulary": "all"}, {"k": 20, "vocabulary": "learned"}):
        with pytest.raises(ValueError, match="k=20"):
            counter.set_params(**parameters).fit(["ACGT"])
        assert counter.get_feature_names_out().tolist() == names
        assert counter.transform(["ACGTT"]).toarray().tolist() == counts


def test_in_a_search_over_a_pipeline() -> None:
    random = np.random.default_rng(0)
    strings = ["".join(random.choice(list("ACGT"), 30, p=p)) for p in [(0.4, 0.1, 0.1, 0.4), (0.2, 0.3, 0.3, 0.2)] * 20]
    y = ["AT", "GC"] * 20
    pipeline = make_pipeline(KmerCounter(alphabet="dna"), LogisticRegression())
    search = GridSearchCV(pipeline, {"kmercounter__k": [1, 2], "kmercounter__canonical": [False, True]}, cv=2, n_jobs=2)
    assert search.fit(strings, y).best_score_ > 0.8


def test_a_pipeline_may_be_told_what_its_last_step_returns() -> None:
    pipeline = make_pipeline(KmerTokenizer(2, alphabet="dna"), KmerTokenCounts()).set_output(transform="pandas")
    assert pipeline.fit_transform(["ACGT", "GGA"]).columns.tolist() == ["n_kmers"]
    assert pipeline[0].transform(["ACG"]) == [["AC", "CG"]]

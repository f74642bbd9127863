"""One-hot and token encoders as scikit-learn transformers."""

import pickle
import re
from collections.abc import Callable

import numpy as np
import pandas
import polars
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn import config_context
from sklearn.base import BaseEstimator, clone
from sklearn.compose import make_column_transformer
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.utils import get_tags

from skmlbio.sequences import Alphabet, OneHotSequenceEncoder, TokenEncoder, get_alphabet

ENCODERS = [OneHotSequenceEncoder, TokenEncoder]

both = pytest.mark.parametrize("encoder_class", ENCODERS)


def labelled_strings(n: int = 60) -> tuple[list[str], np.ndarray]:
    """Random DNA of 5 to 9 letters; the class is whether the third one is a purine."""
    rng = np.random.default_rng(0)
    strings = ["".join(rng.choice(list("ACGT"), size=rng.integers(5, 10))) for _ in range(n)]
    return strings, np.array(["purine" if string[2] in "AG" else "pyrimidine" for string in strings])


def test_the_example_of_the_lecture() -> None:
    encoded = OneHotSequenceEncoder("dna").fit_transform(["ACGTTA"])
    assert encoded.dtype == np.float32
    assert encoded.tolist() == [
        [
            [1, 0, 0, 0],
            [0, 1, 0, 0],
            [0, 0, 1, 0],
            [0, 0, 0, 1],
            [0, 0, 0, 1],
            [1, 0, 0, 0],
        ]
    ]


def test_tokens_of_the_example() -> None:
    encoded = TokenEncoder("dna").fit_transform(["ACGTTA", "acn"])
    assert encoded.dtype == np.int32
    assert encoded.tolist() == [[2, 3, 4, 5, 5, 2], [2, 3, 16, 0, 0, 0]]


def test_padding_is_zero_and_codes_are_fractions() -> None:
    encoded = OneHotSequenceEncoder("rna", length=4, dtype=np.float64).fit_transform(["uY"])
    assert encoded.dtype == np.float64
    assert encoded.tolist() == [[[0, 0, 0, 1], [0, 0.5, 0, 0.5], [0] * 4, [0] * 4]]


def test_flat_rows_are_the_positions_in_a_row() -> None:
    strings, _ = labelled_strings()
    deep = OneHotSequenceEncoder("dna").fit_transform(strings)
    flat = OneHotSequenceEncoder("dna", flatten=True).fit_transform(strings)
    assert deep.shape == (60, 9, 4)
    assert np.array_equal(flat, deep.reshape(60, 36))


def test_many_blocks_give_the_same_as_one_sequence_at_a_time() -> None:
    strings = ["ACGTN" * 7_000, "TTTAC" * 7_000, "GNGAA" * 7_000] * 4
    encoder = OneHotSequenceEncoder("dna").fit(strings)
    encoded = encoder.transform(strings)
    for string, vectors in zip(strings[:3], encoded, strict=False):
        assert np.array_equal(encoder.transform([string])[0], vectors)
    assert encoder.inverse_transform(encoded) == strings


@both
@given(st.lists(st.text("ACGTRYSWKMBDHVNacgtn", min_size=1, max_size=12), min_size=1, max_size=8), st.integers(12, 15))
def test_round_trip_dna(encoder_class: type, strings: list[str], length: int) -> None:
    encoder = encoder_class("dna", length=length).fit(strings)
    assert encoder.inverse_transform(encoder.transform(strings)) == [string.upper() for string in strings]


@both
@given(st.lists(st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1), min_size=1, max_size=8))
def test_round_trip_learned(encoder_class: type, strings: list[str]) -> None:
    encoder = encoder_class("learned").fit(strings)
    expected = strings if encoder.alphabet_.case_sensitive else [string.upper() for string in strings]
    assert encoder.inverse_transform(encoder.transform(strings)) == expected
    assert np.array_equal(encoder.transform(strings), clone(encoder).fit_transform(strings))


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
@pytest.mark.parametrize("flatten", [False, True])
def test_round_trip_protein(dtype: type, flatten: bool) -> None:
    encoder = OneHotSequenceEncoder("protein", dtype=dtype, flatten=flatten).fit(["ACDEFGHIKLMNPQRSTVWYBZX", "uo"])
    encoded = encoder.transform(["ACDEFGHIKLMNPQRSTVWYBZX", "UO"])
    assert encoded.dtype == dtype
    assert encoder.inverse_transform(encoded) == ["ACDEFGHIKLMNPQRSTVWYBZX", "CK"]


@both
@pytest.mark.parametrize(("alphabet", "written"), [("dna", "ANC"), ("ACGT", "A?C")])
def test_masked_characters_come_back_as_any_letter(encoder_class: type, alphabet: str, written: str) -> None:
    encoder = encoder_class(alphabet, unknown="mask").fit(["ACC"])
    assert encoder.inverse_transform(encoder.transform(["A!C"])) == [written]


def test_probabilities_are_read_as_the_nearest_character() -> None:
    encoder = OneHotSequenceEncoder("dna", length=4).fit(["A"])
    probabilities = [[[0.9, 0.05, 0.05, 0], [0.45, 0.05, 0.5, 0], [0.2, 0.3, 0.25, 0.25], [0.1, 0, 0, 0]]]
    assert encoder.inverse_transform(probabilities) == ["ARN"]


@both
def test_learned_attributes_follow_the_training_data(encoder_class: type) -> None:
    encoder = encoder_class("learned").fit(["GAT", "TACA"])
    assert encoder.length_ == 4
    assert encoder.alphabet_.letters == "ACGT"
    assert encoder.fit(["xy"]).length_ == 2
    assert encoder.alphabet_.letters == "XY"
    assert encoder_class("dna", length=7).fit(["GAT"]).length_ == 7


@both
def test_the_alphabet_is_recognised_and_keeps_its_codes(encoder_class: type) -> None:
    encoder = encoder_class().fit(["ACGT", "ggta"])
    assert encoder.alphabet_ is get_alphabet("dna")
    assert encoder.inverse_transform(encoder.transform(["ARNt"])) == ["ARNT"]
    assert encoder.fit(["MKV", "LAD"]).alphabet_ is get_alphabet("protein")
    with pytest.raises(ValueError, match="sequence 0 has '-' at position 2, not in the protein alphabet"):
        encoder.transform(["MK-"])


@both
@pytest.mark.parametrize("alphabet", ["auto", "dna", "learned"])
def test_soft_masked_strings_are_those_in_upper_case_unless_case_is_kept(encoder_class: type, alphabet: str) -> None:
    strings = ["ACGTacgt", "ttGACCAg"]
    upper = [string.upper() for string in strings]
    encoder = encoder_class(alphabet).fit(strings)
    assert encoder.alphabet_.letters == "ACGT"
    assert np.array_equal(encoder.transform(strings), encoder_class(alphabet).fit_transform(upper))
    assert encoder.inverse_transform(encoder.transform(strings)) == upper
    keeping = encoder_class(alphabet, case_sensitive=True).fit(strings)
    assert keeping.alphabet_.letters == "ACGTacgt"
    assert keeping.inverse_transform(keeping.transform(strings)) == strings


@both
def test_longer_strings_are_an_error_or_cut(encoder_class: type) -> None:
    encoder = encoder_class("dna").fit(["GAT", "CC"])
    with pytest.raises(ValueError, match="sequence 1 has 5 characters, at most 3 are allowed; truncate=True cuts"):
        encoder.transform(["A", "CCCGG"])
    encoder.set_params(truncate=True)
    assert encoder.inverse_transform(encoder.transform(["A", "CCCGG"])) == ["A", "CCC"]
    with pytest.raises(ValueError, match="sequence 0 has 3 characters, at most 2 are allowed"):
        encoder_class("dna", length=2).fit_transform(["GAT"])


@both
@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"length": 0}, r"'length' parameter of .* must be an int in the range \[1, inf\) or None. Got 0"),
        ({"length": 2.5}, "'length' parameter"),
        ({"truncate": "yes"}, "'truncate' parameter"),
        ({"unknown": "drop"}, "'unknown' parameter"),
        ({"case_sensitive": "yes"}, "'case_sensitive' parameter"),
        ({"alphabet": 4}, "'alphabet' parameter"),
        ({"alphabet": "dnaa"}, "alphabet must be 'dna', 'rna', 'protein', an Alphabet"),
        ({"dtype": bool}, "dtype of .* must be .*; got bool"),
        ({"dtype": "U1"}, "dtype of .* must be .*; got <U1"),
        ({"dtype": "int3"}, "dtype of .* must be .*; got int3"),
    ],
)
def test_impossible_parameters(encoder_class: type, parameters: dict, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        encoder_class(**parameters).fit(["ACGT"])


def test_dtypes_that_cannot_hold_the_values() -> None:
    with pytest.raises(ValueError, match="must be a floating type, for ambiguity codes are encoded as fractions"):
        OneHotSequenceEncoder(dtype=np.uint8).fit(["ACGT"])
    with pytest.raises(ValueError, match="must be an integer type; got float32"):
        TokenEncoder(dtype=np.float32).fit(["ACGT"])


@both
def test_wrong_input_names_the_culprit(encoder_class: type) -> None:
    encoder = encoder_class("dna").fit(["ACGT"])
    for method in (encoder.fit, encoder.transform, encoder.fit_transform):
        with pytest.raises(ValueError, match="sequence 1 has 'E' at position 2, not in the dna alphabet"):
            method(["ACGT", "ACE"])
        with pytest.raises(TypeError, match="X is a single str"):
            method("ACGT")


@both
def test_not_fitted(encoder_class: type) -> None:
    encoder = encoder_class()
    for method in (encoder.transform, encoder.inverse_transform):
        with pytest.raises(NotFittedError):
            method([[0]])
    with pytest.raises(NotFittedError):
        encoder_class(**({"flatten": True} if "flatten" in encoder.get_params() else {})).get_feature_names_out()


@pytest.mark.parametrize(
    ("encoder", "X", "message"),
    [
        (OneHotSequenceEncoder("dna"), np.zeros((1, 3, 5)), "X has shape (1, 3, 5); inverse_transform takes (n_sa"),
        (
            OneHotSequenceEncoder("dna"),
            np.zeros((1, 8)),
            "inverse_transform takes (n_samples, 3, 4) or (n_samples, 12)",
        ),
        (OneHotSequenceEncoder("dna"), np.full((1, 3, 4), np.nan), "contains NaN"),
        (OneHotSequenceEncoder("dna"), np.eye(4)[[[3, 3, 3]]] * [[[0], [0], [1]]], "row 0 has padding at position 1"),
        (TokenEncoder("dna"), [[2, 2]], "X has shape (1, 2); inverse_transform takes (n_samples, 3)"),
        (TokenEncoder("dna"), [[2, 99, 2]], "row 0 has token 99 at position 1"),
        (TokenEncoder("dna"), [[2, 2.5, 2]], "row 0 has 2.5 at position 1; tokens are integers"),
    ],
)
def test_inverse_transform_rejects(encoder: BaseEstimator, X: object, message: str) -> None:
    with pytest.raises(ValueError, match=re.escape(message)):
        clone(encoder).fit(["ACG"]).inverse_transform(X)


def test_feature_names_and_data_frames() -> None:
    series = pandas.Series(["AC", "T"], index=[7, 8])
    encoder = OneHotSequenceEncoder("dna", flatten=True).set_output(transform="pandas")
    frame = encoder.fit_transform(series)
    assert frame.columns.tolist() == [f"position{p}_{letter}" for p in (0, 1) for letter in "ACGT"]
    assert frame.index.tolist() == [7, 8]
    assert encoder.inverse_transform(frame) == ["AC", "T"]
    tokens = TokenEncoder("dna").set_output(transform="polars").fit_transform(["AC", "T"])
    assert isinstance(tokens, polars.DataFrame)
    assert tokens.columns == ["position0", "position1"]


def test_an_array_of_three_dimensions_is_never_put_into_a_frame() -> None:
    encoder = OneHotSequenceEncoder("dna")
    assert not hasattr(encoder.fit(["AC"]), "get_feature_names_out")
    assert not hasattr(encoder, "set_output")
    with config_context(transform_output="pandas"):
        assert isinstance(encoder.transform(["AC"]), np.ndarray)
        assert isinstance(OneHotSequenceEncoder("dna", flatten=True).fit_transform(["AC"]), pandas.DataFrame)


@both
def test_scikit_learn_conventions(encoder_class: type) -> None:
    encoder = encoder_class(alphabet=Alphabet("gapped", "ACGT-", {"N": "ACGT"}), length=6)
    assert clone(encoder).get_params() == encoder.get_params()
    assert "length=6" in repr(encoder)
    tags = get_tags(encoder)
    assert tags.input_tags.string
    assert not tags.input_tags.two_d_array
    assert tags.requires_fit
    strings = ["AC-G", "NT"]
    copy = pickle.loads(pickle.dumps(encoder.fit(strings)))
    assert np.array_equal(copy.transform(strings), encoder.transform(strings))


@both
def test_no_row_depends_on_its_neighbours(encoder_class: type) -> None:
    strings, _ = labelled_strings()
    encoder = encoder_class("dna").fit(strings)
    order = np.random.default_rng(1).permutation(len(strings))
    assert np.array_equal(encoder.transform([strings[i] for i in order]), encoder.transform(strings)[order])


def test_pipeline_and_search_take_lists_of_strings() -> None:
    strings, y = labelled_strings()
    model = make_pipeline(OneHotSequenceEncoder("dna", length=9, flatten=True), LogisticRegression())
    search = GridSearchCV(
        model, {"onehotsequenceencoder__length": [2, 9], "logisticregression__C": [1]}, cv=3, n_jobs=2
    )
    search.set_params(estimator__onehotsequenceencoder__truncate=True).fit(strings, y)
    assert search.best_params_["onehotsequenceencoder__length"] == 9
    assert search.best_score_ > 0.9
    assert search.predict(["TTATT", "TTCTT"]).tolist() == ["purine", "pyrimidine"]


def test_column_transformer_takes_a_column_of_strings() -> None:
    strings, _ = labelled_strings()
    frame = pandas.DataFrame({"sequence": strings, "weight": 1.0})
    encoder = OneHotSequenceEncoder("dna", flatten=True)
    for column in ("sequence", ["sequence"]):
        columns = make_column_transformer((encoder, column), remainder="passthrough")
        assert columns.fit_transform(frame).shape == (60, 37)


def test_splice_junctions_with_ambiguity_codes_in_a_pipeline(data_file: Callable) -> None:
    path = data_file("uci_splice/splice.data.gz")
    table = pandas.read_csv(path, header=None, names=["label", "name", "sequence"], skipinitialspace=True)
    strings, y = table["sequence"].str.strip(), table["label"].str.strip()
    assert set("".join(strings)) - set(get_alphabet("dna").letters) == set("NDSR")
    model = make_pipeline(OneHotSequenceEncoder("dna", flatten=True), LogisticRegression(C=0.1))
    assert cross_val_score(model, strings, y, cv=3).mean() > 0.93

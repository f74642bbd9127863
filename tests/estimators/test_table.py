"""Data frames as matrices and back, and `VAESampler` of them."""

from pathlib import Path

import numpy as np
import pandas as pd
import polars
import pytest

import skmlbio
from skmlbio import VAESampler
from skmlbio.estimators._table import Table


def made_table(n_samples: int = 300) -> pd.DataFrame:
    """Cells of two kinds, of which a quarter of the masses and of the diets are missing."""
    rng = np.random.default_rng(0)
    kind = rng.integers(0, 2, n_samples)
    frame = pd.DataFrame(
        {
            "diet": np.where(rng.random(n_samples) < 0.05, "oats", np.array(["hay", "oats"])[kind]),
            "mass": rng.normal(4 * kind, 1).astype("float32"),
            "cell": pd.Categorical(np.array(["B", "T"])[kind], categories=["T", "B", "NK"], ordered=True),
            "n_spots": rng.poisson(3 + 40 * kind),
            "treated": kind == 1,
            "age": pd.array(50 + 20 * kind + rng.integers(-3, 4, n_samples), dtype="Int16"),
        }
    )
    frame.loc[rng.random(n_samples) < 0.25, "mass"] = np.nan
    frame.loc[rng.random(n_samples) < 0.25, "diet"] = None
    frame.loc[5, "age"] = pd.NA
    return frame


FRAME = made_table()
KINDS = {"n_spots": "negative_binomial"}


@pytest.fixture(scope="module")
def mixed() -> VAESampler:
    return VAESampler(2, likelihood=KINDS, epochs=40, learning_rate=5e-3, random_state=0).fit(FRAME)


def test_a_table_goes_forth_and_back() -> None:
    table = Table.learn(FRAME, KINDS)
    features = table.encode(FRAME)
    assert table.parts() == [("gaussian", 2), ("negative_binomial", 1)] + [("categorical", 2)] * 3
    assert features.shape == (300, table.n_features) == (300, 9)
    assert np.array_equal(np.isnan(features).any(axis=1), FRAME.isna().any(axis=1))
    whole = FRAME.notna().all(axis=1)
    pd.testing.assert_frame_equal(table.decode(features[whole]), FRAME[whole].reset_index(drop=True))


def test_numbers_between_whole_ones_are_rounded_within_their_type() -> None:
    frame = pd.DataFrame({"a": np.array([1, 2], "int8"), "b": [0.0, 1.0]})
    found = Table.learn(frame, {"b": "bernoulli"}).decode(np.array([[300.7, 1.0], [-0.6, 0.0]]))
    pd.testing.assert_frame_equal(found, pd.DataFrame({"a": np.array([127, -1], "int8"), "b": [1.0, 0.0]}))


@pytest.mark.parametrize(
    ("changes", "likelihood", "message"),
    [
        ({}, {"weight": "poisson"}, "likelihood names the column 'weight', but X has 'diet', 'mass'"),
        ({}, {"mass": "normal"}, "likelihood of column 'mass' must be one of gaussian, .* got 'normal'"),
        ({}, {"mass": "poisson"}, r"column 'mass' of X holds .* in row \d+, but must hold counts, from 0 to 1e\+09"),
        ({}, {"mass": "bernoulli"}, r"column 'mass' of X holds .* but must hold numbers between 0 and 1"),
        ({}, {"diet": "gaussian"}, "column 'diet' of X must hold numbers: could not convert"),
        ({"mass": np.nan}, {}, "column 'mass' of X is missing in every row; leave it out"),
        ({"mass": np.inf}, {}, "column 'mass' of X holds inf in row 0, but must hold finite numbers"),
        ({"mass": pd.Timestamp(0)}, {}, "column 'mass' of X holds times .* give them as days or seconds"),
        ({"mass": 1j}, {}, "column 'mass' of X holds complex numbers, but numbers of a table are real"),
        ({"mass": ["a", 1] * 150}, {}, "column 'mass' of X holds the string 'a' beside 1; give categories of one type"),
        ({"mass": [[1]] * 300}, {}, "column 'mass' of X holds .*, which is neither a number nor a category"),
    ],
)
def test_what_is_wrong_with_a_column_is_said(changes: dict, likelihood: dict, message: str) -> None:
    with pytest.raises((TypeError, ValueError), match=message):
        VAESampler(likelihood=likelihood or "mixed").fit(FRAME.assign(**changes))


def test_other_wrong_tables(mixed: VAESampler) -> None:
    with pytest.raises(TypeError, match=r"likelihood='mixed' takes a pandas data frame, got numpy.ndarray\."):
        VAESampler(likelihood="mixed").fit(np.eye(3))
    with pytest.raises(TypeError, match=r"takes a pandas data frame, got polars.DataFrame: give X.to_pandas\(\)\."):
        VAESampler(likelihood="mixed").fit(polars.DataFrame({"mass": [1.0, 2.0]}))
    with pytest.raises(ValueError, match="X is empty; at least one row is needed"):
        VAESampler(likelihood="mixed").fit(FRAME[:0])
    with pytest.raises(
        ValueError, match="column 'cell' of X has 'NK' in row 1, which is none of the 2 categories in fit"
    ):
        mixed.transform(FRAME[:2].assign(cell=["T", "NK"]))
    with pytest.raises(ValueError, match="The feature names should match those that were passed during fit"):
        mixed.transform(FRAME.drop(columns="mass"))


def test_samples_are_rows_of_the_table(mixed: VAESampler) -> None:
    drawn = mixed.sample(300)
    pd.testing.assert_series_equal(drawn.dtypes, FRAME.dtypes)
    assert drawn.notna().all(axis=None) and drawn["n_spots"].min() >= 0
    agree = {"treated": drawn["cell"] == "T", "n_spots": (drawn["n_spots"] > 20) == drawn["treated"]}
    assert agree["n_spots"].mean() > 0.7 and (agree["treated"] == drawn["treated"]).mean() > 0.7
    by_kind = drawn.groupby("treated")["mass"].mean()
    assert by_kind[True] - by_kind[False] > 2
    pd.testing.assert_frame_equal(drawn[:7], mixed.sample(7))


def test_a_table_is_kept_in_a_file(mixed: VAESampler, tmp_path: Path) -> None:
    skmlbio.save(mixed, tmp_path / "sampler")
    loaded = skmlbio.load(tmp_path / "sampler")
    pd.testing.assert_frame_equal(loaded.sample(7), mixed.sample(7))
    assert np.array_equal(loaded.transform(FRAME), mixed.transform(FRAME))


def test_missing_cells_are_left_out_and_filled(mixed: VAESampler) -> None:
    scores = mixed.score_samples(FRAME)
    assert np.isfinite(scores).all() and np.array_equal(scores, mixed.score_samples(FRAME))
    empty = pd.DataFrame([[None] * 6], columns=FRAME.columns)
    assert mixed.score_samples(empty)[0] == pytest.approx(0, abs=0.5)  # of nothing that is known
    less = FRAME.assign(treated=FRAME["treated"].astype("boolean")).assign(treated=pd.NA)
    restored = mixed.reconstruct(less)
    assert (restored["treated"] == FRAME["treated"]).mean() > 0.95
    known = FRAME["mass"].notna()
    guessed = mixed.reconstruct(FRAME.assign(mass=np.nan))["mass"]
    assert np.corrcoef(guessed[known], FRAME["mass"][known])[0, 1] > 0.8


def test_gaps_are_filled_by_what_is_reconstructed(mixed: VAESampler) -> None:
    frame = FRAME.set_axis(np.arange(len(FRAME)) // 2)[5:60]  # names of rows need not be unique
    reconstructed = mixed.reconstruct(frame)
    filled = frame.fillna(reconstructed)
    pd.testing.assert_series_equal(filled.dtypes, frame.dtypes)
    missing = frame.isna()
    pd.testing.assert_frame_equal(filled.astype(object), frame.astype(object).where(~missing, reconstructed))
    assert missing.any(axis=None) and filled.notna().all(axis=None)
    denoised = mixed.denoise(frame)
    pd.testing.assert_index_equal(denoised.index, frame.index)
    codes = pd.DataFrame(mixed.transform(frame), frame.index)
    pd.testing.assert_frame_equal(mixed.inverse_transform(codes), denoised)


def test_a_column_alone_has_the_density_of_its_frequencies() -> None:
    frame = pd.DataFrame({"cell": ["B"] * 30 + ["T"] * 90})
    sampler = VAESampler(1, likelihood="mixed", epochs=1, learning_rate=1e-9, n_importance=2000, random_state=0).fit(
        frame
    )
    sampler.weights_ = [np.zeros_like(w) if w.shape == (64, 2) else w for w in sampler.weights_]
    found = np.exp(sampler.score_samples(frame[["cell"]].iloc[[0, -1]]))
    np.testing.assert_allclose(found, [0.25, 0.75], atol=0.05)

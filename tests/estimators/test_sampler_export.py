"""Samplers in TensorFlow alone: with labels and library sizes, and of tables."""

import numpy as np
import pandas as pd
import pytest
import tensorflow as tf
from test_sampler_input import BATCHES, KINDS, X
from test_table import FRAME

from skmlbio import VAESampler

QUICK = {"epochs": 1, "random_state": 0}


def served(sampler: VAESampler, folder) -> dict:
    sampler.export_saved_model(folder / "sampler")
    return tf.saved_model.load(str(folder / "sampler")).signatures


def test_counts_with_labels_and_library_sizes(tmp_path) -> None:
    sizes = X.sum(axis=1) + 5.0
    frame = pd.DataFrame(X, columns=[f"gene {i}" for i in range(30)])
    sampler = VAESampler(2, likelihood="zero_inflated_negative_binomial", conditional=True, **QUICK)
    sampler.fit(frame, KINDS, covariates=BATCHES, library_size=sizes)
    signatures = served(sampler, tmp_path)
    rows = {"X": tf.constant(X[:9], tf.float32)}
    told = {"covariates": tf.constant(BATCHES[:9].tolist()), "y": tf.constant(KINDS[:9].tolist())}
    library = {"library_size": tf.constant(sizes[:9], tf.float32)}
    given = {"y": KINDS[:9], "covariates": BATCHES[:9]}
    found = signatures["transform_matrix"](**rows, **told)["transform"]  # a code does not depend on library sizes
    np.testing.assert_allclose(found, sampler.transform(frame[:9], **given), rtol=1e-4)
    for verb, expected in {
        "score_samples": sampler.score_samples(frame[:9], library_size=sizes[:9], **given),
        "reconstruct": sampler.reconstruct(frame[:9], library_size=sizes[:9], **given),
    }.items():
        np.testing.assert_allclose(signatures[f"{verb}_matrix"](**rows, **told, **library)[verb], expected, rtol=1e-4)
    to = {"to_covariates": tf.constant(["first"] * 9)}
    found = signatures["denoise_matrix"](**rows, **told, **library, **to)["denoise"]
    np.testing.assert_allclose(
        found, sampler.denoise(frame[:9], to="first", library_size=sizes[:9], **given), rtol=1e-4
    )
    codes = sampler.transform(frame[:9], **given)
    found = signatures["inverse_transform"](X=tf.constant(codes), **told, **library)["inverse_transform"]
    np.testing.assert_allclose(found, sampler.inverse_transform(codes, library_size=sizes[:9], **given), rtol=1e-4)
    number, seed = tf.constant(4, tf.int64), tf.constant(7, tf.int64)
    one = {"covariates": tf.constant("second"), "y": tf.constant("T cell")}
    drawn = signatures["sample"](n_samples=number, seed=seed, **one)["sample"]
    assert np.array_equal(drawn, sampler.sample(4, random_state=7, y="T cell", covariates="second"))
    with pytest.raises(tf.errors.InvalidArgumentError, match="a label is none of those in fit"):
        signatures["sample"](n_samples=number, seed=seed, **one | {"y": tf.constant("NK")})
    with pytest.raises(tf.errors.InvalidArgumentError, match="X must hold counts"):
        signatures["transform_matrix"](X=rows["X"] + 0.5, **told)


def test_tables(tmp_path) -> None:
    sampler = VAESampler(2, likelihood={"n_spots": "poisson"}, **QUICK).fit(FRAME)
    signatures = served(sampler, tmp_path)
    some = FRAME[:20]
    columns = {
        "diet": some["diet"].fillna("").tolist(),
        "mass": some["mass"].to_numpy(float),
        "cell": some["cell"].astype(str).tolist(),
        "n_spots": some["n_spots"].to_numpy(float),
        "treated": some["treated"].to_numpy("int64"),
        "age": some["age"].to_numpy(float, na_value=np.nan),
    }
    columns = {name: tf.constant(values) for name, values in columns.items()}
    scores = signatures["score_samples"](**columns)["score_samples"]
    np.testing.assert_allclose(scores, sampler.score_samples(some), rtol=1e-4)
    drawn = signatures["sample"](n_samples=tf.constant(6, tf.int64), seed=tf.constant(7, tf.int64))
    for found, expected in ((drawn, sampler.sample(6, random_state=7)),
                            (signatures["reconstruct"](**columns), sampler.reconstruct(some))):  # fmt: skip
        assert set(found) == set(FRAME.columns)
        for name in ("mass", "n_spots", "age"):
            np.testing.assert_allclose(found[name], expected[name].to_numpy(float), rtol=1e-4, atol=1e-5)
        for name in ("diet", "cell"):
            assert [cell.decode() for cell in found[name].numpy()] == expected[name].tolist()
        assert found["treated"].numpy().tolist() == expected["treated"].tolist()
    with pytest.raises(tf.errors.InvalidArgumentError, match="a category that it did not have in fit"):
        signatures["transform"](**columns | {"cell": tf.constant(["NK"] * 20)})


def test_whole_numbers_keep_their_types_and_limits(tmp_path) -> None:
    frame = pd.DataFrame({"n": np.array([0, 1, 0, 2], "uint8"), "grade": np.array([1, 2, 1, 3], object)})
    sampler = VAESampler(1, **QUICK).set_params(likelihood="mixed").fit(frame)
    signatures = served(sampler, tmp_path)
    drawn = signatures["sample"](n_samples=tf.constant(30, tf.int64), seed=tf.constant(7, tf.int64))
    expected = sampler.sample(30, random_state=7)
    assert expected["n"].min() == 0  # where it would be below
    for name in frame:
        assert drawn[name].dtype == tf.int64
        assert drawn[name].numpy().tolist() == expected[name].tolist()
    signatures["score_samples"](n=tf.cast(drawn["n"], tf.float64), grade=drawn["grade"])

"""The memory that attention maps need, against what there is."""

import numpy as np
import pytest
from sklearn.base import clone

from skmlbio import AttentionClassifier
from skmlbio.estimators._attention_memory import attention_bytes, require_memory
from skmlbio.training._keras_settings import KerasSettings

SMALL = {"embedding_dim": 8, "n_heads": 2, "feed_forward_dim": 8, "kernel_width": 3, "epochs": 2, "random_state": 0}


@pytest.mark.parametrize(
    ("dtype", "size"), [("float32", 4), ("float64", 8), ("mixed_bfloat16", 2), ("mixed_float16", 2), ("bfloat16", 2)]
)
def test_bytes_by_hand(dtype: str, size: int) -> None:
    assert attention_bytes([10, 20], n_heads=3, n_maps=2, dtype=dtype) == size * 3 * 2 * (100 + 400)


def test_within_a_window_strings_need_memory_by_their_length() -> None:
    assert attention_bytes([5, 20, 1000], n_heads=3, n_maps=2, dtype="float32", n_keys=20) == 24 * (25 + 400 + 20_000)


def test_numbers_of_numpy_do_not_overflow() -> None:
    lengths = np.array([2**31 - 1] * 2, np.int32)
    assert attention_bytes(lengths, np.int64(4), np.int8(2), "float32") == 4 * 8 * 2 * (2**31 - 1) ** 2


def test_only_what_is_sure_not_to_fit_is_refused() -> None:
    lengths = np.array([5, 9, 7, 9])
    for available in 100, 101, None:
        require_memory(100, available, 9, lengths, "cut it")
    message = (
        r"sequence 1, the longest, has 9 residues: .* at least 2\.5 GB of memory, and 2\.4 GB are available; cut it"
    )
    with pytest.raises(MemoryError, match=message):
        require_memory(2_500_000_000, 2_400_000_000, 9, lengths, "cut it")


# Estimators -----------------------------------------------------------------------------------------------------------


def test_strings_too_long_for_the_memory_are_refused_before_anything_starts(monkeypatch: pytest.MonkeyPatch) -> None:
    """30,000 residues take 2 * 30,000² numbers of 4 bytes a map."""
    monkeypatch.setattr("skmlbio.estimators._attention_memory.available_memory", lambda: int(14e9))
    long = "ACGT" * 7_500
    classifier = AttentionClassifier(**{**SMALL, "n_blocks": 2})
    needs = r"sequence 2, the longest, has 30000 residues: .* at least {} GB of memory, and 14\.0 GB are available; cut"
    with pytest.raises(MemoryError, match=needs.format(r"21\.6")):
        classifier.fit(["ACGT", "TT", long], [0, 1, 0])
    with pytest.raises(MemoryError, match=needs.format(r"21\.6")):
        classifier.partial_fit(["ACGT", "TT", long], [0, 1, 0])
    with pytest.raises(MemoryError, match=needs.format(r"21\.6")):
        clone(classifier).set_params(dtype="mixed_bfloat16", n_blocks=5).fit(["ACGT", "TT", long], [0, 1, 0])
    assert not hasattr(classifier, "weights_")
    classifier.fit(["ACGT", "TT", long], [0, 1, 0], sample_weight=[1, 1, 0])  # as good as absent
    with pytest.raises(MemoryError, match=needs.format(r"28\.8").replace("sequence 2", "sequence 1")):
        classifier.attention_maps(["ACGT", long[:-2] + "RR"])
    monkeypatch.setattr("skmlbio.estimators._attention_memory.available_memory", lambda: int(7e9))
    for ask in classifier.predict, classifier.predict_proba, classifier.decision_function:
        with pytest.raises(MemoryError, match=r"sequence 1, .* 30000 residues: .* at least 7\.2 GB .* and 7\.0 GB"):
            ask(["ACGT", long])
    with pytest.raises(MemoryError, match=r"sequence 3, .* 30000 residues: .* at least 7\.2 GB"):
        classifier.fit(["ACGT", "TT"], [0, 1], X_val=["A", "C", "A", long], y_val=[0, 1, 0, 1])


def test_the_memory_is_that_of_the_network_to_be_made(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("skmlbio.estimators._attention_memory.available_memory", lambda: int(10e9))
    strings = ["ACGT", "TT", "ACGT" * 4_000]  # maps of 1.0 GB a head and a block in single precision
    with KerasSettings.current()._replace(dtype_policy="mixed_bfloat16").in_force():
        classifier = AttentionClassifier(**{**SMALL, "n_blocks": 2}).fit(strings[:2], [0, 1])
    classifier.set_params(n_heads=4)
    with pytest.raises(MemoryError, match=r"sequence 2, .* at least 12\.3 GB"):
        classifier.fit(strings, [0, 1, 0])
    # Asked, it is the one that was made: two heads of half precision.
    monkeypatch.setattr("skmlbio.estimators._attention_memory.available_memory", lambda: int(1e9))
    with pytest.raises(MemoryError, match=r"sequence 2, .* at least 1\.0 GB"):
        classifier.predict(strings)


def test_within_a_window_strings_of_30_000_residues_need_little_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("skmlbio.estimators._attention_memory.available_memory", lambda: int(2e9))
    long, needed = "ACGT" * 7_500, r"sequence 1, .* 30000 residues: .* at least 2\.2 GB"
    classifier = AttentionClassifier("dna", attention_window=100, **{**SMALL, "epochs": 1})
    classifier.fit(["ACGT", long], [0, 1])
    assert np.isfinite(classifier.predict_proba(["ACGT", long])).all()
    with pytest.raises(MemoryError, match=r"sequence 1, .* at least 14\.4 GB .*; cut it, or ask for fewer strings"):
        classifier.attention_maps(["ACGT", long])
    with pytest.raises(MemoryError, match=needed + r".*set a smaller attention_window"):
        AttentionClassifier("dna", **{**SMALL, "attention_window": 1500}).fit(["ACGT", long], [0, 1])


def test_memory_that_nobody_knows_refuses_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("skmlbio.estimators._attention_memory._SURELY_AVAILABLE", 0)
    monkeypatch.setattr("skmlbio.estimators._attention_memory.available_memory", lambda: None)
    classifier = AttentionClassifier(**SMALL).fit(["ACGT", "TT"], [0, 1])
    assert len(classifier.predict(["ACGT", "TT", "AC"])) == 3

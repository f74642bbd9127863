"""Patterns in images."""

import pickle
from typing import Any

import numpy as np
import pytest
from battery_cases import CHECKS_WITHOUT_DATA, IMAGES
from scipy import ndimage
from scipy.signal import convolve2d, correlate2d
from sklearn import config_context
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer
from sklearn.utils import estimator_checks, get_tags

from skmlbio import PatternDetector
from skmlbio.datasets import game_of_life
from skmlbio.estimators import pattern_detector

RANDOM = np.random.default_rng(0)
CROSS, CORNER = np.array([[0, 1, 0], [1, 1, 1], [0, 1, 0]]), np.array([[1, 1, 1], [1, 0, 0], [1, 0, 0]])
FRAMES = np.zeros((3, 8, 10), int)
FRAMES[0, 1:4, 2:5] = FRAMES[0, 5:8, 7:10] = FRAMES[2, 0:3, 0:3] = CROSS
FRAMES[2, 4:7, 5:8] = CORNER
FOUND = [[[1, 2, 0], [5, 7, 0]], [], [[0, 0, 0], [4, 5, 1]]]


def places(detector: PatternDetector, X: Any = FRAMES) -> list:
    return [found.tolist() for found in detector.predict(X)]


@pytest.mark.parametrize("check", CHECKS_WITHOUT_DATA)
def test_checks_of_scikit_learn_that_need_no_data(check: str) -> None:
    getattr(estimator_checks, f"check_{check}")("PatternDetector", PatternDetector())


@pytest.mark.parametrize("dtype", [bool, np.uint8, np.int64, np.float32])
def test_exact_matches_are_found_and_nothing_else(dtype: type) -> None:
    detector = PatternDetector([CROSS, CORNER]).fit(FRAMES.astype(dtype))
    assert places(detector, FRAMES.astype(dtype)) == FOUND
    assert all(found.dtype == np.int64 and found.shape == (len(found), 3) for found in detector.predict(FRAMES))
    one_more = FRAMES.copy()
    one_more[0, 1, 2] = 1  # a pixel that should be off counts as much as one that should be on
    assert places(detector, one_more)[0] == [[5, 7, 0]]
    assert places(detector.set_params(threshold=8 / 9), one_more)[0][0] == [1, 2, 0]


def test_maps_are_those_of_the_definition() -> None:
    maps = PatternDetector([CROSS, CORNER]).fit(FRAMES).transform(FRAMES)
    assert (maps.shape, maps.dtype) == ((3, 6, 8, 2), np.float32)
    assert maps[2, 4, 5].tolist() == [np.float32((CROSS == CORNER).mean()), 1]
    kernels = RANDOM.normal(size=(2, 3, 3))
    products = PatternDetector(kernels, similarity="product").fit(FRAMES).transform(FRAMES)
    assert products.dtype == np.float64
    np.testing.assert_allclose(products[2, ..., 1], correlate2d(FRAMES[2], kernels[1], "valid"), atol=1e-12)


def test_patterns_are_taken_from_examples() -> None:
    examples, names = np.array([CORNER, CROSS, CORNER]), ["corner", "cross", "corner"]
    detector = PatternDetector().fit(examples, names)
    assert np.array_equal(detector.patterns_[..., 0], [CORNER, CROSS])
    assert detector.labels_[detector.predict(FRAMES)[2][:, 2]].tolist() == ["cross", "corner"]
    assert PatternDetector().fit(examples).labels_.tolist() == [0, 1]
    with pytest.raises(ValueError, match="image 2 equals image 0, but their labels are other and corner"):
        PatternDetector().fit(examples, ["corner", "cross", "other"])
    with pytest.raises(ValueError, match=r"y\[1\] is None: the label is missing"):
        PatternDetector().fit(examples, ["corner", None, "corner"])
    with pytest.raises(ValueError, match="inconsistent numbers of samples"):
        PatternDetector().fit(examples, names[:2])


def test_what_is_padded_counts_as_zeros_and_places_may_be_outside() -> None:
    with_ring = np.pad([CROSS, CORNER], ((0, 0), (1, 1), (1, 1)))
    expected = [[[i - 1, j - 1, k] for i, j, k in found] for found in FOUND]
    assert places(PatternDetector(with_ring, padding="same").fit(FRAMES)) == expected
    assert places(PatternDetector(with_ring, padding=(1, 1)).fit(FRAMES)) == expected
    inside = [[place for place in found if -1 not in place and place[0] < 4] for found in expected]
    assert places(PatternDetector(with_ring).fit(FRAMES)) == inside


def test_patterns_in_grey_are_found_whatever_the_brightness() -> None:
    pattern, X = RANDOM.random((4, 5)), RANDOM.random((2, 20, 30))
    X[0, 3:7, 4:9], X[1, 16:20, 25:30] = 0.2 * pattern + 0.1, 3 * pattern - 7
    detector = PatternDetector([pattern], similarity="correlation").fit(X)
    assert places(detector, X) == [[[3, 4, 0]], [[16, 25, 0]]]
    X += RANDOM.normal(scale=0.02, size=X.shape)
    assert places(detector, X) == [[], []]
    assert places(detector.set_params(threshold=0.8), X) == [[[3, 4, 0]], [[16, 25, 0]]]


def test_of_patterns_that_are_near_each_other_the_best_counts() -> None:
    X = np.zeros((1, 4, 12))
    X[0, 1, :] = [0, 1, 3, 1, 0, 2, 2, 0, 0, 0, 0, 1]
    detector = PatternDetector([[[1.0]], [[0.5]]], similarity="product").fit(X)
    assert places(detector, X) == [[[1, j, 0] for j in (1, 2, 3, 5, 6, 11)]]
    assert places(detector.set_params(min_distance=2), X) == [[[1, j, 0] for j in (2, 5, 11)]]
    assert places(detector.set_params(min_distance=50), X) == [[[1, 2, 0]]]


def test_images_of_several_sizes_and_how_many_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    images = [FRAMES[0], FRAMES[2, :7, :9], FRAMES[1, :3, :3]]
    detector = PatternDetector([CROSS, CORNER]).fit(images)
    assert [of_image.shape for of_image in detector.transform(images)] == [(6, 8, 2), (5, 7, 2), (1, 1, 2)]
    assert places(detector, images) == [FOUND[0], FOUND[2], []]
    for at_once in (1, 6 * 8 * 2 * 2):
        monkeypatch.setattr(pattern_detector, "_AT_ONCE", at_once)
        assert places(detector) == FOUND


def test_colours_count() -> None:
    patterns = np.stack([np.stack([CROSS, CORNER, 0 * CROSS], -1), np.stack([CORNER, CROSS, 0 * CROSS], -1)])
    X = np.zeros((1, 6, 6, 3), int)
    X[0, 2:5, 3:6] = patterns[1]
    assert places(PatternDetector(patterns).fit(X), X) == [[[2, 3, 1]]]
    with pytest.raises(ValueError, match="image 0 has 1 channel, but those of the fit had 3"):
        PatternDetector(patterns).fit(FRAMES)


def test_in_a_pipeline_a_search_a_clone_and_a_pickle() -> None:
    pipeline = make_pipeline(FunctionTransformer(), PatternDetector([CROSS, CORNER]))
    assert places(pickle.loads(pickle.dumps(clone(pipeline).fit(list(FRAMES), [0, 0, 1])))) == FOUND
    alone = make_pipeline(PatternDetector([CROSS, CORNER])).set_output(transform="pandas")
    with config_context(transform_output="polars"):
        assert isinstance(alone.fit_transform(FRAMES), np.ndarray)
    search = GridSearchCV(
        pipeline,
        {"patterndetector__threshold": [0.5, 0.6, 1.0]},
        scoring=lambda fitted, X, y: -sum(map(len, fitted.predict(X))),
        cv=3,
    )
    assert search.fit(list(FRAMES), [0, 0, 1]).best_params_ == {"patterndetector__threshold": 1.0}
    tags = get_tags(PatternDetector()).input_tags
    assert tags.three_d_array and not tags.two_d_array


def test_numbers_of_numpy_are_those_of_python() -> None:
    X = RANDOM.integers(0, 2, (2, 12, 12))
    plain = {"threshold": 7 / 9, "min_distance": 2, "padding": 1}
    numpy = {"threshold": np.float64(7 / 9), "min_distance": np.int8(2), "padding": np.uint8(1)}
    expected, found = (places(PatternDetector([CROSS, CORNER], **options).fit(X), X) for options in (plain, numpy))
    assert found == expected and sum(map(len, found)) > 5


def test_what_is_set_after_the_fit_is_checked() -> None:
    detector = PatternDetector([2 * CROSS, 0 * CROSS], similarity="product").fit(FRAMES)
    for options, message in (
        ({"similarity": "agreement"}, "pixels that are 0 or 1, but pattern 0 has 2"),
        ({"similarity": "correlation"}, "pattern 1 has the same number everywhere"),
        ({"similarity": "product", "min_distance": 0}, "'min_distance' parameter"),
    ):
        with pytest.raises(ValueError, match=message):
            detector.set_params(**options).predict(FRAMES)


def test_products_that_overflow_are_an_error() -> None:
    detector = PatternDetector([[[1e30, -1e30]]], similarity="product").fit(FRAMES)
    assert np.isfinite(detector.transform(1e30 * FRAMES)).all()
    with pytest.raises(ValueError, match="products of images and patterns are too large for float64"):
        detector.transform(1e300 * FRAMES)


@pytest.mark.parametrize("what", IMAGES.wrong)
def test_wrong_input_gets_one_clear_sentence(what: str) -> None:
    wrong, message = IMAGES.wrong[what]
    detector = PatternDetector([CROSS]).fit(IMAGES.X)
    state = pickle.dumps(detector)
    for call in (PatternDetector().fit, PatternDetector([CROSS]).fit, detector.fit, detector.transform):
        with pytest.raises((TypeError, ValueError), match=message):
            call(wrong)
    assert pickle.dumps(detector) == state


def test_unusual_images_are_right() -> None:
    detector = PatternDetector([CROSS]).fit(IMAGES.X)
    together = detector.transform(IMAGES.unusual)
    for image, of_image in zip(IMAGES.unusual, together, strict=True):
        assert np.array_equal(detector.transform([image])[0], of_image)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"patterns": 3}, "'patterns' parameter"),
        ({"patterns": "glider"}, "'patterns' parameter"),
        ({"patterns": []}, "patterns is empty; at least one pattern is needed"),
        ({"patterns": CROSS}, r"patterns has shape \(3, 3\), but patterns come as an array of shape \(n_patterns"),
        ({"patterns": [CROSS, CROSS[:2]]}, "pattern 1 is of 2 × 3, but pattern 0 of 3 × 3"),
        ({"patterns": [CROSS, CORNER, CROSS]}, "two of the patterns are equal"),
        ({"patterns": [CROSS, CROSS / np.nan]}, "pattern 1 has nan at row 0, column 0, channel 0"),
        ({"patterns": [CROSS, 2 * CROSS]}, "pixels that are 0 or 1, but pattern 1 has 2 at row 0, column 1; 'corr"),
        ({"patterns": [CROSS, 0 * CROSS], "similarity": "correlation"}, "pattern 1 has the same number everywhere"),
        ({"patterns": np.ones((1, 9, 3))}, "image 0 is of 8 × 10, smaller than patterns of 9 × 3; padding='same' adds"),
        ({"similarity": "cosine"}, "'similarity' parameter .* Got 'cosine'"),
        ({"threshold": np.nan}, "'threshold' parameter"),
        ({"threshold": 2}, "threshold of similarity='agreement' is at most 1, got 2"),
        ({"threshold": True}, "'threshold' parameter"),
        ({"min_distance": 0}, "'min_distance' parameter"),
        ({"padding": "full"}, "'padding' parameter"),
        ({"padding": (1, -1)}, "padding must be an int of 0 or more, or a pair of them"),
    ],
)  # fmt: skip
@pytest.mark.filterwarnings("ignore:invalid value encountered in divide:RuntimeWarning")
def test_wrong_parameters(options: dict, message: str) -> None:
    with pytest.raises((TypeError, ValueError), match=message):
        PatternDetector(**{"patterns": [CROSS], **options}).fit(FRAMES).predict(FRAMES)


def test_images_in_grey_do_not_agree_and_an_unfitted_detector_finds_nothing() -> None:
    grey = FRAMES.astype(float)
    grey[1, 2, 0] = 0.5
    with pytest.raises(ValueError, match=r"0 or 1, but image 1 has 0\.5 at row 2, column 0; 'correlation' compares"):
        PatternDetector([CROSS]).fit(FRAMES).transform(grey)
    for verb in ("transform", "predict"):
        with pytest.raises(NotFittedError):
            getattr(PatternDetector([CROSS]), verb)(FRAMES)


# Gliders -------------------------------------------------------------------------------------------------------------

GLIDER, NEXT_GLIDER = [[0, 1, 0], [0, 0, 1], [1, 1, 1]], [[1, 0, 1], [0, 1, 1], [0, 1, 0]]


def gliders() -> np.ndarray:
    """All phases and directions, with nothing around."""
    turned = [np.rot90(phase, turns) for phase in (GLIDER, NEXT_GLIDER) for turns in range(4)]
    return np.pad(turned + [np.fliplr(phase) for phase in turned], ((0, 0), (1, 1), (1, 1)))


def one_step(cells: np.ndarray) -> np.ndarray:
    nine = convolve2d(cells, np.ones((3, 3), int), "same")
    return ((nine == 3) | ((nine == 4) & (cells == 1))).astype(int)


def gliders_by_what_they_do(frame: np.ndarray) -> list[list[int]]:
    """Where a group of five living cells moves, by itself, one cell down or up and one to a side in four steps.

    Nothing else lives around it, and what lies outside of the frame counts as dead.  The corner is that of 5 × 5 cells.
    """
    padded, found = np.pad(frame.astype(int), 2), []
    groups, _ = ndimage.label(padded, np.ones((3, 3)))
    for number, (rows, columns) in enumerate(ndimage.find_objects(groups), 1):
        alone = cells = np.pad((groups[rows, columns] == number).astype(int), 4)
        around = padded[rows.start - 1 : rows.stop + 1, columns.start - 1 : columns.stop + 1]
        if alone.sum() == around.sum() == 5:
            for _ in range(4):
                cells = one_step(cells)
            moved = [np.roll(alone, (i, j), (0, 1)) for i in (-1, 1) for j in (-1, 1)]
            if any(np.array_equal(cells, other) for other in moved):
                found.append([rows.start - 3, columns.start - 3])
    return sorted(found)


@pytest.mark.parametrize("start", ["gun", "soup"])
def test_all_gliders_are_found_in_every_frame_and_nothing_else(start: str) -> None:
    soup = np.random.default_rng(2).random((64, 64)) < 0.25
    frames = game_of_life(120) if start == "gun" else game_of_life(120, start=soup)
    detector = PatternDetector(gliders(), padding="same").fit(frames)
    expected = [gliders_by_what_they_do(frame) for frame in frames]
    assert [found[:, :2].tolist() for found in detector.predict(frames)] == expected
    assert [len(places) for places in expected[29::30]] == ([1, 2, 3, 4] if start == "gun" else [0, 1, 0, 0])


def test_a_glider_is_named_after_where_it_flies() -> None:
    flown = game_of_life(4, start=np.pad(GLIDER, 1), shape=(6, 6))
    phases = [frame[int(k > 0) :, int(k > 2) :][:5, :5] for k, frame in enumerate(flown)]
    examples = np.concatenate([np.rot90(phases, turns, (1, 2)) for turns in range(4)])
    directions = np.repeat(["south-east", "north-east", "north-west", "south-west"], 4)
    detector = PatternDetector(padding="same").fit(examples, directions)
    assert len(detector.patterns_) == 16 and {p.tobytes() for p in detector.patterns_.astype(int)} == {
        p.tobytes() for p in gliders()[..., np.newaxis].astype(int)
    }
    found = np.concatenate(detector.predict(game_of_life(60)))
    assert set(detector.labels_[found[:, 2]]) == {"south-east"}

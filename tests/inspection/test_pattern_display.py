"""Patterns marked in images, and films of them."""

import os
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.animation import PillowWriter
from matplotlib.colors import to_hex
from PIL import Image
from sklearn.exceptions import NotFittedError
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer

from skmlbio import MarkovChain, PatternDetector, PatternDisplay

CROSS, CORNER = np.array([[0, 1, 0], [1, 1, 1], [0, 1, 0]]), np.array([[1, 1, 1], [1, 0, 0], [1, 0, 0]])
FRAMES = np.zeros((3, 8, 10), int)
FRAMES[0, 1:4, 2:5] = FRAMES[0, 5:8, 7:10] = FRAMES[2, 0:3, 0:3] = CROSS
FRAMES[2, 4:7, 5:8] = CORNER
NO_PLACES = [[], [], []]


def corners(display: PatternDisplay) -> list[tuple[float, float]]:
    return [rectangle.get_xy() for rectangle in display.rectangles_]


@pytest.mark.parametrize("wrap", [lambda d: d, lambda d: make_pipeline(FunctionTransformer(), d), None])
def test_what_a_detector_finds_is_marked(wrap) -> None:
    detector = PatternDetector([CROSS, CORNER])
    search = GridSearchCV(detector, {"threshold": [1.0]}, scoring=lambda d, X, y=None: 0, cv=2)
    estimator = (search if wrap is None else wrap(detector)).fit(list(FRAMES))
    display = PatternDisplay.from_estimator(estimator, list(FRAMES))
    assert corners(display) == [(1.5, 0.5), (6.5, 4.5)]
    assert {(r.get_width(), r.get_height()) for r in display.rectangles_} == {(3, 3)}
    assert np.array_equal(display.image_.get_array(), FRAMES[0]) and display.image_.get_clim() == (0, 1)
    assert display.ax_.get_title() == "image 0: 2 found"


def test_each_label_has_a_colour_in_all_images() -> None:
    labels, found = ["x", "y_$", "x"], [[[0, 0, 0], [1, 1, 2]], [[0, 0, 1]], []]
    _, ax = plt.subplots()
    display = PatternDisplay.from_places(FRAMES, found, (3, 2), labels=labels, ax=ax, im_kwargs={"cmap": "Blues"})
    assert display.ax_ is ax and display.figure_ is ax.figure and display.image_.get_cmap().name == "Blues"
    colors = {to_hex(rectangle.get_edgecolor()) for rectangle in display.rectangles_}
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["x", r"y_\$"] and len(colors) == 1
    other = display.plot(index=1).rectangles_[0]
    assert (other.get_width(), other.get_height()) == (2, 3) and to_hex(other.get_edgecolor()) not in colors
    assert display.plot(index=2).rectangles_ == []
    assert PatternDisplay.from_places(FRAMES, [found[0], [], []], (3, 2), labels=labels).ax_.get_legend() is None


@pytest.mark.parametrize("colours", [np.eye(6)[:3, :, None] * [1, 0.5, 0], np.full((3, 6, 3), 255, np.uint8)])
def test_colours_and_images_of_several_sizes(colours: np.ndarray) -> None:
    display = PatternDisplay.from_places([colours, colours[:2] > 0], [[], []], (2, 2))
    assert display.image_.get_array().shape == (3, 6, 3)
    assert display.plot(index=1).image_.get_array().shape == (2, 6, 3)


def test_a_film_has_a_frame_for_each_image(tmp_path: Path) -> None:
    detector = PatternDetector([CROSS, CORNER]).fit(FRAMES)
    display = PatternDisplay(FRAMES, detector.predict(FRAMES), (3, 3))
    display.save_animation(tmp_path / "film.gif", frames_per_second=4, dpi=40)
    with Image.open(tmp_path / "film.gif") as film:
        assert (film.n_frames, film.size, film.info["duration"]) == (3, (256, 192), 250)
        pictures = []
        for index in range(3):
            film.seek(index)
            pictures.append(np.asarray(film.convert("RGB")))
    coloured = [int((np.ptp(picture.astype(int), axis=2) > 60).sum()) for picture in pictures]
    assert min(coloured[0], coloured[2]) > coloured[1] + 50  # that of the legend
    assert os.listdir(tmp_path) == ["film.gif"] and plt.get_fignums() == []


def test_a_film_shows_image_after_image_where_it_is_asked_to() -> None:
    display = PatternDisplay.from_places(FRAMES, [[[1, 2, 0]], [], [[0, 0, 0], [4, 5, 0]]], (3, 3))
    drawn = display.rectangles_
    _, ax = plt.subplots()
    film = display.animate(ax, frames_per_second=4, im_kwargs={"cmap": "Blues"})
    ax.figure.canvas.draw()  # which begins it
    assert film.event_source.interval == 250 and list(film.new_frame_seq()) == [0, 1, 2]
    assert ax.images[0].get_cmap().name == "Blues" and np.array_equal(ax.images[0].get_array(), FRAMES[0])
    for index, n_found in enumerate((1, 0, 2)):
        film._draw_frame(index)
        assert np.array_equal(ax.images[0].get_array(), FRAMES[index])
        assert len(ax.patches) == n_found and ax.get_title() == f"image {index}: {n_found} found"
    assert display.rectangles_ == drawn and all(rectangle.axes is display.ax_ for rectangle in drawn)


def test_a_film_that_breaks_off_leaves_what_was_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "film.gif").write_text("before")
    monkeypatch.setattr(PillowWriter, "finish", lambda self: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        PatternDisplay(FRAMES, NO_PLACES, (3, 3)).save_animation(tmp_path / "film.gif", dpi=20)
    assert os.listdir(tmp_path) == ["film.gif"] and (tmp_path / "film.gif").read_text() == "before"


@pytest.mark.parametrize(
    ("arguments", "options", "message"),
    [
        ((FRAMES, [[]], (3, 3)), {}, "there are 3 images, but found tells of 1"),
        ((FRAMES, [[], [], [[1, 2]]], (3, 3)), {}, r"found\[2\] must be of shape \(n_found, 3\), but .* \(1, 2\)"),
        ((FRAMES, [[], [[0, 0, 2]], []], (3, 3)), {"labels": "ab"}, r"found\[1\] has a pattern that is none of the 2"),
        ((FRAMES, NO_PLACES, (3, 3)), {"index": 3}, "index must be an int from 0 to 2, got 3"),
        ((FRAMES, NO_PLACES, (3, 3)), {"index": True}, "index must be an int"),
        ((np.ones((3, 4, 4, 2)), NO_PLACES, (3, 3)), {}, "images with 1 or 3 channels can be drawn, these have 2"),
        ((np.full((3, 4, 4, 3), 2.0), NO_PLACES, (3, 3)), {}, r"colours must be ints .* of image 0 go from 2\.0 to 2"),
        ((FRAMES[0], NO_PLACES, (3, 3)), {}, r"X has shape \(8, 10\), but images come as"),
    ],
)
def test_what_cannot_be_drawn(arguments: tuple, options: dict, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        PatternDisplay.from_places(*arguments, **options)


def test_what_cannot_be_a_film(tmp_path: Path) -> None:
    display, path = PatternDisplay(FRAMES, NO_PLACES, (3, 3)), tmp_path / "film.gif"
    for options, message in (
        ({"path": "film.mp4"}, r"path must end in \.gif, got 'film\.mp4'"),
        ({"frames_per_second": 0}, "frames_per_second must be a number above 0, of at most 100; got 0"),
        ({"dpi": np.nan}, "dpi must be a number above 0, of at most 1000; got nan"),
    ):
        with pytest.raises(ValueError, match=message):
            display.save_animation(**{"path": path, **options})
    with pytest.raises(FileNotFoundError, match="cannot be written, because its folder does not exist"):
        display.save_animation(tmp_path / "missing" / "film.gif")
    for ask in ("animate", "save_animation"):
        with pytest.raises(ValueError, match="the images of an animation must have one size"):
            film = PatternDisplay([FRAMES[0], FRAMES[0, :5]], [[], []], (3, 3))
            getattr(film, ask)(*[path] * (ask == "save_animation"))
    assert os.listdir(tmp_path) == []


def test_only_fitted_detectors_find_patterns() -> None:
    with pytest.raises(NotFittedError, match=r"call its fit before PatternDisplay\.from_estimator"):
        PatternDisplay.from_estimator(PatternDetector([CROSS]), FRAMES)
    with pytest.raises(TypeError, match="needs an estimator with patterns_, and MarkovChain has none"):
        PatternDisplay.from_estimator(MarkovChain(1).fit(["ACGTACGT"] * 9), FRAMES)

"""Print how long `PatternDetector.transform` takes beside `scipy.signal.correlate2d` in a loop, as Markdown.

1,000 random frames of 128 × 128 zeros and ones, and 16 kernels of 5 × 5: all gliders with nothing around them.  Both
keep all maps in single precision; SciPy gets frames and kernels of -1 and 1 in single precision, so that it has to do
nothing but the products.  Times are those of the processor, all threads together, so that other work on the machine
counts for little: medians of three in turn.  `--quick` takes a twentieth of the frames.
"""

import argparse
import time
from collections.abc import Callable

import numpy as np
from _timing import clocked, duration, interleaved, machine, markdown
from scipy.signal import correlate2d

from skmlbio import PatternDetector
from skmlbio.images import convolve

N_FRAMES, N_REPEATS, MOST = 1000, 3, 0.5
GLIDER = [[0, 1, 0], [0, 0, 1], [1, 1, 1]], [[1, 0, 1], [0, 1, 1], [0, 1, 0]]


def gliders() -> np.ndarray:
    """Two phases, turned and mirrored: four directions of four phases, of shape (16, 5, 5)."""
    turned = [np.rot90(phase, turns) for phase in GLIDER for turns in range(4)]
    return np.pad(turned + [np.fliplr(phase) for phase in turned], ((0, 0), (1, 1), (1, 1)))


def loop(frames: np.ndarray, kernels: np.ndarray) -> np.ndarray:
    """A correlation for each frame and each kernel."""
    maps = np.empty((len(frames), 124, 124, len(kernels)), np.float32)
    for frame, of_frame in zip(frames, maps, strict=True):
        for number, kernel in enumerate(kernels):
            of_frame[..., number] = correlate2d(frame, kernel, "valid")
    return maps


def processor_seconds(call: Callable[[], object]) -> float:
    """Seconds of all cores together that one call took."""
    before = time.process_time()
    call()
    return time.process_time() - before


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="50 frames")
    n_frames = N_FRAMES // 20 if parser.parse_args().quick else N_FRAMES
    frames = np.random.default_rng(0).integers(0, 2, (n_frames, 128, 128), np.uint8)
    patterns = gliders()
    detector = PatternDetector(patterns).fit(frames)
    signs, kernels = 2 * frames.astype(np.float32) - 1, 2 * patterns.astype(np.float32) - 1
    some = slice(0, 3)
    np.testing.assert_allclose(detector.transform(frames[some]), (loop(signs[some], kernels) + 25) / 50, atol=1e-6)
    grey = PatternDetector(patterns, similarity="correlation").fit(frames)
    times = interleaved(
        clocked(
            {
                "`scipy.signal.correlate2d` in a loop": lambda: loop(signs, kernels),
                "`PatternDetector.transform`": lambda: detector.transform(frames),
                '`PatternDetector.transform`, `similarity="correlation"`': lambda: grey.transform(frames),
                "`PatternDetector.predict`": lambda: detector.predict(frames),
                "`skmlbio.images.convolve` alone": lambda: convolve(signs, np.moveaxis(kernels, 0, -1)),
            },
            processor_seconds,
        ),
        N_REPEATS,
    )
    theirs = next(iter(times.values()))
    rows = [(work, duration(time), f"{time / theirs:.2f}") for work, time in times.items()]
    print(machine(), "", markdown(f"{n_frames:,} frames | processor | ratio", rows), "", f"to reach: {MOST}", sep="\n")


if __name__ == "__main__":
    main()

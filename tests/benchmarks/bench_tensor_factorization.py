"""Print how well tensors are completed from a tenth of their cells, as Markdown; TensorLy is in the bench extra.

The tensors are those of `make_low_rank_tensor`: 60 x 40 x 30, rank 5, noise of a tenth of the deviation, seeds 0 to 2;
the larger the bend, the further from that rank.  The figure is the root mean squared error over the cells that are not
known, without noise, over their standard deviation; mean over seeds.  CP factorisations are those of TensorLy, which
fills unknown cells by its last estimate, and alternating least squares over known cells alone with a penalty: of ranks
1 to 10, of random and singular beginnings or three penalties, what is best for the unknown cells of each tensor.  That
flatters them; ours takes its defaults, which were chosen on tensors of other seeds.
"""

import argparse
import sys

import numpy as np
import tensorly
from _timing import machine, markdown
from scipy.sparse import csr_array
from sklearn.linear_model import Ridge
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder
from sklearn.utils import Bunch
from tensorly.decomposition import parafac

from skmlbio import TensorFactorizationRegressor
from skmlbio.datasets import make_low_rank_tensor

BENDS, SEEDS, RANKS = (0, 1, 2, 4), range(3), range(1, 11)


def error(data: Bunch, predicted: np.ndarray) -> float:
    """Over the cells that are not known."""
    return float(np.sqrt(np.mean((predicted - data.y_missing) ** 2)) / data.y_missing.std())


def error_of_tensor(data: Bunch, completed: np.ndarray) -> float:
    return error(data, completed[tuple(data.X_missing.T)])


def additive(data: Bunch) -> float:
    """One number a category, summed."""
    model = make_pipeline(OneHotEncoder(), Ridge(1.0)).fit(data.X, data.y)
    return error(data, model.predict(data.X_missing))


def by_tensorly(data: Bunch) -> float:
    """CP by alternating least squares, whose unknown cells are those of the last estimate."""
    known, mask = np.zeros(data.tensor.shape), np.zeros(data.tensor.shape)
    known[tuple(data.X.T)], mask[tuple(data.X.T)] = data.y, 1
    found = []
    for rank in RANKS:
        for init in ("svd", "random"):
            factors = parafac(known, rank, n_iter_max=300, init=init, mask=mask, random_state=0, tol=1e-8)
            found.append(error_of_tensor(data, tensorly.cp_to_tensor(factors)))
    return min(found)


def by_least_squares(data: Bunch) -> float:
    """CP by alternating least squares over the known cells, with a penalty."""
    penalties = (0.01, 0.1, 0.5)
    return min(error_of_tensor(data, _alternated(data, rank, penalty)) for rank in RANKS for penalty in penalties)


def _alternated(data: Bunch, rank: int, penalty: float, n_sweeps: int = 50) -> np.ndarray:
    random, axes, cells = np.random.default_rng(0), range(data.X.shape[1]), np.arange(len(data.X))
    sums = [csr_array((np.ones(len(cells)), (column, cells))) for column in data.X.T]  # over the cells of a category
    factors = [random.normal(size=(size, rank)) * data.y.std() ** (1 / 3) for size in data.tensor.shape]
    for _ in range(n_sweeps):
        for axis in axes:
            others = np.prod([factors[other][data.X[:, other]] for other in axes if other != axis], axis=0)
            squares = sums[axis] @ (others[:, :, np.newaxis] * others[:, np.newaxis]).reshape(len(cells), -1)
            products = sums[axis] @ (others * data.y[:, np.newaxis])
            squares = squares.reshape(-1, rank, rank) + penalty * np.eye(rank)
            factors[axis] = np.linalg.solve(squares, products[..., np.newaxis])[..., 0]
    return np.einsum("ir,jr,kr->ijk", *factors)


def ours(data: Bunch, **settings) -> float:
    """The mean of three fits."""
    fits = (TensorFactorizationRegressor(random_state=seed, **settings).fit(data.X, data.y) for seed in range(3))
    return float(np.mean([error(data, regressor.predict(data.X_missing)) for regressor in fits]))


def row(bend: float) -> tuple:
    """The figures of one kind of tensor."""
    many = [make_low_rank_tensor(bend=bend, random_state=seed, return_X_y=False) for seed in SEEDS]
    measures = (
        additive,
        by_tensorly,
        by_least_squares,
        ours,
        lambda data: ours(data, activation="relu"),
        lambda data: ours(data, interaction="concatenate"),
    )
    found = [np.mean([measure(data) for data in many]) for measure in measures]
    print(bend, *found, file=sys.stderr, flush=True)
    return (bend, *(f"{figure:.3f}" for figure in found), f"{found[3] / min(found[1:3]):.2f}")


def main() -> None:
    argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter).parse_args()
    header = (
        "bend | sums of categories | CP, TensorLy, best rank | CP, known cells, best rank and penalty | ours, default "
        '| ours, `activation="relu"` | ours, `interaction="concatenate"` | default over best CP'
    )
    print(machine(), "", markdown(header, map(row, BENDS)), sep="\n")


if __name__ == "__main__":
    main()

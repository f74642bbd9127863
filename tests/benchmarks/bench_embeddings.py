"""Print how well vectors of amino acids, learned from proteins, rank pairs as BLOSUM62 does, as Markdown.

The proteins are the 5,959 of MultiLoc; SKMLBIO_DATA names the folder of the data sets.  Pairs are ranked by the cosines
of vectors, and Spearman's correlation with the scores of BLOSUM62 is over the 190 pairs of different amino acids.  For
3-mers it is over 20,000 random pairs of them, whose score is the sum of those of their letters, and over every eighth
protein.  PPMI and SVD is the classical way: singular vectors of max(0, pointwise mutual information), times the root of
their values (Levy, Goldberg 2014), of the same pairs.
"""

from collections.abc import Callable

import numpy as np
from _timing import DATA, machine, markdown
from Bio.Align import substitution_matrices
from scipy.sparse import csr_matrix
from scipy.sparse.linalg import svds
from scipy.stats import spearmanr

from skmlbio import EmbeddingTransformer
from skmlbio.estimators._token_pairs import frequencies, pairs_of_sequences
from skmlbio.sequences import KmerTokenizer, Vocabulary, ensure_sequences, read_fasta

LETTERS, WINDOW, WIDTH, SEEDS = "ACDEFGHIKLMNPQRSTVWY", 5, 16, range(3)
BLOSUM = substitution_matrices.load("BLOSUM62")
SCORES = np.array([[BLOSUM[a, b] for b in LETTERS] for a in LETTERS])


def proteins() -> tuple[list[str], list[str]]:
    """Strings, and where in the cell they are."""
    paths = sorted((DATA / "multiloc").glob("*.fasta*"))
    files = {path.name.split(".")[0]: read_fasta(path).sequences for path in paths}
    return [s for part in files.values() for s in part], [place for place, part in files.items() for _ in part]


def words(sequences: list[str]) -> list[list[str]]:
    """The 3-mers of proteins."""
    return KmerTokenizer(3, alphabet="protein", unknown="mask").fit_transform(sequences)


class Ranking:
    """Rank correlation with BLOSUM62 over pairs of names, which are letters or words of them."""

    def __init__(self, names: list[str]):
        if len(names) == len(LETTERS):
            self.left, self.right = np.triu_indices(len(names), 1)
        else:
            self.left, self.right = np.random.default_rng(0).integers(0, len(names), (2, 20_000))
        places = np.array([[LETTERS.index(letter) for letter in name] for name in names])
        self.known = SCORES[places[self.left], places[self.right]].sum(axis=1)

    def __call__(self, vectors: np.ndarray) -> float:
        lengths = np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12)
        directions = vectors / lengths
        cosines = (directions[self.left] * directions[self.right]).sum(axis=1)
        return float(spearmanr(cosines, self.known).statistic)


def by_svd(X: list, names: list[str], ordered: bool) -> np.ndarray:
    """Vectors of the classical way."""
    sequences = ensure_sequences(X, alphabet=Vocabulary(tuple(names)), unknown="mask")
    categories = np.maximum(sequences.tokens.astype(np.int64) - 2, -1)
    n = len(names)
    pairs, _ = pairs_of_sequences(categories, sequences.lengths, np.ones(len(sequences)), WINDOW, n, ordered)
    columns = np.repeat(np.arange(2 * WINDOW if ordered else 1), n)
    of_context = frequencies(pairs.contexts, pairs.weights, columns)[pairs.contexts]
    of_category = np.bincount(pairs.categories, pairs.weights, n)[pairs.categories]
    total = np.bincount(columns[pairs.contexts], pairs.weights)[columns[pairs.contexts]]
    of_category = of_category / pairs.weights.sum() * total  # of those in the column of the context
    information = np.maximum(0, np.log(pairs.weights / (of_category * of_context)))
    matrix = csr_matrix((information, (pairs.categories, pairs.contexts)), shape=(n, len(columns)))
    left, values, _ = svds(matrix, WIDTH, random_state=0)
    return left * np.sqrt(values)


def ours(X: list, names: list[str], y: list | None = None, **settings) -> Callable[[int], np.ndarray]:
    """From a seed to vectors of our estimator."""

    def vectors(seed: int) -> np.ndarray:
        estimator = EmbeddingTransformer(WIDTH, window=WINDOW, unknown="mask", random_state=seed, **settings)
        embedding = estimator.fit(X, y).embedding_
        return np.stack([embedding[name] for name in names])

    return vectors


def spread(ranking: Ranking, vectors: Callable[[int], np.ndarray], seeds=SEEDS) -> str:
    """Mean and standard deviation over seeds."""
    found = [ranking(vectors(seed)) for seed in seeds]
    return f"{np.mean(found):.2f} ± {np.std(found, ddof=1):.2f}"


def drawn(n: int) -> Callable[[int], np.ndarray]:
    """From a seed to random vectors."""
    return lambda seed: np.random.default_rng(seed).normal(size=(n, WIDTH))


def main() -> None:
    X, y = proteins()
    names, ranking, strings = list(LETTERS), Ranking(list(LETTERS)), {"alphabet": "protein"}
    lists = [list(string) for string in X]
    rows = [
        ("amino acids", "skip-gram, contexts by place (default)", spread(ranking, ours(X, names, **strings))),
        ("", "skip-gram, `ordered=False`", spread(ranking, ours(X, names, ordered=False, **strings))),
        ("", "the place in the cell, 20 epochs", spread(ranking, ours(X, names, y, epochs=20, **strings))),
        ("", "PPMI and SVD, contexts by place", f"{ranking(by_svd(lists, names, True)):.2f}"),
        ("", "PPMI and SVD", f"{ranking(by_svd(lists, names, False)):.2f}"),
        ("", "random vectors", spread(ranking, drawn(len(names)), range(100))),
    ]
    header = "vectors of | learned by | rank correlation with BLOSUM62"
    print(machine(), "", markdown(header, rows), sep="\n", flush=True)
    X = words(X[::8])
    names = sorted({word for protein in X for word in protein})
    ranking = Ranking(names)
    rows = [
        ("3-mers", "skip-gram (default), 5 epochs", spread(ranking, ours(X, names, epochs=5))),
        ("", "PPMI and SVD", f"{ranking(by_svd(X, names, False)):.2f}"),
        ("", "random vectors", spread(ranking, drawn(len(names)), range(20))),
    ]
    print(markdown(header, rows))


if __name__ == "__main__":
    main()

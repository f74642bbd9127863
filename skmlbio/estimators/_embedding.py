"""Vectors that have names."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from dataclasses import dataclass, fields
from functools import cached_property
from numbers import Integral
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from pandas import DataFrame


@dataclass(frozen=True, eq=False, repr=False)
class Embedding:
    """A vector of each category, by its name: ``embedding["A"]``.

    Parameters
    ----------
    names : tuple
        The categories, distinct.
    vectors : ndarray of shape (n_categories, embedding_dim)
        Their vectors, in this order.

    Examples
    --------
    >>> import numpy as np
    >>> from skmlbio.estimators._embedding import Embedding
    >>> embedding = Embedding(("A", "C", "G"), np.array([[1.0, 0.0], [1.0, 1.0], [0.0, -1.0]]))
    >>> embedding
    <3 vectors of length 2: A, C, G>
    >>> embedding["C"]
    array([1., 1.])
    >>> round(embedding.similarity("A", "C"), 3)
    0.707
    >>> embedding.most_similar("A", 1)
    [('C', 0.7071067811865475)]
    """

    names: tuple
    vectors: NDArray[np.floating]

    def __getstate__(self) -> dict[str, Any]:
        return {field.name: getattr(self, field.name) for field in fields(self)}  # what else there is, is made again

    def __repr__(self) -> str:
        more = ", ..." if len(self.names) > 5 else ""
        return f"<{len(self)} vectors of length {self.vectors.shape[1]}: {', '.join(map(str, self.names[:5]))}{more}>"

    def __len__(self) -> int:
        return len(self.names)

    def __iter__(self) -> Iterator:
        return iter(self.names)

    def __getitem__(self, name: Hashable) -> NDArray[np.floating]:
        return self.vectors[self._place(name)]

    @cached_property
    def _places(self) -> dict:
        return {name: place for place, name in enumerate(self.names)}

    @cached_property
    def _directions(self) -> NDArray[np.float64]:
        vectors = self.vectors.astype(np.float64)
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
        return np.divide(vectors, lengths, out=np.zeros_like(vectors), where=lengths > 0)

    def _place(self, name: Hashable) -> int:
        if name not in self._places:
            some = f"{', '.join(map(repr, self.names[:5]))}{', ...' if len(self.names) > 5 else ''}"
            raise KeyError(f"{name!r} is none of the {len(self)} categories {some}")
        return self._places[name]

    def similarity(self, a: Hashable, b: Hashable) -> float:
        """Return the cosine of the angle between the vectors of two categories; 0 where one has the length 0."""
        return float(self._directions[self._place(a)] @ self._directions[self._place(b)])

    def similarities(self) -> NDArray[np.float64]:
        """Return the cosines of all pairs, ndarray of shape (n_categories, n_categories)."""
        return self._directions @ self._directions.T

    def most_similar(self, name: Hashable, n: int = 10) -> list[tuple[Any, float]]:
        """Return the categories whose vectors are nearest in direction, with the cosines, the nearest first."""
        if not isinstance(n, Integral) or isinstance(n, bool) or n < 1:
            raise ValueError(f"n must be an int of 1 or more, got {n!r}.")
        place = self._place(name)
        cosines = self._directions @ self._directions[place]
        order = [i for i in np.argsort(-cosines, kind="stable").tolist() if i != place]
        return [(self.names[i], float(cosines[i])) for i in order[:n]]

    def to_frame(self) -> DataFrame:
        """Return the vectors as a pandas data frame whose index are the names; it needs pandas."""
        try:
            from pandas import DataFrame, Index
        except ImportError as error:
            raise ImportError("to_frame needs pandas: pip install pandas") from error
        return DataFrame(self.vectors.copy(), Index(self.names, name="category", tupleize_cols=False))


class Embeddings(dict):
    """The vectors of every column, by its name: ``embeddings["diet"]``, or ``embeddings("diet")``.

    Examples
    --------
    >>> import numpy as np
    >>> from skmlbio.estimators._embedding import Embedding, Embeddings
    >>> embeddings = Embeddings(diet=Embedding(("hay", "oats"), np.eye(2)))
    >>> embeddings("diet")["oats"]
    array([0., 1.])
    """

    def __missing__(self, column: Hashable) -> Embedding:
        raise KeyError(f"column must be one of {', '.join(map(repr, self))}, got {column!r}")

    def __call__(self, column: Hashable) -> Embedding:
        return self[column]

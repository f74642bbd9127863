"""What vectors of categories are learned for: sequences, or rows of a table."""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.utils.validation import validate_data

from skmlbio.base import NetworkEstimator, with_parameters
from skmlbio.estimators._categories import Categories, has_columns, is_table, names_of, table_of
from skmlbio.estimators._embedding import Embedding, Embeddings
from skmlbio.estimators._sequence_data import SequenceCost, SequenceData
from skmlbio.estimators._sequence_input import SequenceInput
from skmlbio.estimators._token_pairs import Pairs, pairs_of_rows, pairs_of_sequences
from skmlbio.sequences import Vocabulary
from skmlbio.training._batches import ArrayData, TrainingSet

_OF_SEQUENCES = ("alphabet_", "max_length_", "bucket_lengths_")
_OF_TABLES = ("categories_", "n_features_in_", "feature_names_in_")


@with_parameters
class EmbeddingInput(SequenceInput):
    """X is a list of strings or of lists of tokens, or a table of categories.

    Attributes
    ----------
    categories_ : Categories
        Names of the columns of a table, and the sorted values of each.
    """

    def _encode(self, X, *, reset):
        of_table = is_table(X) if reset else hasattr(self, "categories_")
        if reset:
            for name in _OF_SEQUENCES if of_table else _OF_TABLES:
                self.__dict__.pop(name, None)
        return self._encode_table(X, reset=reset) if of_table else super()._encode(X, reset=reset)

    def _encode_table(self, X: Any, *, reset: bool) -> ArrayData:
        if not has_columns(X):
            shape = f"shape {X.shape}" if hasattr(X, "shape") else f"type {type(X).__name__}"
            n_columns = len(self.categories_.names)
            raise ValueError(
                f"X must be a table of {n_columns} column{'s' * (n_columns > 1)} of categories, as in fit; got {shape}"
            )
        names = names_of(X)
        validate_data(self, X, skip_check_array=True, reset=reset)
        table = table_of(X)
        if reset:
            self.categories_ = Categories.learn(table, names, int(self.min_count))
        return ArrayData(self.categories_.numbers(table, self.unknown))

    def _sequence_cost(self):
        return SequenceCost(width=int(self.embedding_dim))

    def _ask_encoded(self, head, data):
        if isinstance(data, SequenceData):
            return super()._ask_encoded(head, data)
        return NetworkEstimator._ask_encoded(self, head, data)

    def _input_arguments(self) -> dict[str, Any]:
        """Return what tells the network about categories."""
        if hasattr(self, "categories_"):
            return {"sizes": self.categories_.sizes, "tokens": None}
        alphabet = self.alphabet_
        if isinstance(alphabet, Vocabulary):
            return {"sizes": (len(alphabet.tokens),), "tokens": {"members": None, "dtype": alphabet.dtype.name}}
        tokens = {"members": alphabet.one_hot_vectors, "dtype": alphabet.dtype.name}
        return {"sizes": (alphabet.n_letters,), "tokens": tokens}

    def _sizes(self) -> tuple[int, ...]:
        """Return how many categories each column has."""
        return self._input_arguments()["sizes"]

    def _context_sizes(self) -> tuple[int, ...]:
        """Return how many contexts there are, in each of the columns of which noise is drawn."""
        return self._sizes() * (2 * int(self.window) if self._is_ordered() else 1)

    def _is_ordered(self) -> bool:
        """Return whether contexts are told apart by their place."""
        if hasattr(self, "categories_"):
            return False
        return not isinstance(self.alphabet_, Vocabulary) if self.ordered == "auto" else bool(self.ordered)

    def _pairs(self, samples: TrainingSet) -> tuple[Pairs, int]:
        """Count what stands beside what."""
        n_categories = sum(self._sizes())
        if hasattr(self, "categories_"):
            (numbers,) = samples.data.columns
            categories = np.maximum(numbers - len(self.categories_.names), -1)
            return pairs_of_rows(categories, samples.weights, n_categories)
        sequences = samples.data.sequences
        categories = self._category_of_token()[sequences.tokens]
        return pairs_of_sequences(
            categories, sequences.lengths, samples.weights, int(self.window), n_categories, self._is_ordered()
        )

    def _category_of_token(self) -> np.ndarray:
        """Return the place of each token among the categories; -1 for padding, codes and what is unknown."""
        alphabet = self.alphabet_
        if isinstance(alphabet, Vocabulary):
            return np.maximum(np.arange(alphabet.n_tokens) - alphabet.first_token, -1)
        vectors = alphabet.one_hot_vectors
        places = np.where(vectors.max(axis=1) == 1, vectors.argmax(axis=1), -1)
        places[alphabet.unknown_token] = -1
        return places

    def _named(self, vectors: np.ndarray) -> Embedding | Embeddings:
        """Return vectors of categories by their names."""
        if not hasattr(self, "categories_"):
            alphabet = self.alphabet_
            return Embedding(tuple(getattr(alphabet, "tokens", None) or alphabet.letters), vectors)
        return self.categories_.named(np.split(vectors, np.cumsum(self.categories_.sizes)[:-1]))

    def _entrances(self, network):
        if not hasattr(self, "categories_"):
            return super()._entrances(network)
        from skmlbio.estimators._category_entrance import category_entrance

        return {"": category_entrance(self.categories_, self.unknown, network)}

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.categorical = True
        return tags

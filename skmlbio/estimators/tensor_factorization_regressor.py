"""Deep tensor factorisation: numbers that belong to one category on each of several axes."""

from __future__ import annotations

from collections.abc import Sequence
from numbers import Integral
from typing import Literal

from sklearn.utils._param_validation import StrOptions
from sklearn.utils.validation import validate_data

from skmlbio.base import RegressorBase, parameter, with_parameters
from skmlbio.base._layer_parameters import COUNT, AveragedWeights, HiddenLayers, KernelPenalties, require_layer_sizes
from skmlbio.estimators._categories import Categories, as_table, names_of, table_of
from skmlbio.training._batches import ArrayData
from skmlbio.training._blueprint import Blueprint

_L2 = 0.3  # chosen, as the other defaults, on tensors of two to four axes that are in no test and no benchmark


@with_parameters
class TensorFactorizationRegressor(HiddenLayers, KernelPenalties, AveragedWeights, RegressorBase):
    """Complete a tensor: predict its cells from the categories that they have on each axis.

    Samples are cells that somebody has measured: X has a column an axis, such as drug, cell line and dose, and y holds
    the numbers; what is missing is not there.  Each category of each axis has a vector that is learned, and a network
    reads the number of a cell from what the vectors v of its categories x make together [1]_,

        y = W h(c) + b,   c = v_1(x_1) * ... * v_m(x_m)

    element by element, or c = v_1(x_1), ..., v_m(x_m) side by side.  A product with no hidden layers is a CP
    factorisation [2]_; the network bends it.

    X is a data frame, an array, or a list of rows, whose columns hold strings, integers or booleans.

    Parameters
    ----------
    latent_dim : int or sequence of int
        Length of the vectors: one number, or one an axis, which takes ``interaction="concatenate"``.
    interaction : {"product", "concatenate"}
        What the vectors of a cell make together: their product, which suits numbers that factors make, or all of them
        side by side, as in Avocado [1]_.
    unknown : {"error", "mean"}
        What to do with a category that was not in `fit`: refuse it, or take the mean vector of its axis.
    l2 : float or "auto"
        Strength of the penalty sum(w ** 2) over vectors and kernels; "auto" takes 0.3 / n_samples, for what is known of
        a vector grows with the cells.

    Attributes
    ----------
    embedding_ : dict of Embedding
        The vectors of each axis, by the name of its column, or its place if it has none: ``embedding_["drug"]``, or
        ``embedding_("drug")``, has ``names``, ``vectors`` and ``to_frame()``, and ``embedding_["drug"]["aspirin"]`` is
        one of them.
    categories_ : Categories
        ``names`` of the columns, and the sorted ``values`` of each.
    n_outputs_ : int
        Number of targets.
    n_features_in_ : int
        Number of axes.
    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        Names of the columns, where they are all strings.

    See Also
    --------
    EmbeddingTransformer : Vectors of categories for another estimator.
    DenseRegressor : Numbers from rows of numbers.

    References
    ----------
    .. [1] Schreiber et al.: Avocado: a multi-scale deep tensor factorization method learns a latent representation of
       the human epigenome. Genome Biology 21 (2020).
    .. [2] Kolda, Bader: Tensor decompositions and applications. SIAM Review 51 (2009).

    Examples
    --------
    >>> from skmlbio import TensorFactorizationRegressor
    >>> from skmlbio.datasets import make_low_rank_tensor
    >>> data = make_low_rank_tensor((12, 10, 8), rank=2, observed=0.5, random_state=0, return_X_y=False)
    >>> regressor = TensorFactorizationRegressor(epochs=60, random_state=0).fit(data.X, data.y)
    >>> regressor.score(data.X_missing, data.y_missing) > 0.7
    True
    >>> regressor.embedding_(2)
    <8 vectors of length 8: 0, 1, 2, 3, 4, ...>
    """

    latent_dim: int | Sequence[int] = parameter(default=8, allowed=[*COUNT, "array-like"], kw_only=False)
    interaction: Literal["product", "concatenate"] = parameter(
        default="product", allowed=[StrOptions({"product", "concatenate"})]
    )
    unknown: Literal["error", "mean"] = parameter(default="error", allowed=[StrOptions({"error", "mean"})])

    activation: str = parameter(default="gelu")
    l2: float | Literal["auto"] = parameter(default="auto")
    learning_rate: float | dict = parameter(default=1e-2)

    def _encode(self, X, *, reset):
        X = as_table(X)
        names = names_of(X)
        validate_data(self, X, skip_check_array=True, reset=reset)
        table = table_of(X)
        if reset:
            self._lengths(len(names))
            self.categories_ = Categories.learn(table, names, min_count=1)
        return ArrayData(self.categories_.numbers(table, self.unknown, otherwise="mean"))

    def _lengths(self, n_axes: int) -> tuple[int, ...]:
        """Return the length of the vectors of each axis; a ValueError if they do not fit."""
        if isinstance(self.latent_dim, Integral):
            return (int(self.latent_dim),) * n_axes
        lengths = require_layer_sizes(self.latent_dim, "latent_dim")
        if len(lengths) != n_axes:
            raise ValueError(f"latent_dim has {len(lengths)} numbers, one an axis, but X has {n_axes} columns.")
        if self.interaction == "product" and len(set(lengths)) > 1:
            raise ValueError(
                f"a product takes vectors of one length, but latent_dim is {lengths}; interaction='concatenate' takes "
                "any."
            )
        return lengths

    def _automatic_l2(self, n_samples, batch_size):
        return _L2 / n_samples

    def _make_blueprint(self):
        from skmlbio.networks.tensor_factorization import tensor_factorization

        arguments = {
            "sizes": self.categories_.sizes,
            "latent_dim": self._lengths(self.n_features_in_),
            "interaction": self.interaction,
            "n_outputs": self.n_outputs_,
            "hidden_layer_sizes": require_layer_sizes(self.hidden_layer_sizes),
            "dropout": float(self.dropout),
            "activation": self.activation,
            "dtype": self.dtype,
        }
        return Blueprint(tensor_factorization, arguments)

    def _keep(self, result, partial):
        from skmlbio.training._cache import get_network

        paths = [variable.path for variable in get_network(self.blueprint_).weights]
        places = [paths.index(f"axis_{axis}/embeddings") for axis in range(self.n_features_in_)]
        self.embedding_ = self.categories_.named(result.weights[place] for place in places)
        super()._keep(result, partial)

    def _entrances(self, network):
        from skmlbio.estimators._category_entrance import category_entrance

        return {"": category_entrance(self.categories_, self.unknown, network)}

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.categorical = True
        tags.input_tags.two_d_array = False
        return tags

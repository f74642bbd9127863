"""Steps that apply a formula."""

from functools import partial

import numpy as np
from sklearn.utils import check_array

from skmlbio._tensorflow import tf
from skmlbio.export._conversion import numbers
from skmlbio.export._register import OPEN, Converted, converter

# NumPy's functions that TensorFlow has.
_FUNCTIONS = {
    np.abs: tf.abs,
    np.arccos: tf.acos,
    np.arccosh: tf.acosh,
    np.arcsin: tf.asin,
    np.arcsinh: tf.asinh,
    np.arctan: tf.atan,
    np.arctanh: tf.atanh,
    np.cbrt: lambda X: tf.sign(X) * tf.abs(X) ** (1 / 3),
    np.ceil: tf.math.ceil,
    np.cos: tf.cos,
    np.cosh: tf.cosh,
    np.exp: tf.exp,
    np.exp2: lambda X: 2.0**X,
    np.expm1: tf.math.expm1,
    np.fabs: tf.abs,
    np.floor: tf.floor,
    np.log: tf.math.log,
    np.log10: lambda X: tf.math.log(X) / np.log(10.0),
    np.log1p: tf.math.log1p,
    np.log2: lambda X: tf.math.log(X) / np.log(2.0),
    np.negative: tf.negative,
    np.positive: tf.identity,
    np.rint: tf.math.rint,
    np.sign: tf.sign,
    np.sin: tf.sin,
    np.sinh: tf.sinh,
    np.sqrt: tf.sqrt,
    np.square: tf.square,
    np.tan: tf.tan,
    np.tanh: tf.tanh,
}


@converter("sklearn.preprocessing._function_transformer.FunctionTransformer", parts=True)
def convert_function_transformer(transformer, conversion):
    function = tf.identity if _changes_nothing(transformer.func) else _FUNCTIONS.get(transformer.func)
    if function is None or transformer.kw_args:
        name = getattr(transformer.func, "__name__", transformer.func)
        raise TypeError(
            f"{conversion.label(transformer)} cannot be exported with the function {name!r}"
            f"{' and kw_args' if transformer.kw_args else ''}: only a NumPy function of one array that TensorFlow has "
            "can; make the step a class of your own, and register a converter for it."
        )
    n_columns = transformer.n_features_in_
    if transformer.func is not None or transformer.validate:
        verbs = {"transform": lambda X: function(conversion.checked(transformer, X))}
        return Converted(verbs, [tf.float64] * n_columns)
    return Converted({"transform": lambda X: X}, [OPEN] * n_columns, passed={i: i for i in range(n_columns)})


def _changes_nothing(function):
    """Whether there is no function, or the one that gradient boosting passes numbers through, which refuses none."""
    if isinstance(function, partial) and function.func is check_array:
        return function.keywords.get("ensure_all_finite") is False
    return function is None


@converter("sklearn.preprocessing._polynomial.PolynomialFeatures")
def convert_polynomial_features(polynomial):
    powers = polynomial.powers_
    # The factors of every product; what a product has fewer of is one, the column after the last.
    width = powers.sum(axis=1).max(initial=0)
    factors = [np.repeat(np.arange(powers.shape[1]), row).tolist() for row in powers]
    factors = np.array([row + [powers.shape[1]] * (width - len(row)) for row in factors], np.int32)

    def transform(X):
        ones = tf.ones_like(X[:, :1])
        return tf.reduce_prod(tf.gather(tf.concat([X, ones], axis=1), factors, axis=1), axis=2)

    return transform


@converter("sklearn.preprocessing._data.Binarizer")
def convert_binarizer(binarizer):
    threshold = numbers(binarizer.threshold)
    return lambda X: tf.cast(tf.greater(X, threshold), tf.float64)

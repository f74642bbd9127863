"""What a fitted sampler is asked."""

from __future__ import annotations

import numpy as np
from sklearn.utils.validation import check_is_fitted

from skmlbio.base import TransformerBase
from skmlbio.base._bound_scores import BoundScores
from skmlbio.base._docstrings import completed_by
from skmlbio.base._fit_data import mean_of_samples
from skmlbio.base._range import is_number, require_answers
from skmlbio.base._sampler import numbers_and_seeds
from skmlbio.base._transformer import row_blocks
from skmlbio.estimators._sampler_export import SamplerExport
from skmlbio.estimators._sampler_input import Given
from skmlbio.training._batches import ArrayData


class SamplerAnswers(SamplerExport, BoundScores, TransformerBase):
    """Codes, reconstructions, densities and samples, of rows with labels and library sizes beside them."""

    def _given(self, X, y=None, covariates=None, library_size=None):
        """Encode samples and what stands beside them.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            Samples.
        y : label or array-like of shape (n_samples,), optional
            Of a conditional density: the label of the samples, one for all or one a sample; else ignored.
        covariates : label or array-like of shape (n_samples,) or (n_samples, n_covariates), optional
            Labels as in `fit`, if there were any: those of all samples, or one row a sample.
        library_size : float or array-like of shape (n_samples,), optional
            Of counts: how many are expected in a row; None takes its sum.
        """
        return self._samples(Given(X, y, covariates, library_size))

    @completed_by(_given)
    def fit_transform(self, X, y=None, sample_weight=None, *, covariates=None, library_size=None, **options):
        """Fit, and return the codes of the samples.

        Parameters
        ----------
        sample_weight : array-like of shape (n_samples,), optional
            Weights of the samples.
        **options
            Further keywords of `fit`.

        Returns
        -------
        ndarray of shape (n_samples, latent_dim), float32
            Codes.
        """
        options |= {"covariates": covariates, "library_size": library_size}
        return self.fit(X, y, sample_weight, **options).transform(X, y, covariates=covariates)

    @completed_by(_given)
    def transform(self, X, y=None, *, covariates=None) -> np.ndarray:
        """Return the codes of samples, the means of q(z | x).

        Returns
        -------
        ndarray of shape (n_samples, latent_dim), float32
            Codes.
        """
        return require_answers(self._ask_encoded("transform", self._given(X, y, covariates)))

    @completed_by(_given)
    def reconstruct(self, X, y=None, *, covariates=None, library_size=None):
        """Return the means of p(x | z) at the codes of samples.

        Returns
        -------
        ndarray of the shape of X, float64 where the network standardises, else float32; or data frame
            Reconstructions, in the units of X.  A column that was constant in `fit` comes back as that constant.
            Those of a data frame are one, with the index, the columns and the types of X: the most probable
            categories, and whole numbers where a column has such.  Cells that are known are reconstructed, too;
            ``X.fillna(sampler.reconstruct(X))`` fills the others alone.
        """
        data = self._given(X, y, covariates, library_size)
        return self._as_given(require_answers(self._ask_encoded("reconstruct", data)), X)

    @completed_by(_given)
    def denoise(self, X, y=None, *, covariates=None, to=None, library_size=None):
        """Return what is expected of samples at one library size, and as if their covariates were others.

        Parameters
        ----------
        to : label or array-like, like `covariates`, optional
            Covariates that the samples shall have: another batch, for example.  None leaves them theirs.
        library_size : float or array-like of shape (n_samples,), optional
            Of counts: how many there shall be in a row; None takes the median of training, `library_size_`.

        Returns
        -------
        ndarray of the shape of X, float64 where the network standardises, else float32; or data frame
            Means of p(x | z) at the codes of the samples; of a data frame, one with its index.
        """
        codes = self.transform(X, y, covariates=covariates)
        to = covariates if to is None else to
        rows = self.inverse_transform(codes, y, covariates=to, library_size=library_size)
        return rows.set_axis(X.index) if self._of_table() else rows

    @completed_by(_given)
    def inverse_transform(self, X, y=None, *, covariates=None, library_size=None):
        """Return the means of p(x | z) at codes.

        Parameters
        ----------
        X : array-like of shape (n_samples, latent_dim)
            Codes.
        library_size : float or array-like of shape (n_samples,), optional
            Of counts: how many there shall be in a row; None takes the median of training, `library_size_`.

        Returns
        -------
        ndarray of shape (n_samples, n_features), float64 where the network standardises, else float32; or data frame
            Reconstructions, in the units of the training data; a data frame where those were one, with the index of X
            where that is one, too.
        """
        codes = self._checked_codes(X)
        beside = self._beside(Given(X, y, covariates, library_size), len(codes), None)
        return self._as_given(self._ask_encoded("inverse_transform", ArrayData(codes, *beside)), X)

    @completed_by(_given)
    def score_samples(self, X, y=None, *, covariates=None, library_size=None) -> np.ndarray:
        """Return a lower bound on the log-likelihood of every sample, in nats.

        log(mean_k p(x, z_k) / q(z_k | x)) over `n_importance` draws z_k from q(z | x): the mean of this over draws is
        below log p(x), and comes closer with every draw more.  The draws follow from the seed of the fit and from x, so
        that the answer for a sample is always the same.

        Returns
        -------
        ndarray of shape (n_samples,), float32
            Bounds, in the units of X: scaling a feature by s shifts them by -log(s).  Where the network standardises,
            a feature that was constant in `fit` has no density; it adds 0 where it has its constant, and elsewhere
            -(d / s)^2 / 2 with the distance d from it, and s the square root of a `variance` that is fixed, else 0.01.
            Of counts, they are logarithms of probabilities.
        """
        check_is_fitted(self, "weights_")
        self._validate_params()
        data = self._given(X, y, covariates, library_size)
        bounds = np.concatenate([self._bounds(block) for block in row_blocks(data)])
        return require_answers(bounds, holds=is_number)

    @completed_by(_given)
    def score(self, X, y=None, sample_weight=None, *, covariates=None, library_size=None) -> float:
        """Return the mean of `score_samples`, so that more is better.

        Parameters
        ----------
        sample_weight : array-like of shape (n_samples,), optional
            Weights of the mean.

        Returns
        -------
        float
        """
        scores = self.score_samples(X, y, covariates=covariates, library_size=library_size)
        return mean_of_samples(scores, sample_weight)

    @completed_by(_given)
    def sample(self, n_samples: int = 1, random_state=None, *, y=None, covariates=None, library_size=None):
        """Draw samples from the fitted density.

        z is drawn from its prior, and x from p(x | z): a Gaussian one adds its noise, a Bernoulli one gives zeros and
        ones, and the others give counts.  The means of p(x | z) are to be had from `inverse_transform`.

        Parameters
        ----------
        n_samples : int, default=1
            How many.
        random_state : int, RandomState instance or None, default=None
            Seed; None takes that of the estimator.  An exported network draws the same for the same int.
        library_size : float or array-like of shape (n_samples,), optional
            Of counts: how many are expected in a row; None draws library sizes of training.

        Returns
        -------
        ndarray of shape (n_samples, n_features), int64 for counts, float64 where the network standardises, else float32
            Samples, in the units of the training data; a data frame where those were one.  A column that was constant
            in `fit` has that constant.
        """
        seeds = numbers_and_seeds(self, n_samples, random_state)
        if self._of_counts() and library_size is None:
            library_size = self._ask_encoded("library_size", ArrayData(*seeds))
        beside = self._beside(Given(None, y, covariates, library_size), int(n_samples), None)
        rows = self._ask_encoded("sample", ArrayData(*seeds, *beside))
        return rows.astype(np.int64) if self._of_counts() else self._as_given(rows)

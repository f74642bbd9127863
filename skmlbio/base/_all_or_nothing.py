"""A fit that fails leaves the estimator as it was."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any


class KeptInterrupt(KeyboardInterrupt):
    """An interruption of a fit that keeps what it has learned."""


def all_or_nothing(fit: Callable) -> Callable:
    """Bring back what an estimator had learned before, if a fit raises an error or is interrupted.

    Otherwise labels and widths of the new data would stand beside the old weights, and answers be wrong without a word.
    A `KeptInterrupt` is neither: what was learned until then is kept.
    """

    @functools.wraps(fit)
    def guarded(self: Any, *args: Any, **options: Any) -> Any:
        before = dict(vars(self))
        try:
            return fit(self, *args, **options)
        except KeptInterrupt:
            raise
        except BaseException:
            for name in [name for name in vars(self) if name.endswith("_")]:
                delattr(self, name)
            vars(self).update(before)
            raise

    return guarded

"""A fit that fails leaves the estimator as it was."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any


def all_or_nothing(fit: Callable) -> Callable:
    """Bring back what an estimator had learned before, if a fit raises an error.

    Otherwise labels and widths of the new data would stand beside the old weights, and answers be wrong without a word.
    An interruption is no error: what was learned until then is kept.
    """

    @functools.wraps(fit)
    def guarded(self: Any, *args: Any, **options: Any) -> Any:
        before = dict(vars(self))
        try:
            return fit(self, *args, **options)
        except Exception:
            for name in [name for name in vars(self) if name.endswith("_")]:
                delattr(self, name)
            vars(self).update(before)
            raise

    return guarded

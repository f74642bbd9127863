"""What stands for missing values."""


def is_gap(value):
    """Whether a value is a mark that tensors do not have: NaN of numbers, "" of strings stand for it there."""
    return value is None or (not isinstance(value, str) and str(value) in ("nan", "<NA>"))

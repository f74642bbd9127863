"""Every test of the displays begins and ends without an open figure."""

from collections.abc import Iterator

import matplotlib.pyplot as plt
import pytest


@pytest.fixture(autouse=True)
def no_open_figures() -> Iterator[None]:
    assert plt.get_fignums() == []
    yield
    plt.close("all")

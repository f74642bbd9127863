"""What layers say about their outputs before anything is computed is what comes out."""

import importlib
import pkgutil
from collections.abc import Iterator

import keras
import numpy as np
import pytest

from skmlbio import layers
from skmlbio.layers.causal_block import CausalBlock
from skmlbio.layers.next_token import NextToken
from skmlbio.layers.sequence_convolution import LetterConvolution
from skmlbio.layers.translation import TranslationDecoder

RANDOM = np.random.default_rng(0)
STRINGS, TOKENS = RANDOM.normal(size=(3, 7, 8)).astype("float32"), RANDOM.integers(1, 5, (3, 5), dtype="uint8")
REAL = np.arange(7) < np.array([[7], [2], [5]])
DECODER = {"n_tokens": 9, "width": 8, "max_length": None, "n_blocks": 2, "block": {"n_heads": 2, "feed_forward_dim": 4}}
CASES = {
    "block": (layers.TransformerBlock(2, 16), (STRINGS,), {}),
    "block, with maps": (layers.TransformerBlock(2, 16), (STRINGS, REAL), {"return_maps": True}),
    "causal block": (CausalBlock(2, 16), (STRINGS,), {}),
    "convolution": (layers.SequenceConvolution(4), (STRINGS,), {}),
    "convolution of letters": (LetterConvolution(4, dtype="mixed_float16"), (STRINGS, REAL), {}),
    "recurrence": (layers.Recurrence(4), (STRINGS,), {}),
    "recurrence, last": (layers.Recurrence(4, "gru", last_only=True, dtype="float64"), (STRINGS,), {}),
    "decoder": (TranslationDecoder(**DECODER), (TOKENS, STRINGS, REAL), {}),
    "decoder, with maps": (TranslationDecoder(**DECODER), (TOKENS, STRINGS, REAL), {"return_maps": True}),
    "next token": (NextToken(4, 8, 1, recurrence={"units": 16}, dtype="mixed_bfloat16"), (TOKENS,), {}),
    "next token, attending": (NextToken(4, 8, 1, block=DECODER["block"], dtype="float64"), (TOKENS,), {}),
    "next token, states": (NextToken(4, 8, 1, recurrence={"units": 16}), (TOKENS,), {"states": True}),
}
OTHERS = {"LetterMasking", "RealPixels", "SparseMatrix"}  # tried where they are at home


def saying() -> Iterator[str]:
    """The layers that say it by themselves."""
    for module in pkgutil.iter_modules(layers.__path__):
        for name, cls in vars(importlib.import_module(f"skmlbio.layers.{module.name}")).items():
            if isinstance(cls, type) and "compute_output_spec" in vars(cls):
                yield name


@pytest.mark.parametrize("known", [True, False])
@pytest.mark.parametrize("name", CASES)
def test_outputs_are_as_said(name: str, known: bool) -> None:
    layer, arrays, options = CASES[name]
    free = (None, None)  # rows, and their length
    shapes = [x.shape if known else (*free, *x.shape[2:]) for x in arrays]
    inputs = [keras.KerasTensor(shape, x.dtype) for x, shape in zip(arrays, shapes, strict=True)]
    said, found = layer(*inputs, **options), layer(*arrays, **options)
    keras.tree.assert_same_structure(said, found)
    for one, other in zip(keras.tree.flatten(said), keras.tree.flatten(found), strict=True):
        assert one.dtype == other.dtype.name
        assert len(one.shape) == len(other.shape) and (len(one.shape) == 4 or one.shape[-1] is not None)
        assert all(n in (None, m) and known <= (n is not None) for n, m in zip(one.shape, other.shape, strict=True))


def test_no_layer_is_left_out() -> None:
    tried = {type(layer).__name__ for layer, _, _ in CASES.values()}
    assert set(saying()) <= tried | OTHERS

"""Letters as shapes, and their colours."""

import numpy as np

from skmlbio.inspection._letters import color_of, letter_colors, scaled_letters


def test_letters_stand_on_zero_or_hang_from_it() -> None:
    up, down, narrow = scaled_letters("WGI", np.array([0, 5, 7]), np.array([2.0, -1.0, 0.5]))
    np.testing.assert_allclose([up.get_extents().y0, up.get_extents().y1], [0, 2], atol=1e-9)
    np.testing.assert_allclose([down.get_extents().y0, down.get_extents().y1], [-1, 0], atol=1e-9)
    np.testing.assert_allclose(
        [up.get_extents().x0 + up.get_extents().x1, narrow.get_extents().y1], [0, 0.5], atol=1e-9
    )
    assert 0.8 < up.get_extents().width < 1 and narrow.get_extents().width < 1


def test_bases_amino_acids_and_others_have_colours_of_their_own() -> None:
    bases = letter_colors("ACGU")
    assert len({bases[letter] for letter in "ACGU"}) == 4 and bases["U"] == bases["T"]
    acids = letter_colors("ACDEFGHIKLMNPQRSTVWY")
    assert acids["D"] == acids["E"] != acids["K"]
    others = letter_colors("H-")
    assert others["H"] != others["-"]
    assert color_of("a", bases) == bases["A"] and color_of("N", bases) not in bases.values()

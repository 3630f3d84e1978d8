"""Widths are cells, never characters."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutor.i18n.width import cells, close_up, cut, index_at, pad


@pytest.mark.parametrize(('text', 'width'), [
    ('', 0), ('abc', 3), ('集群', 4), ('集群 cluster', 12), ('，', 2), ('e\u0301', 1), ('✔ ○ ◐ ● ▸ ▮ ▯', 13), ('┌─┐',
                                                                                                          3)])
def test_cells(text: str, width: int) -> None:
    assert cells(text) == width


@given(st.text(max_size=40), st.integers(-2, 30), st.sampled_from(['', '…', '...']))
def test_cut_always_fits(text: str, width: int, ending: str) -> None:
    assert cells(cut(text, width, ending)) <= max(width, 0)


def test_a_wide_character_is_not_halved() -> None:
    assert cut('集群', 3) == '集'
    assert cut('集群节点', 5, '…') == '集群…'


def test_pad() -> None:
    assert pad('集', 4) == '集  '
    assert pad('集', 4, 'right') == '  集'
    assert pad('集', 4, 'center') == ' 集 '


def test_index_at() -> None:
    assert [index_at('a集b', cell) for cell in range(5)] == [0, 1, 1, 2, 3]


def test_close_up() -> None:
    assert close_up('应为 存在，现在 3 个 nginx') == '应为存在，现在 3 个 nginx'

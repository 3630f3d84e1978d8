"""Columns as Go's tabwriter aligns them, lines as its word wrap breaks them, and its sort."""

from __future__ import annotations

import pytest

from tutor.kubectl.explain.wordwrap import wrap
from tutor.kubectl.printers.sorting import go_sort
from tutor.kubectl.printers.tabwriter import TabWriter, align, new_table_writer


@pytest.mark.parametrize(('text', 'aligned'), [
    ('a\tb\nlong\tc\n', 'a     b\nlong  c\n'),
    ('a\tb\n\nlong\tc\n', 'a  b\n\nlong  c\n'),
    ('a\tb\tc\nlong\td\n', 'a     b  c\nlong  d\n'),
    ('Name:\tweb\nLabels:\tapp=web\n\ttier=front\n', 'Name:    web\nLabels:  app=web\n         tier=front\n'),
    ('no tabs\n', 'no tabs\n'),
    ('é\tb\nxyz\tc\n', 'é    b\nxyz  c\n'),
])
def test_a_column_is_as_wide_as_its_run_of_neighbouring_lines(text, aligned):
    assert align(text) == aligned


def test_what_is_flushed_is_aligned_on_its_own_unless_widths_are_remembered():
    plain, table = TabWriter(), new_table_writer()
    for writer in (plain, table):
        writer.write('a-long-name\tx\n')
        writer.end_block()
        writer.write('b\ty\n')
    assert plain.flush() == 'a-long-name  x\nb  y\n'
    assert table.flush() == 'a-long-name   x\nb             y\n'


@pytest.mark.parametrize(('text', 'limit', 'wrapped'), [
    ('one two three', 8, 'one two\nthree'),
    ('averyveryverylongword x', 8, 'averyveryverylongword\nx'),
    ('a\n\nb  c', 80, 'a\n\nb  c'),
    ('', 80, ''),
])
def test_lines_are_broken_at_spaces(text, limit, wrapped):
    assert wrap(text, limit) == wrapped


@pytest.mark.parametrize('size', [0, 1, 5, 12, 13, 60, 500])
def test_a_sort_orders_and_keeps_few_equal_items_in_their_order(size):
    items = [(at * 7919 % 20, at) for at in range(size)]
    ordered = go_sort(items, lambda left, right: left[0] < right[0])
    assert [item[0] for item in ordered] == sorted(item[0] for item in items)
    assert sorted(ordered) == sorted(items)
    if size <= 12:
        assert ordered == sorted(items, key=lambda item: item[0])


@pytest.mark.parametrize(('values', 'order'), [
    ('abbbbbbaaaaaabbbbabbaabab',
     [11, 23, 21, 20, 17, 12, 0, 7, 8, 9, 10, 6, 18, 13, 14, 15, 16, 4, 5, 19, 3, 2, 22, 1, 24]),
    ('bbbccbacbbbacbbabbccbcccbccbbbccc',
     [6, 15, 11, 16, 5, 17, 29, 28, 8, 9, 10, 2, 27, 13, 14, 1, 0, 24, 20, 26, 25, 21, 22, 23, 19, 4, 32, 3, 7, 12, 30,
      31, 18]),
    ('bbbbabbbbaabbaaababababbbbabbb',
     [21, 10, 15, 14, 4, 26, 19, 17, 13, 9, 2, 6, 12, 8, 29, 1, 16, 7, 18, 11, 20, 0, 22, 23, 24, 25, 5, 27, 28, 3]),
    ('abbbbabaabbababaaababaaaabbbbbaabaaaaabbbaaabbbaab',
     [24, 37, 0, 48, 47, 5, 43, 7, 8, 42, 41, 11, 36, 13, 35, 34, 16, 17, 33, 19, 31, 21, 22, 23, 30, 15, 29, 25, 28,
      38, 2, 20, 39, 18, 26, 14, 49, 1, 40, 32, 4, 10, 9, 6, 44, 45, 46, 27, 3, 12]),
])
def test_equal_items_come_in_the_order_in_which_kubectl_has_left_them(values, order):
    assert go_sort(range(len(values)), lambda left, right: values[left] < values[right]) == order

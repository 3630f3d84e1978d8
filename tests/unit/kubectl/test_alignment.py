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

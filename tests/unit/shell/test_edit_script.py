"""Where several scripts are as short, diff chooses as GNU's does."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tutor.shell.programs.edit_script import opcodes

Lines = st.lists(st.sampled_from('abc'), max_size=30)


@pytest.mark.parametrize(('one', 'other', 'script'), [
    ('abcab', 'abab', '-2'),
    ('aXbXc', 'aXc', '-2-3'),
    ('{a}{b}', '{a}{c}{b}', '+4+5+6'),
    ('abab', 'ababab', '+4+5'),
    ('aab', 'ab', '-1'),
    ('xaby', 'xby', '-1'),
    ('abc', 'xyz', '-0-1-2+0+1+2'),
    ('', 'ab', '+0+1'),
])
def test_the_choice_is_gnus(one: str, other: str, script: str) -> None:
    found = ''
    for tag, a, b, c, d in opcodes(one, other, 3):
        if tag != 'equal':
            found += ''.join(f'-{at}' for at in range(a, b)) + ''.join(f'+{at}' for at in range(c, d))
    assert found == script


@given(Lines, Lines, st.integers(0, 3))
@settings(max_examples=200, deadline=None)
def test_a_script_turns_one_into_the_other(one: list[str], other: list[str], horizon: int) -> None:
    made: list[str] = []
    at = at_other = 0
    for tag, a, b, c, d in opcodes(one, other, horizon):
        assert (a, c) == (at, at_other)
        at, at_other = b, d
        made += one[a:b] if tag == 'equal' else other[c:d]
        assert tag != 'equal' or one[a:b] == other[c:d]
    assert (at, at_other) == (len(one), len(other)) and made == other

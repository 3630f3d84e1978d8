import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tutor.apimachinery import decode
from tutor.apimachinery.printing import to_json, to_yaml

json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-2**62, 2**62) | st.text(max_size=20),
    lambda children: st.lists(children, max_size=4) | st.dictionaries(st.text(min_size=1, max_size=8), children,
                                                                      max_size=4), max_leaves=12)


@pytest.mark.parametrize(('value', 'text'), [
    ({'a': '1', 'b': 'true', 'c': '', 'd': 'x: y', 'e': '- a', 'f': 'yes', 'g': '1:30', 'h': 'a #b'},
     'a: "1"\nb: "true"\nc: ""\nd: \'x: y\'\ne: \'- a\'\nf: "yes"\ng: "1:30"\nh: \'a #b\'\n'),
    ({'list': [{'b': 1, 'a': [1, 2]}, []], 'map': {}}, 'list:\n- a:\n  - 1\n  - 2\n  b: 1\n- []\nmap: {}\n'),
    ({'t': 'a\nb\n'}, 't: |\n  a\n  b\n'), ({'t': 'a\nb'}, 't: |-\n  a\n  b\n'),
    ({'t': 'a\n\n'}, 't: |+\n  a\n\n'), ({'t': ' a\nb'}, 't: |2-\n   a\n  b\n'), ({'t': 'a \nb'}, 't: "a \\nb"\n'),
    ({'t': 'tab\there'}, 't: "tab\\there"\n'), ({'time': '2026-01-01T00:00:00Z'}, 'time: "2026-01-01T00:00:00Z"\n'),
    ([], '[]\n'), ('x', 'x\n'), ({'n10': 1, 'n9': 2, 'M': 3, 'y': 4}, 'M: 3\nn9: 2\nn10: 1\n"y": 4\n'),
    ({'zh': '中文', 'long': 'word ' * 40 + 'end'}, f'long: {"word " * 40}end\nzh: 中文\n'),
])
def test_yaml_is_written_as_go_yaml_does(value: object, text: str) -> None:
    assert to_yaml(value) == text


@given(json_values)
@settings(max_examples=150, deadline=None)
def test_yaml_is_read_back_as_it_was(value: object) -> None:
    assert decode.parse_yaml(to_yaml(value)) == value


def test_json_is_written_as_go_does() -> None:
    assert to_json({'b': '<a&b>', 'a': [1, {}], 'c': 1e21, 'd': 0.5}) == (
        '{\n    "a": [\n        1,\n        {}\n    ],\n    "b": "\\u003ca\\u0026b\\u003e",\n    "c": 1e+21,\n'
        '    "d": 0.5\n}')
    assert to_json({'a': [1, None, True]}, indent=None) == '{"a":[1,null,true]}'

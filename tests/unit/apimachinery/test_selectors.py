import pytest

from tutor.apimachinery import selectors


@pytest.mark.parametrize(('text', 'labels', 'matches'), [
    ('app=web', {'app': 'web'}, True), ('app=web', {'app': 'db'}, False), ('app!=web', {}, True),
    ('app in (a,b)', {'app': 'b'}, True), ('app notin (a,b)', {'app': 'b'}, False), ('!app', {}, True),
    ('app', {'app': ''}, True), ('n>3', {'n': '4'}, True), ('n<3', {'n': 'x'}, False), ('', {}, True),
    ('a=b,c=d', {'a': 'b', 'c': 'd', 'e': 'f'}, True),
])
def test_label_selectors_match(text: str, labels: dict[str, str], matches: bool) -> None:
    assert selectors.parse(text).matches(labels) is matches


@pytest.mark.parametrize(('text', 'error'), [
    ('a=b=c', "found '=', expected: ',' or 'end of string'"),
    ('team in (red', "unable to parse requirement: found '', expected: ',' or ')'"),
    ('team==red==blue', "found '==', expected: ',' or 'end of string'"),
    ('a,', "found '', expected: identifier after ','"),
])
def test_what_is_no_label_selector(text: str, error: str) -> None:
    with pytest.raises(selectors.SelectorError) as raised:
        selectors.parse(text)
    assert str(raised.value) == error


def test_selectors_of_objects() -> None:
    selector = {'matchLabels': {'b': 'c'}, 'matchExpressions': [{'key': 'a', 'operator': 'In', 'values': ['y', 'x']}]}
    assert selectors.format_label_selector(selector) == 'a in (x,y),b=c'
    assert selectors.format_label_selector({}) == '<none>'
    assert not selectors.from_label_selector(None).matches({})
    assert selectors.from_label_selector({}).matches({})
    with pytest.raises(selectors.SelectorError, match='"Like" is not a valid label selector operator'):
        selectors.from_label_selector({'matchExpressions': [{'key': 'a', 'operator': 'Like'}]})


def test_field_selectors() -> None:
    selector = selectors.parse_fields('metadata.name=x,status.phase!=Running')
    values = {'metadata.name': 'x', 'status.phase': 'Pending'}
    assert selector.matches(lambda name: values.get(name, ''))
    assert str(selector) == 'metadata.name=x,status.phase!=Running'
    with pytest.raises(selectors.SelectorError, match="invalid selector: 'a'; can't understand 'a'"):
        selectors.parse_fields('a')

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tutor.apimachinery import duration, hashing, names, quantity


@pytest.mark.parametrize(('text', 'canonical'), [
    ('100m', '100m'), ('1.5Gi', '1536Mi'), ('1e3', '1e3'), ('1024Mi', '1Gi'), ('0.5', '500m'), ('1000m', '1'),
    ('0.1Gi', '107374182400m'), ('1000', '1k'), ('1000M', '1G'), ('1E5', '100e3'), ('-1', '-1'), ('0', '0'),
    ('0.5Ki', '512'), ('100000n', '100u'), ('1073741824', '1073741824'),
])
def test_quantities_are_stored_in_canonical_form(text: str, canonical: str) -> None:
    assert quantity.canonical(text) == canonical


@pytest.mark.parametrize(('text', 'error'), [
    ('lots', quantity.WRONG_FORMAT), ('64MB!', quantity.WRONG_FORMAT), ('', quantity.WRONG_FORMAT),
    ('1Kii', quantity.WRONG_SUFFIX), ('5kM', quantity.WRONG_SUFFIX),
])
def test_what_is_no_quantity(text: str, error: str) -> None:
    with pytest.raises(quantity.QuantityError) as raised:
        quantity.canonical(text)
    assert str(raised.value) == error


def test_quantities_add_and_compare() -> None:
    assert str(quantity.parse('1Gi') + quantity.parse('512Mi')) == '1536Mi'
    assert str(quantity.parse('1') - quantity.parse('250m')) == '750m'
    assert quantity.parse('1000m') == quantity.parse('1')
    assert quantity.parse('999m') < quantity.parse('1')
    assert (quantity.value('1500m'), quantity.milli_value('0.1')) == (2, 100)


@given(st.integers(-10**15, 10**15), st.sampled_from(['', 'm', 'k', 'M', 'Ki', 'Mi', 'Gi', 'n', 'u']))
@settings(max_examples=60, deadline=None)
def test_canonical_form_is_stable_and_equal(number: int, suffix: str) -> None:
    text = f'{number}{suffix}'
    canonical = quantity.canonical(text)
    assert quantity.canonical(canonical) == canonical
    assert quantity.parse(canonical) == quantity.parse(text)


@pytest.mark.parametrize(('seconds', 'text'), [
    (0, '0s'), (119, '119s'), (120, '2m'), (121, '2m1s'), (600, '10m'), (10799, '179m'), (10800, '3h'), (10920, '3h2m'),
    (28800, '8h'), (172800, '2d'), (180000, '2d2h'), (691200, '8d'), (69120000, '2y70d'), (-0.5, '0s'),
    (-5, '<invalid>'),
])
def test_ages(seconds: float, text: str) -> None:
    assert duration.human_duration(seconds) == text


def test_go_durations() -> None:
    assert duration.parse_duration('1h30m') == 5400
    assert duration.format_duration(5400) == '1h30m0s'
    assert duration.format_duration(1.5) == '1.5s'
    for text, error in (('soon', 'time: invalid duration "soon"'), ('5', 'time: missing unit in duration "5"'),
                        ('5x', 'time: unknown unit "x" in duration "5x"')):
        with pytest.raises(duration.DurationError, match=error):
            duration.parse_duration(text)


def test_names() -> None:
    assert names.is_dns1123_label('web-1') == []
    assert names.is_dns1123_label('Web')[0].endswith("regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')")
    assert names.is_dns1123_label('a.b') == ['must not contain dots']
    assert names.is_label_value('x' * 64) == ['must be no more than 63 bytes']
    assert names.is_qualified_name('example.com/a') == []
    assert names.is_qualified_name('/a') == ['prefix part must be non-empty']
    assert names.is_config_map_key('..x') == ["must not start with '..'"]
    assert names.is_valid_port_name('80') == ['must contain at least one letter (a-z)']


def test_hashes_do_not_depend_on_the_order_of_keys() -> None:
    first = hashing.compute_hash({'a': 1, 'b': {'c': 2, 'd': 3}})
    assert first == hashing.compute_hash({'b': {'d': 3, 'c': 2}, 'a': 1})
    assert first != hashing.compute_hash({'a': 1, 'b': {'c': 2, 'd': 3}}, 1)
    assert set(first) <= set(names.ALPHABET)


def test_a_whole_fraction_is_written_as_a_whole_number() -> None:
    assert [str(quantity.Quantity(value)) for value in (Fraction(1), Fraction(1, 2), 1, Fraction(2000))] == [
        '1', '500m', '1', '2k']

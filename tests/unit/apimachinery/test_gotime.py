"""Times as Go's time.Parse reads them."""

from __future__ import annotations

import pytest

from tutor.apimachinery.gotime import RFC3339_MICRO, TimeError, parse_time

AS = ' as "2006-01-02T15:04:05Z07:00": cannot parse '


@pytest.mark.parametrize('text', ['2020-02-10T05:00:01Z', '2020-02-10T5:00:01Z', '2020-02-10T05:00:01.000Z',
                                  '2020-02-10T06:00:01+01:00', '2020-02-10T03:30:01-01:30'])
def test_a_time_may_be_written_in_many_ways(text):
    assert parse_time(text).timestamp() == 1581310801


@pytest.mark.parametrize(('text', 'problem'), [
    ('1h', f'{AS}"1h" as "2006"'),
    ('2020-01-01', f'{AS}"" as "T"'),
    ('2020-1-01T01:00:00Z', f'{AS}"1-01T01:00:00Z" as "01"'),
    ('2020-02-10T05:00:01', f'{AS}"" as "Z07:00"'),
    ('2020-02-10T05:00:01+1:00', f'{AS}"+1:00" as "Z07:00"'),
    ('2020-02-10T05:00:01.Z', f'{AS}".Z" as "Z07:00"'),
    ('2020-13-01T00:00:00Z', ': month out of range'),
    ('2021-02-29T00:00:00Z', ': day out of range'),
    ('2020-02-10T24:00:00Z', ': hour out of range'),
    ('2020-02-10T05:00:01Zfoo', ': extra text: "foo"'),
])
def test_what_is_no_time_is_refused_where_it_goes_wrong(text, problem):
    with pytest.raises(TimeError) as refused:
        parse_time(text)
    assert str(refused.value) == f'parsing time "{text}"{problem}'


def test_a_micro_time_has_six_digits():
    assert parse_time('2020-02-10T05:00:01.250000Z', RFC3339_MICRO).microsecond == 250000
    with pytest.raises(TimeError, match=r'cannot parse "Z" as "\.000000"'):
        parse_time('2020-02-10T05:00:01Z', RFC3339_MICRO)

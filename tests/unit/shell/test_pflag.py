"""Flags are pflag's: the same forms, the same words for what is wrong."""

from __future__ import annotations

import pytest

from tutor.shell.pflag import ARRAY, DURATION, Flag, FlagError, FlagSet

FLAGS = (
    Flag('namespace', 'n'), Flag('all', 'A', False), Flag('replicas', 'r', 1), Flag('filename', 'f', ()),
    Flag('literal', default=(), kind=ARRAY), Flag('timeout', default=0.0, kind=DURATION),
    Flag('dry-run', default='none', bare='unchanged'), Flag('stdin', 'i', False), Flag('tty', 't', False),
    Flag('old', default=False, deprecated='use new'),
)


def parse(*words: str) -> FlagSet:
    flags = FlagSet(FLAGS)
    flags.parse(list(words))
    return flags


@pytest.mark.parametrize('words', [['--namespace=a'], ['--namespace', 'a'], ['-n', 'a'], ['-na'], ['-n=a']])
def test_a_value_may_be_written_in_five_ways(words):
    assert parse(*words)['namespace'] == 'a'


def test_short_flags_are_bundled_and_arguments_may_stand_anywhere():
    flags = parse('-it', 'pod', '-Ar3', 'x')
    assert flags['stdin'] and flags['tty'] and flags['all'] and flags['replicas'] == 3
    assert flags.args == ['pod', 'x']


def test_after_two_dashes_there_are_only_arguments():
    flags = parse('web', '--', '-n', 'x')
    assert flags.args == ['web', '-n', 'x']
    assert flags.args_before_dash == 1
    assert parse('web').args_before_dash == -1


def test_lists_are_split_at_commas_and_arrays_are_not():
    flags = parse('-f', 'a,b', '-fc', '--literal=x=1,2', '--literal', 'y=3')
    assert flags['filename'] == ('a', 'b', 'c')
    assert flags['literal'] == ('x=1,2', 'y=3')


def test_a_flag_with_a_value_of_its_own_takes_none_from_the_next_word():
    flags = parse('--dry-run', 'client')
    assert flags['dry-run'] == 'unchanged'
    assert flags.args == ['client']
    assert parse('--dry-run=server')['dry-run'] == 'server'


def test_only_what_was_given_is_changed():
    flags = parse('--replicas=1')
    assert flags.changed('replicas')
    assert not flags.changed('all')


def test_a_deprecated_flag_is_noted():
    assert parse('--old').notes == ['Flag --old has been deprecated, use new\n']


@pytest.mark.parametrize(('words', 'text'), [
    (['--nosuch'], 'unknown flag: --nosuch'),
    (['-x'], "unknown shorthand flag: 'x' in -x"),
    (['-ix'], "unknown shorthand flag: 'x' in -x"),
    (['--namespace'], 'flag needs an argument: --namespace'),
    (['-n'], "flag needs an argument: 'n' in -n"),
    (['--=x'], 'bad flag syntax: --=x'),
    (['--replicas=two'], 'invalid argument "two" for "-r, --replicas" flag: strconv.ParseInt: parsing "two": invalid '
     'syntax'),
    (['--replicas=99999999999999999999'], 'invalid argument "99999999999999999999" for "-r, --replicas" flag: '
     'strconv.ParseInt: parsing "99999999999999999999": value out of range'),
    (['--all=maybe'], 'invalid argument "maybe" for "-A, --all" flag: strconv.ParseBool: parsing "maybe": invalid '
     'syntax'),
    (['--timeout=soon'], 'invalid argument "soon" for "--timeout" flag: time: invalid duration "soon"'),
])
def test_errors_have_pflags_words(words, text):
    with pytest.raises(FlagError) as caught:
        parse(*words)
    assert str(caught.value) == text

"""What generators of kubectl make of the words of a command line, where it is easily guessed wrong."""

from __future__ import annotations

import pytest
import yaml


def test_quotes_of_a_literal_belong_to_its_value(shared):
    made = shared("""create cm x --from-literal='a="b"' --from-literal="c='d'" --dry-run=client -o yaml""")
    assert yaml.safe_load(made.out)['data'] == {'a': '"b"', 'c': "'d'"}


@pytest.mark.parametrize('line', [
    'create rolebinding x --role=r --serviceaccount=:a', 'create clusterrolebinding x --clusterrole=r '
    '--serviceaccount=:a'])
def test_a_service_account_has_a_namespace(shared, line):
    assert shared(line).err == 'error: serviceaccount must be <namespace>:<name>\n'


def test_a_selector_is_shown_with_what_is_wrong_with_it(shared):
    assert shared('create pdb x --min-available=1 --selector="a b"').err == (
        'error: couldn\'t parse the selector string "a b": unable to parse requirement: found \'b\', expected: in, '
        'notin, =, ==, !=, gt, lt\n')


def test_only_the_beginning_of_an_ingress_rule_has_to_be_right(shared):
    made = shared('create ingress x --rule=a.com/=svc:80,foo=bar --rule=b.com/x*=svc:http,tls=a,b --dry-run=client '
                  '-o yaml')
    spec = yaml.safe_load(made.out)['spec']
    assert spec['tls'] == [{'hosts': ['a.com'], 'secretName': 'bar'}]
    assert [rule['http']['paths'][0]['path'] for rule in spec['rules']] == ['/', '/x']


@pytest.mark.parametrize(('line', 'meant'), [('true', 'background'), ('0', 'orphan')])
def test_an_old_value_of_cascade_is_warned_of(shared, line, meant):
    shared('create cm old')
    assert shared(f'delete cm old --cascade={line}').err == (
        f'warning: --cascade={line} is deprecated (boolean value) and can be replaced with --cascade={meant}.\n')


def test_an_unknown_program_for_differences_is_told_as_go_tells_it(shared):
    shared.ctx.env['KUBECTL_EXTERNAL_DIFF'] = 'nosuch'
    try:
        answer = shared('diff -f -', 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\n')
    finally:
        del shared.ctx.env['KUBECTL_EXTERNAL_DIFF']
    assert answer.err == 'error: failed to run "nosuch": executable file not found in $PATH\n'

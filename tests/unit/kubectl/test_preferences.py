"""kuberc: aliases, defaults of options, and what is wrong with them; and plugins."""

from __future__ import annotations

import pytest

HEAD = 'apiVersion: kubectl.config.k8s.io/v1beta1\nkind: Preference\n'
FILE = f"""{HEAD}\
aliases:
- {{name: maps, command: get, prependArgs: [cm], options: [{{name: output, default: name}}]}}
- {{name: lost, command: nosuch}}
- {{name: odd, command: get, options: [{{name: nope, default: x}}]}}
- {{name: mapper, command: create configmap, appendArgs: [--dry-run=client]}}
defaults:
- {{command: get, options: [{{name: show-labels, default: "true"}}]}}
- {{command: create namespace, options: [{{name: output, default: name}}]}}
"""
PROBLEM = 'error occurred while applying preferences '


@pytest.fixture
def kuberc(shared):
    shared.put('.kube/kuberc', FILE)
    if not shared('get cm a').out:
        shared('create cm a')
    yield shared
    shared.files.remove('/root/.kube/kuberc')
    shared.ctx.env.pop('KUBERC', None)


@pytest.mark.parametrize(('line', 'out'), [
    ('maps a', 'configmap/a\n'),
    ('maps a -o jsonpath={.kind}', 'ConfigMap'),
    ('maps a -ojsonpath={.kind}', 'ConfigMap'),
    ('mapper b', 'configmap/b created (dry run)\n'),
    ('create namespace n --dry-run=client', 'namespace/n\n'),
    ('create ns n --dry-run=client -o jsonpath={.kind}', 'Namespace'),
])
def test_aliases_and_defaults(kuberc, line, out):
    assert kuberc(line).out == out


def test_a_default_is_for_the_command_and_not_for_its_alias(kuberc):
    assert 'LABELS' in kuberc('get cm a').out
    assert 'LABELS' not in kuberc('get cm a --show-labels=false').out
    assert 'LABELS' not in kuberc('maps a -o wide').out


@pytest.mark.parametrize(('line', 'error'), [
    ('lost', 'command "nosuch" not found to set alias "lost": [nosuch]'),
    ('odd cm', 'invalid alias flag nope in alias kubectl'),
    ('get cm --kuberc none', 'kuberc error kuberc: open none: no such file or directory'),
    ('get cm --kuberc', 'kuberc file is not found'),
])
def test_what_is_wrong_stops_the_command(kuberc, line, error):
    answer = kuberc(line)
    assert (answer.code, answer.out, answer.err) == (1, '', f'{PROBLEM}{error}\n')


@pytest.mark.parametrize(('text', 'error'), [
    (f'{HEAD}aliases: [{{name: a b, command: get}}]\n',
     'invalid alias name, can only include alphabetical characters'),
    (f'{HEAD}aliases: [{{name: a, command: get}}, {{name: a, command: get}}]\n', 'duplicate alias name a'),
    (f'{HEAD}defaults: [{{command: get, options: [{{name: -o, default: name}}]}}]\n',
     'flag name -o should be in long form without dashes'),
    (f'{HEAD}defaults: [{{command: get, options: [{{name: nope, default: name}}]}}]\n',
     'invalid flag nope for command get'),
    ('hello\n', 'kuberc error kuberc: no valid preferences found in rc, use --v=5 to see details'),
])
def test_a_bad_file(shared, text, error):
    shared.put('rc', text)
    assert shared('get cm --kuberc rc').err == f'{PROBLEM}{error}\n'


def test_unknown_fields_are_only_warned_about(shared):
    shared.put('rc', f'{HEAD}color: red\n')
    answer = shared('get cm -o name --kuberc rc')
    assert answer.err == 'kuberc: ignoring strict decoding error in rc: strict decoding error: unknown field "color"'
    assert answer.code == 0


def test_they_can_be_turned_off(kuberc):
    kuberc.ctx.env['KUBERC'] = 'off'
    assert 'LABELS' not in kuberc('get cm a').out
    assert 'are mutually exclusive' in kuberc('get cm a --kuberc x').err


# -- plugins ------------------------------------------------------------------------------------------------------


@pytest.fixture
def plugged(kubectl):
    kubectl.ctx.env['PATH'] = '/bin:/usr/local/bin:/opt/bin'
    script = b'#!/bin/bash\necho "${0##*/}:$*"\n'
    kubectl.files.put('/bin/sh', b'', 0o755, 'bash')
    for name in ('kubectl-foo', 'kubectl-foo-bar', 'kubectl-create-boat', 'kubectl-no_ble'):
        kubectl.files.put(f'/usr/local/bin/{name}', script, 0o755)
    return kubectl


@pytest.mark.parametrize(('line', 'out'), [
    ('foo x --y', 'kubectl-foo:x --y\n'), ('foo bar x', 'kubectl-foo-bar:x\n'), ('foo baz', 'kubectl-foo:baz\n'),
    ('no-ble', 'kubectl-no_ble:\n'), ('create boat x', 'kubectl-create-boat:x\n'),
])
def test_an_unknown_command_may_be_a_plugin(plugged, line, out):
    assert plugged(line).out == out


def test_flags_before_a_plugin(plugged):
    answer = plugged('-n x foo')
    assert (answer.code, answer.err) == (1, 'Error: flags cannot be placed before plugin name: -n\n')


def test_what_is_odd_about_plugins_is_listed(plugged):
    plugged.files.put('/opt/bin/kubectl-foo', b'', 0o644)
    plugged.files.put('/opt/bin/kubectl-get', b'#!/bin/sh\n', 0o755)
    plugged.files.make_dirs('/opt/bin/kubectl-folder')
    answer = plugged('plugin list --name-only')
    assert answer.out == ('The following compatible plugins are available:\n\nkubectl-create-boat\nkubectl-foo\n'
                          'kubectl-foo-bar\nkubectl-no_ble\nkubectl-foo\nkubectl-get\n')
    assert answer.err == (
        '  - warning: kubectl-create-boat overwrites existing command: "kubectl create"\n'
        '  - warning: /opt/bin/kubectl-foo identified as a kubectl plugin, but it is not executable\n'
        '  - warning: /opt/bin/kubectl-foo is overshadowed by a similarly named plugin: /usr/local/bin/kubectl-foo\n'
        '  - warning: kubectl-get overwrites existing command: "kubectl get"\nerror: 4 plugin warnings were found\n')


def test_a_script_says_who_reads_it(plugged):
    plugged.files.put('/opt/bin/kubectl-bare', b'echo hello\n', 0o755)
    assert plugged('bare').err == 'Error: exec format error\n'

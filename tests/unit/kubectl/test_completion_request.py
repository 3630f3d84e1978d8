"""`kubectl __complete`, which other shells ask, and the scripts that ask it."""

from __future__ import annotations

import shutil
import subprocess

import pytest

from tutor.kubectl.cmd.completion import SCRIPTS, SHELLS
from tutor.session.workbench import Workbench


@pytest.fixture(scope='module')
def bench() -> Workbench:
    found = Workbench()
    for command in ('kubectl create deployment web --image=nginx', 'kubectl run two --image=nginx'):
        assert found.run(command).code == 0
    found.simulation.advance(3)
    return found


@pytest.mark.parametrize(('line', 'lines'), [
    ('get po', ['pods', 'podtemplates', 'poddisruptionbudgets', 'pods.metrics.k8s.io', ':4']),
    ('get pods t', ['two', ':4']),
    ('get pods,deploym', ['pods,deployments', ':4']),
    ('rollout status deployment/', ['deployment/web', ':4']),
    ('rollout st', ['status\tShow the status of the rollout', ':4']),
    ('scale deploy --repl', ['--replicas\tThe new desired number of replicas. Required.', ':4']),
    ('delete -f', ['-f\tcontaining the resource to delete.', ':4']),
    ('get pods --output=js', ['json', 'jsonpath=', 'jsonpath-as-json=', 'jsonpath-file=', ':4']),
    ('wait pod/two --for=jsonp', ['jsonpath=', ':6']),
    ('logs depl', ['deployments/', ':6']),
    ('apply -f ', ['json', 'yaml', 'yml', ':8']),
    ('kustomize ', [':0']),
    ('get nosuchkind ', [':4']),
    ('nosuchcommand ', [':4']),
    ('get --namespace=kube-system --namesp', [':4']),
])
def test_a_question_is_answered_in_cobras_protocol(bench: Workbench, line: str, lines: list[str]) -> None:
    words = ' '.join(f"'{word}'" for word in line.split(' '))
    ran = bench.run(f'kubectl __complete {words}')
    assert (ran.code, ran.stdout.splitlines()) == (0, lines)
    assert ran.stderr.startswith('Completion ended with directive: ShellCompDirective')


def test_without_descriptions_and_without_words(bench: Workbench) -> None:
    ran = bench.run('kubectl __completeNoDesc rollout st')
    assert (ran.stdout, ran.stderr) == ('status\n:4\n', 'Completion ended with directive: '
                                                        'ShellCompDirectiveNoFileComp\n')
    ran = bench.run('kubectl __complete')
    assert (ran.code, ran.stderr) == (1, 'Error: requires at least 1 arg(s), only received 0\n')


@pytest.mark.parametrize('shell', SHELLS)
def test_every_shell_has_its_script(bench: Workbench, shell: str) -> None:
    ran = bench.run(f'kubectl completion {shell}')
    assert (ran.code, ran.stderr) == (0, '')
    first = ran.stdout.splitlines()[0]
    assert first == '#compdef kubectl' if shell == 'zsh' else first.startswith(f'# {shell} completion ')
    assert 'kubectl __complete' in ran.stdout


ASKED = """
source "$1"
kubectl() { printf '%s\\n' "$@" >&3; printf '%b' "$ANSWER"; }
IFS=, read -ra COMP_WORDS <<< "$2"
COMP_CWORD=$(( ${#COMP_WORDS[@]} - 1 ))
COMP_TYPE=$3
__start_kubectl 2>/dev/null 3>/dev/null
printf '%s\\n' "${COMPREPLY[@]}"
"""


@pytest.mark.skipif(shutil.which('bash') is None, reason='needs a real bash')
@pytest.mark.parametrize(('words', 'kind', 'answer', 'offered'), [
    ('kubectl,rollout,st', 9, r'status\tShow it\n:4\n', ['status']),
    ('kubectl,get,po', 9, r'pods\npodtemplates\n:4\n', ['pods', 'podtemplates']),
    ('kubectl,rollout,r', 63, r'restart\tAgain\nresume\tGo on\n:4\n', ['restart  -- Again', 'resume  -- Go on']),
    ('kubectl,get,--output=js', 9, r'json\njsonpath=\n:4\n', ['json', 'jsonpath=']),
    ('kubectl,get,x', 9, r'xyz\n:1\n', ['']),
    ('kubectl,get,x', 9, '', ['']),
])
def test_the_script_for_bash_in_a_real_bash(words: str, kind: int, answer: str, offered: list[str]) -> None:
    ran = subprocess.run(['bash', '--norc', '-c', ASKED, 'bash', str(SCRIPTS / 'bash'), words, str(kind)],
                         env={'PATH': '/usr/bin:/bin', 'ANSWER': answer}, capture_output=True, text=True, check=True)
    assert ran.stdout.splitlines() == offered

"""Whatever is typed, nothing crashes: errors are printed, and the shell lives on."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.unit.shell.conftest import Machine
from tutor.shell.completion import complete
from tutor.shell.highlight import highlight
from tutor.shell.programs.catalog import PROGRAMS

WORDS = ['echo', 'x', '$x', '${x', '${x:-y}', '${x/', '"', "'", '`', '$(', ')', '(', '((', '))', '$((', '1+', '|', '||',
         '&&', '&',
         ';', '\n', '>', '>>', '<', '<<E', '2>&1', 'f', 'if', 'then', 'fi', 'for', 'in', 'do', 'done', 'while', 'case',
         'esac',
         'f()', '{', '}', '[[', ']]', '[', ']', '=', 'a=1', 'a=(1 2)', 'a[1]=2', '${a[@]}', '${#a}', '*', '?', '~',
         '{1..3}',
         '\\', '#', '!', 'cat', 'set -e', 'local', 'export', 'read', 'shift', '-', '--', '0', '9999999999999999999',
         '中文', 'E\n', 'select', 'trap', 'EXIT', 'ERR', 'DEBUG', 'getopts', 'ab:', '${!x}', '${!a*}', '@(a|b)', '!(x)',
         'declare -A m', 'declare -i n', 'declare -n r=a', 'm[k]=v', '${m[k]}', '${x@Q}', '${x@A}', '${x:1:2}',
         '${x/a/b}',
         'printf', '%d', '-v', 'mapfile', '-t', '((x=', '1/0))', 'time -p', 'wait -n', 'jobs', 'kill %1', 'fc -l',
         'unset a[0]',
         'set -x', 'set -u', 'shopt -s nullglob', '$_', '$RANDOM', '{fd}>f', '<(echo)', '>(cat)', '<<<', 'eval',
         'source f',
         'return', 'exit', 'break', 'continue', 'exec', 'let', 'type f', 'declare -f']
QUICK = settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck))


@QUICK
@given(st.lists(st.sampled_from(WORDS), max_size=12))
def test_any_words(words):
    text = ' '.join(words)
    machine = Machine().at_prompt()
    machine.run(text)
    assert machine.run('echo alive').stdout.startswith('alive\n')
    complete(text, len(text), machine.shell)
    highlight(text, machine.shell)


@QUICK
@given(st.text(max_size=40))
def test_any_text(text):
    machine = Machine().at_prompt()
    machine.run(text)
    complete(text, len(text), machine.shell)
    highlight(text, machine.shell)


ARGUMENTS = ['-', '--', '-x', '-n', '-1', '0', 'f', '/', '.', '..', 'nosuch', '{', '}', 's/a', 's/a/b/', '/x/{', '$1',
             '{print', '-F', '-c', '-e', '-i', '[', '\\', '(', '%s', '%', '+', ':', ',', '1,', '-r', '--help', '',
             '中文', '9' * 30, '-k', '-t', '!', ';']
SAFE = sorted(set(PROGRAMS) - {'yes', 'sh', 'bash', 'ash'})


@QUICK
@given(st.sampled_from(SAFE), st.lists(st.sampled_from(ARGUMENTS), max_size=4))
def test_any_arguments(name, arguments):
    machine = Machine()
    machine.files.put('/root/f', 'a b\nc\n')
    quoted = ' '.join("'" + word.replace("'", "'\\''") + "'" for word in arguments)
    machine.run(f'echo input | timeout 20 {name} {quoted}')

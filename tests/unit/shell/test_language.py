"""What is not in the recordings: prompts, other shells' words, jobs, signals, budgets."""

from __future__ import annotations

import pytest

from tutor.shell.parser import parse_status


@pytest.mark.parametrize(('script', 'stderr', 'code'), [
    ('nosuch', 'sh: line 1: nosuch: not found\n', 127),
    ('echo x > /nowhere/x', "sh: line 1: can't create /nowhere/x: nonexistent directory\n", 1),
    ('cat < nosuch', "sh: line 1: can't open nosuch: no such file\n", 1),
    ('cd /nowhere', "sh: cd: line 1: can't cd to /nowhere: No such file or directory\n", 2),
    ("sh -c 'nosuch'", 'sh: line 0: nosuch: not found\n', 127),
    ("sh -c 'echo; exec nosuch'", 'sh: exec: line 0: nosuch: not found\n', 127),
    ('sh /nosuch', "sh: line 0: can't open /nosuch: no such file\n", 2),
    ('echo nosuch > s; chmod +x s; ./s', './s: line 1: nosuch: not found\n', 127),
    ("sh -c 'echo x > /'", "sh: line 0: can't create /: Is a directory\n", 1),
    ('cat nosuch', "cat: can't open 'nosuch': No such file or directory\n", 1),
    ('ls nosuch', 'ls: nosuch: No such file or directory\n', 1),
    ('mkdir /a/b', "mkdir: can't create directory '/a/b': No such file or directory\n", 1),
    ('rm nosuch', "rm: can't remove 'nosuch': No such file or directory\n", 1),
    ('sleep x', "sleep: invalid number 'x'\n", 1),
    ('cat /tmp', 'cat: read error: Is a directory\n', 1),
    ('md5sum nosuch', "md5sum: can't open 'nosuch': No such file or directory\n", 1),
    ('[ 1 -eq x ]', 'sh: x: bad number\n', 2),
    ('[ 1', 'sh: missing ]\n', 2),
    ('[ a b ]', 'sh: b: unknown operand\n', 2),
    ('test a b c', 'sh: b: unknown operand\n', 2),
    ('let x=1/0', 'sh: let: line 1: divide by zero\n', 2),
    ('. ./nosuch', "sh: .: line 1: can't open ./nosuch: no such file\n", 2),
    ('df nosuch', "df: nosuch: can't find mount point\n", 1),
    ('local x', 'sh: local: line 1: not in a function\n', 2),
    ("printf '%d' abc", "sh: invalid number 'abc'\n", 1),
    ('ln -s nosuch l; ls -L l', 'ls: l: No such file or directory\n', 1),
    ('exit -1', 'sh: exit: line 1: Illegal number: -1\n', 2),
    ('exit 3 4', '', 3),
    ('shift x', 'sh: shift: line 1: Illegal number: x\n', 2),
    ('ln nosuch b', 'ln: nosuch: No such file or directory\n', 1),
    ('time -p true', 'real 0.00\nuser 0.00\nsys 0.00\n', 0),
    ('tail nosuch', "tail: can't open 'nosuch': No such file or directory\ntail: no files\n", 1),
    ('sort nosuch', 'sort: nosuch: No such file or directory\n', 2),
    ('du nosuch', 'du: nosuch: No such file or directory\n', 1),
    ('chown nosuch /tmp', 'chown: unknown user nosuch\n', 1),
    ('realpath nosuch', 'realpath: nosuch: No such file or directory\n', 1),
    ('killall nosuch', 'killall: nosuch: no process killed\n', 1),
    ('mount nosuch', "mount: can't read '/etc/fstab': No such file or directory\n", 1),
    ('umount nosuch', "umount: can't unmount nosuch: No such file or directory\n", 1),
    ('unlink nosuch', "unlink: can't remove file 'nosuch': No such file or directory\n", 1),
    ('su nosuch', 'su: unknown user nosuch\n', 1),
    ('timeout 1 sleep 3', 'Terminated\n', 143),
    ('kill 99999', "sh: can't kill pid 99999: No such process\n", 1),
    ('kill x', "sh: invalid number 'x'\n", 1),
    ('kill', 'sh: you need to specify whom to kill\n', 1),
    ('kill -XX 1', "sh: bad signal name 'XX'\n", 1),
])
def test_busybox_words_its_errors(script, stderr, code, busybox):
    assert busybox.run(script)[1:] == (stderr, code)


@pytest.mark.parametrize(('script', 'stdout'), [
    ('echo {1..3}', '{1..3}\n'),
    ('type nosuch || echo $?', 'nosuch: not found\n127\n'),
    ('alias a=b; alias a', "a='b'\n"),
    ('printf "a b\\n" > f; wc f', '        1         2         4 f\n'),
    ('touch f; ls -l f | cut -c1-43', '-rw-r--r--    1 root     root             0\n'),
    ('touch f; ls -lh f | cut -c1-41', '-rw-r--r--    1 root     root           0\n'),
    ('ps -o pid=P,stat,comm | grep ps$ | cut -c6-', ' R    ps\n'),
    ('ps -o user,pid | head -n 1', 'USER     PID\n'),
    ('printf 1 > f; wc -c f f', '        1 f\n        1 f\n        2 total\n'),
    ('df -P | head -n 1', 'Filesystem           1024-blocks    Used Available Capacity Mounted on\n'),
    ('exec 2>&1; ls nosuch; echo on', 'ls: nosuch: No such file or directory\non\n'),
    ('exec > f && echo a; echo b; cat f >&2', ''),
    ('if true; then exec > f; fi; echo a; exec >&2; cat f', ''),
    ('{ exec 3> f; } 2> g; echo a >&3; cat f', 'a\n'),
    ('echo $PPID $RANDOM | grep -c "[0-9] [0-9]"', '1\n'),
    ('df nosuch 2>/dev/null', 'Filesystem           1K-blocks      Used Available Use% Mounted on\n'),
    ('time true 2>&1', 'real\t0m 0.00s\nuser\t0m 0.00s\nsys\t0m 0.00s\n'),
    ('setsid echo a; nice -n 5 echo b; ionice -c 3 echo c', 'a\nb\nc\n'),
    ('mountpoint /nosuch 2>&1; mountpoint /etc', 'mountpoint: /nosuch: No such file or directory\n'
     '/etc is not a mountpoint\n'),
    ('ls --help | head -n 1', 'BusyBox v1.38.0 (2026-03-15 10:00:00 UTC) multi-call binary.\n'),
    ('df | head -1', 'Filesystem           1K-blocks      Used Available Use% Mounted on\n'),
    ('free | head -1', '              total        used        free      shared  buff/cache   available\n'),
    ('dd if=/dev/zero of=f bs=1k count=4 2>&1 | head -2; wc -c f', '4+0 records in\n4+0 records out\n4096 f\n'),
    ('tail /dev/zero; echo $?', '137\n'),
    ('head -c 32 /dev/urandom | base64 | wc -c; head -c 3M /dev/zero | wc -c', '45\n3145728\n'),
    ("cat /dev/urandom | tr -dc 'a-z' | fold -w 32 | head -n 1 | wc -c", '33\n'),
    ("head -c 200000 /dev/zero | tr '\\0' x | awk '{print length($0)}'", '200000\n'),
    ('printf abcdef | dd bs=1 skip=2 count=3 status=none', 'cde'),
    ('dd if=nosuch 2>&1', "dd: can't open 'nosuch': No such file or directory\n"),
    ('return 3 || echo no', ''),
])
def test_busybox_is_not_bash(script, stdout, busybox):
    assert busybox.run(script)[0] == stdout


@pytest.mark.parametrize(('script', 'stdout'), [
    ("sh -c 'echo $-'", '\n'),
    ("sh -c 'set -ueC; echo $-'", 'uCe\n'),
    ("echo 'echo $-; set -a; echo $-' | sh", 's\nas\n'),
])
def test_letters_of_options_in_dash_and_ash(script, stdout, machine, busybox):
    assert machine.run(script).stdout == busybox.run(script).stdout == stdout


def test_letters_of_options_at_a_prompt(machine):
    assert machine.at_prompt().run('echo $-; set -C +m; echo $-').stdout == 'himBHs\nhiBCHs\n'


@pytest.mark.parametrize(('script', 'stderr'), [
    ("sh -c 'nosuch'", 'sh: 1: nosuch: not found\n'),
    ("sh -c 'echo x > /nowhere/x'", 'sh: 1: cannot create /nowhere/x: Directory nonexistent\n'),
    ("sh -c 'cat < nosuch'", 'sh: 1: cannot open nosuch: No such file\n'),
    ("sh -c 'cd /nowhere'", "sh: 1: cd: can't cd to /nowhere\n"),
    ("sh -c 'if; then'", 'sh: 1: Syntax error: ";" unexpected\n'),
    ("sh -c 'echo \"open'", 'sh: 1: Syntax error: Unterminated quoted string\n'),
])
def test_sh_is_dash_on_a_gnu_machine(script, stderr, machine):
    assert machine.run(script).stderr == stderr


def test_a_prompt_has_no_line_numbers(machine):
    machine.at_prompt()
    assert machine.run('nosuch').stderr == 'bash: nosuch: command not found\n'
    assert machine.run('echo a; if; then').stderr == "bash: syntax error near unexpected token `;'\n"


@pytest.mark.parametrize(('line', 'token'), [
    ('for number in range(3):', '('), ('for i in 1 2 (3); do :; done', '('), ('select i in a >x; do :; done', '>')])
def test_what_is_no_word_ends_the_words_of_a_loop(machine, line, token):
    assert machine.at_prompt().run(line).stderr == f"bash: syntax error near unexpected token `{token}'\n"



def test_a_bad_expansion_ends_the_line_but_not_the_prompt(machine):
    found = machine.at_prompt().run('echo ${x:?is missing}; echo not this\necho next')
    assert found == ('next\n', 'bash: x: is missing\n', 0)


@pytest.mark.parametrize(('text', 'status'), [
    ('echo hi', 'complete'), ('echo "open', 'incomplete'), ('for i in a; do', 'incomplete'),
    ('cat <<EOF\nx', 'incomplete'),
    ('cat <<EOF\nx\nEOF', 'complete'), ('a &&', 'incomplete'), ('echo \\', 'incomplete'), ('$(echo', 'incomplete'),
    ('if true; then echo; fi', 'complete'), ('f() {', 'incomplete'), ('case x in', 'incomplete'),
    ('[[ a', 'incomplete'),
])
def test_a_prompt_knows_what_needs_more(text, status):
    assert parse_status(text) == status
    assert parse_status('fi').startswith('syntax error')


def test_a_backslash_before_a_double_quote_stays_in_a_heredoc(output):
    assert output('x=1; cat <<E\n"a" \\"b\\" \\\\ \\$x $x \\c ${y:-"d"}\nE\n') == '"a" \\"b\\" \\ $x 1 \\c d\n'


def test_two_heredocs_on_one_line(output):
    assert output('paste - <(cat <<B\nb\nB\n) <<A\na\nA') == 'a\tb\n'
    assert output('cat <<A; cat <<B\na\nA\nb\nB') == 'a\nb\n'


def test_state_stays_between_blocks(machine):
    machine.at_prompt()
    machine.run('x=1; f() { echo "f $x"; }; alias g="f"; cd /tmp')
    assert machine.run('g; pwd').stdout == 'f 1\n/tmp\n'


def test_a_pipeline_streams_and_breaks(machine):
    began = machine.simulation.now
    found = machine.run('yes | head -1; (echo a; sleep 1000; echo b) | head -1')
    assert found.stdout == 'y\na\n'
    assert machine.run('yes > /dev/null | head -1; true').code == 0
    assert machine.simulation.now > began


def test_reading_in_a_loop_lets_time_pass(machine):
    assert machine.run('for i in 1 2 3; do date +%S; sleep 5; done').stdout == '00\n05\n10\n'


def test_escapes_are_bytes_until_they_make_characters(machine):
    assert machine.run(r"printf '\xff\376\x00\x01' | base64").stdout == '//4AAQ==\n'
    assert machine.run(r"x=$(printf '\xe4\xb8\xad'); echo $x ${#x} $'\xe4\xb8\xad' $'\u4e2d'").stdout == '中 1 中 中\n'
    assert machine.run(r"echo -en '\ud800\UFFFFFFFF' | base64").stdout == '7aCA\n'


def test_background_jobs(machine):
    machine.at_prompt()
    found = machine.run('sleep 10 &')
    assert found.stderr.startswith('[1] ')
    assert machine.run('jobs').stdout == '[1]+  Running                 sleep 10 &\n'
    assert machine.run('kill %1; wait; true').stdout == ''
    quiet = machine.run('sleep 10 & kill $!; wait $!')
    assert 'Terminated' not in quiet.stderr and quiet.code == 143
    machine.run('sleep 1 &')
    machine.simulation.advance(2)
    assert machine.run('true').stdout == '[1]+  Done                    sleep 1\n'


def test_traps_and_signals(machine):
    script = "trap 'echo got TERM; exit 0' TERM; while true; do sleep 1; done"
    assert machine.run(f'sh -c "{script}" & sleep 3; kill $!; wait $!; echo $?').stdout == 'got TERM\n0\n'
    assert machine.run("sh -c 'kill -9 $$'; echo $?").stdout == '137\n'
    assert machine.run("bash -c 'trap \"echo bye\" EXIT; exit 3'; echo $?").stdout == 'bye\n3\n'


@pytest.mark.parametrize(('script', 'output'), [
    ("trap 'echo TERM' TERM; sleep 9; date +%S", 'TERM\n09\n'),
    ("trap 'echo TERM; exit 4' TERM; (sleep 9); echo never", 'TERM\n'),
    ("trap 'echo TERM' TERM; sleep 9 | cat; echo $(date +%S)", 'TERM\n09\n'),
    ("trap 'echo TERM' TERM; sleep 20 & wait; echo $? $(date +%S)", 'TERM\n143 03\n'),
    ("trap 'echo INT $(date +%S)' INT; sleep 9; echo after", 'INT 03\nafter\n'),
    ("trap 'echo bye' EXIT; trap 'exit 3' TERM; sleep 9", 'bye\n'),
])
def test_a_trap_waits_for_the_program_in_front_and_ends_wait(machine, script, output):
    signal = 'INT' if ' INT' in script else 'TERM'
    machine.files.put('/tmp/s', script.encode())
    assert machine.run(f'bash /tmp/s & sleep 3; kill -{signal} $!; wait $!').stdout == output


def test_a_signal_ends_the_sleep_that_busybox_has_built_in(machine):
    machine.host.userland = 'busybox'
    machine.files.put('/tmp/s', "trap 'echo TERM' TERM; sleep 9; date +%S")
    assert machine.run('sh /tmp/s & sleep 3; kill $!; wait $!').stdout == 'TERM\n03\n'


@pytest.mark.parametrize('script',
                         ['while true; do :; done', 'f() { f; }; f', 'f() { f | f; }; f', 'for ((;;)); do x=1; done',
                                    'yes', 'cat /dev/zero | tr "\\0" x', ':(){ :|:& };:',
                                    'x=a; while :; do x=$x$x; done',
                                    'echo {1..100000}{1..100000}', "awk 'BEGIN { while (1) x++ }'", "sed ':a;ba' <<< x",
                                    "jq -n 'repeat(1)'", 'printf "%1000000000d" 1', 'seq 1 1000000000'])
def test_what_never_ends_is_ended(script, machine):
    from tutor.shell.interpreter import Shell
    found = machine.run(script, limit=3000)
    assert isinstance(machine.shell, Shell)
    assert found.code or found.stderr or len(found.stdout) < 200_000_000
    assert machine.run('echo alive').stdout == 'alive\n'


def test_other_users_write_only_where_they_may(machine):
    machine.login(1000)
    assert machine.run('echo x > /etc/x').stderr == 'bash: line 1: /etc/x: Permission denied\n'
    assert machine.run('touch /etc/x; mkdir /etc/d; rm /etc/passwd').stderr == (
        "touch: cannot touch '/etc/x': Permission denied\n"
        'mkdir: cannot create directory ‘/etc/d’: Permission denied\n'
        "rm: cannot remove '/etc/passwd': Permission denied\n")
    script = 'cd /home/learner; echo mine > f; stat -c "%U %a" f; umask 077; touch g; stat -c %a g'
    assert machine.run(script).stdout == 'learner 644\n600\n'


def test_scripts_run_by_their_first_line(output):
    assert output('printf "#!/bin/sh\\necho \\$0 \\$1\\n" > s; chmod +x s; ./s a') == './s a\n'


def test_the_same_script_gives_the_same_bytes():
    from tests.unit.shell.conftest import Machine
    script = 'for i in 1 2 3; do echo $RANDOM; mktemp; done; shuf -i 1-100; date +%N'
    assert Machine().run(script) == Machine().run(script)


@pytest.mark.parametrize('text', ['x=((', 'a=(1;2)', "x=$'${x@Q}~[[s-a]'; [[ y == [z-a] ]]", 'fc -l',
                                  'set -e?|((x=((x="${x'])
def test_what_once_hung_or_crashed_ends(text, machine):
    machine.at_prompt()
    machine.run(text, limit=100)
    assert machine.run('echo alive').stdout == 'alive\n'


def test_what_a_substitution_writes_is_read_as_it_comes(machine):
    began = machine.simulation.now
    assert machine.run('read x < <(echo first; sleep 1000; echo second); echo $x').stdout == 'first\n'
    assert machine.simulation.now - began < 10
    assert machine.run('{ echo a; echo b; } > >(while read l; do echo "[$l]"; done)').stdout == '[a]\n[b]\n'


def test_a_script_expands_aliases_only_when_it_is_told_to(machine):
    assert machine.run("alias a='echo yes'\na").code == 127
    assert machine.run("shopt -s expand_aliases; alias a='echo yes'\na").stdout == 'yes\n'


def test_commands_are_remembered_until_path_changes(machine):
    machine.files.put('/opt/ls', '#!/bin/sh\necho other\n', 0o755)
    assert machine.run('hash ls; type ls; PATH=/opt:$PATH; ls; hash -t ls').stdout == \
        'ls is hashed (/bin/ls)\nother\n/opt/ls\n'


def test_bind_says_that_it_can_do_nothing(machine):
    assert 'error:' in machine.at_prompt().run('bind -x').stderr


@pytest.mark.parametrize(('line', 'stdout'), [
    ("alias f='g() { echo got $1; } ; g'\nf a; f b", 'got a\ngot b\n'),
    ("alias f='function g { echo got $1; }; g'\nf a", 'got a\n'),
    ("alias b='{ echo in; }; echo'\nb out", 'in\nout\n'),
    ("alias l='ls'\nalias ls='echo'\nl x", 'x\n'),
])
def test_an_alias_may_begin_any_command(machine, line, stdout):
    assert machine.run(f'shopt -s expand_aliases; {line}').stdout == stdout


def test_an_alias_after_an_assignment_begins_no_compound_command(machine):
    assert "syntax error near unexpected token `}'" in machine.run(
        "shopt -s expand_aliases; alias b='{ echo in; }; echo'\nA=1 b out").stderr


KUBERNETES = ('export HOSTNAME=web KUBERNETES_SERVICE_HOST=h KUBERNETES_SERVICE_PORT=p KUBERNETES_PORT=t HOME=/root '
              'KUBERNETES_PORT_443_TCP=a KUBERNETES_PORT_443_TCP_ADDR=b KUBERNETES_SERVICE_PORT_HTTPS=c; ')


def _names(text: str) -> list[str]:
    return [line.partition('=')[0] for line in text.splitlines()]


def test_programs_get_the_environment_in_the_order_of_the_shells_table(machine, busybox):
    """As listings of real pods have it."""
    in_bash = machine.run(f"{KUBERNETES} env -i a.b=1 $(env | grep -v -e USER -e LC_) bash -c 'env; :'").stdout
    assert _names(in_bash) == [
        'a.b', 'KUBERNETES_SERVICE_PORT_HTTPS', 'KUBERNETES_SERVICE_PORT', 'HOSTNAME', 'PWD', '_', 'HOME',
        'KUBERNETES_PORT_443_TCP', 'SHLVL', 'KUBERNETES_PORT_443_TCP_ADDR', 'KUBERNETES_SERVICE_HOST',
        'KUBERNETES_PORT', 'PATH']
    assert _names(busybox.run(f"unset USER LC_ALL; {KUBERNETES} sh -c 'env; :'").stdout) == [
        'KUBERNETES_SERVICE_PORT', 'KUBERNETES_PORT', 'HOSTNAME', 'SHLVL', 'HOME', 'KUBERNETES_PORT_443_TCP_ADDR',
        'PATH', 'KUBERNETES_PORT_443_TCP', 'KUBERNETES_SERVICE_PORT_HTTPS', 'KUBERNETES_SERVICE_HOST', 'PWD']


@pytest.mark.parametrize(('script', 'level'), [
    ('env', 0), ('true; env', 0), ('true && env', 0), ('X=1 env', 0), ('{ env; }', 1), ('env; :', 1), ('env >&1', 1),
    ('if true; then env; fi', 1), ('env | cat', 1)])
def test_bash_becomes_its_last_command_and_leaves_its_level(machine, script, level):
    assert f'SHLVL={level}\n' in machine.run(f"env -u SHLVL bash -c '{script}'").stdout


def test_dash_forgets_what_is_no_variables_name_and_quotes_what_it_shows(machine):
    shown = machine.run("""env -i a.b=1 "X=it's" PATH=$PATH sh -c 'env; export; set'""").stdout
    assert 'a.b' not in shown
    assert """export PWD='/root'\nexport X='it'"'"'s'\nIFS=' \t\n'\nOPTIND='1'\n""" in shown
    assert """\nPS1='# '\nPS2='> '\nPS4='+ '\nPWD='/root'\nX='it'"'"'s'\n""" in shown


def test_where_a_shell_was_is_told_to_programs(machine):
    assert 'OLDPWD' not in machine.run("bash -c 'env'").stdout
    assert 'OLDPWD=/tmp\n' in machine.run("bash -c 'cd /tmp; cd /; env'").stdout
    assert 'declare -x OLDPWD\n' in machine.run("bash -c export").stdout

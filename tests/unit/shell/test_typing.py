"""While someone types: completion, colours, history."""

from __future__ import annotations

import pytest

from tutor.shell.completion import Completion, Request, complete
from tutor.shell.events import EventNotFound, expanded
from tutor.shell.highlight import highlight
from tutor.shell.history import History
from tutor.shell.tty import SANE


@pytest.fixture
def shell(machine):
    machine.run('alias k=kubectl; fn() { :; }; NAME=web; export NAME; mkdir "a b" abc; touch "a b/f.yaml" abc/x .hid')
    return machine.shell


@pytest.mark.parametrize(('line', 'texts', 'start'), [
    ('hea', ['head'], 0), ('fn', ['fn'], 0), ('ls | hea', ['head'], 5), ('x=$(hea', ['head'], 4),
    ('A=1 hea', ['head'], 4),
    ('if hea', ['head'], 3), ('cat a', ['a\\ b/', 'abc/'], 4), ('cat "a', ['"a b/', '"abc/'], 4),
    ('cat a\\ b/', ['a\\ b/f.yaml'], 4), ("cat 'a b/", ["'a b/f.yaml'"], 4), ('cat < ab', ['abc/'], 6),
    ('> ab', ['abc/'], 2),
    ('cat .h', ['.hid'], 4), ('cat ~/ab', ['~/abc/'], 4), ('echo $NAM', ['$NAME'], 5), ('echo "${NAM', ['${NAME}'], 6),
    ('export NAM', ['NAME='], 7), ('which hea', ['head'], 6), ('cd a', ['a\\ b/', 'abc/'], 3), ('cat nothing', [], 4),
    ('echo --file=ab', ['--file=abc/'], 5), ('xargs hea', ['head'], 6),
])
def test_words_are_completed(line, texts, start, shell):
    found = complete(line, len(line), shell)
    assert [each.text for each in found] == texts
    assert all(each.start == start for each in found)


def test_a_program_completes_its_own_words(shell):
    def completer(request: Request) -> list[Completion]:
        assert request.words[0] == 'kubectl'
        return [Completion(word) for word in ('get', 'delete') if word.startswith(request.current)]
    completers = {'kubectl': completer}
    assert [each.text for each in complete('k g', 3, shell, completers)] == ['get']
    assert [each.text for each in complete('watch -n 1 k g', 14, shell, completers)] == []
    assert [each.text for each in complete('watch kubectl g', 15, shell, completers)] == ['get']


def test_commands_come_with_a_word_in_both_languages(shell):
    found = next(each for each in complete('grep', 4, shell) if each.text == 'grep')
    assert found.description is not None
    assert (found.description.en, found.description.zh) == ('find lines that match', '查找匹配的行')


def kinds(text: str, shell) -> list[tuple[str, str]]:
    return [(text[span.start:span.end], span.kind) for span in highlight(text, shell)]


def test_colours_say_what_is_what(shell):
    assert kinds('nosuch -n "中文 $NAME" | grep 3 > out # 注释', shell) == [
        ('nosuch', 'unknown'), ('-n', 'option'), ('"中文 ', 'string'), ('$', 'variable'), ('NAME', 'variable'),
        ('"', 'string'), ('|', 'operator'), ('grep', 'command'), ('3', 'number'), ('>', 'redirect'),
        ('# 注释', 'comment')]
    assert kinds('k get; fn; echo', shell)[0::2] == [('k', 'command'), ('fn', 'function'), ('echo', 'builtin')]


def test_unfinished_text_has_colours_too(shell):
    assert ('for', 'keyword') in kinds('for i in $(seq 3); do echo "', shell)
    assert highlight('x' * 100_000, shell) == []


def test_emoji_behind_a_brace_is_no_crash(shell):
    for _ in range(2000):
        assert highlight('\U000698d4\xe0\x81{\U000848e4\x85 # 😀', shell)


def test_history_walks_and_comes_back():
    history = History(['a', 'b'])
    assert (history.up('draft'), history.up('b'), history.up('a')) == ('b', 'a', None)
    assert (history.down('a'), history.down('b'), history.down('draft')) == ('b', 'draft', None)


def test_history_keeps_what_is_worth_it():
    history = History()
    for line in ('ls', 'ls', ' secret', '', 'pwd'):
        history.add(line)
    assert list(history) == ['ls', 'pwd']
    assert history.search('s') == 'ls'
    assert history.search('p', 1) is None


def test_history_survives_being_written_down():
    history = History(['cat <<EOF\na\\n\nEOF', 'echo 中文'])
    assert list(History.load(history.dump())) == list(history)


def test_history_events():
    history = History(['kubectl get pods', 'ls -l'])
    assert expanded('!!', history.lines) == 'ls -l'
    assert expanded('echo !$', history.lines) == 'echo -l'
    assert expanded('!kube -w', history.lines) == 'kubectl get pods -w'
    assert expanded('!1', history.lines) == 'kubectl get pods'
    assert expanded('^-l^-a', history.lines) == 'ls -a'
    assert expanded('echo !!:1 "yes!" [!a] $! !=', history.lines) == 'echo -l "yes!" [!a] $! !='
    with pytest.raises(EventNotFound, match='!nosuch: event not found'):
        expanded('!nosuch', history.lines)
    assert expanded("echo 'a!b'", history.lines) == "echo 'a!b'"


def terminal_machine(machine, keys):
    """A machine with a terminal on which these lines are typed; gives what it shows."""
    from tutor.shell.process import IO
    from tutor.shell.streams import Capture
    from tutor.shell.terminal import Terminal
    screen = Capture()
    terminal = Terminal(machine.simulation, 40, 6)
    terminal.on_output = screen.write
    machine.shell.ctx.terminal = terminal
    machine.shell.io = IO(terminal.reader, terminal.writer, terminal.writer)

    def run(text):
        from tutor.shell.sh import run as run_text
        task = machine.simulation.spawn(run_text(machine.shell, text))
        for key in keys:
            machine.simulation.advance(2)
            terminal.type_key(key) if not terminal.mode.lines else terminal.type_line(key)
        machine.simulation.run_until(lambda: task.done, machine.simulation.now + 100)
        assert task.done and terminal.mode == SANE and not machine.simulation.failures
        return screen.text().replace('\r\n', '\n').replace('\r\x1b[K', '')
    return run


OPEN, CLOSE, CLEAR, END = '\x1b[?1049h\x1b[H\x1b[2J', '\x1b[?1049l', '\x1b[H\x1b[2J', '\x1b[7m(END)\x1b[0m'


@pytest.mark.parametrize(('keys', 'shown'), [
    ('q', '1\n2\n3\n4\n5\n:'),
    (' q', '1\n2\n3\n4\n5\n:6\n7\n8\n9\n10\n:'),
    ('\nq', '1\n2\n3\n4\n5\n:6\n:'),
    (['\x1b[B', 'q'], '1\n2\n3\n4\n5\n:6\n:'),
    (['\x1b[6~', '\x1b[A', 'q'], f'1\n2\n3\n4\n5\n:6\n7\n8\n9\n10\n:{CLEAR}5\n6\n7\n8\n9\n:'),
    ('Gq', f'1\n2\n3\n4\n5\n:{CLEAR}16\n17\n18\n19\n20\n{END}'),
    ('Ggq', f'1\n2\n3\n4\n5\n:{CLEAR}16\n17\n18\n19\n20\n{END}{CLEAR}1\n2\n3\n4\n5\n:'),
    ('12gq', f'1\n2\n3\n4\n5\n::1:12{CLEAR}12\n13\n14\n15\n16\n:'),
    ('/12\nq', f'1\n2\n3\n4\n5\n://1/12{CLEAR}\x1b[7m12\x1b[0m\n13\n14\n15\n16\n:'),
    ('bq', '1\n2\n3\n4\n5\n:\a:'),
    (':q', '1\n2\n3\n4\n5\n::'),
    ('-Nq', f'1\n2\n3\n4\n5\n:-{CLEAR}      1 1\n      2 2\n      3 3\n      4 4\n      5 5\n'
            '\x1b[7mConstantly display line numbers  (press RETURN)\x1b[0m'),
])
def test_less_takes_each_key_at_once(keys, shown, machine):
    assert terminal_machine(machine, keys)('seq 20 | less') == f'{OPEN}{shown}{CLOSE}'


def test_less_shows_what_is_there_of_a_text_that_goes_on(machine):
    shown = terminal_machine(machine, ['q'])('(echo one; sleep 100; echo two) | less')
    assert shown == f'{OPEN}one\n:{CLOSE}'


def test_less_follows_a_file_until_it_is_interrupted(machine):
    shown = terminal_machine(machine, ['F', '\x03', 'q'])('echo a > f; (sleep 3; echo b >> f) & less f')
    assert 'Waiting for data... (interrupt to abort)b\n' in shown


@pytest.mark.parametrize(('command', 'keys', 'shown'), [
    ('seq 12 | more', ' \n ', '1\n2\n3\n4\n5\n\x1b[7m--More--\x1b[0m6\n7\n8\n9\n10\n\x1b[7m--More--\x1b[0m11\n'
     '\x1b[7m--More--\x1b[0m12\n'),
    ('seq 3 | more', '', '1\n2\n3\n'),
    ('seq 3 | less -F', '', '1\n2\n3\n'),
    ('read -n1 x; echo "<$x>"', 'k', 'k<k>\n'),
    ('read -sn2 x; echo "<$x>"', 'kl', '<kl>\n'),
    ('read -s x; echo "<$x>"', ['secret'], '<secret>\n'),
    ('read -t 1 x; echo $?', '', '142\n'),
    ('stty -echo; read x; stty echo; echo "<$x>"', ['secret'], '<secret>\n'),
])
def test_programs_set_the_mode_of_the_terminal(command, keys, shown, machine):
    assert terminal_machine(machine, keys)(command) == shown


@pytest.mark.parametrize('command', ['top', 'watch date'])
def test_q_ends_what_draws_the_whole_screen(command, machine):
    assert terminal_machine(machine, 'q')(f'{command}; echo "ended $?"').endswith('ended 0\n')


def test_pagers_print_all_elsewhere(machine):
    assert machine.run('seq 100 | less | tail -1').stdout == '100\n'


def test_what_is_not_simulated_says_what_to_do(machine):
    machine.shell.ctx.extras['languages'] = ('en',)
    assert machine.run('tmux').stderr == (
        'tmux: error: not simulated here: to do two things at once put `&` after a command, and use `jobs` and `fg`\n')
    machine.shell.ctx.extras['languages'] = ('zh', 'en')
    assert machine.run('git').stderr.startswith('git: error: 这里没有模拟：这里没有 Git')
    assert 'helm - not here' in machine.run('man helm').stdout
    assert '这里没有' in machine.run('help').stdout

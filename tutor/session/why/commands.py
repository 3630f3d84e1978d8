"""Failures of the command line itself: programs, commands, flags, arguments."""

from __future__ import annotations

import re

from tutor.apimachinery.resources import RESOURCES
from tutor.course.words import Text
from tutor.session.why.explanation import LIKELY, LOOK, MEND, Answer, Failure, Suggestion, close


def no_such_program(match: re.Match[str], failure: Failure) -> Answer:
    from tutor.shell.builtins.catalog import BUILTINS
    from tutor.shell.programs.absent import ABSENT
    from tutor.shell.programs.catalog import PROGRAMS
    name = match[1]
    if name in ABSENT:
        en, zh = ABSENT[name]
        return Text(zh=f'这个 Shell 里没有 `{name}`：{zh}。', en=f'This shell has no `{name}`: {en}.'), [
            Suggestion(LOOK, 'help')]
    likely = 'kubectl' if close(name, ['kubectl']) else close(name, sorted({*PROGRAMS, *BUILTINS} - {*ABSENT}))
    text = Text(zh=f'这个 Shell 里没有叫 `{name}` 的命令。多半是拼写错误；`help` 列出有哪些。',
                en=f'There is no command `{name}` in this shell. It is most likely a typing error; `help` lists what there is.')
    found = [Suggestion(LIKELY, failure.replaced(name, likely))] if likely else []
    if name == 'k':
        found = [Suggestion(MEND, 'alias k=kubectl')]
    return text, [*found, Suggestion(LOOK, 'help')]


def shell_syntax(match: re.Match[str], failure: Failure) -> Answer:
    return Text(
        zh=f'Shell 在 `{match[1]}` 这里读不下去：引号、括号，或者 `|`、`;`、`&&` 的位置不对。',
        en=f'The shell cannot read on at `{match[1]}`: a quote, a parenthesis, or a `|`, `;` or `&&` is misplaced.'), []


def open_quote(match: re.Match[str], failure: Failure) -> Answer:
    return Text(zh=f'有一个 `{match[1]}` 没有配对。把它补上，或者删掉。',
                en=f'A `{match[1]}` has no partner. Close it, or take it away.'), []


def unknown_command(match: re.Match[str], failure: Failure) -> Answer:
    from tutor.kubectl.cmd.root import root
    word, parent = match[1], match[2]
    known = [line.name for line in root().command.lines] if parent == 'kubectl' else []
    likely = close(word, known)
    text = Text(zh=f'`{parent}` 没有子命令 `{word}`。先写动词，再写资源，例如 `kubectl get pods`。',
                en=f'`{parent}` has no command `{word}`. The verb comes first, then the resource: `kubectl get pods`.')
    return text, [Suggestion(LIKELY, failure.replaced(word, likely))] if likely else [Suggestion(LOOK, f'{parent} --help')]


def unknown_flag(match: re.Match[str], failure: Failure) -> Answer:
    flag = match[2].partition('=')[0]
    if found := _other_command(failure):
        return found
    likely = close(flag, _flags(failure.command))
    text = Text(zh=f'这条命令没有选项 `{flag}`。长选项有两个短横线；每条命令的选项都不一样。',
                en=f'This command has no flag `{flag}`. Long flags begin with two dashes, and each command has its own.')
    found = [Suggestion(LIKELY, failure.replaced(flag, likely))] if likely else []
    command = re.search(r'kubectl(?: [a-z][a-z-]*)+', failure.command)
    return text, [*found, *([Suggestion(LOOK, f'{command[0].strip()} --help')] if command and not likely else [])]


def _other_command(failure: Failure) -> Answer | None:
    """A flag that only a sub-command has, after a slip in its name: kubectl then reads the flags of its parent."""
    from tutor.kubectl.cmd.root import root
    from tutor.kubectl.command import find
    match = re.search(r'(?:kubectl|k) ([a-z-]+) ([a-z-]+)', failure.command)
    if match is None:
        return None
    parent, _ = find(root(), [match[1]])
    names = [line.name for line in parent.command.lines]
    likely = close(match[2], names) if match[2] not in names else None
    if likely is None:
        return None
    text = Text(zh=f'`kubectl {match[1]}` 没有子命令 `{match[2]}`，所以也不认识它的选项。',
                en=f'`kubectl {match[1]}` has no command `{match[2]}`, and so it does not know its flags.')
    return text, [Suggestion(LIKELY, failure.replaced(match[2], likely))]


def _flags(command: str) -> list[str]:
    """All long flags of the kubectl command that was typed."""
    from tutor.kubectl.cmd.root import root
    from tutor.kubectl.command import find
    words = command.split()
    place = next((place for place, word in enumerate(words) if word in ('kubectl', 'k')), None)
    if place is None:
        return []
    found, _ = find(root(), [word for word in words[place + 1:] if not word.startswith('-')])
    return [f'--{name}' for name in found.flag_set().known]


def flag_needs_value(match: re.Match[str], failure: Failure) -> Answer:
    return Text(zh=f'选项 {match[1]} 后面要跟一个值。', en=f'The flag {match[1]} needs a value after it.'), []


def required_flag(match: re.Match[str], failure: Failure) -> Answer:
    return Text(zh=f'这条命令一定要有选项 {match[1]}。', en=f'This command cannot do without the flag {match[1]}.'), []


def one_name(match: re.Match[str], failure: Failure) -> Answer:
    return Text(
        zh=f'这里要给出恰好一个名称，现在是 {match[1]} 个。名称里不能有空格；选项的值要用 `=` 连着写，或者加引号。',
        en=f'Exactly one name is wanted; there are {match[1]}. Names have no spaces, and the values of flags are joined '
           'with `=` or quoted.'), []


def no_name(match: re.Match[str], failure: Failure) -> Answer:
    return Text(zh='说了是哪种资源，没有说是哪一个。在后面加上名称，或者 `--all`。',
                en='The kind is there, but not which object. Add a name, or `--all`.'), []


def unknown_kind(match: re.Match[str], failure: Failure) -> Answer:
    word = match[1]
    known = [name for item in RESOURCES for name in item.names]
    likely = close(word, known)
    text = Text(zh=f'集群里没有叫 `{word}` 的资源类型。所有类型和缩写都列在 `kubectl api-resources` 里。',
                en=f'The cluster has no resource type `{word}`. `kubectl api-resources` lists them with their short names.')
    found = [Suggestion(LIKELY, failure.replaced(word, likely))] if likely else []
    return text, [*found, Suggestion(LOOK, 'kubectl api-resources')]


def no_such_file(match: re.Match[str], failure: Failure) -> Answer:
    return Text(
        zh=f'当前文件夹里没有 `{match[1]}`。这里的文件是课程自己的，不是你电脑上的；用 `ls` 看看有哪些。',
        en=f'There is no `{match[1]}` here. These are the files of the course, not those of your machine; `ls` shows them.'), [
            Suggestion(LOOK, 'ls -l')]


def incomplete(match: re.Match[str], failure: Failure) -> Answer:
    return Text(zh='命令没有写完：`if` 要有 `fi`，`for` 和 `while` 要有 `done`，`case` 要有 `esac`，`{` 和 `(` 要配对。',
                en='The command is not finished: `if` wants its `fi`, `for` and `while` their `done`, `case` its `esac`, `{` '
                   'and `(` their partner.'), []

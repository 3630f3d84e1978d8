"""How an explanation is found."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Protocol

from tutor.client.client import Client
from tutor.course.words import Text
from tutor.grader.view import Ran
from tutor.session.why.catalog import RULES
from tutor.session.why.explanation import LOOK, Explanation, Failure, Suggestion
from tutor.session.why.state.finding import explain_state

SILENT = re.compile(r'(?:^|[\s;|&(])(curl|wget|grep)\s[^;|&]*$')
"""A last command that may say nothing but its exit code."""


class Bench(Protocol):
    """The session that it failed in."""

    @property
    def client(self) -> Client: ...
    def file(self, path: str) -> str | None: ...


def explain(session: Bench, command: Ran) -> Explanation | None:
    """What went wrong: for a command that failed by what it printed, for one that succeeded by the state of what it
    was about. None when nothing did."""
    failed = command.code not in (0, None)
    said = (command.stderr if failed else '') or command.stdout
    failure = Failure(command.command, said, session.client, session.file)
    if not failed:
        return explain_state(failure)
    silent = SILENT.search(command.command)
    if silent and (not command.stderr or (silent[1], command.code) == ('grep', 1)):
        failure = replace(failure, error=f'{silent[1]}: ({command.code})')
    lines = [line for line in failure.error.strip().splitlines() if line.strip()]
    return _by_words(failure, lines, command) if lines else None


def _by_words(failure: Failure, lines: list[str], command: Ran) -> Explanation:
    """The explanation of the first rule that knows the error."""
    for pattern, rule in RULES:
        match = re.search(pattern, failure.error, re.MULTILINE)
        if match:
            text, suggestions = rule(match, failure)
            line = next((line for line in lines if match[0].splitlines()[0] in line), lines[0])
            return Explanation(line, text, suggestions)
    help_line = _help(command.command)
    return Explanation(lines[0], _unknown(command), [Suggestion(LOOK, help_line)] if help_line else [])


def _unknown(command: Ran) -> Text:
    return Text(zh=f'命令失败了，退出码是 {command.code}。上面那一行就是程序给出的原因。',
                en=f'The command failed with exit code {command.code}. The line above is the reason the program gives.')


def _help(text: str) -> str:
    match = re.match(r'\s*(kubectl(?:\s+(?!-)[a-z-]+){1,2})', text)
    if not match:
        return ''
    words = match[1].split()
    parents = ('create', 'rollout', 'set', 'config', 'auth')
    return ' '.join(words[:3] if len(words) > 2 and words[1] in parents else words[:2]) + ' --help'

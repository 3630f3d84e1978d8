"""An explanation, and how one is found."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Protocol

from tutor.apimachinery.errors import StatusError
from tutor.client.client import Client
from tutor.course.words import Text


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A command to look with, or the one that was meant."""

    label: Text
    command: str


@dataclass(frozen=True, slots=True)
class Explanation:
    """`error` as it was printed, a text about it, and what to type next."""

    error: str
    text: Text
    suggestions: list[Suggestion] = field(default_factory=list)


LOOK = Text(zh='看一看', en='Look')
LIKELY = Text(zh='多半要的是', en='Likely')


class Output(Protocol):
    def text(self) -> str: ...


class Command(Protocol):
    """A command that failed."""

    @property
    def text(self) -> str: ...
    @property
    def stdout(self) -> Output: ...
    @property
    def stderr(self) -> Output: ...
    @property
    def code(self) -> int | None: ...


class Bench(Protocol):
    """The session that it failed in."""

    @property
    def client(self) -> Client: ...


@dataclass(frozen=True, slots=True)
class Failure:
    """What a rule looks at: the command line, what it printed, and the cluster."""

    command: str
    error: str
    client: Client

    def replaced(self, wrong: str, right: str) -> str:
        """The command with one word corrected."""
        return re.sub(rf'(?<![\w-]){re.escape(wrong)}(?![\w-])', right, self.command, count=1)

    def names(self, resource: str, namespace: str) -> list[str]:
        """The names of the objects of a resource; none when they cannot be listed."""
        try:
            return [obj['metadata']['name'] for obj in self.client.items(resource, namespace)]
        except (StatusError, KeyError):
            return []


Rule = Callable[[re.Match[str], Failure], tuple[Text, list[Suggestion]]]


def close(word: str, known: list[str]) -> str | None:
    """The known word that is most like a wrong one."""
    found = get_close_matches(word, known, 1, 0.5)
    return found[0] if found else None


def explain(session: Bench, command: Command) -> Explanation | None:
    """The explanation of the first rule that knows the error; None when none does."""
    from tutor.session.why.catalog import RULES
    said = command.stderr.text() or command.stdout.text()
    lines = [line for line in said.strip().splitlines() if line.strip()]
    if not lines:
        return None
    failure = Failure(command.text, said, session.client)
    for pattern, rule in RULES:
        match = re.search(pattern, said, re.MULTILINE)
        if match:
            text, suggestions = rule(match, failure)
            line = next((line for line in lines if match[0].splitlines()[0] in line), lines[0])
            return Explanation(line, text, suggestions)
    return Explanation(lines[0], _unknown(command), [Suggestion(LOOK, _help(command.text))] if _help(command.text) else [])


def _unknown(command: Command) -> Text:
    return Text(zh=f'命令失败了，退出码是 {command.code}。上面那一行就是程序给出的原因。',
                en=f'The command failed with exit code {command.code}. The line above is the reason the program gives.')


def _help(text: str) -> str:
    match = re.match(r'\s*(kubectl(?:\s+(?!-)[a-z-]+){1,2})', text)
    if not match:
        return ''
    words = match[1].split()
    parents = ('create', 'rollout', 'set', 'config', 'auth')
    return ' '.join(words[:3] if len(words) > 2 and words[1] in parents else words[:2]) + ' --help'

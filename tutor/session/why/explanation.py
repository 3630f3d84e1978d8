"""An explanation, and what the rules that give one look at."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from tutor.apimachinery.errors import StatusError
from tutor.apimachinery.objects import Object
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


NAMESPACE = re.compile(r'(?:^|\s)(?:-n[= ]?|--namespace[= ])([a-z0-9][a-z0-9-]*)')
LOOK = Text(zh='看一看', en='Look')
LIKELY = Text(zh='多半要的是', en='Likely')
MEND = Text(zh='这样修', en='Mend')


@dataclass(frozen=True, slots=True)
class Failure:
    """What a rule looks at: the command line, what it printed, and the cluster."""

    command: str
    error: str
    client: Client
    file: Callable[[str], str | None] = lambda path: None
    """Reads a file of the learner's, by its path from the home folder."""

    @property
    def namespace(self) -> str:
        """The namespace that the command worked in."""
        match = NAMESPACE.search(self.command)
        return match[1] if match else current_namespace(self.file('.kube/config') or '')

    @property
    def flag(self) -> str:
        """What a kubectl command needs to look into that namespace: nothing, or ` -n NAME`."""
        return f' -n {self.namespace}' if NAMESPACE.search(self.command) else ''

    def replaced(self, wrong: str, right: str) -> str:
        """The command with one word corrected."""
        return re.sub(rf'(?<![\w-]){re.escape(wrong)}(?![\w-])', right, self.command, count=1)

    def names(self, resource: str, namespace: str) -> list[str]:
        """The names of the objects of a resource; none when they cannot be listed."""
        return [obj['metadata']['name'] for obj in self._items(resource, namespace)]

    def namespace_of(self, resource: str, name: str) -> str | None:
        """A namespace that has an object of this name."""
        found = self._items(resource, fields=f'metadata.name={name}')
        return found[0]['metadata'].get('namespace') if found else None

    def _items(self, resource: str, namespace: str = '', fields: str = '') -> list[Object]:
        try:
            return self.client.items(resource, namespace, fields=fields)
        except (StatusError, KeyError, OSError):
            return []


Answer = tuple[Text, list[Suggestion]]
Rule = Callable[[re.Match[str], Failure], Answer]


def close(word: str, known: list[str]) -> str | None:
    """The known word that a wrong one is a slip of: with a third of its letters, at most three, typed otherwise."""
    slips = min(max(len(word) // 3, 1), 3) if len(word) > 2 else 0
    near = [(edits(word, each), each[:1] != word[:1], len(each), each) for each in known
            if abs(len(each) - len(word)) <= slips]
    found = min(near, default=None)
    return found[-1] if found is not None and found[0] <= slips else None


def edits(one: str, other: str) -> int:
    """How many letters have to be put in, left out, changed or exchanged with their neighbour."""
    before: list[int] = []
    row = list(range(len(other) + 1))
    for place, letter in enumerate(one, 1):
        earlier, before, row = before, row, [place]
        for index, wanted in enumerate(other, 1):
            cost = min(before[index] + 1, row[index - 1] + 1, before[index - 1] + (letter != wanted))
            if place > 1 and index > 1 and letter == other[index - 2] and one[place - 2] == wanted:
                cost = min(cost, earlier[index - 2] + 1)
            row.append(cost)
    return row[-1]


def current_namespace(kubeconfig: str) -> str:
    """The namespace of the current context."""
    import yaml
    try:
        config = yaml.safe_load(kubeconfig) or {}
        contexts = {each['name']: each['context'] for each in config.get('contexts') or ()}
        return contexts[config['current-context']].get('namespace') or 'default'
    except (yaml.YAMLError, KeyError, TypeError, AttributeError):
        return 'default'

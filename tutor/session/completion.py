"""Completion at the learner's prompt: the shell's own, and kubectl's in the learner's languages."""

from __future__ import annotations

from tutor.client import control
from tutor.session.completion_words import ZH
from tutor.shell.completion import Completion, Request, Words, files
from tutor.shell.completion import complete as complete_line
from tutor.shell.interpreter import Shell


def complete(shell: Shell, text: str, cursor: int) -> list[Completion]:
    """All ways to go on at the cursor."""
    return complete_line(text, cursor, shell, {'kubectl': _kubectl, 'chaos': _chaos})


def _kubectl(request: Request) -> list[Completion]:
    from tutor.kubectl.completion import complete as suggest
    found: list[Completion] = []
    described: dict[tuple[str, str], Words | None] = {}
    for each in suggest(request.words[1:], request.current, request.shell.ctx):
        if each.file:
            found.extend(Completion(each.value + file.text, description=file.description)
                         for file in files(request.current.removeprefix(each.value), request.shell))
            continue
        key = each.key, each.english
        if key not in described:
            described[key] = Words(ZH.get(each.key, each.english), each.english) if each.english else None
        found.append(Completion(each.value, description=described[key]))
    return found


def _chaos(request: Request) -> list[Completion]:
    """The words of `chaos`, and what may stand where its synopses say so."""
    from tutor.session.chaos import suggestions
    found = control.of(request.shell.ctx.extras)
    if found is None:
        return []
    return [Completion(word, description=Words(zh, en) if en else None)
            for word, en, zh in suggestions(request.words[1:], found.faults) if word.startswith(request.current)]

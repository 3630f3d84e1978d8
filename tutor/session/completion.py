"""Completion at the learner's prompt: the shell's own, and kubectl's in the learner's languages."""

from __future__ import annotations

from tutor.session.completion_words import ZH
from tutor.shell.completion import Completion, Request, Words, files
from tutor.shell.completion import complete as complete_line
from tutor.shell.interpreter import Shell


def complete(shell: Shell, text: str, cursor: int) -> list[Completion]:
    """All ways to go on at the cursor."""
    return complete_line(text, cursor, shell, {'kubectl': _kubectl})


def _kubectl(request: Request) -> list[Completion]:
    from tutor.kubectl.completion import Suggestion
    from tutor.kubectl.completion import complete as suggest
    found: list[Completion] = []

    def add(suggestion: Suggestion) -> None:
        if suggestion.file:
            prefix = suggestion.value
            found.extend(Completion(prefix + each.text, description=each.description)
                         for each in files(request.current.removeprefix(prefix), request.shell))
        else:
            english = suggestion.english
            words = Words(ZH.get(suggestion.key, english), english) if english else None
            found.append(Completion(suggestion.value, description=words))

    for suggestion in suggest(request.words[1:], request.current, request.shell.ctx):
        add(suggestion)
    return found

"""`tutor play`: the shell alone, with line editing, completion, history and colours by prompt_toolkit."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator
from time import monotonic
from typing import TYPE_CHECKING, Any

from tutor.i18n import Voice
from tutor.i18n.voice import pick
from tutor.tui.contract import ShellLike
from tutor.tui.keyboard import Keyboard, Suspended

if TYPE_CHECKING:
    from prompt_toolkit import PromptSession
    from prompt_toolkit.completion import CompleteEvent, Completion
    from prompt_toolkit.document import Document
    from prompt_toolkit.formatted_text import StyleAndTextTuples

STEP = 0.03
MOST_AT_ONCE = 3600.0
"""Virtual time goes on while nobody looks, but a machine that slept for a day does not cost a day."""

STYLES = {'command': 'bold ansiblue', 'keyword': 'bold ansiblue', 'builtin': 'bold ansiblue',
          'function': 'bold ansiblue',
          'option': 'ansimagenta', 'string': 'ansigreen', 'variable': 'ansiyellow', 'number': 'ansiyellow',
          'comment': 'ansibrightblack', 'error': 'ansired'}


def run_shell(session: ShellLike, voice: Voice) -> int:
    """Prompt until the learner leaves; the exit status of the last command."""
    session.terminal.on_output = _write
    session.languages = voice.languages
    prompt = _prompt_session(session, voice)
    lines = _lines(lambda: _ask(prompt, session))
    return run_lines(session, lines, foreground)


def run_lines(session: Any, lines: Iterable[str], wait: Callable[[Any], None]) -> int:
    """Run what is typed, one block after the other; virtual time passes between them as it does outside."""
    seen = monotonic()
    for text in lines:
        now = monotonic()
        session.pump(min(now - seen, MOST_AT_ONCE))
        session.submit(text)
        wait(session)
        seen = monotonic()
        if getattr(session, 'ended', False):
            break
    return getattr(session, 'status', 0)


def foreground(session: ShellLike) -> None:
    """Let time pass until the command is over. What is typed meanwhile is its input; Ctrl-C stops it."""
    before = monotonic()
    session.pump(0.0)
    with Keyboard(session.terminal) as keyboard:
        while session.running:
            try:
                keyboard.wait(STEP)
                now = monotonic()
                session.pump(now - before)
                before = now
            except KeyboardInterrupt:
                session.terminal.interrupt()
                session.pump(0.0)
            except Suspended:
                session.terminal.suspend()
                session.pump(0.0)


def _write(text: str) -> None:
    sys.stdout.write(text.replace('\r\n', '\n'))
    sys.stdout.flush()


def _lines(ask: Callable[[], str]) -> Iterator[str]:
    """Ask again and again, until ^D."""
    while True:
        try:
            yield ask()
        except KeyboardInterrupt:
            continue
        except EOFError:
            print('exit')
            return


def _ask(prompt: PromptSession[str], session: ShellLike) -> str:
    from prompt_toolkit.formatted_text import ANSI
    return prompt.prompt(ANSI(f'\x1b[32m{session.prompt}\x1b[0m'))


# -- prompt_toolkit's parts, asked of the session ----------------------------------------------------------------


def _prompt_session(session: ShellLike, voice: Voice) -> PromptSession[str]:
    from prompt_toolkit import PromptSession
    from prompt_toolkit.completion import Completer, Completion
    from prompt_toolkit.history import InMemoryHistory
    from prompt_toolkit.lexers import Lexer

    class SessionCompleter(Completer):
        """Completions with their descriptions in the reader's language."""

        def get_completions(self, document: Document, complete_event: CompleteEvent) -> Iterator[Completion]:
            for found in session.complete(document.text, document.cursor_position):
                words = pick(found.description, voice.first) if found.description else ''
                yield Completion(found.text, found.start - document.cursor_position, display_meta=words)

    class SessionLexer(Lexer):
        """The colours of the shell's grammar."""

        def lex_document(self, document: Document) -> Callable[[int], StyleAndTextTuples]:
            lines = coloured_lines(session, document.text)
            return lambda number: lines[number] if number < len(lines) else []

    history = InMemoryHistory()
    for line in getattr(session.history, 'lines', ()):
        history.append_string(line)
    return PromptSession(
        completer=SessionCompleter(), lexer=SessionLexer(), history=history, complete_while_typing=False,
        enable_history_search=False, key_bindings=_keys(session), multiline=True, prompt_continuation='> ')


def _keys(session: ShellLike) -> Any:
    """Enter runs what is complete and goes on to the next line of what is not."""
    from prompt_toolkit.key_binding import KeyBindings
    keys = KeyBindings()

    @keys.add('enter')
    def _(event: Any) -> None:
        buffer = event.current_buffer
        if buffer.text.strip() and session.needs_more(buffer.text):
            buffer.cursor_position = len(buffer.text)
            buffer.insert_text('\n')
        else:
            buffer.validate_and_handle()

    return keys


def coloured_lines(session: ShellLike, text: str) -> list[StyleAndTextTuples]:
    """Each line of a text as prompt_toolkit's stretches of style and text."""
    lines: list[StyleAndTextTuples] = [[]]
    at = 0
    stretches: list[tuple[str, str]] = []
    for span in session.highlight(text):
        if span.start >= at:
            stretches += [('', text[at:span.start]), (STYLES.get(span.kind, ''), text[span.start:span.end])]
            at = span.end
    for style, part in [*stretches, ('', text[at:])]:
        for number, piece in enumerate(part.split('\n')):
            if number:
                lines.append([])
            if piece:
                lines[-1].append((style, piece))
    return lines

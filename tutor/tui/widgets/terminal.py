"""The terminal: what the shell printed, and the line that is being typed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.geometry import Offset, Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.selection import Selection
from textual.strip import Strip

from tutor.i18n.width import cells, character_width
from tutor.tui.contract import HighlightSpan, SessionLike
from tutor.tui.keyboard import press
from tutor.tui.line_editor import LineEditor, last_word
from tutor.tui.looks import COMPONENT_CLASSES
from tutor.tui.resilient import Resilient
from tutor.tui.reverse_search import ReverseSearch
from tutor.tui.scrollback import PLAIN, Pen, Scrollback, Stretch
from tutor.tui.widgets.terminal_keys import EDITING_KEYS, sequence
from tutor.tui.widgets.terminal_looks import colour
from tutor.tui.widgets.terminal_rows import RowCache, common_prefix
from tutor.tui.widgets.typed_line import PROMPT, TYPED, TypedLine

MAX_PASTE = 200_000
NOTE = Pen(look='dim')


class Terminal(Resilient, ScrollView, can_focus=True):
    """Shows a session's terminal; keys are readline's."""

    COMPONENT_CLASSES = COMPONENT_CLASSES | {'terminal--cursor'}
    ALLOW_SELECT = True
    DEFAULT_CSS = '''
    Terminal { overflow-x: hidden; overflow-y: auto; scrollbar-size-vertical: 1; background: $background; }
    Terminal { padding: 0 1; scrollbar-gutter: stable; }
    Terminal > .terminal--cursor { background: $block-cursor-background; color: $block-cursor-foreground; }
    '''

    class Submitted(Message):
        """A block was entered at the prompt."""

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

    class CompletionsFound(Message):
        """Several ways to complete the word; the screen shows a menu."""

        def __init__(self, completions: Sequence[Any]) -> None:
            super().__init__()
            self.completions = completions

    class Edited(Message):
        """The line has changed or gone: a menu about it is out of date."""

    class Refused(Message):
        """Something typed was not taken, for a reason that the screen says."""

        def __init__(self, reason: str) -> None:
            super().__init__()
            self.reason = reason

    def __init__(self, session: SessionLike | None = None, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.buffer = Scrollback()
        self.editor = LineEditor()
        self.session: SessionLike | None = None
        self._rows = RowCache()
        self._live: list[list[Stretch]] = []
        self._cursor: tuple[int, int] = (0, 0)
        self._typed = TypedLine(self._highlights)
        self._search = ReverseSearch()
        self._stale = True
        self.key_filter: Callable[[str], bool] | None = None
        """Asked first about every key: an open menu takes what is its own."""
        if session is not None:
            self.attach(session)

    # -- the session --------------------------------------------------------------------------------------------

    def attach(self, session: SessionLike) -> None:
        """Show another session; what was printed before stays above."""
        if self.session is not None:
            self.session.terminal.on_output = None
        self.session = session
        session.terminal.on_output = self.output
        self.changed()

    def output(self, text: str) -> None:
        """What programs print arrives here."""
        self.buffer.feed(text)
        self.changed()

    def note(self, text: str, action: str = '') -> None:
        """A line of our own between the outputs."""
        self.buffer.fresh_line()
        self.buffer.add_line(((text, NOTE),))
        self.changed()

    @property
    def busy(self) -> bool:
        return self.session is not None and (self.session.running or self.resuming)

    @property
    def resuming(self) -> bool:
        """Earlier commands are being lived through again: what is typed waits for the prompt."""
        return bool(getattr(self.session, 'resuming', False))

    def changed(self) -> None:
        """Draw anew at the next idle moment; a burst of output is drawn once."""
        if not self._stale and self.is_attached:
            self._stale = True
            self.call_next(self._sync)

    def on_mount(self) -> None:
        self._sync()

    def on_resize(self) -> None:
        self.tell_size()
        self._sync()

    def tell_size(self) -> None:
        """Programs may ask how large the terminal is."""
        size = self.scrollable_content_region.size
        if self.session is not None and size.width:
            self.guarded(self.session.terminal.resize, size.width, size.height)

    # -- rows ---------------------------------------------------------------------------------------------------

    def _sync(self) -> None:
        """Bring the rows, the size and the place that is scrolled to up to date."""
        self._stale = False
        size = self.scrollable_content_region.size
        if not size.width:
            return
        at_end = self.scroll_offset.y >= self.virtual_size.height - size.height - 1
        gone = self._rows.sync(self.buffer, size.width)
        self._live, self._cursor = self._live_rows(size.width)
        used = len(self._rows) + len(self._live)
        height = max(used, self._rows.top + size.height)
        self.virtual_size = Size(size.width, height)
        if at_end or self._typing_out_of_sight:
            self.scroll_to(y=height - size.height, animate=False, immediate=True, force=True)
        elif gone:
            # What the reader looks at stays where it is while old lines go at the top.
            self.scroll_to(y=max(self.scroll_offset.y - gone, 0), animate=False, immediate=True, force=True)
        self._typing_out_of_sight = False
        self._place_cursor()
        self.refresh()

    _typing_out_of_sight = False

    def _prompt_stretches(self) -> list[Stretch]:
        """What stands before the text that is typed."""
        if self._search.query is not None:
            return [(f"(reverse-i-search)`{self._search.query}': ", NOTE)]
        start = list(self.buffer.partial)
        if self.session is not None and not self.busy:
            start.append((self.session.prompt, PROMPT))
        return start

    def _live_rows(self, width: int) -> tuple[list[list[Stretch]], tuple[int, int]]:
        """The prompt with the text, wrapped; and where the cursor is."""
        hidden = self.session is not None and self.busy and not self.session.terminal.mode.echo
        text, cursor = ('', 0) if hidden else (self.editor.text, self.editor.cursor)
        rows, row, column = self._typed.rows(text, cursor, self._prompt_stretches(), width)
        return rows, (row, column)

    def _highlights(self, text: str) -> Sequence[HighlightSpan]:
        if self.session is None or self.busy:
            return ()
        return self.guarded(self.session.highlight, text) or ()

    def _place_cursor(self) -> None:
        """Where an input method shows what is being composed."""
        if self.has_focus:
            row, column = self._cursor
            region = self.scrollable_content_region
            y = len(self._rows) + row - self.scroll_offset.y
            origin = self.content_region.offset
            self.app.cursor_position = Offset(origin.x + column, origin.y + min(max(y, 0), region.height - 1))

    # -- drawing ------------------------------------------------------------------------------------------------

    def _style(self, pen: Pen) -> Style:
        if pen.look:
            return self.get_component_rich_style(f'look--{pen.look}', partial=True)
        if pen is PLAIN:
            return Style.null()
        return Style(color=colour(pen.foreground), bgcolor=colour(pen.background), bold=pen.bold or None,
                     dim=pen.dim or None, italic=pen.italic or None, underline=pen.underline or None,
                     reverse=pen.reverse or None)

    def _row(self, index: int) -> Sequence[Stretch]:
        if index < len(self._rows):
            return self._rows[index]
        live = index - len(self._rows)
        return self._live[live] if live < len(self._live) else ()

    def render_line(self, y: int) -> Strip:
        index = self.scroll_offset.y + y
        width = self.scrollable_content_region.width
        ground = self.rich_style
        row = self._row(index)
        strip = Strip([Segment(text, ground + self._style(pen)) for text, pen in row]).crop_extend(0, width, ground)
        if index == len(self._rows) + self._cursor[0]:
            strip = self._with_cursor(strip, width)
        strip = self._with_selection(strip, index, ''.join(text for text, _ in row))
        return strip.apply_offsets(0, index)

    def _with_cursor(self, strip: Strip, width: int) -> Strip:
        column = min(self._cursor[1], width - 1)
        size = 1
        taken = 0
        for character in strip.text:
            if taken == column:
                size = max(character_width(character), 1)
                break
            taken += character_width(character)
        style = self.get_component_rich_style('terminal--cursor') if self.has_focus else Style(underline=True)
        block = Strip([Segment(text, (old or Style.null()) + style, control)
                       for text, old, control in strip.crop(column, column + size)])
        return Strip.join([strip.crop(0, column), block, strip.crop(column + size)])

    def _with_selection(self, strip: Strip, index: int, text: str) -> Strip:
        selection = self.text_selection
        span = selection.get_span(index) if selection is not None else None
        if span is None:
            return strip
        start = cells(text[:span[0]])
        end = cells(text) if span[1] == -1 else cells(text[:span[1]])
        if end <= start:
            return strip
        mark = self.screen.get_component_rich_style('screen--selection')
        return Strip.join([strip.crop(0, start), Strip(Segment.apply_style(strip.crop(start, end), post_style=mark)),
                           strip.crop(end)])

    def get_selection(self, selection: Selection) -> tuple[str, str] | None:
        rows = [''.join(text for text, _ in self._row(index)).rstrip()
                for index in range(len(self._rows) + len(self._live))]
        return selection.extract('\n'.join(rows)), '\n'

    def selection_updated(self, selection: Selection | None) -> None:
        self.refresh()

    def on_focus(self) -> None:
        self._place_cursor()
        self.refresh()

    def on_blur(self) -> None:
        self.refresh()

    # -- keys ---------------------------------------------------------------------------------------------------

    def _on_key(self, event: events.Key) -> None:
        if self.session is None:
            return
        if self.key_filter is not None and self.key_filter(event.key):
            event.stop()
            event.prevent_default()
            return
        typed = event.character if event.is_printable else None
        if self._search.query is not None and self._search.key(event.key, typed, self.session.history, self.editor):
            self._consume(event)
            return
        if self._by_keys and (typed := sequence(event.key, event.character)) is not None:
            self.guarded(press, self.session.terminal, typed)
            self._consume(event)
            return
        if name := EDITING_KEYS.get(event.key):
            if not (self.resuming and name in ('enter', 'interrupt', 'end_of_file', 'complete', 'undo')):
                self._act(name)
            self._consume(event)
        elif event.is_printable and event.character and not event.key.startswith(('alt+', 'ctrl+')):
            self.editor.insert(event.character)
            self._consume(event)

    @property
    def _by_keys(self) -> bool:
        """Whether a program reads key by key; otherwise what is typed is edited here until Enter."""
        return self.session is not None and self.busy and not self.resuming and not self.session.terminal.mode.lines

    def _consume(self, event: events.Key) -> None:
        event.stop()
        event.prevent_default()
        if event.key != 'tab':
            self.post_message(self.Edited())
        self._typing_out_of_sight = True
        self.changed()

    def _act(self, name: str) -> None:
        own = getattr(self, f'_do_{name}', None)
        (own or getattr(self.editor, name))()

    def _on_paste(self, event: events.Paste) -> None:
        event.stop()
        text = event.text.replace('\r\n', '\n').replace('\r', '\n')
        if len(text) > MAX_PASTE:
            self.post_message(self.Refused('paste'))
            return
        text = ''.join(character for character in text.rstrip('\n') if character in '\n\t' or character >= ' ')
        if self.session is not None and self._by_keys:
            self.guarded(press, self.session.terminal, text)
            return
        self.editor.insert(text)
        self._typing_out_of_sight = True
        self.post_message(self.Edited())
        self.changed()

    def type_in(self, text: str) -> None:
        """Put a command at the prompt, ready to be entered; never runs it."""
        if self.busy:
            return
        self.editor.set(text)
        self._search.end()
        self._typing_out_of_sight = True
        self.post_message(self.Edited())
        self.focus()
        self.changed()

    # -- what keys do besides editing ---------------------------------------------------------------------------

    def _do_enter(self) -> None:
        assert self.session is not None
        text = self.editor.text
        if self.busy:
            self.editor.clear()
            self.guarded(self.session.terminal.type_line, text)
            return
        if text.strip() and self.guarded(self.session.needs_more, text):
            self.editor.end()
            self.editor.insert('\n')
            return
        self._echo()
        self.editor.clear()
        self.post_message(self.Submitted(text))

    def _echo(self, ending: str = '') -> None:
        """The prompt with what was typed becomes part of what was printed."""
        lead = self._prompt_stretches()[len(self.buffer.partial):]
        for part in self._typed.parts(self.editor.text, lead):
            self.buffer.add_line((*part.lead, *part.stretches, (ending, TYPED)))

    def _do_interrupt(self) -> None:
        assert self.session is not None
        if self.busy:
            self.editor.clear()
            self.guarded(self.session.terminal.interrupt)
        elif self.screen.get_selected_text():
            self.screen.action_copy_text()
            self.screen.clear_selection()
        else:
            self._echo('^C')
            self.editor.clear()

    def _do_undo(self) -> None:
        if self.session is not None and self.busy:
            self.guarded(self.session.terminal.suspend)
        else:
            self.editor.undo()

    def _do_end_of_file(self) -> None:
        assert self.session is not None
        if self.editor.text:
            self.editor.delete()
        elif self.busy:
            self.guarded(self.session.terminal.end_of_file)
        else:
            self.post_message(self.Refused('end-of-file'))

    def _do_clear_screen(self) -> None:
        self.buffer.push_screen()

    def _do_up(self) -> None:
        assert self.session is not None
        if not self.editor.line_up() and not self.busy:
            self._recall(self.session.history.up(self.editor.text))

    def _do_down(self) -> None:
        assert self.session is not None
        if not self.editor.line_down() and not self.busy:
            self._recall(self.session.history.down(self.editor.text))

    def _recall(self, text: str | None) -> None:
        if text is not None:
            self.editor.set(text)

    def _do_yank_last_argument(self) -> None:
        assert self.session is not None
        if earlier := self.session.history.search(''):
            self.editor.insert(last_word(earlier))

    def _do_complete(self) -> None:
        assert self.session is not None
        if self.busy:
            self.editor.insert('\t')
            return
        found = self.guarded(self.session.complete, self.editor.text, self.editor.cursor) or ()
        if len(found) == 1:
            self.accept(found[0], ' ' if not found[0].text.endswith(('/', '=')) else '')
        elif found:
            start = found[0].start
            common = common_prefix([one.text for one in found])
            if len(common) > self.editor.cursor - start:
                self.editor.replace(start, self.editor.cursor, common)
                self.post_message(self.Edited())
            else:
                self.post_message(self.CompletionsFound(found))

    def accept(self, completion: Any, ending: str = '') -> None:
        """Take a completion."""
        self.editor.replace(completion.start, self.editor.cursor, completion.text + ending)
        self._typing_out_of_sight = True
        self.changed()

    def _do_search(self) -> None:
        if not self.busy:
            self._search.begin(self.editor)

    # -- places -------------------------------------------------------------------------------------------------

    @property
    def cursor_region(self) -> Region:
        """Where the cursor is on the screen, for a menu beside it."""
        row, column = self._cursor
        y = len(self._rows) + row - self.scroll_offset.y
        return Region(self.content_region.x + column, self.content_region.y + y, 1, 1)

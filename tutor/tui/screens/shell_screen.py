"""A screen with a shell and a cluster: the lesson and the playground."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from time import monotonic
from typing import Any, ClassVar

from textual.binding import Binding, BindingType

from tutor.i18n import message
from tutor.tui.contract import Completion
from tutor.tui.screens.base import TutorScreen
from tutor.tui.widgets.cluster_panel import ClusterPanel
from tutor.tui.widgets.completion_menu import CompletionMenu
from tutor.tui.widgets.frame import Frame
from tutor.tui.widgets.key_bar import KeyBar, KeyHint
from tutor.tui.widgets.terminal import Terminal

PUMP_EVERY = 1 / 20
LONGEST_STEP = 0.5
"""After the machine slept, virtual time goes on from where it was instead of leaping."""
SHOW_WAIT_AFTER = 0.3
SPEEDS = (1, 10, 60)

KEYS = (
    KeyHint('F1', message('Hint'), 'screen.help'), KeyHint('F2', '中/EN', 'app.next_language'),
    KeyHint('F3', message('Flow'), 'screen.flow'), KeyHint('F4', message('Cluster'), 'screen.cluster'),
    KeyHint('F5', message('Check'), 'screen.check'), KeyHint('F6', message('Undo'), 'screen.undo'),
    KeyHint('F7', '◂', 'screen.back'), KeyHint('F8', '▸', 'screen.forward'),
    KeyHint('F9', message('Commands'), 'app.palette'), KeyHint('F10', message('Leave'), 'screen.leave'),
)


class ShellScreen(TutorScreen):
    """Pumps its session's virtual time with the wall clock and shows what came of it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding('f1,alt+h', 'help', show=False), Binding('f3,alt+w', 'flow', show=False),
        Binding('f4,alt+k', 'cluster', show=False), Binding('f5,alt+c', 'check', show=False),
        Binding('f6,alt+u', 'undo', show=False), Binding('f7,alt+p', 'back', show=False),
        Binding('f8,alt+n', 'forward', show=False), Binding('f10,alt+q', 'leave', show=False),
        Binding('alt+s', 'stand_still', show=False), Binding('alt+g', 'faster', show=False),
        Binding('alt+j', 'jump', show=False), Binding('escape', 'to_prompt', show=False),
        Binding('shift+pageup', 'terminal_page(-1)', show=False), Binding('shift+pagedown', 'terminal_page(1)',
                                                                          show=False),
        Binding('alt+up', 'move_divider(-1)', show=False), Binding('alt+down', 'move_divider(1)', show=False),
        *[Binding(f'alt+{number}', f'type_command({number})', show=False) for number in range(1, 10)],
    ]

    def __init__(self) -> None:
        super().__init__()
        self.session: Any = None
        self._pumped_at = monotonic()
        self._running_since: float | None = None
        self._waiting_shown = ''
        self._cluster_version: Any = None
        self._clock_shown = ''
        self._resuming_since: float | None = None
        self._after_resuming: Callable[[], None] | None = None

    # -- parts of the screen ------------------------------------------------------------------------------------

    @property
    def terminal(self) -> Terminal:
        return self.query_one(Terminal)

    @property
    def frame(self) -> Frame:
        return self.query_one('#frame', Frame)

    @property
    def menu(self) -> CompletionMenu:
        return self.query_one(CompletionMenu)

    @property
    def panel(self) -> ClusterPanel:
        return self.query_one('#cluster', ClusterPanel)

    def on_mount(self) -> None:
        self.set_interval(PUMP_EVERY, self._tick)
        self.terminal.key_filter = self.key_in_menu
        self.terminal.focus()

    def use(self, session: Any, *, seen: bool = False) -> None:
        """Work with this session from now on; one that was `seen` before is only looked at from here."""
        self.session = session
        session.languages = self.voice.languages
        self._cluster_version = self._resuming_since = self._after_resuming = None
        self.panel.forget()
        self.terminal.attach(session)
        session.terminal.open_editor = self.edit_file
        self.set_speed(self.tutor.settings.speed)
        self.terminal.tell_size()
        if not seen and (self.resuming or getattr(session, 'log', ())):
            self._resume(self._say_resumed)
        else:
            self._show_changes()

    # -- living through earlier commands again ------------------------------------------------------------------

    @property
    def resuming(self) -> bool:
        """Whether the session is still on its way to where it was left, or back to before the last command."""
        return bool(getattr(self.session, 'resuming', False))

    def _resume(self, then: Callable[[], None]) -> None:
        """Let a patient session go on with its replay; the prompt comes when it is done."""
        self._resuming_since = monotonic()
        self._after_resuming = then
        self._go_on()

    def _go_on(self) -> None:
        """A stretch of the replay, short enough that the screen stays alive."""
        begin = monotonic()
        while self.resuming and monotonic() - begin < PUMP_EVERY:
            self.session.pump(0.0)
        if self.resuming:
            self._show_waiting()
            return
        self._resuming_since = None
        self._pumped_at = monotonic()
        then, self._after_resuming = self._after_resuming, None
        self._cluster_version = None
        self._show_changes()
        self.terminal.changed()
        if then is not None:
            then()

    def _say_resumed(self) -> None:
        """The learner goes on where the last visit ended: say so, and how to begin anew."""
        count = sum(entry.kind == 'command' for entry in self.session.log)
        self.terminal.note(f'{self.signs.dot} ' + self.voice.counted(
            'Resumed after {count} command; F9 begins anew.', 'Resumed after {count} commands; F9 begins anew.', count))

    # -- time ---------------------------------------------------------------------------------------------------

    def _tick(self) -> None:
        now = monotonic()
        passed, self._pumped_at = min(now - self._pumped_at, LONGEST_STEP), now
        if self.session is None:
            return
        if self._resuming_since is not None:
            self.guarded(self._go_on)
        else:
            self.guarded(self._pump, passed)

    def _pump(self, passed: float) -> None:
        self.session.pump(passed)
        self._show_changes()

    def _show_changes(self) -> None:
        """Bring what depends on the session up to date, and only what has changed."""
        self._note_running()
        view = self.session.cluster_view()
        if view.version != self._cluster_version:
            self._cluster_version = view.version
            self.panel.show(view)
            self.cluster_changed()
        self.session_pumped()
        clock = self.clock()
        if clock != self._clock_shown:
            self._clock_shown = clock
            self.frame.replan()

    def cluster_changed(self) -> None:
        """The cluster is not what it was; lists of a screen are drawn anew."""

    def session_pumped(self) -> None:
        """Time has passed; screens with checks look at them."""

    def command_ended(self) -> None:
        """The foreground command is over; if it leaves a question, F1 answers."""
        if self.guarded(self.session.puzzling):
            self.terminal.note(f'{self.signs.dot} F1 {self.voice.label("Why?")}')

    def _note_running(self) -> None:
        """Know since when a command runs: the prompt comes back when it ends, a long wait shows itself."""
        running = self.session.running
        if running and self._running_since is None:
            self._running_since = monotonic()
        elif not running and self._running_since is not None:
            self._running_since = None
            self.terminal.changed()
            self.command_ended()
        self._show_waiting()

    def _show_waiting(self) -> None:
        shown = self.waiting()
        if shown != self._waiting_shown:
            self._waiting_shown = shown
            self.frame.replan()

    def waiting(self) -> str:
        """What to say about a command that takes its time; nothing before 0.3 s."""
        if self._resuming_since is not None and monotonic() - self._resuming_since >= SHOW_WAIT_AFTER:
            return f'{self.signs.underway} {self.voice.label("back to where you were")} '
        since = self._running_since
        if since is None or monotonic() - since < SHOW_WAIT_AFTER:
            return ''
        return f'{self.signs.underway} {self.voice.label("running")} {int(monotonic() - since)} s  ^C '

    def clock(self) -> str:
        """The speed and the virtual time, `×1 00:04:12`."""
        if self.session is None:
            return ''
        seconds = int(self.session.now)
        paused, speed = self.session.paused, self.session.speed
        shown = self.voice.label('paused') if paused else f'{self.signs.times}{speed:g}'
        return f'{shown} {seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}'

    def set_speed(self, speed: float) -> None:
        """How fast virtual time flows; 0 stops it."""
        if self.session is not None:
            self.session.paused = not speed
            self.session.speed = speed or 1

    def action_stand_still(self) -> None:
        """Time stands still, or goes on."""
        if self.session is not None:
            self.session.paused = not self.session.paused
            self._show_changes()

    def action_faster(self) -> None:
        """×1, ×10, ×60, and ×1 again."""
        if self.session is not None:
            later = [speed for speed in SPEEDS if speed > self.session.speed]
            self.set_speed(SPEEDS[0] if self.session.paused or not later else later[0])
            self._show_changes()

    def action_jump(self) -> None:
        """Time jumps to the cluster's next change."""
        if self.session is None or self.resuming:
            return
        if not self.guarded(self.session.jump):
            self.terminal.note(f'{self.signs.dot} {self.voice.label("Nothing changes in the cluster.")}')
        self._show_changes()

    # -- the prompt ---------------------------------------------------------------------------------------------

    def on_terminal_submitted(self, message: Terminal.Submitted) -> None:
        self.menu.close()
        self.guarded(self._submit, message.text)

    def _submit(self, text: str) -> None:
        self.session.submit(text)
        self._pumped_at = monotonic()
        if text.strip():
            self._running_since = self._pumped_at
            self.terminal.changed()
        self.guarded(self._pump, 0.0)

    def on_terminal_completions_found(self, message: Terminal.CompletionsFound) -> None:
        self.menu.open(message.completions, self.terminal.cursor_region, self.size)

    def on_terminal_edited(self) -> None:
        self.menu.close()

    def on_terminal_refused(self, message: Terminal.Refused) -> None:
        words = {'paste': self.voice.label('That is too much to paste here; import it as a file (F9).'),
                 'end-of-file': self.voice.label('F10 leaves.')}
        self.terminal.note(f'{self.signs.dot} {words[message.reason]}')

    def key_in_menu(self, key: str) -> bool:
        """Keys that belong to the completion menu while it is open; True when one was taken."""
        menu = self.menu
        if not menu.is_open:
            return False
        match key:
            case 'tab' | 'down' | 'ctrl+n':
                menu.move(1)
            case 'shift+tab' | 'up' | 'ctrl+p':
                menu.move(-1)
            case 'pagedown' | 'pageup':
                menu.move(8 if key == 'pagedown' else -8)
            case 'enter' | 'right':
                self.action_take_completion(menu.index)
            case 'escape':
                menu.close()
            case _:
                return False
        return True

    def action_take_completion(self, index: int) -> None:
        if self.menu.is_open:
            chosen: Completion = self.menu.completions[index]
            self.menu.close()
            self.terminal.accept(chosen, '' if chosen.text.endswith(('/', '=')) else ' ')
            self.terminal.focus()

    def action_to_prompt(self) -> None:
        self.menu.close()
        self.terminal.focus()

    def action_terminal_page(self, step: int) -> None:
        self.terminal.scroll_relative(y=step * max(self.terminal.size.height - 1, 1), animate=False)

    def action_move_divider(self, step: int) -> None:
        rows = max(self.frame.size.height - 3, 1)
        share = min(max(self.tutor.settings.text_share + step / rows, 0.15), 0.85)
        self.tutor.change_settings(text_share=share)
        self.frame.replan()

    # -- what the function keys do ------------------------------------------------------------------------------

    def action_undo(self) -> None:
        if self.session.running:
            self.terminal.note(f'{self.signs.dot} {self.voice.label("A command is running; ^C stops it.")}')
        elif self.resuming:
            return
        elif self.guarded(self.session.undo):
            self._resume(lambda: self.terminal.note(
                f'{self.signs.dot} {self.voice.label("The last command is undone.")}'))
        else:
            self.terminal.note(f'{self.signs.dot} {self.voice.label("There is nothing to undo.")}')

    def action_flow(self) -> None:
        from tutor.tui.screens.flow import FlowScreen
        self.app.push_screen(FlowScreen(self.session))

    def action_help(self) -> None:
        """F1: explain the error in front of the learner."""
        from tutor.tui.screens.why import WhyDialog
        if explanation := self.guarded(self.session.why):
            self.app.push_screen(WhyDialog(explanation), self._typed_from_dialog)
        else:
            self.no_error_to_explain()

    def no_error_to_explain(self) -> None:
        self.terminal.note(f'{self.signs.dot} {self.voice.label("Nothing has failed.")}')

    def _typed_from_dialog(self, command: str | None) -> None:
        self.terminal.focus()
        if command:
            self.terminal.type_in(command)

    def edit_file(self, name: str, text: str, done: Any) -> None:
        """vi, nano and kubectl edit open the editor."""
        from tutor.tui.screens.editor import EditorScreen
        self.app.push_screen(EditorScreen(name, text), done)

    def action_import(self) -> None:
        from tutor.tui.files import FileTransfer
        if self.session is not None and not self.resuming:
            FileTransfer(self).bring_in()

    def action_export(self) -> None:
        from tutor.tui.files import FileTransfer
        if self.session is not None and not self.resuming:
            FileTransfer(self).take_out()

    def action_leave(self) -> None:
        self.dismiss()

    def action_cluster(self) -> None:
        """F4."""

    def action_check(self) -> None:
        """F5."""

    def action_back(self) -> None:
        """F7."""

    def action_forward(self) -> None:
        """F8."""

    def commands_here(self) -> Sequence[tuple[str, str, str]]:
        """What the palette offers on this screen: (key, message, action)."""
        return [*((hint.key, hint.message, hint.action) for hint in KEYS if hint.message not in '◂▸'),
                ('', message('Import files'), 'screen.import'), ('', message('Export files'), 'screen.export'),
                ('Alt+J', message('Time: to the next change'), 'screen.jump')]

    def speak(self) -> None:
        if self.session is not None:
            self.session.languages = self.voice.languages
        self.panel.speak(self.voice, self.signs)
        self.query_one(KeyBar).speak(self.voice)
        self.menu.voice = self.voice
        self.frame.replan()

"""A learner's session on a screen: typing, time, checks, hints, undo. It is nothing but its log and its start."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from tutor.cluster.config import ClusterConfig
from tutor.cluster.simulation import Cancelled, Task, Writer
from tutor.course.models import Exercise, Lesson
from tutor.course.progress import Entry
from tutor.course.script import blocks
from tutor.course.words import Text
from tutor.grader.grading import best_count
from tutor.grader.view import Ran
from tutor.session.checking import Checking, CheckView
from tutor.session.clock import LONGEST_JUMP, MOST_STEPS, Clock
from tutor.session.files import file_entry
from tutor.session.flow import Flow, flows
from tutor.session.memory import reclaim
from tutor.session.panels import ClusterView, Panels, Table
from tutor.session.replay import Replay
from tutor.session.seat import INTERRUPTED, Seat
from tutor.session.sitting import cluster_for, prepare, put
from tutor.session.view import SessionView
from tutor.session.why.explanation import Explanation
from tutor.session.why.program import KEY as WHY
from tutor.session.why.program import Asker, asks
from tutor.session.workbench import Workbench
from tutor.shell.events import EventNotFound
from tutor.shell.history import History
from tutor.shell.interpreter import Shell
from tutor.shell.process import IO
from tutor.shell.prompts import before_prompt
from tutor.shell.streams import Capture
from tutor.shell.terminal import Terminal
from tutor.shell.unwinding import Exit

STEPS_PER_PUMP = 3000
STEPS_PER_STRETCH = 400
MOMENT = 0.1
STOPPED = 148
"""The exit status after Ctrl-Z."""
KEPT_OUTPUT = 256 * 1024


@dataclass(frozen=True, slots=True)
class Solved:
    """How an exercise was solved, and what to remember."""

    commands: int
    best: int
    text: Text
    keep: Text


@dataclass(slots=True)
class Command:
    """A command that was typed: its place in the trace, and what came of it."""

    text: str
    at: float
    hop: int
    stdout: Capture
    stderr: Capture
    code: int | None = None


class Session(Seat):
    """One learner's cluster and shell, for an exercise, a lesson without one, or the playground.

    `log` resumes an earlier session: it is replayed, which brings back exactly the same cluster. `on_entry` is told of
    each new entry, to be kept. A `patient` one replays in stretches, one with each `pump`, while `resuming`.
    """

    def __init__(self, lesson: Lesson | None = None, exercise: Exercise | None = None, log: Iterable[Entry] = (),
                 history: History | None = None, seed: int = 0, config: ClusterConfig | None = None,
                 patient: bool = False) -> None:
        self.lesson = lesson
        self.exercise = exercise
        self.log: list[Entry] = []
        self.history = history or History()
        self.on_entry: Callable[[Entry], None] | None = None
        self.on_rewind: Callable[[list[Entry]], None] | None = None
        self.time = Clock()
        self._asker = Asker(self.why)
        self.patient = patient
        self.hints_shown: list[Text] = []
        self._seed = seed
        self._config = config or cluster_for(lesson, exercise)
        self.ended = False
        self._solution = blocks(exercise.solution) if exercise is not None else []
        self._next_solution = 0
        self._rewinding = False
        self._commands_to_undo = 0
        self._begin()
        self._replay: Replay | None = Replay(self, list(log))
        self._go_on()

    # -- beginning and going back -------------------------------------------------------------------------------

    def _begin(self) -> None:
        """A new cluster in the start state."""
        languages = self.languages if hasattr(self, 'bench') else ()
        self.bench = Workbench(self._config, self._seed)
        prepare(self.bench, self.exercise)
        self.simulation = self.bench.simulation
        if not hasattr(self, 'terminal'):
            self.terminal = Terminal(self.simulation)
        else:
            self.terminal.attach(self.simulation)
        self.terminal.on_interrupt = self._interrupt
        self.terminal.on_suspend = self._suspend
        self.terminal.observe = self.note
        shell = self.shell
        shell.interactive = True
        shell.ctx.terminal = self.bench.context.terminal = self.terminal
        shell.ctx.extras['history'] = self.history
        shell.ctx.extras[WHY] = self._asker
        self.languages = languages
        self.bench.control.clock, self.bench.control.past = self.time, self
        self.view = SessionView(self.bench)
        self.transcript: list[Ran] = []
        self.view.transcript = self.transcript
        self.commands: list[Command] = []
        self.checking = Checking(self.exercise, self.bench, self.view) if self.exercise is not None else None
        self.panels = Panels(self.bench.cluster.admin)
        self._task: Task[int] | None = None

    def _go_on(self) -> None:
        """Live through more of the log, unseen: all of it at once, or a stretch of it for a patient screen."""
        if self._replay is None or not self._replay.go_on(STEPS_PER_STRETCH if self.patient else None):
            return
        self._replay = None
        if self._rewinding:
            self._rewinding = False
            if self.on_rewind is not None:
                self.on_rewind(self.log)

    @property
    def resuming(self) -> bool:
        """Whether earlier commands are still being lived through again; `pump` goes on with it."""
        return self._replay is not None

    def note(self, kind: str, text: str) -> None:
        """Add an entry to the log."""
        entry = Entry(self.simulation.now, text, kind)
        self.log.append(entry)
        if self.on_entry is not None:
            self.on_entry(entry)

    def undo(self, commands: int = 1) -> bool:
        """Go back to the moment before the last so many commands; False when there are not that many."""
        typed = [place for place, entry in enumerate(self.log) if entry.kind == 'command']
        if not 0 < commands <= len(typed):
            return False
        first = typed[-commands]
        kept, moment = self.log[:first], self.log[first].at
        # Files that were brought in since then stay: they are no command.
        kept += [Entry(moment, entry.command, entry.kind) for entry in self.log[first:] if entry.kind == 'file']
        self._rewind(kept, moment)
        return True

    # `tutor.client.control.Past`, for the learner's own programs.

    def commands_typed(self) -> Sequence[tuple[float, str]]:
        return [(entry.at, entry.command) for entry in self.log if entry.kind == 'command']

    def go_back(self, commands: int) -> None:
        self._commands_to_undo = commands

    def reset(self) -> None:
        """Back to the start state of the exercise."""
        self._rewind([])
        self.hints_shown = []
        self._next_solution = 0

    def _rewind(self, entries: list[Entry], until: float | None = None) -> None:
        self.log = []
        self._begin()
        reclaim()
        self._rewinding = True
        self._replay = Replay(self, entries, until)
        self._go_on()

    # -- typing -------------------------------------------------------------------------------------------------

    @property
    def shell(self) -> Shell:
        return self.bench.shell

    def submit(self, text: str) -> None:
        """Enter at the prompt: the block begins to run."""
        if not text.strip():
            return
        if not self.resuming:
            try:
                text = self._remembered(text)
            except EventNotFound as problem:
                self.terminal.show(f'bash: {problem}\n')
                return
        self.note('command', text)
        command = Command(text, self.simulation.now, self.simulation.trace.next_number, Capture(KEPT_OUTPUT),
                          Capture(KEPT_OUTPUT))
        self.commands.append(command)
        self.shell.io = IO(self.terminal.reader, Tee(self.terminal.writer, command.stdout),
                                 Tee(self.terminal.writer, command.stderr))
        self._task = self.simulation.spawn(self._run(command), text[:40])
        self.simulation.run_ready()

    async def _run(self, command: Command) -> int:
        shell = self.shell
        try:
            command.code = await shell.run_block(command.text)
        except Exit as leaving:
            command.code = shell.status = leaving.status
            self.ended = True
        except Cancelled:
            command.code = shell.status = INTERRUPTED
        finally:
            shell.io = IO(self.terminal.reader, self.terminal.writer, self.terminal.writer)
            self.transcript.append(Ran(command.text, command.stdout.text(), command.stderr.text(), command.code or 0))
        await before_prompt(shell)
        return command.code or 0

    # -- time ---------------------------------------------------------------------------------------------------

    @property
    def now(self) -> float:
        return self.simulation.now

    def pump(self, seconds: float) -> None:
        """Let virtual time flow; when more happens than fits into a moment, the rest follows with the next call."""
        steps = 0

        def enough() -> bool:
            nonlocal steps
            steps += 1
            return steps > STEPS_PER_PUMP

        if self._replay is not None:
            self._go_on()
            return
        self.terminal.pumped()
        if self.checking is not None:
            self.checking.pump()
        passed = self._moment() if self.paused else seconds * self.speed
        self.simulation.run_until(enough, self.simulation.now + passed)
        self._after_event(enough)

    def _after_event(self, enough: Callable[[], bool]) -> None:
        """What a program of the learner's asked for: to jump in time, or to go back."""
        if self._commands_to_undo:
            commands, self._commands_to_undo = self._commands_to_undo, 0
            self.undo(commands)
        elif self.time.jump_by:
            begun = self.simulation.now
            self.simulation.run_until(enough, begun + self.time.jump_by)
            self.time.jump_by = max(self.time.jump_by - (self.simulation.now - begun), 0.0)
        elif self.time.jump_wanted:
            self.jump()

    def _moment(self) -> float:
        """While the clock stands, a command still gets the moment that starting its programs takes."""
        if not self.running:
            return 0.0
        return max(self.commands[-1].at + MOMENT - self.simulation.now, 0.0)

    def jump(self) -> bool:
        """Let time run to the next change of the cluster; False when none comes for a long while."""
        self.time.jump_wanted = False
        settling, steps = self.bench.settling, 0
        before = settling.changes

        def changed() -> bool:
            nonlocal steps
            steps += 1
            return settling.changes != before or steps > MOST_STEPS

        self.simulation.run_until(changed, self.simulation.now + LONGEST_JUMP)
        self.simulation.run_ready()
        return settling.changes != before

    @property
    def speed(self) -> float:
        """How many virtual seconds pass in a second."""
        return self.time.speed

    @speed.setter
    def speed(self, speed: float) -> None:
        self.time.speed = speed

    @property
    def paused(self) -> bool:
        return self.time.paused

    @paused.setter
    def paused(self, paused: bool) -> None:
        self.time.paused = paused

    # -- files --------------------------------------------------------------------------------------------------

    def import_files(self, files: Iterable[tuple[str, str]]) -> None:
        """Put files into the home folder; they are part of the log."""
        for name, text in files:
            put(self.bench, name, text)
            self.note('file', file_entry(name, text))

    # -- the exercise -------------------------------------------------------------------------------------------

    def checks(self) -> list[CheckView]:
        return self.checking.views() if self.checking is not None else []

    @property
    def hints_total(self) -> int:
        return len(self.exercise.hints) if self.exercise is not None else 0

    def next_hint(self) -> Text | None:
        """The next hint, None when all have been given."""
        if self.exercise is None or len(self.hints_shown) >= len(self.exercise.hints):
            return None
        self.hints_shown.append(self.exercise.hints[len(self.hints_shown)])
        return self.hints_shown[-1]

    def next_solution_command(self) -> str | None:
        """The next command of the worked solution, to be typed into the prompt."""
        if not self._solution:
            return None
        command = self._solution[self._next_solution % len(self._solution)]
        self._next_solution += 1
        return command

    def solved(self) -> Solved | None:
        """How it was solved, or None as long as a check has not passed."""
        if self.exercise is None or self.checking is None or not self.checking.solved:
            return None
        return Solved(len(self.commands), best_count(self.exercise), self.exercise.solved, self.exercise.keep)

    # -- looking ------------------------------------------------------------------------------------------------

    def cluster_view(self) -> ClusterView:
        return self.panels.cluster()

    def objects(self) -> Table:
        return self.panels.table('/api/v1/pods', wide=True)

    def nodes(self) -> Table:
        return self.panels.table('/api/v1/nodes', wide=True, namespaces=False)

    def events(self) -> Table:
        return self.panels.table('/api/v1/events')

    def flow(self) -> list[Flow]:
        """Each command's way through the cluster, from the trace."""
        marks = [(command.text, command.at, command.hop) for command in self.commands]
        return flows(self.simulation.trace, marks)

    def why(self) -> Explanation | None:
        """What went wrong with the last command, or None when nothing did; an interruption is no mistake."""
        from tutor.session.why.explain import explain
        last = next((command for command in reversed(self.commands) if not asks(command.text)), None)
        if last is None or last.code in (None, INTERRUPTED, STOPPED):
            return None
        return explain(self.view, Ran(last.text, last.stdout.text(), last.stderr.text(), last.code))

    def puzzling(self) -> bool:
        """Whether the last command leaves a question: it failed, or it showed something that is not well.

        What has just been changed looks ill until the cluster has followed, so who changes is not asked.
        """
        from tutor.session.why.state.finding import looks
        last = self.commands[-1] if self.commands else None
        return last is not None and bool(last.code or looks(last.text)) and self.why() is not None


class Tee:
    """Writes to the screen, and keeps the beginning for the checks."""

    isatty = True

    def __init__(self, screen: Writer, kept: Capture) -> None:
        self._screen = screen
        self._kept = kept

    def write(self, data: str | bytes) -> None:
        self._kept.write(data)
        self._screen.write(data)

    async def drain(self) -> None:
        await self._screen.drain()

    def close(self) -> None: ...

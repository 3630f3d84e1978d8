"""Runs scripts in virtual time: commands, control structures and functions over virtual files."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import TypeVar

from tutor.cluster.simulation import Cancelled
from tutor.shell import syntax
from tutor.shell.budget import MAX_SHELLS, MAX_STEPS, SPIN_AFTER, YIELD_EVERY
from tutor.shell.compounds import inside
from tutor.shell.expansion import Expander
from tutor.shell.holding import Held, holding
from tutor.shell.inheriting import environment_of
from tutor.shell.jobs import in_background, in_foreground, report_jobs, report_killed
from tutor.shell.lexer import SyntaxProblem
from tutor.shell.lookup import find_program, which
from tutor.shell.parser import Parser, parsed
from tutor.shell.pipelines import capture, pipeline
from tutor.shell.printing import command as command_text
from tutor.shell.process import IO, Context, Main, Process
from tutor.shell.redirection import close_all, redirected
from tutor.shell.simple import simple
from tutor.shell.special import Clockwork, special
from tutor.shell.state import State
from tutor.shell.substitution import Substitutions
from tutor.shell.unwinding import Break, Discard, Exit, ExpansionProblem, Failed
from tutor.shell.variables import ReadOnly
from tutor.shell.wording import BUILTIN, dialect_of

What = TypeVar('What')
Found = TypeVar('Found')
SPAWN_TIME = 0.001
"""Virtual seconds that starting a program takes."""


class Shell(State):
    """One shell. It keeps variables, functions, aliases and the last status between blocks.

    `name` is $0 and begins its error messages. `ctx` is the process it runs as; `cd` changes `ctx.cwd`.
    """

    def __init__(self, ctx: Context, io: IO, name: str = 'bash', positional: tuple[str, ...] = ()) -> None:
        super().__init__(positional=list(positional))
        self.ctx = ctx
        self.io = io
        self.name = name
        self.dialect = dialect_of(name.rpartition('/')[2], ctx.host.userland)
        self.own_pid = ctx.pid
        """$$: subshells keep it."""
        self.clockwork = Clockwork(ctx.simulation.now)
        self.expander = Expander(self)
        for variable, value in ctx.env.items():
            self.variables.set(variable, value)
            self.variables.declare(variable).exported = True
            if variable.startswith('BASH_FUNC_') and value.startswith('()'):
                self._import_function(variable.removeprefix('BASH_FUNC_').removesuffix('%%'), value)

    def _import_function(self, name: str, text: str) -> None:
        """A function that `export -f` has put into the environment."""
        script = Parser(f'{name} {text}').next_line()
        for node, _ in script.statements if script is not None else ():
            if isinstance(node, syntax.Function):
                self.functions[name] = node

    # -- the way in ---------------------------------------------------------------------------------------------

    async def run_block(self, text: str) -> int:
        """Run a text line by line, as it would be typed; the status of the last command. Raises Exit."""
        if not self.sourcing:
            self.warned_of_jobs -= self.warned_of_jobs > 0
            self.budget.steps, self.budget.stopped = 0, False
        scripts = None if self.aliases or 'alias' in text else parsed(text)
        parser = None
        try:
            if scripts is not None:
                for line, script in scripts:
                    await self._run_line(script, line)
            else:
                parser = Parser(text, alias=self._alias)
                while (script := parser.next_line()) is not None:
                    await self._run_line(script, parser.line)
                for warning in parser.warnings if self.dialect.name == 'bash' else ():
                    self.io.stderr.write(f'{self.name}: line {len(text.rstrip(chr(10)).splitlines())}: '
                                         f'warning: {warning}\n')
        except SyntaxProblem as problem:
            self._complain_syntax(problem, text)
            self.status = 1 if 'bad substitution' in str(problem) else 2
        except RecursionError:
            self.complain(self.io, 'maximum nesting level exceeded')
            self.status = 1
        if self.interactive and self.jobs:
            report_jobs(self)
        return self.status

    async def _run_line(self, script: syntax.Script, line: int) -> None:
        if self.line is not None and not self.line_stands:
            self.line = line - (self.from_option and self.dialect.name == 'ash')
        if self.options.get('noexec') and not self.interactive:
            return
        if self.options.get('verbose'):
            self.io.stderr.write(script.source.strip('\n') + '\n')
        try:
            await self.script(script, self.io)
        except Discard as failed:
            self.status = failed.status
            if not self.interactive and self.line is not None and self.dialect.name != 'bash':
                raise Exit(2) from None
        except Failed as failed:
            self.status = failed.status
        except Break:
            pass

    def _complain_syntax(self, problem: SyntaxProblem, text: str) -> None:
        """Say what cannot be read. A prompt's text has no line number."""
        lines = text.split('\n')
        number = min(problem.line or len(lines), len(lines))
        source = lines[number - 1]
        if 'unexpected end of file' in str(problem):
            number = len(text.rstrip('\n').split('\n')) + 1 if self.dialect.name == 'bash' else len(lines)
        line = None if self.line is None or not self.numbers else number
        name = self.source or self.name
        name = f'{name}: {self.within}' if self.within and self.dialect.name == 'bash' else name
        from_option = self.from_option and not self.within
        self.io.stderr.write(self.dialect.syntax(name, line, problem, source, from_option))

    def _alias(self, name: str) -> str | None:
        """What stands for the name of a command that is being read."""
        return self.aliases.get(name) if self.expands_aliases else None

    @property
    def expands_aliases(self) -> bool:
        """What is typed always; a script of bash only where shopt says so."""
        return self.line is None or self.interactive or self.dialect.name != 'bash' or \
            bool(self.options.get('expand_aliases'))

    @property
    def home(self) -> str:
        return self.variables.get('HOME') or '/'

    @property
    def busybox(self) -> bool:
        return self.ctx.host.userland == 'busybox'

    @property
    def command(self) -> str:
        """The simple command that runs, as bash writes it."""
        return '' if self.running is None else command_text(self.running)

    @property
    def inside_function(self) -> bool:
        return bool(self.calls)

    def complain(self, io: IO, message: str) -> None:
        """Write an error as this shell words it."""
        line = self.line if self.numbers or BUILTIN.match(message) else None
        io.stderr.write(self.dialect.complaint(self.source or self.name, line, message))

    def parameter(self, name: str) -> str | None:
        """A parameter's value: special ones, positional ones, variables."""
        found = self.variables.get(name) if name[:1].isalpha() or name[:1] == '_' else None
        return found if found is not None else special(self, name)

    # -- lists --------------------------------------------------------------------------------------------------

    async def script(self, script: syntax.Script, io: IO) -> int:
        for node, background in script.statements:
            if background:
                in_background(self, node, io)
                self.status = 0
            else:
                io = await self._run_on(node, io)
        return self.status

    async def _run_on(self, node: syntax.Node, io: IO) -> IO:
        """Run one node; the streams for what comes after it, which an `exec` in it may have redirected."""
        before = self.io
        await self.run(node, io)
        return io if self.io is before else self.io

    async def run(self, node: syntax.Node, io: IO) -> int:
        """Run one node; sets and gives the status. With `set -e`, raises Exit after a failure."""
        await self._pace(io)
        match node:
            case syntax.Simple():
                self.status = await simple(self, node, io)
            case syntax.AndOr():
                return await self._and_or(node, io)
            case syntax.Pipeline():
                self.status = await pipeline(self, node, io)
                if node.negated:
                    return self.status
            case syntax.Coproc():
                from tutor.shell.coprocesses import start
                self.status = start(self, node, io)
            case syntax.Function():
                self.functions[node.name] = node
                self.status = 0
                return 0
            case _:
                self.status = await self._compound(node, io)
        if not (isinstance(node, syntax.Pipeline) and len(node.commands) > 1):
            self.pipe_statuses = [self.status]
        if self.status and not self.conditional and syntax.fails_by_itself(node):
            await self._failed()
        return self.status

    async def _failed(self) -> None:
        """A command failed where nobody asks whether it does: the ERR trap, and `set -e`."""
        if 'ERR' in self.traps and (not self.calls or self.options.get('errtrace')):
            await self.run_trap('ERR')
        if self.options.get('errexit'):
            raise Exit(self.status)

    async def _pace(self, io: IO) -> None:
        """Let others run now and then, and end what would run forever without time passing."""
        simulation, host = self.ctx.simulation, self.ctx.host
        if self.budget.waited(simulation.now):
            host.burn(self.ctx.pid, 0)
        steps = self.budget.step(simulation.now)
        if not steps % YIELD_EVERY:
            if host.endless and (self.budget.spinning or steps >= SPIN_AFTER):
                host.burn(self.ctx.pid, 1.0)
                await simulation.sleep(self.budget.turn(simulation.now))
                self.budget.steps = 0
                return
            await simulation.sleep(0)
        if self.budget.stopped:
            raise Discard(130)
        if steps > MAX_STEPS:
            self.budget.stopped = True
            self.complain(io, f'stopped: {MAX_STEPS} commands ran without any time passing')
            raise Discard(130)

    async def _and_or(self, node: syntax.AndOr, io: IO) -> int:
        self.conditional += 1
        try:
            io = await self._run_on(node.first, io)
        finally:
            self.conditional -= 1
        for place, (operator, command) in enumerate(node.rest):
            if (self.status == 0) is (operator == '&&'):
                last = place == len(node.rest) - 1
                self.conditional += not last
                try:
                    io = await self._run_on(command, io)
                finally:
                    self.conditional -= not last
        return self.status

    async def condition(self, script: syntax.Script, io: IO) -> bool:
        """Run a script as a condition: its failure is no error."""
        self.conditional += 1
        try:
            return await self.script(script, io) == 0
        finally:
            self.conditional -= 1

    # -- compound commands --------------------------------------------------------------------------------------

    async def _compound(self, node: syntax.Node, io: IO) -> int:
        try:
            io, opened = await redirected(self, node.redirects, io)  # type: ignore[union-attr]
        except Discard:
            raise
        except Failed as failed:
            return failed.status
        previous, self.io = self.io, io
        try:
            return await inside(self, node, io)
        finally:
            if node.redirects or self.io is io:  # type: ignore[union-attr]
                self.io = previous
            await close_all(opened)

    async def evaluate(self, word: syntax.Word, io: IO) -> int:
        """An arithmetic expression; raises Failed."""
        return await self.guarded(self.expander.arithmetic, word, io)

    # -- subshells ----------------------------------------------------------------------------------------------

    def subshell(self) -> Shell:
        """A copy that changes nothing here. Raises Discard when there are too many."""
        if self.budget.shells >= MAX_SHELLS:
            self.budget.stopped = True
            self.complain(self.io, 'fork: retry: Resource temporarily unavailable')
            raise Discard(254)
        copy = Shell.__new__(Shell)
        copy.__dict__.update(self.__dict__)
        copy.ctx = replace(self.ctx, env=dict(self.ctx.env), signals=dict(self.ctx.signals))
        copy.variables = self.variables.copy()
        copy.functions, copy.aliases = dict(self.functions), dict(self.aliases)
        copy.options, copy.traps, copy.jobs = dict(self.options), {}, dict(self.jobs)
        copy.limits = dict(self.limits)
        copy.disabled, copy.hashed = set(self.disabled), dict(self.hashed)
        copy.completions = dict(self.completions)
        copy.positional = list(self.positional)
        copy.interactive = False
        copy.depth = self.depth + 1
        copy.clockwork = self.clockwork.copy()
        copy.calls = list(self.calls)
        if self.traps:
            copy.inherited_traps = dict(self.traps)
            copy.traps = {name: text for name, text in self.traps.items() if not text or
                          (name in ('ERR', 'DEBUG', 'RETURN') and self.options.get('errtrace'))}
        copy.substitutions = copy.becomes = None
        copy.held = Held()
        copy.last_commands = ()
        copy.expander = Expander(copy)
        return copy

    async def capture(self, script: syntax.Script) -> str:
        """What a script writes: $(…)."""
        return await capture(self, script)

    async def process_substitution(self, part: syntax.ProcessSubstitution) -> str:
        """<(…) and >(…) as files."""
        if self.substitutions is None:
            self.substitutions = Substitutions()
        return await self.substitutions.make(self, part)

    # -- programs -----------------------------------------------------------------------------------------------

    def become(self) -> None:
        """Turn this shell's process into the next program, if it has one of its own."""
        process = self.ctx.host.processes.get(self.ctx.pid)
        if process is not None and not self.interactive and not self.depth:
            process.context.signals.clear()
            self.becomes = process

    async def execute(self, argv: list[str], io: IO, own: dict[str, str] | None = None) -> int:
        """Run a program as a process of its own, with some variables of its own, and wait for it."""
        main, status = self.find_program(argv, io)
        if main is None:
            return status
        env = environment_of(self, argv[0], own or {}, self.becomes is not None)
        await self.ctx.simulation.sleep(SPAWN_TIME)
        if self.becomes is not None:
            self.becomes.argv = argv
            return await main(argv, io, replace(self.ctx, env=env))
        process = self.ctx.host.start(main, argv, io, replace(self.ctx, env=env, signals={}))
        status = await self.wait_for(process)
        if process.killed_by and process.exit.done:
            report_killed(self, process, self.command)
        return status

    def suspend(self) -> None:
        """Ctrl-Z: what runs in the foreground of this shell stops."""
        if self.foreground is not None:
            self.foreground.signal('TSTP')

    async def wait_for(self, process: Process, source: str = '') -> int:
        """Wait for a foreground process; an interrupt goes on to it."""
        try:
            if self.interactive:
                return await in_foreground(self, process, source or self.command)
            return await holding(self, process.exit, process)
        except Cancelled:
            process.signal('INT')
            raise

    def find_program(self, argv: list[str], io: IO) -> tuple[Main | None, int]:
        """The program that a name means; else None and the status, with the message written."""
        return find_program(self, argv, io)

    def which(self, name: str) -> str | None:
        """Where PATH finds a program."""
        return which(self, name)

    # -- small things -------------------------------------------------------------------------------------------

    async def expanded(self, words: list[syntax.Word], io: IO) -> list[str]:
        """The fields of words; raises Failed."""
        return await self.guarded(self.expander.words, words, io)

    async def guarded(self, expand: Callable[[What], Awaitable[Found]], what: What, io: IO) -> Found:
        """Expand; a failure is written, and ends what was typed, or a script."""
        try:
            return await expand(what)
        except ExpansionProblem as problem:
            text = str(problem)
            if 'unbound variable' in text and self.dialect.name != 'bash':
                text = text.replace('unbound variable', 'parameter not set')
            self.complain(io, text)
            if problem.fatal and not self.interactive and self.line is not None:
                raise Exit(127 if self.from_option and self.dialect.name == 'bash' else 2
                           if self.dialect.name != 'bash' else 1) from None
            raise Discard from None
        except ReadOnly as problem:
            self.complain(io, f'{problem}: readonly variable')
            raise Discard from None

    async def run_trap(self, name: str) -> None:
        """Run what `trap` has set for a signal or for EXIT; traps do not interrupt themselves."""
        command = self.traps.get(name, '')
        if not command or name in self.trapping:
            return
        if name == 'EXIT':
            del self.traps[name]
        self.trapping.add(name)
        before, line, running, stands = self.status, self.line, self.running, self.line_stands
        self.sourcing += 1
        self.line_stands = True
        try:
            await self.run_block(command)
        finally:
            self.sourcing -= 1
            self.status, self.line, self.running, self.line_stands = before, line, running, stands
            self.trapping.discard(name)

    async def run_exit_trap(self) -> int:
        """What a shell does last; its exit status."""
        status = self.status
        if 'EXIT' in self.traps:
            try:
                await self.run_trap('EXIT')
            except Exit as leaving:
                status = leaving.status
        return status

"""Runs scripts: commands, pipelines, control structures, functions, redirections and jobs, in virtual time."""

from __future__ import annotations

import errno
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from tutor.cluster.simulation import BrokenPipe, Cancelled, Pipe, Reader, Task, Writer
from tutor.shell import syntax
from tutor.shell.access import open_write
from tutor.shell.expansion import Expander, ExpansionProblem
from tutor.shell.lexer import SyntaxProblem
from tutor.shell.parser import Parser
from tutor.shell.patterns import compile_pieces
from tutor.shell.process import IO, SIGNALS, Context, Main, Process
from tutor.shell.streams import BytesReader, Capture, FileReader, FileWriter, NullWriter, device_writer
from tutor.shell.variables import ReadOnly, Variables
from tutor.shell.vfs import Device, Directory, File, normalize

SPAWN_TIME = 0.001
"""Virtual seconds that starting a program takes."""
YIELD_EVERY = 500
MAX_STEPS = 300_000
"""Commands that may run without any virtual time passing: beyond that a loop is stopped."""
MAX_CALLS = 400


class Exit(Exception):
    """`exit N`."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


class Return(Exit):
    """`return N`."""


class Break(Exception):
    """`break` and `continue`, out of so many loops."""

    def __init__(self, levels: int, again: bool) -> None:
        super().__init__(levels)
        self.levels = levels
        self.again = again


class Failed(Exception):
    """A command that could not be run; the message has been written."""

    def __init__(self, status: int = 1) -> None:
        super().__init__(status)
        self.status = status


class Shell:
    """One shell. It keeps variables, functions, aliases and the last status between blocks.

    `name` is $0 and begins its error messages. `ctx` is the process it runs as; `cd` changes `ctx.cwd`.
    """

    def __init__(self, ctx: Context, io: IO, name: str = 'bash', positional: tuple[str, ...] = ()) -> None:
        self.ctx = ctx
        self.io = io
        self.name = name
        self.positional: list[str] = list(positional)
        self.variables = Variables()
        self.functions: dict[str, syntax.Function] = {}
        self.aliases: dict[str, str] = {}
        self.options: dict[str, bool] = {}
        self.traps: dict[str, str] = {}
        self.jobs: dict[int, Job] = {}
        self.status = 0
        self.pipe_statuses: list[int] = [0]
        self.interactive = False
        self.background_pid = 0
        self.script_line: int | None = None
        self.expander = Expander(self)
        self._conditional = 0
        self._calls = 0
        self._steps = 0
        self._steps_at = -1.0
        for variable, value in ctx.env.items():
            self.variables.set(variable, value)
            self.variables.declare(variable).exported = True

    # -- the way in ---------------------------------------------------------------------------------------------

    async def run_block(self, text: str) -> int:
        """Run a text line by line, as it would be typed; the status of the last command. Raises Exit."""
        parser = Parser(text, aliases=self.aliases)
        self._steps = 0
        try:
            while (script := parser.next_line()) is not None:
                try:
                    await self.script(script, self.io)
                except Failed as failed:
                    self.status = failed.status
                except Break:
                    pass
        except SyntaxProblem as problem:
            self.complain(self.io, str(problem), syntax=True)
            self.status = 2
        except Return as returned:
            self.status = returned.status
        return self.status

    @property
    def home(self) -> str:
        return self.variables.get('HOME') or '/'

    @property
    def busybox(self) -> bool:
        return self.ctx.host.userland == 'busybox'

    def complain(self, io: IO, message: str, syntax: bool = False) -> None:
        """Write an error as this shell words it."""
        if self.busybox:
            io.stderr.write(f'{self.name}: line {self.script_line or 0}: {message}\n' if not syntax
                            else f'{self.name}: {message}\n')
        elif self.script_line is not None:
            io.stderr.write(f'{self.name}: line {self.script_line}: {message}\n')
        else:
            io.stderr.write(f'{self.name}: {message}\n')

    def parameter(self, name: str) -> str | None:
        """A parameter's value: special ones, positional ones, variables."""
        match name:
            case '?':
                return str(self.status)
            case '#':
                return str(len(self.positional))
            case '$':
                return str(self.ctx.pid or 1)
            case '!':
                return str(self.background_pid) if self.background_pid else None
            case '0':
                return self.name
            case '-':
                return ('i' if self.interactive else '') + ''.join(
                    letter for letter, option in LETTERS.items() if self.options.get(option))
            case 'RANDOM':
                return str(self.ctx.simulation.random.randrange(32768))
            case 'SECONDS':
                return str(int(self.ctx.simulation.now))
            case 'PIPESTATUS':
                return str(self.pipe_statuses[0])
        if name.isdigit():
            place = int(name) - 1
            return self.positional[place] if place < len(self.positional) else None
        return self.variables.get(name)

    # -- lists --------------------------------------------------------------------------------------------------

    async def script(self, script: syntax.Script, io: IO) -> int:
        for node, background in script.statements:
            if background:
                self._in_background(node, io, script.source)
                self.status = 0
            else:
                await self.run(node, io)
        return self.status

    async def run(self, node: syntax.Node, io: IO) -> int:
        """Run one node; sets and gives the status. With `set -e`, raises Exit after a failure."""
        await self._pace(io)
        match node:
            case syntax.Simple():
                self.status = await self._simple(node, io)
            case syntax.AndOr():
                return await self._and_or(node, io)
            case syntax.Pipeline():
                self.status = await self._pipeline(node, io)
            case syntax.Function():
                self.functions[node.name] = node
                self.status = 0
            case _:
                self.status = await self._compound(node, io)
        inverted = isinstance(node, syntax.Pipeline) and node.negated
        if self.status and self.options.get('errexit') and not self._conditional and not inverted:
            raise Exit(self.status)
        return self.status

    async def _pace(self, io: IO) -> None:
        """Let others run now and then, and end what would run forever without time passing."""
        simulation = self.ctx.simulation
        if simulation.now != self._steps_at:
            self._steps_at, self._steps = simulation.now, 0
        self._steps += 1
        if self._steps % YIELD_EVERY == 0:
            await simulation.sleep(0)
        if self._steps > MAX_STEPS:
            self._steps = 0
            self.complain(io, f'stopped: {MAX_STEPS} commands ran without any time passing')
            raise Failed(130)

    async def _and_or(self, node: syntax.AndOr, io: IO) -> int:
        self._conditional += 1
        try:
            await self.run(node.first, io)
        finally:
            self._conditional -= 1
        for place, (operator, command) in enumerate(node.rest):
            if (self.status == 0) is (operator == '&&'):
                last = place == len(node.rest) - 1
                self._conditional += not last
                try:
                    await self.run(command, io)
                finally:
                    self._conditional -= not last
        return self.status

    async def condition(self, script: syntax.Script, io: IO) -> bool:
        """Run a script as a condition: its failure is no error."""
        self._conditional += 1
        try:
            return await self.script(script, io) == 0
        finally:
            self._conditional -= 1

    # -- compound commands --------------------------------------------------------------------------------------

    async def _compound(self, node: syntax.Node, io: IO) -> int:
        try:
            io, opened = await self._redirected(node.redirects, io)  # type: ignore[union-attr]
        except Failed as failed:
            return failed.status
        try:
            match node:
                case syntax.Group(subshell=True):
                    return await self.subshell().isolated(node.body, io)
                case syntax.Group():
                    return await self.script(node.body, io)
                case syntax.If():
                    return await self._if(node, io)
                case syntax.Loop():
                    return await self._loop(node, io)
                case syntax.For():
                    return await self._for(node, io)
                case syntax.ArithmeticFor():
                    return await self._arithmetic_for(node, io)
                case syntax.Case():
                    return await self._case(node, io)
                case syntax.Arithmetic():
                    return int(await self._evaluate(node.expression, io) == 0)
                case syntax.Condition():
                    return int(not await self._test(node.test, io))
        finally:
            _close(opened)
        raise AssertionError(node)

    async def _if(self, node: syntax.If, io: IO) -> int:
        for condition, body in node.branches:
            if await self.condition(condition, io):
                return await self.script(body, io)
        if node.otherwise is not None:
            return await self.script(node.otherwise, io)
        return 0

    async def _loop(self, node: syntax.Loop, io: IO) -> int:
        status = 0
        while await self.condition(node.condition, io) is not node.until:
            try:
                status = await self.script(node.body, io)
            except Break as leaving:
                if self._leaves(leaving):
                    return 0
        return status

    @staticmethod
    def _leaves(leaving: Break) -> bool:
        """Whether a break ends this loop; one that goes further is raised again."""
        if leaving.levels > 1:
            raise Break(leaving.levels - 1, leaving.again)
        return not leaving.again

    async def _for(self, node: syntax.For, io: IO) -> int:
        values = list(self.positional) if node.words is None else await self._expanded(node.words, io)
        status = 0
        for value in values:
            self.variables.set(node.name, value)
            try:
                status = await self.script(node.body, io)
            except Break as leaving:
                if self._leaves(leaving):
                    return 0
        return status

    async def _arithmetic_for(self, node: syntax.ArithmeticFor, io: IO) -> int:
        status = 0
        await self._evaluate(node.start, io)
        while not node.condition.source.strip() or await self._evaluate(node.condition, io):
            try:
                status = await self.script(node.body, io)
            except Break as leaving:
                if self._leaves(leaving):
                    return 0
            await self._evaluate(node.step, io)
        return status

    async def _case(self, node: syntax.Case, io: IO) -> int:
        subject = await self._guarded(self.expander.text, node.subject, io)
        status, through = 0, False
        for alternatives, body, operator in node.items:
            if not through:
                for alternative in alternatives:
                    pattern = await self._guarded(self.expander.pattern, alternative, io)
                    if compile_pieces(pattern).fullmatch(subject):
                        break
                else:
                    continue
            status = await self.script(body, io)
            if operator == ';;':
                break
            through = operator == ';&'
        return status

    async def _evaluate(self, word: syntax.Word, io: IO) -> int:
        return await self._guarded(self.expander.arithmetic, word, io)

    async def _test(self, test: tuple, io: IO) -> bool:
        from tutor.shell.tests import binary, unary
        match test:
            case ('or', left, right):
                return await self._test(left, io) or await self._test(right, io)
            case ('and', left, right):
                return await self._test(left, io) and await self._test(right, io)
            case ('not', inner):
                return not await self._test(inner, io)
            case ('unary', operator, word):
                text = await self._guarded(self.expander.text, word, io)
                return unary(operator, text, self.ctx, self.variables)
            case ('binary', operator, left, right):
                first = await self._guarded(self.expander.text, left, io)
                if operator in ('==', '=', '!='):
                    pattern = await self._guarded(self.expander.pattern, right, io)
                    return (compile_pieces(pattern).fullmatch(first) is not None) is (operator != '!=')
                second = await self._guarded(self.expander.text, right, io)
                if operator == '=~':
                    return self._matches(first, second)
                try:
                    return binary(operator, first, second, self.ctx)
                except ValueError as problem:
                    self.complain(io, f'[[: {problem}')
                    return False
        raise AssertionError(test)

    def _matches(self, text: str, expression: str) -> bool:
        import re
        try:
            match = re.search(expression, text)
        except re.error:
            return False
        if match is not None:
            groups = [match[0], *(group or '' for group in match.groups())]
            self.variables.set('BASH_REMATCH', dict(enumerate(groups)))
        return match is not None

    # -- pipelines and subshells --------------------------------------------------------------------------------

    async def _pipeline(self, node: syntax.Pipeline, io: IO) -> int:
        started = self.ctx.simulation.now
        self._conditional += node.negated
        try:
            if len(node.commands) == 1:
                status = await self.run(node.commands[0], io)
            else:
                status = await self._pipe(node, io)
        finally:
            self._conditional -= node.negated
        if node.timed:
            spent = self.ctx.simulation.now - started
            io.stderr.write(f'\nreal\t{int(spent // 60)}m{spent % 60:.3f}s\nuser\t0m0.000s\nsys\t0m0.000s\n')
        return int(not status) if node.negated else status

    async def _pipe(self, node: syntax.Pipeline, io: IO) -> int:
        simulation = self.ctx.simulation
        tasks: list[Task[int]] = []
        source: Reader = io.stdin
        for place, command in enumerate(node.commands):
            last = place == len(node.commands) - 1
            pipe = None if last else Pipe(simulation)
            stage = IO(source, io.stdout if pipe is None else pipe,
                       pipe if pipe is not None and node.with_stderr[place] else io.stderr)
            ends = (source if place else None, pipe)
            tasks.append(simulation.spawn(self.subshell().stage(command, stage, *ends), 'pipeline'))
            source = pipe  # type: ignore[assignment]
        statuses = await self._all(tasks)
        self.pipe_statuses = statuses
        self.variables.set('PIPESTATUS', dict(enumerate(str(status) for status in statuses)))
        if self.options.get('pipefail'):
            return next((status for status in reversed(statuses) if status), 0)
        return statuses[-1]

    async def _all(self, tasks: list[Task[int]]) -> list[int]:
        try:
            return [await task for task in tasks]
        except Cancelled:
            for task in tasks:
                task.cancel()
            raise

    async def stage(self, command: syntax.Node, io: IO, reads: Any, writes: Any) -> int:
        """Run one stage of a pipeline in this subshell; its ends of the pipes are closed after it."""
        script = syntax.Script([(command, False)])
        try:
            return await self.isolated(script, io)
        finally:
            if writes is not None:
                writes.close()
            if reads is not None and hasattr(reads, 'close_read'):
                reads.close_read()

    def subshell(self) -> Shell:
        """A copy that changes nothing here."""
        copy = Shell.__new__(Shell)
        copy.__dict__.update(self.__dict__)
        copy.ctx = replace(self.ctx, env=dict(self.ctx.env))
        copy.variables = self.variables.copy()
        copy.functions, copy.aliases = dict(self.functions), dict(self.aliases)
        copy.options, copy.traps, copy.jobs = dict(self.options), {}, {}
        copy.positional = list(self.positional)
        copy.expander = Expander(copy)
        return copy

    async def isolated(self, script: syntax.Script, io: IO) -> int:
        """Run in a subshell: `exit` and errors end only it."""
        previous, self.io = self.io, io
        try:
            status = await self.script(script, io)
        except Exit as leaving:
            status = leaving.status
        except Failed as failed:
            status = failed.status
        except Break:
            status = self.status
        except BrokenPipe:
            status = 128 + SIGNALS['PIPE']
        finally:
            self.io = previous
        if 'EXIT' in self.traps:
            await self.run_trap('EXIT')
        return status

    async def capture(self, script: syntax.Script) -> str:
        """What a script writes: $(…)."""
        output = Capture()
        shell = self.subshell()
        self.status = await shell.isolated(script, IO(self.io.stdin, output, self.io.stderr))
        return output.data().replace(b'\0', b'').decode('utf-8', 'surrogateescape')

    async def process_substitution(self, part: syntax.ProcessSubstitution) -> str:
        """<(…) as a file that has what the script writes."""
        if part.writes:
            raise ExpansionProblem('process substitution: >(…) is not simulated')
        text = await self.capture(part.script)
        path = f'/dev/fd/{63 - len(self.ctx.files.listdir("/dev/fd")) if self.ctx.files.exists("/dev/fd") else 63}'
        self.ctx.files.put(path, text.encode('utf-8', 'surrogateescape'))
        return path

    def _in_background(self, node: syntax.Node, io: IO, source: str) -> None:
        shell = self.subshell()
        quiet = IO(BytesReader(), io.stdout, io.stderr)
        host = self.ctx.host

        async def main(_argv: list[str], inner: IO, ctx: Context) -> int:
            shell.ctx = replace(ctx, cwd=shell.ctx.cwd, env=shell.ctx.env)
            return await shell.isolated(syntax.Script([(node, False)]), inner)

        process = host.start(main, [self.name], quiet, shell.ctx)
        number = max(self.jobs, default=0) + 1
        self.jobs[number] = Job(number, process, source.rstrip().rstrip('&').strip())
        self.background_pid = process.pid
        if self.interactive:
            io.stderr.write(f'[{number}] {process.pid}\n')

    # -- simple commands ----------------------------------------------------------------------------------------

    async def _simple(self, node: syntax.Simple, io: IO) -> int:
        status_before = self.status
        self.status = 0 if not node.words else status_before
        try:
            argv = await self._argv(node, io)
            io, opened = await self._redirected(node.redirects, io)
        except Failed as failed:
            return failed.status
        try:
            if not argv:
                for assignment in node.assignments:
                    await self.assign(assignment, io)
                return self.status
            return await self._call(argv, node, io)
        except Failed as failed:
            return failed.status
        except OSError as problem:
            if problem.errno == errno.ENOSPC:
                self.complain(io, f'write error: {problem.strerror}')
                return 1
            raise
        finally:
            _close(opened)

    async def _argv(self, node: syntax.Simple, io: IO) -> list[str]:
        argv: list[str] = []
        for word in node.words:
            if isinstance(word, syntax.Assignment):
                argv.append(await self._declared(word, io))
            else:
                argv += await self._expanded([word], io)
        if argv and self.options.get('xtrace'):
            from shlex import quote
            io.stderr.write('+ ' + ' '.join(quote(word) for word in argv) + '\n')
        return argv

    async def _declared(self, word: syntax.Assignment, io: IO) -> str:
        """An assignment as an argument of export, local and the like: arrays are assigned, scalars are passed on."""
        if word.array is not None or word.index is not None:
            await self.assign(word, io)
            return word.name
        assert word.value is not None
        value = await self._guarded(self.expander.text, word.value, io)
        if word.append:
            value = (self.variables.get(word.name) or '') + value
        return f'{word.name}={value}'

    async def assign(self, assignment: syntax.Assignment, io: IO) -> None:
        """Carry out one assignment; raises Failed."""
        name = assignment.name
        try:
            if assignment.array is not None:
                await self._assign_array(assignment, io)
                return
            assert assignment.value is not None
            value = await self._guarded(self.expander.text, assignment.value, io)
            variable = self.variables.find(name)
            if assignment.index is not None:
                key: int | str = await self._guarded(self.expander.text, assignment.index, io) \
                    if variable is not None and variable.associative else await self._evaluate(assignment.index, io)
                self.variables.set_item(name, key, value, assignment.append)
            elif variable is not None and variable.integer:
                self.variables.set(name, str(await self._evaluate(syntax.Word((syntax.Text(value, True),)), io)))
            else:
                self.variables.set(name, value, assignment.append)
        except ReadOnly:
            self.complain(io, f'{name}: readonly variable')
            raise Failed from None

    async def _assign_array(self, assignment: syntax.Assignment, io: IO) -> None:
        import re
        variable = self.variables.find(assignment.name)
        associative = variable is not None and variable.associative
        values: dict[Any, str] = {}
        for word in assignment.array or ():
            match = re.match(r'\[([^\]]*)\]=', word.source)
            if match:
                text = await self._guarded(self.expander.text, word, io)
                key = text[1:text.index(']=')]
                values[key if associative else int(key)] = text[text.index(']=') + 2:]
            else:
                start = max((key for key in values if isinstance(key, int)), default=-1) + 1
                for offset, value in enumerate(await self._expanded([word], io)):
                    values[start + offset] = value
        self.variables.set(assignment.name, values, assignment.append)

    async def _call(self, argv: list[str], node: syntax.Simple, io: IO) -> int:
        """Run a function, a builtin or a program, with the assignments before it in its environment."""
        from tutor.shell.builtins.catalog import BUILTINS
        name = argv[0]
        function, builtin = self.functions.get(name), BUILTINS.get(name)
        if function is None and builtin is None:
            environment = self.variables.exported()
            for assignment in node.assignments:
                if assignment.value is not None:
                    environment[assignment.name] = await self._guarded(self.expander.text, assignment.value, io)
            return await self.execute(argv, io, environment)
        saved = {a.name: self.variables.get(a.name) for a in node.assignments}
        for assignment in node.assignments:
            await self.assign(assignment, io)
            self.variables.declare(assignment.name).exported = True
        try:
            if function is not None:
                return await self.call_function(function, argv, io)
            assert builtin is not None
            return await builtin.load()(argv, io, self)
        finally:
            for variable, value in saved.items():
                if value is None:
                    self.variables.unset(variable)
                else:
                    self.variables.set(variable, value)

    async def call_function(self, function: syntax.Function, argv: list[str], io: IO) -> int:
        if self._calls >= MAX_CALLS:
            self.complain(io, f'{function.name}: maximum function nesting level exceeded ({MAX_CALLS})')
            raise Failed
        before, self.positional = self.positional, argv[1:]
        self.variables.scopes.append({})
        self._calls += 1
        try:
            return await self.run(function.body, io)
        except Return as returned:
            return returned.status
        finally:
            self._calls -= 1
            self.variables.scopes.pop()
            self.positional = before

    async def execute(self, argv: list[str], io: IO, environment: dict[str, str] | None = None) -> int:
        """Run a program as a process of its own and wait for it."""
        main, status = self.find_program(argv, io)
        if main is None:
            return status
        env = self.variables.exported() if environment is None else environment
        await self.ctx.simulation.sleep(SPAWN_TIME)
        process = self.ctx.host.start(main, argv, io, replace(self.ctx, env=env, signals={}))
        return await self.wait_for(process)

    async def wait_for(self, process: Process) -> int:
        """Wait for a foreground process; an interrupt goes on to it."""
        try:
            return await process.exit
        except Cancelled:
            process.signal('INT')
            raise

    # -- programs -----------------------------------------------------------------------------------------------

    def find_program(self, argv: list[str], io: IO) -> tuple[Main | None, int]:
        """The program that a name means; else None and the status, with the message written."""
        name = argv[0]
        path = normalize(name, self.ctx.cwd) if '/' in name else self.which(name)
        if path is None:
            self.complain(io, f'{name}: not found' if self.busybox else f'{name}: command not found')
            return None, 127
        files = self.ctx.files
        try:
            node = files.node(path)
        except OSError as problem:
            self.complain(io, f'{name}: {"not found" if self.busybox else problem.strerror}')
            return None, 127
        if isinstance(node, Directory):
            self.complain(io, f'{name}: {"Permission denied" if self.busybox else "Is a directory"}')
            return None, 126
        if not isinstance(node, File) or not node.mode & 0o111:
            self.complain(io, f'{name}: Permission denied')
            return None, 126
        if node.program:
            found = self.ctx.host.programs.get(node.program)
            if found is None:
                self.complain(io, f'{name}: this program is not simulated')
                return None, 126
            return found, 0
        return _script_program(path, node.data()), 0

    def which(self, name: str) -> str | None:
        """Where PATH finds a program."""
        files = self.ctx.files
        for folder in (self.variables.get('PATH') or '').split(':'):
            path = f'{folder}/{name}' if folder else name
            try:
                node = files.find(path).node
            except OSError:
                continue
            if isinstance(node, File) and node.mode & 0o111:
                return path
        return None

    # -- redirections -------------------------------------------------------------------------------------------

    async def _redirected(self, redirects: list[syntax.Redirect], io: IO) -> tuple[IO, list[Any]]:
        """The streams after redirections, and what was opened; raises Failed."""
        if not redirects:
            return io, []
        streams: dict[int, Any] = {0: io.stdin, 1: io.stdout, 2: io.stderr}
        opened: list[Any] = []
        for redirect in redirects:
            await self._redirect(redirect, streams, opened, io)
        return IO(streams[0], streams[1], streams[2]), opened

    async def _redirect(self, redirect: syntax.Redirect, streams: dict[int, Any], opened: list[Any], io: IO) -> None:
        operator = redirect.operator
        target = await self._guarded(self.expander.text, redirect.target, io)
        number = redirect.descriptor
        if operator in ('<<', '<<-', '<<<'):
            text = target + '\n' if operator == '<<<' else target
            streams[number or 0] = BytesReader(text.encode('utf-8', 'surrogateescape'))
        elif operator in ('>&', '<&') and (target.isdigit() or target == '-'):
            default = 1 if operator == '>&' else 0
            if target == '-':
                streams[number if number is not None else default] = NullWriter() if default else BytesReader()
            elif int(target) not in streams:
                self.complain(io, f'{target}: Bad file descriptor')
                raise Failed
            else:
                streams[number if number is not None else default] = streams[int(target)]
        elif operator in ('<', '<>'):
            streams[number or 0] = self._open_read(target, io)
        else:
            writer = self._open_write(target, operator in ('>>', '&>>'), streams, io)
            opened.append(writer)
            for each in (1, 2) if operator in ('&>', '&>>', '>&') else (1 if number is None else number,):
                streams[each] = writer

    def _open_read(self, path: str, io: IO) -> Reader:
        try:
            node = self.ctx.files.node(normalize(path, self.ctx.cwd))
            if isinstance(node, Directory):
                raise OSError(errno.EISDIR, 'Is a directory')
        except OSError as problem:
            reason = problem.strerror
            self.complain(io, f"can't open {path}: no such file" if self.busybox and problem.errno == errno.ENOENT
                          else f'{path}: {reason}')
            raise Failed from None
        if isinstance(node, Device) and node.kind in ('stdin', 'tty'):
            return io.stdin
        return FileReader(node)  # type: ignore[arg-type]

    def _open_write(self, path: str, append: bool, streams: dict[int, Any], io: IO) -> Writer:
        try:
            node = open_write(normalize(path, self.ctx.cwd), append, self.ctx)
        except OSError as problem:
            if self.busybox:
                self.complain(io, f"can't create {path}: {_busybox_reason(problem)}")
            else:
                self.complain(io, f'{path}: {problem.strerror}')
            raise Failed from None
        if isinstance(node, Device):
            return device_writer(node, IO(io.stdin, streams[1], streams[2]))
        return FileWriter(self.ctx.files, node)

    # -- small things -------------------------------------------------------------------------------------------

    async def _expanded(self, words: list[syntax.Word], io: IO) -> list[str]:
        return await self._guarded(self.expander.words, words, io)

    async def _guarded(self, expand: Callable[[Any], Any], what: Any, io: IO) -> Any:
        """Expand; a failure is written and fails the command."""
        try:
            return await expand(what)
        except ExpansionProblem as problem:
            self.complain(io, str(problem))
            if 'unbound variable' in str(problem) or (not self.interactive and ': parameter' in str(problem)):
                raise Exit(127 if self.interactive else 1) from None
            raise Failed from None
        except ReadOnly as problem:
            self.complain(io, f'{problem}: readonly variable')
            raise Failed from None

    async def run_trap(self, name: str) -> None:
        """Run what `trap` has set for a signal or for EXIT."""
        command = self.traps.pop(name, '') if name == 'EXIT' else self.traps.get(name, '')
        if command:
            before = self.status
            await self.run_block(command)
            self.status = before


class Job:
    """A command in the background."""

    def __init__(self, number: int, process: Process, source: str) -> None:
        self.number = number
        self.process = process
        self.source = source

    @property
    def running(self) -> bool:
        return not self.process.exit.done


LETTERS = {'e': 'errexit', 'u': 'nounset', 'x': 'xtrace', 'f': 'noglob', 'C': 'noclobber'}


def _close(opened: list[Any]) -> None:
    for stream in opened:
        stream.close()


def _busybox_reason(problem: OSError) -> str:
    return 'nonexistent directory' if problem.errno == errno.ENOENT else problem.strerror or ''


def _script_program(path: str, data: bytes) -> Main:
    """A script file as a program: run by a new shell."""
    async def main(argv: list[str], io: IO, ctx: Context) -> int:
        from tutor.shell.sh import run_script
        return await run_script(path, data.decode('utf-8', 'replace'), argv[1:], io, ctx)
    return main

"""sed: the program and the machine that runs scripts."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from string import ascii_letters, digits
from typing import Any

from tutor.shell.access import guard
from tutor.shell.process import IO, Context
from tutor.shell.programs.complaint import Complaint, reason
from tutor.shell.programs.inputs import lines, open_reader
from tutor.shell.programs.inputs import text as text_of
from tutor.shell.programs.options import Options, missing_operand, parse
from tutor.shell.programs.sed.commands import Address, Command
from tutor.shell.programs.sed.parser import Parser
from tutor.shell.streams import Capture
from tutor.shell.vfs import File, normalize

LONG = {'quiet': 'n', 'silent': 'n', 'expression': 'e', 'file': 'f', 'regexp-extended': 'E', 'in-place': '?',
        'separate': 's',
        'null-data': 'z', 'unbuffered': 'u', 'posix': '', 'debug': '', 'line-length': 'l', 'follow-symlinks': '',
        'sandbox': '', 'version': ''}
USAGE = """Usage: sed [OPTION]... {script-only-if-no-other-script} [input-file]...

  -n, --quiet, --silent
                 suppress automatic printing of pattern space
  -e script, --expression=script
                 add the script to the commands to be executed
  -f script-file, --file=script-file
                 add the contents of script-file to the commands to be executed
  -E, -r, --regexp-extended
                 use extended regular expressions in the script
  -i[SUFFIX], --in-place[=SUFFIX]
                 edit files in place (makes backup if SUFFIX supplied)
  -s, --separate
                 consider files as separate rather than as a single
                 continuous long stream.
      --help     display this help and exit
"""
MAX_STEPS = 2_000_000


async def main(argv: list[str], io: IO, ctx: Context) -> int:
    """sed [-nErsz] [-i[SUFFIX]] [-e SCRIPT] [-f FILE] [SCRIPT] [FILE…]"""
    options = parse(argv, ctx, 'ne:f:Eri::sul:z', LONG)
    if 'version' in options:
        io.stdout.write('sed (GNU sed) 4.9\n')
        return 0
    script = _script(options, ctx)
    busybox = ctx.host.userland == 'busybox'
    if script is None:
        if busybox:
            raise missing_operand(argv, ctx)
        io.stderr.write(USAGE)
        return 1
    quiet = 'n' in options
    if script.startswith('#n\n'):
        quiet = True
    commands = Parser(script, 'E' in options or 'r' in options, busybox).parse()
    machine = Machine(commands, quiet, io, ctx)
    machine.posix_name = argv[0].rpartition('/')[2]
    machine.end = '\0' if 'z' in options else '\n'
    if 'i' in options or 'in-place' in options:
        return await _in_place(machine, options, io, ctx)
    if 's' in options:
        for path in options.args or ['-']:
            machine.restart()
            await machine.run(Lines([path], io, ctx, machine), io.stdout)
    else:
        await machine.run(Lines(options.args or ['-'], io, ctx, machine), io.stdout)
    return machine.status


def _script(options: Options, ctx: Context) -> str | None:
    texts: list[str] = []
    for letter, value in options.given:
        if letter == 'e':
            texts.append(value)
        elif letter == 'f':
            try:
                texts.append(ctx.files.read_text(normalize(value, ctx.cwd)).removesuffix('\n'))
            except OSError as problem:
                raise Complaint(f"couldn't open file {value}: {reason(problem)}") from None
    if not texts:
        if not options.args:
            return None
        texts.append(options.args.pop(0))
    return '\n'.join(texts)


async def _in_place(machine: Machine, options: Options, io: IO, ctx: Context) -> int:
    suffix = options.get('i') or options.get('in-place')
    if not options.args:
        raise Complaint('no input files')
    for path in options.args:
        whole = normalize(path, ctx.cwd)
        try:
            open_reader(path, io, ctx)  # refuses whom the file's mode keeps out
            before = ctx.files.read(whole)
        except OSError as problem:
            text = f"couldn't edit {path}: not a regular file" if ctx.files.is_dir(whole) else \
                f"can't read {path}: {reason(problem)}"
            io.stderr.write(f'sed: {text}\n')
            machine.status = 4 if ctx.files.is_dir(whole) else 2
            continue
        output = Capture()
        machine.restart()
        await machine.run(Lines([path], io, ctx, machine), output)
        try:
            guard(whole, ctx)  # a temporary file is made beside it, and put in its place
            if suffix:
                ctx.files.write(normalize(suffix.replace('*', path) if '*' in suffix else path + suffix, ctx.cwd),
                                before)
            ctx.files.write(whole, output.data())
        except OSError as problem:
            name = f'{path.rpartition("/")[0] or "."}/sed{_suffix(ctx)}'
            raise Complaint(f"couldn't open temporary file {name}: {reason(problem)}", 4) from None
    return machine.status


def _suffix(ctx: Context) -> str:
    """mkostemp's six characters."""
    return ''.join(ctx.simulation.identities.choices(ascii_letters + digits, k=6))


class Lines:
    """The input: one line at a time, knowing whether it is the last one."""

    def __init__(self, paths: list[str], io: IO, ctx: Context, machine: Machine) -> None:
        self._source = self._all(paths, io, ctx, machine)
        self._ahead: str | None = None
        self._began = False
        self.name = '-'

    async def _all(self, paths: list[str], io: IO, ctx: Context, machine: Machine) -> AsyncIterator[str]:
        for path in paths:
            try:
                reader = open_reader(path, io, ctx)
            except OSError as problem:
                if ctx.host.userland == 'busybox':
                    text = f'{path}: {reason(problem)}'
                elif problem.errno == 21:
                    text = f'read error on {path}: Is a directory'
                else:
                    text = f"can't read {path}: {reason(problem)}"
                io.stderr.write(f'{machine.posix_name}: {text}\n')
                machine.status = 1 if ctx.host.userland == 'busybox' else 2
                continue
            self.name = path
            if machine.end == '\n':
                async for line in lines(reader):
                    yield line
            else:
                for part in re.findall(r'[^\0]*\0|[^\0]+', text_of(await reader.read())):
                    yield part

    async def next(self) -> str | None:
        """The next line with its newline, None at the end."""
        if not self._began:
            return await anext(self._source, None)
        line, self._ahead, self._began = self._ahead, None, False
        return line

    async def last(self) -> bool:
        """Whether no further line comes."""
        if not self._began:
            self._ahead = await anext(self._source, None)
            self._began = True
        return self._ahead is None


class Machine:
    """Runs commands over input. The hold space and active ranges live as long as the machine."""

    def __init__(self, commands: list[Command], quiet: bool, io: IO, ctx: Context) -> None:
        self._commands = commands
        self._quiet = quiet
        self._io = io
        self._ctx = ctx
        self.status = 0
        self.end = '\n'
        """What ends a line: a newline, or with -z a NUL."""
        self.posix_name = 'sed'
        self._hold = ''
        self._space = ''
        self._newline = True
        self._number = 0
        self._last_pattern: Any = None
        self._append: list[str] = []
        self._written: set[str] = set()
        self._substituted = False
        self._steps = 0
        self._output: Any = io.stdout
        self._input: Any = None

    def restart(self) -> None:
        """Count lines from the first again (-s, -i)."""
        self._number = 0

    async def run(self, source: Lines, output: Any) -> None:
        """Work through the whole input."""
        self._input, self._output = source, output
        restart = False
        while True:
            if not restart:
                line = await source.next()
                if line is None:
                    return
                self._take(line)
            verdict = await self._cycle()
            restart = verdict == 'restart'
            if verdict not in ('delete', 'restart', 'quit-silently') and not self._quiet:
                self._print(self._space, self._newline)
            self._flush()
            await output.drain()
            if verdict in ('quit', 'quit-silently'):
                return

    def _take(self, line: str) -> None:
        self._newline = line.endswith(self.end)
        self._space = line[:-1] if self._newline else line
        self._number += 1

    def _print(self, text: str, newline: bool = True) -> None:
        self._output.write(text + self.end if newline else text)

    def _flush(self) -> None:
        for text in self._append:
            self._output.write(text)
        self._append.clear()

    async def _cycle(self) -> str:
        """All commands once over the pattern space; 'end', 'delete', 'restart', 'quit' or 'quit-silently'."""
        place = 0
        self._substituted = False
        while place < len(self._commands):
            self._steps += 1
            if self._steps > MAX_STEPS:
                raise Complaint('stopped: the script does not end', 4)
            if not self._steps % 2000:
                await self._ctx.simulation.sleep(0)
            command = self._commands[place]
            place += 1
            if not await self._selected(command):
                if command.letter == '{':
                    place = command.target
                continue
            match command.letter:
                case 'd':
                    return 'delete'
                case 'D':
                    if self.end not in self._space:
                        return 'delete'
                    self._space = self._space.partition(self.end)[2]
                    return 'restart'
                case 'q' | 'Q':
                    self.status = int(command.text or 0)
                    return 'quit' if command.letter == 'q' else 'quit-silently'
                case 'n' | 'N':
                    verdict = await self._next(command.letter)
                    if verdict:
                        return verdict
                case 'b':
                    place = command.target
                case 't' | 'T':
                    if self._substituted is (command.letter == 't'):
                        place = command.target
                    self._substituted = False
                case 'c':
                    if command.second is None or not command.active or command.negated:
                        self._output.write(command.text)
                    return 'delete'
                case _:
                    self._simple(command)
        return 'end'

    async def _next(self, letter: str) -> str:
        if await self._input.last():
            return 'quit'  # GNU prints the pattern space without -n, also for N
        if letter == 'n':
            if not self._quiet:
                self._print(self._space, self._newline)
            self._flush()
            self._take(await self._input.next())
        else:
            before = self._space
            self._flush()
            self._take(await self._input.next())
            self._space = f'{before}\n{self._space}'
        return ''

    def _simple(self, command: Command) -> None:
        match command.letter:
            case 'p':
                self._print(self._space)
            case 'P':
                self._print(self._space.partition(self.end)[0])
            case '=':
                self._print(str(self._number))
            case 's':
                self._substitute(command)
            case 'y':
                self._space = self._space.translate(command.table)
            case 'a':
                self._append.append(command.text)
            case 'i':
                self._output.write(command.text)
            case 'g':
                self._space = self._hold
            case 'G':
                self._space += self.end + self._hold
            case 'h':
                self._hold = self._space
            case 'H':
                self._hold += self.end + self._space
            case 'x':
                self._space, self._hold = self._hold, self._space
            case 'z':
                self._space = ''
            case 'l':
                self._print(_visible(self._space))
            case 'F':
                self._print(self._input.name)
            case 'r':
                self._read(command.text)
            case 'w' | 'W':
                self._write(command.text, self._space if command.letter == 'w' else self._space.partition('\n')[0])

    def _read(self, path: str) -> None:
        try:
            self._append.append(self._ctx.files.read_text(normalize(path, self._ctx.cwd)))
        except OSError:
            return

    def _write(self, path: str, text: str) -> None:
        if path == '/dev/stdout':
            self._print(text)
            return
        if path == '/dev/stderr':
            self._io.stderr.write(text + '\n')
            return
        files, whole = self._ctx.files, normalize(path, self._ctx.cwd)
        try:
            file = files.open_write(whole, append=path in self._written)
            self._written.add(path)
            if isinstance(file, File):
                files.append_to(file, (text + '\n').encode('utf-8', 'surrogateescape'))
        except OSError as problem:
            raise Complaint(f"couldn't open file {path}: {reason(problem)}", 4) from None

    # -- addresses ----------------------------------------------------------------------------------------------

    async def _selected(self, command: Command) -> bool:
        if command.first is None:
            return not command.negated
        if command.second is None:
            return await self._matches(command.first) is not command.negated
        return await self._in_range(command) is not command.negated

    async def _in_range(self, command: Command) -> bool:
        assert command.first is not None and command.second is not None
        if not command.active:
            zero = command.first.kind == 'line' and command.first.number == 0
            if zero and self._number == 1:
                command.active = True
                return await self._range_goes_on(command)
            if zero or not await self._matches(command.first):
                return False
            second = command.second
            if command.relative == '+':
                command.until = self._number + second.number
                command.active = command.until > self._number
            elif command.relative == '~':
                command.until = -(-self._number // second.number) * second.number if second.number else self._number
                command.active = command.until > self._number
            elif second.kind == 'line':
                command.until = second.number
                command.active = second.number > self._number
            else:
                command.active = not (second.kind == 'last' and await self._input.last())
            return True
        return await self._range_goes_on(command)

    async def _range_goes_on(self, command: Command) -> bool:
        second = command.second
        assert second is not None
        if second.kind == 'line':
            if self._number >= command.until:
                command.active = False
            return self._number <= command.until
        if await self._matches(second):
            command.active = False
        return True

    async def _matches(self, address: Address) -> bool:
        match address.kind:
            case 'line':
                return self._number == address.number
            case 'last':
                return await self._input.last()
            case 'step':
                if not address.step:
                    return self._number == address.number
                return self._number >= address.number and (self._number - address.number) % address.step == 0
        return self._pattern(address.pattern).search(self._space) is not None

    def _pattern(self, pattern: Any) -> Any:
        if pattern is None:
            if self._last_pattern is None:
                raise Complaint('no previous regular expression')
            return self._last_pattern
        self._last_pattern = pattern
        return pattern

    # -- s ------------------------------------------------------------------------------------------------------

    def _substitute(self, command: Command) -> None:
        flags = command.flags
        assert flags is not None
        pattern = self._pattern(command.pattern)
        found: list[str] = []
        end = seen = 0
        replaced = False
        text = self._space
        for match in pattern.finditer(text):
            if match.end() == match.start() == end and end:
                continue  # an empty match right behind another one does not count
            seen += 1
            if seen < flags.number:
                continue
            found += [text[end:match.start()], _replaced(command.replacement, match)]
            end = match.end()
            replaced = True
            if not flags.every:
                break
        if not replaced:
            return
        self._space = ''.join(found) + text[end:]
        self._substituted = True
        if flags.show:
            self._print(self._space)
        if flags.file:
            self._write(flags.file, self._space)


def _replaced(parts: list[tuple[str, str | int]], match: Any) -> str:
    """The replacement for one match, with \\U, \\L, \\u and \\l carried out."""
    found: list[str] = []
    mode = once = ''
    for kind, value in parts:
        if kind == 'case':
            if value in ('u', 'l'):
                once = str(value)
            else:
                mode = '' if value == 'E' else str(value)
            continue
        text = str(value) if kind == 'text' else match[value] or ''
        text = text.upper() if mode == 'U' else text.lower() if mode == 'L' else text
        if once and text:
            text = (text[0].upper() if once == 'u' else text[0].lower()) + text[1:]
            once = ''
        found.append(text)
    return ''.join(found)


def _visible(text: str) -> str:
    """The `l` command: escapes, and `$` at the end."""
    names = {'\\': '\\\\', '\n': '\\n', '\t': '\\t', '\r': '\\r', '\a': '\\a', '\b': '\\b', '\f': '\\f', '\v': '\\v'}
    return ''.join(names.get(char) or (char if ' ' <= char <= '~' else
                                       ''.join(f'\\{byte:03o}' for byte in char.encode('utf-8', 'surrogateescape')))
                   for char in text) + '$'

"""What awk reads: the files of its arguments, record by record, and what getline names."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

from tutor.cluster.simulation import Reader
from tutor.shell.process import IO, Context
from tutor.shell.programs.awk import tree
from tutor.shell.programs.awk.values import Input, text
from tutor.shell.programs.complaint import Complaint, reason
from tutor.shell.programs.inputs import lines, open_reader
from tutor.shell.programs.running import NotRunnable, start
from tutor.shell.streams import BytesReader, Capture

if TYPE_CHECKING:
    from tutor.shell.programs.awk.interpreter import Interpreter

ASSIGNMENT = re.compile(r'[A-Za-z_]\w*=')


class Inputs:
    """The inputs of one run. `next` gives the records of the arguments; `failed` tells that a file was not there."""

    def __init__(self, run: Interpreter, io: IO, ctx: Context) -> None:
        self.failed = False
        self._run, self._io, self._ctx = run, io, ctx
        self._main: AsyncIterator[str] | None = None
        self._skips = False
        self._named: dict[str, AsyncIterator[str]] = {}

    # -- the arguments ------------------------------------------------------------------------------------------

    async def next(self) -> str | None:
        """The next record of the arguments; NR and FNR count it."""
        if self._main is None:
            self._main = self._arguments()
        record = await anext(self._main, None)
        if record is not None:
            self._run.variables['NR'] += 1.0
            self._run.variables['FNR'] += 1.0
        return record

    def skip_file(self) -> None:
        """nextfile."""
        self._skips = True

    async def _arguments(self) -> AsyncIterator[str]:
        run = self._run
        any_file = False
        count = int(run.variables['ARGC'])
        for place in range(1, count):
            path = text(run.variables['ARGV'].get(str(place)) or '')
            if ASSIGNMENT.match(path):
                run.assign(path)
            elif path:
                any_file = True
                async for record in self._file(path):
                    yield record
        if not any_file:
            async for record in self._file('-'):
                yield record

    async def _file(self, path: str) -> AsyncIterator[str]:
        variables = self._run.variables
        try:
            reader = open_reader(path, self._io, self._ctx)
        except OSError as problem:
            self._cannot_open(path, problem)
            return
        variables['FILENAME'], variables['FNR'] = path, 0.0
        self._skips = False
        async for record in self._records(reader):
            yield record
            if self._skips:
                return

    def _cannot_open(self, path: str, problem: OSError) -> None:
        self.failed = True
        if self._ctx.host.userland == 'busybox':
            raise Complaint(f'{path}: {reason(problem)}', 2) from None
        self._io.stderr.write(f'awk: cannot open {path} ({reason(problem)})\n')

    async def _records(self, reader: Reader) -> AsyncIterator[str]:
        """Records as RS says: lines, paragraphs for '', else divided by a character or pattern."""
        separator = text(self._run.variables['RS'])
        if separator == '\n':
            async for line in lines(reader):
                yield line[:-1] if line.endswith('\n') else line
            return
        data = (await reader.read()).decode('utf-8', 'surrogateescape')
        if not separator:
            parts = re.split(r'\n\n+', data.strip('\n'))
        elif len(separator) == 1:
            parts = data.removesuffix('\n').split(separator)
        else:
            parts = self._run.pattern(separator).split(data.removesuffix('\n'))
        for part in parts if data else []:
            yield part

    # -- getline ------------------------------------------------------------------------------------------------

    async def getline(self, node: tree.Getline) -> float:
        """Read one record: 1, 0 at the end, -1 when it cannot be read."""
        run = self._run
        if node.command is not None:
            source = await self._command(run.text(await run.value(node.command)))
        elif node.file is not None:
            source = self._opened(run.text(await run.value(node.file)))
        else:
            record = await self.next()
            return await self._give(record, node)
        if source is None:
            return -1.0
        record = await anext(source, None)
        if record is not None and node.command is not None:
            run.variables['NR'] += 1.0
        return await self._give(record, node)

    async def _give(self, record: str | None, node: tree.Getline) -> float:
        if record is None:
            return 0.0
        if node.target is None:
            self._run.set_record(record)
        else:
            await self._run.store(node.target, Input(record))
        return 1.0

    def _opened(self, path: str) -> AsyncIterator[str] | None:
        if path not in self._named:
            try:
                self._named[path] = self._records(open_reader(path, self._io, self._ctx))
            except OSError:
                return None
        return self._named[path]

    async def _command(self, command: str) -> AsyncIterator[str] | None:
        if command not in self._named:
            output = Capture()
            try:
                process = start(['sh', '-c', command], IO(self._io.stdin, output, self._io.stderr), self._ctx)
            except NotRunnable:
                return None
            await process.exit
            self._named[command] = self._records(BytesReader(output.data()))
        return self._named[command]

    def close(self, name: str) -> bool:
        """Forget an input, so that it begins anew; whether it was open."""
        return self._named.pop(name, None) is not None

"""Where print goes: standard output, files, and commands that get their input when it is closed or at the end."""

from __future__ import annotations

from tutor.cluster.simulation import Reader
from tutor.shell.process import IO, Context
from tutor.shell.programs.complaint import Complaint, reason
from tutor.shell.programs.running import NotRunnable, start
from tutor.shell.streams import BytesReader, Capture
from tutor.shell.vfs import File, normalize


class Outputs:
    """The outputs of one program; `finish` runs the commands that are still piped to, in order."""

    def __init__(self, io: IO, ctx: Context) -> None:
        self._io = io
        self._ctx = ctx
        self._files: dict[str, File | None] = {}
        self._commands: dict[str, Capture] = {}

    def write(self, shown: str, redirect: str, target: str) -> None:
        if not redirect or target in ('/dev/stdout', '-'):
            self._io.stdout.write(shown)
        elif target in ('/dev/stderr', 'cat 1>&2', 'cat >&2'):
            self._io.stderr.write(shown)
        elif redirect == '|':
            self._commands.setdefault(target, Capture()).write(shown)
        else:
            self._to_file(shown, redirect, target)

    def _to_file(self, shown: str, redirect: str, target: str) -> None:
        if target not in self._files:
            try:
                node = self._ctx.files.open_write(normalize(target, self._ctx.cwd), append=redirect == '>>')
            except OSError as problem:
                raise Complaint(f'cannot open {target} ({reason(problem)})', 2) from None
            self._files[target] = node if isinstance(node, File) else None
        file = self._files[target]
        if file is not None:
            self._ctx.files.append_to(file, shown.encode('utf-8', 'surrogateescape'))

    async def close(self, target: str) -> int:
        """Close a file, or let a command have what was piped to it; its exit status, -1 if nothing was open."""
        if target in self._commands:
            return await self._run(target, BytesReader(self._commands.pop(target).data()))
        return 0 if self._files.pop(target, False) is not False else -1

    async def system(self, command: str) -> int:
        """Run a command of the shell after what was piped to others; its exit status."""
        await self.finish()
        return await self._run(command, self._io.stdin)

    async def finish(self) -> None:
        for target in list(self._commands):
            await self.close(target)

    async def _run(self, command: str, given: Reader) -> int:
        await self._io.stdout.drain()
        try:
            process = start(['sh', '-c', command], IO(given, self._io.stdout, self._io.stderr), self._ctx)
        except NotRunnable as problem:
            raise Complaint(f'sh: {problem}', 2) from None
        return await process.exit

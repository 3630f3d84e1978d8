"""Where print goes: standard output, files, and commands that get their input at the end."""

from __future__ import annotations

from tutor.shell.process import IO, Context
from tutor.shell.programs.complaint import Complaint, reason
from tutor.shell.programs.running import NotRunnable, start
from tutor.shell.streams import BytesReader, Capture
from tutor.shell.vfs import File, normalize


class Outputs:
    """The outputs of one program; `finish` runs the commands that were piped to, in order."""

    def __init__(self, io: IO, ctx: Context) -> None:
        self._io = io
        self._ctx = ctx
        self._files: dict[str, File | None] = {}
        self._commands: dict[str, Capture] = {}
        self._closed: list[tuple[str, Capture]] = []

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

    def close(self, target: str) -> int:
        if target in self._commands:
            self._closed.append((target, self._commands.pop(target)))
            return 0
        return 0 if self._files.pop(target, False) is not False else -1

    async def finish(self) -> None:
        for command, given in [*self._closed, *self._commands.items()]:
            try:
                process = start(['sh', '-c', command], IO(BytesReader(given.data()), self._io.stdout, self._io.stderr),
                                self._ctx)
            except NotRunnable as problem:
                raise Complaint(f'sh: {problem}', 2) from None
            await process.exit
        self._closed.clear()
        self._commands.clear()

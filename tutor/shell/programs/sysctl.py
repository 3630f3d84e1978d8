"""sysctl: read and set the kernel's parameters."""

from __future__ import annotations

import errno
import re

from tutor.shell.kernel import PARAMETERS, place
from tutor.shell.process import IO, Context
from tutor.shell.programs.complaint import reason
from tutor.shell.programs.inputs import open_reader, text
from tutor.shell.programs.options import Options, parse
from tutor.shell.vfs import File

LONG = {'all': 'a', 'write': 'w', 'load': 'p', 'values': 'n', 'names': 'N', 'ignore': 'e', 'quiet': 'q', 'system': '',
        'binary': 'b', 'pattern': 'r'}
FOLDERS = ('/run/sysctl.d', '/etc/sysctl.d', '/usr/local/lib/sysctl.d', '/usr/lib/sysctl.d')
MAIN = '/etc/sysctl.conf'


async def main(argv: list[str], io: IO, ctx: Context) -> int:
    """sysctl [-aenNqw] [NAME[=VALUE]…] | -p [FILE…] | --system"""
    options = parse(argv, ctx, 'aenNqwpbr:', LONG)
    kernel = _Kernel(options, io, ctx)
    if 'a' in options:
        return max((kernel.show(name) for name in kernel.names()), default=0)
    if 'system' in options:
        return await kernel.load_system()
    if 'p' in options:
        return await kernel.load(options.args or [MAIN])
    return max((kernel.act(word) for word in options.args), default=0)


class _Kernel:
    def __init__(self, options: Options, io: IO, ctx: Context) -> None:
        self._options = options
        self._io = io
        self._ctx = ctx
        self._busybox = ctx.host.userland == 'busybox'

    def names(self) -> list[str]:
        files = self._ctx.files
        found = [path.removeprefix(f'{PARAMETERS}/').replace('/', '.') for path, node in files.walk(PARAMETERS)
                 if isinstance(node, File)]
        return sorted(name for name in found if re.search(self._options.get('r'), name))

    def act(self, word: str) -> int:
        name, sets, value = word.partition('=')
        return self.set(name.strip(), value.strip()) if sets else self.show(name)

    def show(self, name: str) -> int:
        try:
            value = self._ctx.files.read_text(place(name)).rstrip('\n')
        except OSError as problem:
            return self._complain(name, problem)
        self._say(_dotted(name), value)
        return 0

    def set(self, name: str, value: str) -> int:
        files, path = self._ctx.files, place(name)
        try:
            files.node(path)
            if self._ctx.uid:
                raise OSError(errno.EACCES, 'Permission denied')
            files.write(path, value + '\n')
        except OSError as problem:
            return self._complain(name, problem, writing=True)
        if 'q' not in self._options:
            self._say(_dotted(name), value)
        return 0

    def _say(self, name: str, value: str) -> None:
        shown = value if 'n' in self._options else name if 'N' in self._options else f'{name} = {value}'
        self._io.stdout.write(shown + '\n')

    def _complain(self, name: str, problem: OSError, writing: bool = False) -> int:
        if 'e' in self._options and problem.errno == errno.ENOENT:
            return 0
        dotted = _dotted(name)
        if self._busybox:
            said = (f"error: '{dotted}' is an unknown key" if problem.errno == errno.ENOENT else
                    f'error {"setting" if writing else "reading"} key \'{dotted}\': {reason(problem)}')
        elif problem.errno == errno.ENOENT:
            said = f'cannot stat {place(name)}: No such file or directory'
        elif problem.errno == errno.EACCES:
            said = f'permission denied on key "{dotted}"'
        else:
            said = f'setting key "{dotted}": {reason(problem)}'
        self._io.stderr.write(f'sysctl: {said}\n')
        return 1

    # -- files --------------------------------------------------------------------------------------------------

    async def load_system(self) -> int:
        """All configuration files by name; of two with the same, the more important folder's."""
        files, found = self._ctx.files, {}
        for folder in reversed(FOLDERS):
            for name in files.listdir(folder) if files.is_dir(folder) else ():
                if name.endswith('.conf'):
                    found[name] = f'{folder}/{name}'
        paths = [found[name] for name in sorted(found)] + ([MAIN] if files.is_file(MAIN) else [])
        for path in paths:
            self._io.stdout.write(f'* Applying {path} ...\n')
        return await self.load(paths)

    async def load(self, paths: list[str]) -> int:
        status = 0
        for path in paths:
            try:
                lines = text(await open_reader(path, self._io, self._ctx).read()).splitlines()
            except OSError as problem:
                self._io.stderr.write(f'sysctl: cannot open "{path}": {reason(problem)}\n')
                status = 1
                continue
            for line in lines:
                if line.strip() and line.strip()[0] not in '#;' and '=' in line:
                    status = self.act(line.strip().lstrip('-')) or status
        return status


def _dotted(name: str) -> str:
    return place(name).removeprefix(f'{PARAMETERS}/').replace('/', '.')

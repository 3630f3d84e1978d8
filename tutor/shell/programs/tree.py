"""tree."""

from __future__ import annotations

from tutor.shell.process import IO, Context
from tutor.shell.programs.complaint import Complaint
from tutor.shell.programs.options import Options, parse
from tutor.shell.vfs import Directory, Symlink, normalize


async def main(argv: list[str], io: IO, ctx: Context) -> int:
    """tree [-adf] [-L DEPTH] [FOLDER…]"""
    options = parse(argv, ctx, 'adfL:I:Cs', {'noreport': '', 'dirsfirst': ''})
    if 'L' in options and (not options.get('L').isdigit() or not int(options.get('L'))):
        raise Complaint('Invalid level, must be greater than 0.')
    drawing = _Drawing(options, io, ctx)
    for path in options.args or ['.']:
        whole = normalize(path, ctx.cwd)
        if not ctx.files.is_dir(whole):
            io.stdout.write(f'{path}  [error opening dir]\n')
            continue
        io.stdout.write(path + '\n')
        drawing.draw(whole, path, '', 1)
    if 'noreport' not in options:
        folders = f'{drawing.folders} director{"y" if drawing.folders == 1 else "ies"}'
        files = '' if 'd' in options else f', {drawing.files} file{"" if drawing.files == 1 else "s"}'
        io.stdout.write(f'\n{folders}{files}\n')
    return 0


class _Drawing:
    def __init__(self, options: Options, io: IO, ctx: Context) -> None:
        self._options = options
        self._io = io
        self._ctx = ctx
        self._most = int(options.get('L', '0')) or 10**6
        self.folders = self.files = 0

    def draw(self, whole: str, shown: str, indent: str, depth: int) -> None:
        names = [name for name in self._ctx.files.listdir(whole)
                 if ('a' in self._options or not name.startswith('.'))]
        nodes = {name: self._ctx.files.node(f'{whole.rstrip("/")}/{name}', follow=False) for name in names}
        if 'd' in self._options:
            names = [name for name in names if isinstance(nodes[name], Directory)]
        if 'dirsfirst' in self._options:
            names.sort(key=lambda name: not isinstance(nodes[name], Directory))
        for name in names:
            last, node = name == names[-1], nodes[name]
            label = f'{shown.rstrip("/")}/{name}' if 'f' in self._options else name
            target = f' -> {node.target}' if isinstance(node, Symlink) else ''
            self._io.stdout.write(f'{indent}{"└── " if last else "├── "}{label}{target}\n')
            if isinstance(node, Directory):
                self.folders += 1
                if depth < self._most:
                    self.draw(f'{whole.rstrip("/")}/{name}', f'{shown.rstrip("/")}/{name}',
                              indent + ('    ' if last else '│   '), depth + 1)
            else:
                self.files += 1

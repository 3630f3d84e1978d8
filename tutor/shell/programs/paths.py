"""basename, dirname."""

from __future__ import annotations

from tutor.shell.process import IO, Context
from tutor.shell.programs.complaint import Complaint
from tutor.shell.programs.options import missing_operand, parse


async def basename(argv: list[str], io: IO, ctx: Context) -> int:
    """basename NAME [SUFFIX], basename -a [-s SUFFIX] NAME…"""
    options = parse(argv, ctx, 'as:z', {'multiple': 'a', 'suffix': 's', 'zero': 'z'}, permute=False)
    if not options.args:
        raise missing_operand(argv, ctx)
    names, suffix = options.args, options.get('s')
    if 'a' not in options and 's' not in options:
        if len(names) > 2:
            raise Complaint(f"extra operand ‘{names[2]}’\nTry 'basename --help' for more information.")
        suffix = names[1] if len(names) > 1 else ''
        names = names[:1]
    for name in names:
        last = name.rstrip('/').rpartition('/')[2] or ('/' if name.startswith('/') else '')
        if suffix and last != suffix and last.endswith(suffix):
            last = last[:-len(suffix)]
        io.stdout.write(last + '\n')
    return 0


async def dirname(argv: list[str], io: IO, ctx: Context) -> int:
    """dirname NAME…"""
    options = parse(argv, ctx, 'z', {'zero': 'z'})
    if not options.args:
        raise missing_operand(argv, ctx)
    for name in options.args:
        stripped = name.rstrip('/')
        head = stripped.rpartition('/')[0].rstrip('/')
        io.stdout.write((head or ('/' if name.startswith('/') else '.')) + '\n')
    return 0

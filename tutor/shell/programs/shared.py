"""Programs that are the shell itself, or builtins of it (`/bin/echo`, `/bin/test`, …)."""

from __future__ import annotations

from dataclasses import replace

from tutor.shell.process import IO, Context


async def shell(argv: list[str], io: IO, ctx: Context) -> int:
    """sh, bash, ash."""
    from tutor.shell.sh import main
    return await main(argv, io, ctx)


async def builtin(argv: list[str], io: IO, ctx: Context) -> int:
    """A builtin as a program of its own."""
    from tutor.shell.builtins.catalog import BUILTINS
    from tutor.shell.interpreter import Shell
    name = argv[0].rpartition('/')[2]
    own = Shell(replace(ctx), io, name)
    return await BUILTINS[name].load()([name, *argv[1:]], io, own)

"""true and false."""

from __future__ import annotations

from tutor.shell.process import IO, Context


async def true(argv: list[str], io: IO, ctx: Context) -> int:
    return 0


async def false(argv: list[str], io: IO, ctx: Context) -> int:
    return 1

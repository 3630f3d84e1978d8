"""The entrypoint script that many images have: words that name no program are arguments of the image's own."""

from __future__ import annotations

from tutor.cluster.containers.executables import StartFailure, execute, locate
from tutor.cluster.containers.image import PATH
from tutor.shell.process import IO, Context, Main


def defaulting_to(program: str) -> Main:
    """Runs what it is given, or the image's own program with it when it is an option or no program."""
    async def entrypoint(argv: list[str], io: IO, ctx: Context) -> int:
        words = argv[1:]
        try:
            if not words or words[0].startswith('-'):
                raise StartFailure
            locate(ctx.files, words[0], ctx.env.get('PATH', PATH), ctx.cwd)
        except StartFailure:
            words = [program, *words]
        return await execute(words, io, ctx)
    return entrypoint

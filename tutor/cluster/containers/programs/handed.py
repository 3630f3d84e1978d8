"""Programs whose code comes from above: whoever wires the cluster hands them to containers by name."""

from __future__ import annotations

from tutor.shell.process import IO, Context, Main

HANDED = 'handed programs'


def handed(name: str) -> Main:
    """The program of that name, as soon as it runs."""
    async def run(argv: list[str], io: IO, ctx: Context) -> int:
        main: Main | None = ctx.extras.get(HANDED, {}).get(name)
        if main is None:
            io.stderr.write(f'{name}: error: this program is not simulated here\n')
            return 1
        return await main(argv, io, ctx)
    return run

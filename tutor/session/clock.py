"""How virtual time flows beside the wall clock, and `clock`, the program that says so from the learner's shell."""

from __future__ import annotations

from dataclasses import dataclass

from tutor.shell.process import IO, Context

KEY = 'clock'
LONGEST_JUMP = 600.0
"""Virtual seconds after which a jump gives up waiting for a change."""
MOST_STEPS = 50_000
USAGE = 'usage: clock [pause | run | x1 | x10 | x60 | next]\n'
SPEEDS = {'x1': 1.0, 'x10': 10.0, 'x60': 60.0}


@dataclass(slots=True)
class Clock:
    """The session's clock: its speed, whether it stands, and whether it is to jump when the running event is over."""

    speed: float = 1.0
    paused: bool = False
    jump_wanted: bool = False

    def run_at(self, speed: float) -> None:
        self.speed, self.paused = speed, False

    def shown(self, now: float) -> str:
        seconds = int(now)
        flow = 'paused' if self.paused else f'x{self.speed:g}'
        return f'{flow} {seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}\n'


async def clock(argv: list[str], io: IO, ctx: Context) -> int:
    """Say or set how time flows."""
    time: Clock | None = ctx.extras.get(KEY)
    if time is None:
        io.stderr.write('clock: error: there is no clock to set here: time jumps from event to event\n')
        return 1
    match argv[1:]:
        case []:
            io.stdout.write(time.shown(ctx.simulation.now))
        case ['pause']:
            time.paused = True
        case ['run']:
            time.paused = False
        case ['next']:
            time.jump_wanted = True
        case [speed] if speed in SPEEDS:
            time.run_at(SPEEDS[speed])
        case ['-h' | '--help']:
            io.stdout.write(USAGE)
        case _:
            io.stderr.write(USAGE)
            return 2
    return 0

"""How virtual time flows beside the wall clock, and `clock`, the program that says so from the learner's shell."""

from __future__ import annotations

from dataclasses import dataclass

from tutor.client import control
from tutor.client.control import Control
from tutor.shell.process import IO, Context
from tutor.shell.programs.manual import usage
from tutor.shell.speech import Said, complain

LONGEST_JUMP = 600.0
"""Virtual seconds after which a jump to the next change gives up waiting for one."""
MOST_STEPS = 50_000
SPEEDS = {'x1': 1.0, 'x10': 10.0, 'x60': 60.0}
UNITS = {'s': 1.0, 'm': 60.0, 'h': 3600.0, 'd': 86400.0}
NOTHING_TO_SET = Said('there is no clock to set here: time jumps from event to event',
                      '这里没有可调的时钟：时间直接从一个事件跳到下一个事件')
REAL = Said('this cluster is real: nobody sets its time', '这是真实的集群：没有人能调它的时间')


@dataclass(slots=True)
class Clock:
    """The session's clock (`tutor.client.control.Clock`): its speed, whether it stands, and the jump that is to be made
    when the running event is over: `jump_wanted` to the next change, `jump_by` over so many seconds."""

    speed: float = 1.0
    paused: bool = False
    jump_wanted: bool = False
    jump_by: float = 0.0

    def run_at(self, speed: float) -> None:
        self.speed, self.paused = speed, False

    def jump(self, seconds: float | None = None) -> None:
        if seconds is None:
            self.jump_wanted = True
        else:
            self.jump_by += seconds

    def forget_jumps(self) -> None:
        self.jump_wanted, self.jump_by = False, 0.0

    def shown(self, now: float) -> str:
        seconds = int(now)
        flow = 'paused' if self.paused else f'x{self.speed:g}'
        return f'{flow} {seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}\n'


async def clock(argv: list[str], io: IO, ctx: Context) -> int:
    """Say or set how time flows, or go back in it."""
    if argv[1:] in (['-h'], ['--help']):
        io.stdout.write(f'usage: {usage("clock")}\n')
        return 0
    found = control.of(ctx.extras)
    if found is None:
        return complain('clock', REAL, io, ctx)
    if found.clock is None:
        return complain('clock', NOTHING_TO_SET, io, ctx)
    if argv[1:2] == ['back']:
        return _back(argv[2:], found, io, ctx)
    return _set(argv[1:], found.clock, io, ctx)


def _set(words: list[str], time: control.Clock, io: IO, ctx: Context) -> int:
    match words:
        case []:
            io.stdout.write(time.shown(ctx.simulation.now))
        case ['pause']:
            time.paused = True
        case ['run']:
            time.paused = False
        case ['next']:
            time.jump()
        case [speed] if speed in SPEEDS:
            time.run_at(SPEEDS[speed])
        case [word] if (seconds := duration(word)) is not None:
            time.jump(seconds)
        case _:
            io.stderr.write(f'usage: {usage("clock")}\n')
            return 2
    return 0


def _back(words: list[str], found: Control, io: IO, ctx: Context) -> int:
    """`clock back [N]`: before the last command but this one, or the last N."""
    count = words[0] if words else '1'
    if len(words) > 1 or not count.isdecimal() or not int(count):
        io.stderr.write(f'usage: {usage("clock")}\n')
        return 2
    typed = len(found.past.commands_typed()) - 1 if found.past is not None else 0
    if found.past is None or typed < int(count):
        return complain('clock', Said(f'only {typed} commands were typed before this one',
                                      f'在这之前只输入过 {typed} 条命令'), io, ctx)
    found.past.go_back(int(count) + 1)
    return 0


def duration(word: str) -> float | None:
    """Seconds of '90', '90s', '5m', '2h' or '1d', with or without a '+'; None for anything else."""
    number = word.removeprefix('+')
    unit = UNITS.get(number[-1:])
    number = number[:-1] if unit is not None else number
    return int(number) * (unit or 1.0) if number.isdecimal() else None

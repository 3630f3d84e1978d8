"""Parameters that no assignment made: `$?` and the like, and variables whose value is worked out when it is read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from tutor.shell.switches import flags

if TYPE_CHECKING:
    from tutor.shell.interpreter import Shell

PROMPT_PID = 999
"""$$ of a shell that is no process of the table: the one at the prompt."""
VERSION = '5.2.15(1)-release'
MACHINE = 'x86_64-pc-linux-gnu'


class Clockwork:
    """What `$RANDOM` and `$SECONDS` count on; shared by a shell and its subshells only until one of them assigns."""

    __slots__ = ('began', 'last', 'seed')

    def __init__(self, began: float) -> None:
        self.began = began
        self.seed: int | None = None
        self.last = 0

    def copy(self) -> Clockwork:
        other = Clockwork(self.began)
        other.seed, other.last = self.seed, self.last
        return other

    def random(self) -> int:
        """The next number of bash's generator (brand and intrand32)."""
        assert self.seed is not None
        while True:
            seed = self.seed or 123459876
            high, low = divmod(seed, 127773)
            following = 16807 * low - 2836 * high
            self.seed = following + 0x7fffffff if following < 0 else following
            value = (self.seed >> 16 ^ self.seed & 0xffff) & 0x7fff
            if value != self.last:
                self.last = value
                return value


def _random(shell: Shell) -> str:
    clockwork = shell.clockwork
    if clockwork.seed is None:
        clockwork.seed = shell.ctx.simulation.random.randrange(1, 1 << 31)
    return str(clockwork.random())


def _parent(shell: Shell) -> str:
    process = shell.ctx.host.processes.get(shell.own_pid or 0)
    return str(process.parent if process is not None else 1)


SPECIAL: Mapping[str, Callable[[Shell], str | None]] = {
    '?': lambda shell: str(shell.status),
    '#': lambda shell: str(len(shell.positional)),
    '$': lambda shell: str(shell.own_pid or PROMPT_PID),
    '!': lambda shell: str(shell.background_pid) if shell.background_pid else None,
    '0': lambda shell: shell.name,
    '-': flags,
    'LINENO': lambda shell: str(shell.line or 1),
    'EPOCHSECONDS': lambda shell: str(int(shell.ctx.simulation.wall().timestamp())),
    'PIPESTATUS': lambda shell: str(shell.pipe_statuses[0]),
}
ARRAYS: Mapping[str, Callable[[Shell], dict[int, str]]] = {
    'PIPESTATUS': lambda shell: dict(enumerate(map(str, shell.pipe_statuses))),
    'BASH_VERSINFO': lambda shell: dict(enumerate(('5', '2', '15', '1', 'release', MACHINE))),
    'GROUPS': lambda shell: {0: str(shell.ctx.gid)},
}
OF_BASH: Mapping[str, Callable[[Shell], str | None]] = {
    'RANDOM': _random,
    '_': lambda shell: shell.last_argument,
    'OPTIND': lambda shell: '1',
    'PS4': lambda shell: '+ ',
    'IFS': lambda shell: ' \t\n',
    'DIRSTACK': lambda shell: shell.ctx.cwd,
    'SECONDS': lambda shell: str(int(shell.ctx.simulation.now - shell.clockwork.began)),
    'EPOCHREALTIME': lambda shell: f'{shell.ctx.simulation.wall().timestamp():.6f}',
    'BASHPID': lambda shell: str(shell.ctx.pid or PROMPT_PID),
    'BASH': lambda shell: shell.which('bash') or '/bin/bash',
    'BASH_VERSION': lambda shell: VERSION,
    'BASH_SUBSHELL': lambda shell: str(shell.depth),
    'BASH_COMMAND': lambda shell: shell.command,
    'UID': lambda shell: str(shell.ctx.uid),
    'EUID': lambda shell: str(shell.ctx.uid),
    'PPID': _parent,
    'HOSTNAME': lambda shell: shell.ctx.host.hostname,
    'HOSTTYPE': lambda shell: 'x86_64',
    'MACHTYPE': lambda shell: MACHINE,
    'OSTYPE': lambda shell: 'linux-gnu',
    'SHLVL': lambda shell: '1',
}
"""Those that only bash has; a variable that was assigned hides one, except the two that an assignment sets."""


SHARED = {('ash', 'RANDOM'), ('ash', 'PPID'), ('dash', 'PPID')}
"""What other shells have of them."""


def special(shell: Shell, name: str) -> str | None:
    """The value of a parameter that is no variable; None when it has none."""
    known = SPECIAL.get(name)
    if known is None and (shell.dialect.name == 'bash' or (shell.dialect.name, name) in SHARED):
        known = OF_BASH.get(name)
    if known is not None:
        return known(shell)
    if name.isdigit():
        place = int(name) - 1
        return shell.positional[place] if place < len(shell.positional) else None
    return None


def assigned(shell: Shell, name: str, value: str) -> bool:
    """RANDOM=… seeds, SECONDS=… sets the count; whether the name was one of these."""
    if name not in ('RANDOM', 'SECONDS') or shell.dialect.name != 'bash':
        return False
    number = int(value) if value.lstrip('-').isdigit() else 0
    shell.clockwork = shell.clockwork.copy()
    if name == 'RANDOM':
        shell.clockwork.seed, shell.clockwork.last = number & 0xffffffff, 0
    else:
        shell.clockwork.began = shell.ctx.simulation.now - number
    return True

"""curl's progress meter: a table on standard error, when the content does not go to a terminal."""

from __future__ import annotations

from tutor.shell.process import IO

TITLES = ('  % Total    % Received % Xferd  Average Speed   Time    Time     Time  Current\n'
          '                                 Dload  Upload   Total   Spent    Left  Speed\n')


class Meter:
    """The meter of one transfer; one that is not `shown` says nothing."""

    def __init__(self, io: IO, shown: bool) -> None:
        self._io = io
        self._runs = False
        self._shown = shown

    def begin(self) -> None:
        """Before the first connection."""
        if self._shown:
            self._runs = True
            self._io.stderr.write(TITLES + _row(0, 0, 1))

    def finish(self, size: int, seconds: float) -> None:
        """When so many bytes have come after so many seconds, or nothing more will; the second time it is idle."""
        if self._runs:
            self._runs = False
            self._io.stderr.write((_row(size, int(size / max(seconds, 0.001)), seconds) if size else '') + '\n')


def _row(size: int, speed: int, elapsed: float) -> str:
    percent, seconds = 100 if size else 0, int(elapsed) if size else 0
    spent = f'{seconds // 3600}:{seconds // 60 % 60:02d}:{seconds % 60:02d}' if seconds else '--:--:--'
    return (f'\r{percent:3d} {_short(size)}  {percent:3d} {_short(size)}    0     0  '
            f'{_short(speed)}      0 --:--:-- {spent:>8} --:--:-- {_short(speed)}')


def _short(number: int) -> str:
    """A number in five characters."""
    if number < 100_000:
        return f'{number:5d}'
    for unit, size in (('k', 1024), ('M', 1024**2), ('G', 1024**3)):
        if number < 10_000 * size:
            return f'{number // size:4d}{unit}'
    return f'{number // 1024**4:4d}T'

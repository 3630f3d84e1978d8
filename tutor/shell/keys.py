"""Keys as programs tell them apart that read a terminal key by key."""

from __future__ import annotations

import re
from codecs import getincrementaldecoder

from tutor.cluster.simulation import Reader

KEY = re.compile(r'\x1b\[[0-9;?]*[ -/]*[@-~]|\x1bO.|\x1b[^\x1b]|.', re.DOTALL)
INTERRUPT, BACKSPACE, ESCAPE, ENTER = '\x03', ('\x7f', '\b'), '\x1b', ('\n', '\r')
UP, DOWN, RIGHT, LEFT = ('\x1b[A', '\x1bOA'), ('\x1b[B', '\x1bOB'), ('\x1b[C', '\x1bOC'), ('\x1b[D', '\x1bOD')
PAGE_UP, PAGE_DOWN, HOME, END = '\x1b[5~', '\x1b[6~', ('\x1b[H', '\x1bOH', '\x1b[1~'), ('\x1b[F', '\x1bOF', '\x1b[4~')


class Keys:
    """One key at a time: a character, or the sequence that a terminal sends for a key without one."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._decoder = getincrementaldecoder('utf-8')('replace')
        self._text = ''

    async def next(self) -> str:
        """The next key; '' when nobody types any more."""
        while not self._text:
            data = await self._reader.read(1024)
            if not data:
                return ''
            self._text = self._decoder.decode(data)
        found = KEY.match(self._text)
        assert found is not None
        self._text = self._text[found.end():]
        return found[0]

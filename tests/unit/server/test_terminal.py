"""The line discipline: what of the keys is seen, what gets to the program, and when it is interrupted."""

from __future__ import annotations

import pytest

from tutor.server.streams.terminal import Echo, EndOfFile, Input, Interrupt, LineDiscipline, shown
from tutor.shell.tty import RAW, Mode


def outcome(keys: bytes) -> tuple[bytes, list[object]]:
    """What is echoed in all, and the other acts."""
    acts = list(LineDiscipline().typed(keys))
    return b''.join(act.data for act in acts if isinstance(act, Echo)), [a for a in acts if not isinstance(a, Echo)]


@pytest.mark.parametrize(('keys', 'echo', 'acts'), [
    (b'ls\r', b'ls\r\n', [Input(b'ls\n')]),
    (b'a\nb\n', b'a\r\nb\r\n', [Input(b'a\n'), Input(b'b\n')]),
    (b'lx\x7fs\r', b'lx\b \bs\r\n', [Input(b'ls\n')]),
    (b'\x7f\x08\r', b'\r\n', [Input(b'\n')]),
    (b'one two\x15x\r', b'one two' + b'\b \b' * 7 + b'x\r\n', [Input(b'x\n')]),
    (b'one two \x17x\r', b'one two ' + b'\b \b' * 4 + b'x\r\n', [Input(b'one x\n')]),
    ('中文\x7f\r'.encode(), '中文'.encode() + b'\b \b\r\n', [Input('中\n'.encode())]),
    (b'half\x03\r', b'half^C\r\n', [Interrupt(), Input(b'\n')]),
    (b'\x04', b'', [EndOfFile()]),
    (b'half\x04', b'half', [Input(b'half')]),
    (b'\x1b[A\t\x01', b'^[[A\t^A', []),
])
def test_keys(keys: bytes, echo: bytes, acts: list[object]) -> None:
    assert outcome(keys) == (echo, acts)


def test_lines_of_a_program_begin_at_the_left() -> None:
    assert shown(b'a\nb\n') == b'a\r\nb\r\n'


@pytest.mark.parametrize(('mode', 'keys', 'acts'), [
    (Mode(lines=False, echo=False), b'q\r', [Input(b'q'), Input(b'\n')]),
    (Mode(lines=False), b'q', [Echo(b'q'), Input(b'q')]),
    (Mode(lines=False), b'\x03', [Echo(b'^C'), Interrupt()]),
    (Mode(echo=False), b'secret\r', [Input(b'secret\n')]),
    (RAW, b'\x03\x1a\x04', [Input(b'\x03'), Input(b'\x1a'), Input(b'\x04')]),
])
def test_a_program_changes_what_becomes_of_keys(mode, keys, acts):
    assert list(LineDiscipline().typed(keys, mode)) == acts

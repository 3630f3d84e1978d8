"""base64, base32."""

from __future__ import annotations

import base64
import binascii
import re

from tutor.shell.process import IO, Context
from tutor.shell.programs.complaint import Complaint, reason
from tutor.shell.programs.inputs import open_reader
from tutor.shell.programs.options import parse

LONG = {'decode': 'd', 'ignore-garbage': 'i', 'wrap': 'w'}


async def base(argv: list[str], io: IO, ctx: Context) -> int:
    """base64 [-d] [-i] [-w COLUMNS] [FILE]"""
    options = parse(argv, ctx, 'dDiw:', LONG)
    if len(options.args) > 1:
        raise Complaint(f"extra operand ‘{options.args[1]}’\nTry 'base64 --help' for more information.")
    path = options.args[0] if options.args else '-'
    try:
        data = await open_reader(path, io, ctx).read()
    except OSError as problem:
        raise Complaint(f'{path}: {reason(problem)}' if problem.errno != 21
                        else f'read error: {reason(problem)}') from None
    thirty_two = argv[0].endswith('32')
    if 'd' in options or 'D' in options:
        return _decode(data, thirty_two, 'i' in options, io)
    width = options.get('w', '76')
    if not width.isdigit():
        raise Complaint(f"invalid wrap size: ‘{width}’")
    encoded = (base64.b32encode if thirty_two else base64.b64encode)(data).decode()
    io.stdout.write(_wrapped(encoded, int(width)))
    return 0


def _wrapped(text: str, width: int) -> str:
    if not width:
        return text
    return ''.join(text[start:start + width] + '\n' for start in range(0, len(text), width))


def _decode(data: bytes, thirty_two: bool, ignore: bool, io: IO) -> int:
    """Decode as far as the input is right: what was good is written, then the complaint."""
    alphabet = b'A-Z2-7=' if thirty_two else b'A-Za-z0-9+/='
    data = data.replace(b'\n', b'').replace(b'\r', b'')
    if ignore:
        data = re.sub(b'[^' + alphabet + b']', b'', data)
    good = re.match(b'[' + alphabet + b']*', data)
    assert good is not None
    text, bad = good[0], len(good[0]) < len(data)
    block = 8 if thirty_two else 4
    body = text.rstrip(b'=')
    padding = text[len(body):]
    if b'=' in body:
        body, bad = body.partition(b'=')[0], True
    whole = len(body) // block * block
    usable = body + b'=' * (-len(body) % block)
    try:
        decoded = (base64.b32decode if thirty_two else base64.b64decode)(usable)
    except (binascii.Error, ValueError):
        decoded, bad = (base64.b32decode if thirty_two else base64.b64decode)(body[:whole]), True
    io.stdout.write(decoded)
    if bad or (len(body) + len(padding)) % block:
        raise Complaint('invalid input')
    return 0

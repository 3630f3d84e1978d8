"""base64, enc -base64, dgst and rand."""

from __future__ import annotations

import base64
import binascii
import hashlib

from tutor.shell.process import IO, Context
from tutor.shell.programs.openssl.files import Given, Refused, read, write

DIGESTS = {'md5': 'MD5', 'sha1': 'SHA1', 'sha224': 'SHA2-224', 'sha256': 'SHA2-256', 'sha384': 'SHA2-384',
           'sha512': 'SHA2-512'}
LINE = 64


async def enc(words: list[str], io: IO, ctx: Context) -> int:
    """base64, enc -base64 [-d] [-A] [-in FILE] [-out FILE]"""
    given = Given(words, ('in', 'out', 'k', 'pass', 'K', 'iv'), ('d', 'e', 'A', 'a', 'base64', 'salt', 'pbkdf2',
                                                                 'aes-256-cbc',
                                                                 'aes-128-cbc'), most=0)
    if given.name == 'enc' and not ('base64' in given or 'a' in given):
        raise Refused('openssl: error: ciphers are not simulated; enc knows -base64 here')
    data = await read(given.get('in'), 'data', io, ctx)
    if 'd' in given:
        try:
            found = base64.b64decode(b''.join(data.split()), validate=True)
        except binascii.Error:
            raise Refused('error decoding base64 input stream') from None
    else:
        text = base64.b64encode(data)
        found = text if 'A' in given else b''.join(text[start:start + LINE] + b'\n' for start in range(0, len(text),
                                                                                                       LINE))
    write(found, given.get('out'), io, ctx)
    return 0


async def dgst(words: list[str], io: IO, ctx: Context) -> int:
    """dgst [-sha256|…] [-r] [-hex|-binary] [FILE…], sha256 [FILE…]"""
    given = Given(words, ('out', 'hmac'), (*DIGESTS, 'r', 'hex', 'binary'), most=1000)
    name = given.name if given.name in DIGESTS else next((name for name, _ in given.all if name in DIGESTS), 'sha256')
    for path in given.words or ['']:
        data = await read(path, 'data', io, ctx)
        if 'hmac' in given:
            import hmac
            digest = hmac.new(given.get('hmac').encode(), data, name)
        else:
            digest = hashlib.new(name, data)
        shown = path or 'stdin'
        if 'binary' in given:
            write(digest.digest(), given.get('out'), io, ctx)
        elif 'r' in given:
            io.stdout.write(f'{digest.hexdigest()} *{shown}\n')
        else:
            io.stdout.write(f'{DIGESTS[name]}({shown})= {digest.hexdigest()}\n')
    return 0


async def rand(words: list[str], io: IO, ctx: Context) -> int:
    """rand [-hex|-base64] [-out FILE] COUNT"""
    given = Given(words, ('out',), ('hex', 'base64'), most=1)
    if not given.words or not given.words[0].isdigit():
        raise Refused('rand: Use -help for summary.')
    data = ctx.simulation.random.randbytes(min(int(given.words[0]), 1 << 20))
    if 'hex' in given:
        data = data.hex().encode() + b'\n'
    elif 'base64' in given:
        text = base64.b64encode(data)
        data = b''.join(text[start:start + LINE] + b'\n' for start in range(0, len(text), LINE))
    write(data, given.get('out'), io, ctx)
    return 0

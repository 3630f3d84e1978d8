"""openssl: the commands and what they share."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from importlib import import_module

from tutor.shell.process import IO, Context

VERSION = 'OpenSSL 3.0.19 27 Jan 2026 (Library: OpenSSL 3.0.19 27 Jan 2026)'
COMMANDS = {
    'base64': 'encoding:enc', 'crl2pkcs7': 'chains:crl2pkcs7',
    'dgst': 'encoding:dgst', 'ec': 'keys:pkey', 'ecparam': 'keys:ecparam',
    'enc': 'encoding:enc', 'genpkey': 'keys:genpkey', 'genrsa': 'keys:genrsa',
    'md5': 'encoding:dgst', 'pkcs7': 'chains:pkcs7',
    'pkey': 'keys:pkey', 'rand': 'encoding:rand', 'req': 'requests:req', 'rsa': 'keys:pkey',
    's_client': 'client:s_client', 'sha1': 'encoding:dgst',
    'sha256': 'encoding:dgst', 'sha384': 'encoding:dgst', 'sha512': 'encoding:dgst', 'verify': 'certificates:verify',
    'x509': 'certificates:x509',
}
REAL = {'asn1parse', 'ca', 'ciphers', 'cms', 'crl', 'dhparam', 'dsa', 'gendsa', 'kdf', 'mac', 'ocsp', 'passwd',
        'pkcs12', 'pkcs8', 'pkeyutl', 'prime', 's_server', 'speed', 'storeutl', 'ts'}

Run = Callable[[list[str], IO, Context], Awaitable[int]]


async def main(argv: list[str], io: IO, ctx: Context) -> int:
    """openssl COMMAND [OPTION…]"""
    words = argv[1:]
    if not words or words[0] in ('help', '--help', '-help'):
        io.stdout.write('help:\n\nStandard commands\n')
        names = sorted({*COMMANDS, 'version'})
        for start in range(0, len(names), 4):
            io.stdout.write(''.join(f'{name:<18}' for name in names[start:start + 4]) + '\n')
        return 0
    if words[0] == 'version':
        io.stdout.write(VERSION + '\n')
        return 0
    place = COMMANDS.get(words[0])
    if place is None:
        if words[0] in REAL:
            io.stderr.write(f'openssl: error: the command {words[0]} is not simulated\n')
        else:
            io.stderr.write(f"Invalid command '{words[0]}'; type \"help\" for a list.\n")
        return 1
    module, _, function = place.partition(':')
    run: Run = getattr(import_module(f'tutor.shell.programs.openssl.{module}'), function)
    from tutor.shell.programs.openssl.files import Refused
    try:
        return await run(words, io, ctx)
    except Refused as problem:
        io.stderr.write(f'{problem}\n')
        return problem.status

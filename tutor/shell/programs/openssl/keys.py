"""genrsa, genpkey, ecparam, rsa, ec, pkey. Keys come from the simulation's randomness: a replay makes the same ones."""

from __future__ import annotations

from typing import Any

from tutor.shell import privatekeys
from tutor.shell.privatekeys import Source, ed25519_key
from tutor.shell.process import IO, Context
from tutor.shell.programs.openssl.files import Given, Refused, key_pem, load_key, public_pem, read, write

LONGEST = 4096
CURVES = {'prime256v1': 'SECP256R1', 'P-256': 'SECP256R1', 'secp384r1': 'SECP384R1', 'P-384': 'SECP384R1',
          'secp521r1': 'SECP521R1', 'P-521': 'SECP521R1', 'secp256k1': 'SECP256K1'}


def rsa_key(bits: int, source: Source) -> Any:
    """A new RSA key; raises Refused for a length that is not made here."""
    if not 1024 <= bits <= LONGEST:
        raise Refused(f'openssl: error: keys of {bits} bits are not simulated; use 1024 to {LONGEST}, such as 2048')
    return privatekeys.rsa_key(bits, source)


def ec_key(curve: str, source: Source) -> Any:
    """A new key on a named curve; raises Refused."""
    if curve not in CURVES:
        raise Refused(f'unknown curve name ({curve})')
    return privatekeys.ec_key(CURVES[curve], source)


def new_key(spec: str, source: Source) -> Any:
    """What `req -newkey` names: rsa:2048, rsa, ed25519."""
    kind, _, bits = spec.partition(':')
    if kind == 'rsa':
        return rsa_key(int(bits) if bits.isdigit() else 2048, source)
    if kind == 'ed25519':
        return ed25519_key(source)
    raise Refused(f'openssl: error: keys of the kind {kind} are not simulated here; use rsa:2048 or ed25519')


async def genrsa(words: list[str], io: IO, ctx: Context) -> int:
    """genrsa [-out FILE] [-traditional] [BITS]"""
    given = Given(words, ('out', 'rand', 'writerand'), ('traditional', 'f4', 'F4', '3', 'verbose'), most=1)
    bits = given.words[0] if given.words else '2048'
    if not bits.isdigit():
        raise Refused(f'genrsa: Can\'t parse "{bits}" as a number')
    write(key_pem(rsa_key(int(bits), ctx.simulation.random), 'traditional' in given), given.get('out'), io, ctx, True)
    return 0


async def genpkey(words: list[str], io: IO, ctx: Context) -> int:
    """genpkey -algorithm RSA|EC|ED25519 [-pkeyopt NAME:VALUE] [-out FILE]"""
    given = Given(words, ('out', 'algorithm', 'pkeyopt', 'outform'), ('quiet', 'text'))
    options = dict(value.split(':', 1) for name, value in given.all if name == 'pkeyopt' and ':' in value)
    source = ctx.simulation.random
    match given.get('algorithm').upper():
        case 'RSA':
            key = rsa_key(int(options.get('rsa_keygen_bits', '2048')), source)
        case 'EC':
            key = ec_key(options.get('ec_paramgen_curve', 'P-256'), source)
        case 'ED25519':
            key = ed25519_key(source)
        case '':
            raise Refused('genpkey: Use -help for summary.')
        case other:
            raise Refused(f'genpkey: Error initializing {other} context')
    write(key_pem(key), given.get('out'), io, ctx, True)
    return 0


async def ecparam(words: list[str], io: IO, ctx: Context) -> int:
    """ecparam -name CURVE -genkey [-noout] [-out FILE]"""
    given = Given(words, ('name', 'out', 'in'), ('genkey', 'noout', 'list_curves'))
    if 'list_curves' in given:
        io.stdout.write(''.join(f'  {name}\n' for name in CURVES if not name.startswith('P-')))
        return 0
    if 'genkey' not in given:
        raise Refused('openssl: error: ecparam makes only keys here: -name CURVE -genkey')
    write(key_pem(ec_key(given.get('name'), ctx.simulation.random), traditional=True), given.get('out'), io, ctx, True)
    return 0


async def pkey(words: list[str], io: IO, ctx: Context) -> int:
    """rsa, ec, pkey [-in FILE] [-out FILE] [-pubin] [-pubout] [-noout] [-text] [-check] [-modulus] [-traditional]"""
    given = Given(words, ('in', 'out', 'passin', 'inform', 'outform'),
                  ('pubin', 'pubout', 'noout', 'text', 'check', 'modulus', 'traditional', 'text_pub'))
    if 'pubin' in given:
        from cryptography.hazmat.primitives.serialization import load_pem_public_key
        try:
            key, public = None, load_pem_public_key(await read(given.get('in'), 'public key', io, ctx))
        except ValueError:
            raise Refused(f'Could not read public key from {given.get("in")}') from None
    else:
        if given.name == 'ec':
            io.stderr.write('read EC key\n')
        key = await load_key(given.get('in'), io, ctx)
        public = key.public_key()
    from tutor.shell.programs.openssl.text import modulus, private_text, public_text
    if 'text' in given:
        io.stdout.write(private_text(key) if key is not None else public_text(public, ''))
    if 'check' in given:
        io.stdout.write('RSA key ok\n' if given.name == 'rsa' else 'Key is valid\n')
    if 'modulus' in given:
        io.stdout.write(f'Modulus={modulus(public)}\n')
    if 'noout' not in given:
        if given.name != 'pkey':
            io.stderr.write(f'writing {given.name.upper()} key\n')
        shown = public_pem(public) if key is None or 'pubout' in given else key_pem(key, 'traditional' in given)
        write(shown, given.get('out'), io, ctx, key is not None and 'pubout' not in given)
    return 0

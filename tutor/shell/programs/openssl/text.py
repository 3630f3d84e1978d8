"""-text: keys, requests and certificates as openssl prints them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from tutor.shell.programs.openssl.names import shown_extension, shown_name

CURVES = {'secp256r1': ('prime256v1', 'P-256'), 'secp384r1': ('secp384r1', 'P-384'), 'secp521r1': ('secp521r1',
                                                                                                   'P-521'),
          'secp256k1': ('secp256k1', '')}


def _bytes_of(number: int) -> bytes:
    """A number as DER has it: with a zero in front if its highest bit is set."""
    return number.to_bytes(number.bit_length() // 8 + 1, 'big')


def _hexadecimal(data: bytes, indent: str, per_line: int) -> str:
    lines = [data[start:start + per_line].hex(':') for start in range(0, len(data), per_line)]
    return '\n'.join(f'{indent}{line}{":" if place < len(lines) - 1 else ""}' for place,
                     line in enumerate(lines)) + '\n'


def modulus(key: Any) -> str:
    numbers = key.public_numbers()
    return f'{numbers.n:X}' if hasattr(numbers, 'n') else 'No modulus for this public key type'


def public_text(key: Any, indent: str) -> str:
    """Public-Key: … and its numbers."""
    if hasattr(key, 'public_numbers') and hasattr(key.public_numbers(), 'n'):
        numbers = key.public_numbers()
        return (f'{indent}Public-Key: ({key.key_size} bit)\n{indent}Modulus:\n'
                f'{_hexadecimal(_bytes_of(numbers.n), indent + "    ", 15)}'
                f'{indent}Exponent: {numbers.e} (0x{numbers.e:x})\n')
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
    if hasattr(key, 'curve'):
        point = key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        name, nist = CURVES.get(key.curve.name, (key.curve.name, ''))
        return (f'{indent}Public-Key: ({key.curve.key_size} bit)\n{indent}pub:\n'
                f'{_hexadecimal(point, indent + "    ", 15)}{indent}ASN1 OID: {name}\n'
                + (f'{indent}NIST CURVE: {nist}\n' if nist else ''))
    raw = key.public_bytes(Encoding.Raw, PublicFormat.Raw)
    return f'{indent}ED25519 Public-Key:\n{indent}pub:\n{_hexadecimal(raw, indent + "    ", 15)}'


def _secret(key: Any) -> bytes:
    """The private number of a key on a curve."""
    if hasattr(key, 'private_numbers'):
        return key.private_numbers().private_value.to_bytes((key.curve.key_size + 7) // 8, 'big')
    return key.private_bytes_raw()


def private_text(key: Any) -> str:
    """rsa -text."""
    if not hasattr(key, 'private_numbers') or not hasattr(key.private_numbers(), 'p'):
        head, pub, rest = public_text(key.public_key(), '').replace('Public-Key', 'Private-Key', 1).partition('pub:')
        return f'{head}priv:\n{_hexadecimal(_secret(key), "    ", 15)}{pub}{rest}'
    numbers = key.private_numbers()
    parts = [('modulus', numbers.public_numbers.n), ('publicExponent', numbers.public_numbers.e),
             ('privateExponent', numbers.d), ('prime1', numbers.p), ('prime2', numbers.q), ('exponent1', numbers.dmp1),
             ('exponent2', numbers.dmq1), ('coefficient', numbers.iqmp)]
    text = f'Private-Key: ({key.key_size} bit, 2 primes)\n'
    for name, number in parts:
        text += f'{name}: {number} (0x{number:x})\n' if name == 'publicExponent' else \
            f'{name}:\n{_hexadecimal(_bytes_of(number), "    ", 15)}'
    return text


def _algorithm(thing: Any) -> str:
    kinds = {'sha256WithRSAEncryption': 'sha256WithRSAEncryption', 'ecdsa-with-SHA256': 'ecdsa-with-SHA256',
             'ed25519': 'ED25519'}
    name: str = thing.signature_algorithm_oid._name
    return kinds.get(name) or name


def _key_info(key: Any) -> str:
    kind = 'rsaEncryption' if hasattr(key, 'key_size') and not hasattr(key, 'curve') else \
        'id-ecPublicKey' if hasattr(key, 'curve') else 'ED25519'
    return (f'        Subject Public Key Info:\n            Public Key Algorithm: {kind}\n'
            f'{public_text(key, " " * 16)}')


def _signature(thing: Any) -> str:
    return (f'    Signature Algorithm: {_algorithm(thing)}\n    Signature Value:\n'
            f'{_hexadecimal(thing.signature, " " * 8, 18)}')


def extension_text(extension: Any, indent: str) -> str:
    """The two lines of one extension."""
    title, text = shown_extension(extension)
    return f'{indent}X509v3 {title}: {"critical" if extension.critical else ""}\n{indent}    {text}\n'


def request_text(request: Any) -> str:
    """req -text."""
    extensions = ''.join(extension_text(each, ' ' * 16) for each in request.extensions)
    attributes = '        Attributes:\n' + ('' if extensions else '            (none)\n') + \
        '            Requested Extensions:\n' + extensions
    return ('Certificate Request:\n    Data:\n        Version: 1 (0x0)\n'
            f'        Subject: {shown_name(request.subject)}\n{_key_info(request.public_key())}'
            f'{attributes}{_signature(request)}')


def certificate_text(certificate: Any) -> str:
    """x509 -text."""
    extensions = ''.join(extension_text(each, ' ' * 12) for each in certificate.extensions)
    version = '3 (0x2)' if certificate.version.value == 2 else '1 (0x0)'
    return (f'Certificate:\n    Data:\n        Version: {version}\n{_serial(certificate.serial_number)}'
            f'        Signature Algorithm: {_algorithm(certificate)}\n'
            f'        Issuer: {shown_name(certificate.issuer)}\n'
            f'        Validity\n            Not Before: {moment(certificate.not_valid_before_utc)}\n'
            f'            Not After : {moment(certificate.not_valid_after_utc)}\n'
            f'        Subject: {shown_name(certificate.subject)}\n{_key_info(certificate.public_key())}'
            + (f'        X509v3 extensions:\n{extensions}' if extensions else '') + _signature(certificate))


def _serial(number: int) -> str:
    if number < 1 << 63:
        return f'        Serial Number: {number} (0x{number:x})\n'
    data = _bytes_of(number).lstrip(b'\0')
    return f'        Serial Number:\n            {data.hex(":")}\n'


def serial_text(number: int) -> str:
    """The serial number in hexadecimal digits, whole bytes."""
    text = f'{number:X}'
    return '0' + text if len(text) % 2 else text


def moment(when: datetime) -> str:
    """Nov 25 23:27:20 2026 GMT."""
    return f'{when:%b} {when.day:2d} {when:%H:%M:%S %Y} GMT'

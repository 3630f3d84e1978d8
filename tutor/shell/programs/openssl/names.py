"""Names of subjects, and extensions: as they are typed, and as openssl shows them."""

from __future__ import annotations

import ipaddress
import re
from typing import Any

from tutor.shell.programs.openssl.files import Refused

FORMAT = ('req: subject name is expected to be in the format /type0=value0/type1=value1/type2=... where characters may '
          'be escaped by \\. This name is not in that format: \'{}\'')
SHORT = {'CN': 'COMMON_NAME', 'O': 'ORGANIZATION_NAME', 'OU': 'ORGANIZATIONAL_UNIT_NAME', 'C': 'COUNTRY_NAME',
         'ST': 'STATE_OR_PROVINCE_NAME', 'L': 'LOCALITY_NAME', 'emailAddress': 'EMAIL_ADDRESS',
         'DC': 'DOMAIN_COMPONENT',
         'UID': 'USER_ID', 'serialNumber': 'SERIAL_NUMBER'}
USAGES = {'digitalSignature': ('digital_signature', 'Digital Signature'),
          'nonRepudiation': ('content_commitment', 'Non Repudiation'),
          'keyEncipherment': ('key_encipherment', 'Key Encipherment'),
          'dataEncipherment': ('data_encipherment', 'Data Encipherment'), 'keyAgreement': ('key_agreement',
                                                                                           'Key Agreement'),
          'keyCertSign': ('key_cert_sign', 'Certificate Sign'), 'cRLSign': ('crl_sign', 'CRL Sign')}
PURPOSES = {'serverAuth': ('SERVER_AUTH', 'TLS Web Server Authentication'),
            'clientAuth': ('CLIENT_AUTH', 'TLS Web Client Authentication'), 'codeSigning': ('CODE_SIGNING',
                                                                                            'Code Signing'),
            'emailProtection': ('EMAIL_PROTECTION', 'E-mail Protection')}


def parse_subject(text: str) -> Any:
    """/CN=jane/O=dev as a name; raises Refused."""
    from cryptography import x509
    from cryptography.x509.oid import NameOID
    if not text.startswith('/'):
        raise Refused(FORMAT.format(text))
    attributes = []
    for part in re.split(r'(?<!\\)/', text[1:]) if text != '/' else []:
        kind, equals, value = part.partition('=')
        if not equals:
            raise Refused(FORMAT.format(text))
        if kind not in SHORT:
            raise Refused(f'req: Skipping unknown subject name attribute "{kind}"')
        if not value:
            continue
        try:
            attributes.append(x509.NameAttribute(getattr(NameOID, SHORT[kind]), re.sub(r'\\(.)', r'\1', value)))
        except ValueError as problem:
            raise Refused(f'req: {problem}') from None
    return x509.Name(attributes)


def shown_name(name: Any, rfc2253: bool = False) -> str:
    """CN = jane, O = dev."""
    from cryptography.x509.oid import NameOID
    short = {getattr(NameOID, long): key for key, long in SHORT.items()}
    parts = [(short.get(each.oid, each.oid.dotted_string), each.value) for each in name]
    if rfc2253:
        return ','.join(f'{kind}={value}' for kind, value in reversed(parts))
    return ', '.join(f'{kind} = {value}' for kind, value in parts)


def parse_extension(name: str, value: str) -> tuple[Any, bool] | None:
    """An extension as a configuration file has it, and whether it is critical; None for one that comes by itself."""
    from cryptography import x509
    from cryptography.x509.oid import ExtendedKeyUsageOID
    words = [word.strip() for word in value.split(',') if word.strip()]
    critical = words[:1] == ['critical']
    words = words[1:] if critical else words
    match name:
        case 'subjectAltName':
            return x509.SubjectAlternativeName([_general_name(word) for word in words]), critical
        case 'basicConstraints':
            facts = dict(word.upper().split(':', 1) for word in words if ':' in word)
            length = facts.get('PATHLEN')
            authority = facts.get('CA') == 'TRUE'
            return x509.BasicConstraints(authority, int(length) if length and authority else None), critical
        case 'keyUsage':
            on = {USAGES[word][0] for word in words if word in USAGES}
            flags = {field: field in on for field, _ in USAGES.values()}
            return x509.KeyUsage(**flags, encipher_only=False, decipher_only=False), critical
        case 'extendedKeyUsage':
            return x509.ExtendedKeyUsage([getattr(ExtendedKeyUsageOID, PURPOSES[word][0]) for word in words
                                          if word in PURPOSES]), critical
        case 'subjectKeyIdentifier' | 'authorityKeyIdentifier':
            return None
    raise Refused(f'openssl: error: the extension {name} is not simulated')


def _general_name(word: str) -> Any:
    from cryptography import x509
    kind, _, value = word.partition(':')
    try:
        match kind:
            case 'DNS':
                return x509.DNSName(value)
            case 'IP' | 'IP Address':
                return x509.IPAddress(ipaddress.ip_address(value))
            case 'email':
                return x509.RFC822Name(value)
            case 'URI':
                return x509.UniformResourceIdentifier(value)
    except ValueError:
        pass
    raise Refused(f'Error adding extensions: bad value in subjectAltName: {word}')


def shown_extension(extension: Any) -> tuple[str, str]:
    """The title and the text of an extension."""
    from cryptography import x509
    from cryptography.x509.oid import ExtendedKeyUsageOID
    value = extension.value
    match value:
        case x509.SubjectAlternativeName():
            return 'Subject Alternative Name', ', '.join(map(_shown_general, value))
        case x509.BasicConstraints():
            limit = f', pathlen:{value.path_length}' if value.path_length is not None else ''
            return 'Basic Constraints', f'CA:{str(value.ca).upper()}{limit}'
        case x509.KeyUsage():
            return 'Key Usage', ', '.join(text for field, text in USAGES.values() if getattr(value, field))
        case x509.ExtendedKeyUsage():
            texts = {getattr(ExtendedKeyUsageOID, oid): text for oid, text in PURPOSES.values()}
            return 'Extended Key Usage', ', '.join(texts.get(oid) or oid.dotted_string for oid in value)
        case x509.SubjectKeyIdentifier():
            return 'Subject Key Identifier', value.digest.hex(':').upper()
        case x509.AuthorityKeyIdentifier():
            return 'Authority Key Identifier', (value.key_identifier or b'').hex(':').upper()
    return extension.oid.dotted_string, ''


def _shown_general(name: Any) -> str:
    kinds = {'DNSName': 'DNS', 'IPAddress': 'IP Address', 'RFC822Name': 'email', 'UniformResourceIdentifier': 'URI'}
    return f'{kinds.get(type(name).__name__, "othername")}:{name.value}'

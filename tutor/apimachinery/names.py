"""Which names are allowed, and what is said of those that are not (apimachinery/pkg/util/validation)."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Protocol

ALPHABET = 'bcdfghjklmnpqrstvwxz2456789'
"""Random name suffixes have these letters: no vowels and no look-alikes, so they spell no words."""

MAX_GENERATED_PREFIX = 58


class RandomSource(Protocol):
    def choices(self, population: str, *, k: int) -> list[str]: ...


def random_suffix(random: RandomSource, length: int = 5) -> str:
    """rand.String."""
    return ''.join(random.choices(ALPHABET, k=length))


def generate_name(random: RandomSource, base: str) -> str:
    """names.SimpleNameGenerator.GenerateName."""
    return base[:MAX_GENERATED_PREFIX] + random_suffix(random)


_LABEL = '[a-z0-9]([-a-z0-9]*[a-z0-9])?'
_SUBDOMAIN = rf'{_LABEL}(\.{_LABEL})*'
_DNS1035 = '[a-z]([-a-z0-9]*[a-z0-9])?'
_QUALIFIED = '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]'
_LABEL_VALUE = f'({_QUALIFIED})?'
_C_IDENTIFIER = '[A-Za-z_][A-Za-z0-9_]*'
_CONFIG_KEY = '[-._a-zA-Z0-9]+'
_ENV_NAME = '[-._a-zA-Z][-._a-zA-Z0-9]*'
_PRINTABLE_ENV = r'[ -<>-~]+'

_is_label = re.compile(_LABEL).fullmatch
_is_subdomain = re.compile(_SUBDOMAIN).fullmatch
_is_dns1035 = re.compile(_DNS1035).fullmatch
_is_qualified = re.compile(_QUALIFIED).fullmatch
_is_label_value = re.compile(_LABEL_VALUE).fullmatch
_is_c_identifier = re.compile(_C_IDENTIFIER).fullmatch
_is_config_key = re.compile(_CONFIG_KEY).fullmatch
_is_env_name = re.compile(_ENV_NAME).fullmatch
_is_printable_env = re.compile(_PRINTABLE_ENV).fullmatch
_is_port_charset = re.compile('[-a-z0-9]+').fullmatch
_has_letter = re.compile('[a-z]').search
_is_wildcard = re.compile(rf'\*\.{_SUBDOMAIN}').fullmatch
_is_http_header = re.compile("[-A-Za-z0-9]+").fullmatch

NO_ERRORS: list[str] = []
"""Shared by all that is valid; nobody appends to it."""


def regex_error(message: str, pattern: str, *examples: str) -> str:
    """validation.RegexError."""
    if not examples:
        return f"{message} (regex used for validation is '{pattern}')"
    shown = ' or '.join(f"'{example}', " for example in examples)
    return f"{message} (e.g. {shown}regex used for validation is '{pattern}')"


def max_length_error(length: int) -> str:
    return f'must be no more than {length} bytes'


_LABEL_TEXT = regex_error("a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', "
                          'and must start and end with an alphanumeric character', _LABEL, 'my-name', '123-abc')
_SUBDOMAIN_TEXT = regex_error(
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', "
    'and must start and end with an alphanumeric character', _SUBDOMAIN, 'example.com')
_DNS1035_TEXT = regex_error(
    "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic "
    'character, and end with an alphanumeric character', _DNS1035, 'my-name', 'abc-123')
_QUALIFIED_TEXT = regex_error(
    "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric "
    'character', _QUALIFIED, 'MyName', 'my.name', '123-abc')
_LABEL_VALUE_TEXT = regex_error(
    "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start "
    'and end with an alphanumeric character', _LABEL_VALUE, 'MyValue', 'my_value', '12345')
_C_IDENTIFIER_TEXT = regex_error(
    "a valid C identifier must start with alphabetic character or '_', followed by a string of alphanumeric "
    "characters or '_'", _C_IDENTIFIER, 'my_name', 'MY_NAME', 'MyName')
_CONFIG_KEY_TEXT = regex_error("a valid config key must consist of alphanumeric characters, '-', '_' or '.'",
                               _CONFIG_KEY, 'key.name', 'KEY_NAME', 'key-name')
_ENV_NAME_TEXT = regex_error(
    "a valid environment variable name must consist of alphabetic characters, digits, '_', '-', or '.', and must "
    'not start with a digit', _ENV_NAME, 'my.env-name', 'MY_ENV.NAME', 'MyEnvName1')
_PRINTABLE_ENV_TEXT = ('a valid environment variable name must consist only of printable ASCII characters other than '
                       "'='")
_WILDCARD_TEXT = regex_error(
    "a wildcard DNS-1123 subdomain must start with '*.', followed by a valid DNS subdomain, which must consist of "
    "lower case alphanumeric characters, '-' or '.' and end with an alphanumeric character",
    rf'\*\.{_SUBDOMAIN}', '*.example.com')


@lru_cache(maxsize=4096)
def is_dns1123_label(value: str) -> list[str]:
    """validation.IsDNS1123Label: the complaints about a value, none if it is one."""
    if len(value) <= 63 and _is_label(value):
        return NO_ERRORS
    found = [max_length_error(63)] if len(value.encode()) > 63 else []
    if not _is_label(value):
        # A subdomain is a label with dots: say only that dots are not allowed.
        found.append('must not contain dots' if _is_subdomain(value) else _LABEL_TEXT)
    return found


@lru_cache(maxsize=4096)
def is_dns1123_subdomain(value: str) -> list[str]:
    if len(value) <= 253 and _is_subdomain(value):
        return NO_ERRORS
    found = [max_length_error(253)] if len(value.encode()) > 253 else []
    if not _is_subdomain(value):
        found.append(_SUBDOMAIN_TEXT)
    return found


def is_dns1035_label(value: str) -> list[str]:
    found = [max_length_error(63)] if len(value.encode()) > 63 else []
    if not _is_dns1035(value):
        found.append(_DNS1035_TEXT)
    return found or NO_ERRORS


def is_wildcard_dns1123_subdomain(value: str) -> list[str]:
    found = [max_length_error(253)] if len(value.encode()) > 253 else []
    if not _is_wildcard(value):
        found.append(_WILDCARD_TEXT)
    return found or NO_ERRORS


@lru_cache(maxsize=4096)
def is_qualified_name(value: str) -> list[str]:
    """validation.IsQualifiedName: a label key, an annotation key, a resource name."""
    parts = value.split('/')
    if len(parts) > 2:
        return ['a qualified name ' + regex_error(
            "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric "
            'character', _QUALIFIED, 'MyName', 'my.name', '123-abc')
            + " with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')"]
    found = []
    if len(parts) == 2:
        prefix = parts[0]
        if not prefix:
            found.append('prefix part must be non-empty')
        else:
            found += [f'prefix part {text}' for text in is_dns1123_subdomain(prefix)]
    name = parts[-1]
    if not name:
        found.append('name part must be non-empty')
    elif len(name.encode()) > 63:
        found.append(f'name part {max_length_error(63)}')
    if not _is_qualified(name):
        found.append(f'name part {_QUALIFIED_TEXT}')
    return found or NO_ERRORS


@lru_cache(maxsize=4096)
def is_label_value(value: str) -> list[str]:
    if len(value) <= 63 and _is_label_value(value):
        return NO_ERRORS
    found = [max_length_error(63)] if len(value.encode()) > 63 else []
    if not _is_label_value(value):
        found.append(_LABEL_VALUE_TEXT)
    return found


def is_c_identifier(value: str) -> list[str]:
    return NO_ERRORS if _is_c_identifier(value) else [_C_IDENTIFIER_TEXT]


def is_relaxed_env_name(value: str) -> list[str]:
    """validation.IsRelaxedEnvVarName: anything printable but '='."""
    return NO_ERRORS if _is_printable_env(value) else [_PRINTABLE_ENV_TEXT]


def is_env_name(value: str) -> list[str]:
    """validation.IsEnvVarName."""
    found = [] if _is_env_name(value) else [_ENV_NAME_TEXT]
    return found + _bad_config_key_name(value) or NO_ERRORS


def is_config_map_key(value: str) -> list[str]:
    if len(value) <= 253 and _is_config_key(value) and not value.startswith('..') and value != '.':
        return NO_ERRORS
    found = [max_length_error(253)] if len(value.encode()) > 253 else []
    if not _is_config_key(value):
        found.append(_CONFIG_KEY_TEXT)
    return found + _bad_config_key_name(value)


def _bad_config_key_name(value: str) -> list[str]:
    """validation.hasChDirPrefix."""
    if value == '.':
        return ["must not be '.'"]
    if value == '..':
        return ["must not be '..'"]
    if value.startswith('..'):
        return ["must not start with '..'"]
    return []


def is_valid_port_name(value: str) -> list[str]:
    """validation.IsValidPortName."""
    found = []
    if len(value) > 15:
        found.append(max_length_error(15))
    if not _is_port_charset(value):
        found.append('must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)')
    if not _has_letter(value):
        found.append('must contain at least one letter (a-z)')
    if '--' in value:
        found.append('must not contain consecutive hyphens')
    if value and (value[0] == '-' or value[-1] == '-'):
        found.append('must not begin or end with a hyphen')
    return found or NO_ERRORS


def is_valid_port_number(port: int) -> list[str]:
    return NO_ERRORS if 1 <= port <= 65535 else ['must be between 1 and 65535, inclusive']


def is_http_header_name(value: str) -> list[str]:
    if _is_http_header(value):
        return NO_ERRORS
    return [regex_error("a valid HTTP header must consist of alphanumeric characters or '-'", '[-A-Za-z0-9]+',
                        'X-Header-Name')]


def is_path_segment(value: str) -> list[str]:
    """path.IsValidPathSegmentName: names of RBAC objects."""
    if value in ('.', '..'):
        return [f"may not be '{value}'"]
    return [f"may not contain '{part}'" for part in ('/', '%') if part in value] or NO_ERRORS


_HTTP_PATH = r"[A-Za-z0-9/\-._~%!$&'()*+,;=:]+"
_is_http_path = re.compile(_HTTP_PATH).fullmatch


def domain_prefixed_path(value: str) -> list[tuple[str, str]]:
    """validation.IsDomainPrefixedPath: what is wrong with 'acme.io/foo', each with the part that it is about."""
    host, _, path = value.partition('/')
    if not host or not path:
        return [(value, 'must be a domain-prefixed path (such as "acme.io/foo")')]
    found = [(host, text) for text in is_dns1123_subdomain(host)]
    if not _is_http_path(path):
        found.append((path, regex_error('Invalid path', _HTTP_PATH)))
    return found


def name_for_generate(value: str) -> str:
    """A generateName is checked as the name it will become: its trailing dash is no error (maskTrailingDash)."""
    return value[:-2] + 'a' if len(value) > 1 and value.endswith('-') else value

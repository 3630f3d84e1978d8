"""Names of signers: a domain and a path."""

from __future__ import annotations

from collections.abc import Callable

from tutor.apimachinery import field, names
from tutor.apimachinery.field import FieldError

LEGACY = 'kubernetes.io/legacy-unknown'
_FORM = "must be a fully qualified domain and path of the form 'example.com/signer-name'"
_LONGEST_DOMAIN = 253
_LONGEST = _LONGEST_DOMAIN + 1 + 253 + 63 + 1


def validate(name: str, path: str) -> list[FieldError]:
    """ValidateSignerName, and allowLegacySignerName of new objects."""
    if name == LEGACY:
        return [field.invalid(path, name, 'the legacy signerName is not allowed via this API version')]
    if not name:
        return [field.required(path)]
    if name.count('/') != 1:
        return [field.invalid(path, name, _FORM)]
    domain, rest = name.split('/')
    found = [field.too_long(path, _LONGEST_DOMAIN)] if len(domain) > _LONGEST_DOMAIN else []
    found += _labels(domain, names.is_dns1123_label, path)
    if '.' not in domain:
        found.append(field.invalid(path, domain, 'should be a domain with at least two segments separated by dots'))
    found += _labels(rest, names.is_dns1123_subdomain, path)
    return found + ([field.too_long(path, _LONGEST)] if len(name) > _LONGEST else [])


def _labels(text: str, rule: Callable[[str], list[str]], path: str) -> list[FieldError]:
    """What is wrong with the first part that is not as it should be."""
    for label in text.split('.'):
        if told := rule(label):
            return [field.invalid(path, text, f'validating label {field.go_quote(label)}: {words}') for words in told]
    return []

"""Image references: 'nginx', 'docker.io/library/nginx:1.27', 'app@sha256:…' (github.com/distribution/reference)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256

DEFAULT_DOMAIN = 'docker.io'
DOCKER_HUB = 'registry-1.docker.io'
"""Where images of the default domain are pulled from."""
DEFAULT_NAMESPACE = 'library'
DEFAULT_TAG = 'latest'

_COMPONENT = r'[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9]'
_DOMAIN = rf'(?:(?:{_COMPONENT})(?:\.(?:{_COMPONENT}))*)(?::[0-9]+)?'
_PATH_PART = r'[a-z0-9]+(?:(?:[._]|__|[-]+)[a-z0-9]+)*'
_NAME = rf'(?:{_DOMAIN}/)?{_PATH_PART}(?:/{_PATH_PART})*'
_TAG = r'[\w][\w.-]{0,127}'
_DIGEST = r'[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,}'
_reference = re.compile(rf'({_NAME})(?::({_TAG}))?(?:@({_DIGEST}))?').fullmatch
_is_hex64 = re.compile('[0-9a-f]{64}').fullmatch

INVALID = 'invalid reference format'
UPPERCASE = 'invalid reference format: repository name must be lowercase'


class InvalidReference(ValueError):
    """Not an image reference; the text is the library's."""


@dataclass(frozen=True, slots=True)
class Reference:
    """A parsed reference. `repository` is 'docker.io/library/nginx'; tag or digest may be empty."""

    repository: str
    tag: str = ''
    digest: str = ''

    @property
    def canonical(self) -> str:
        """As containerd names it: 'docker.io/library/nginx:1.27'."""
        text = f'{self.repository}:{self.tag}' if self.tag else self.repository
        return f'{text}@{self.digest}' if self.digest else text

    @property
    def host(self) -> str:
        """Where it is pulled from."""
        domain = self.repository.partition('/')[0]
        return DOCKER_HUB if domain == DEFAULT_DOMAIN else domain


@lru_cache(maxsize=4096)
def parse(text: str) -> Reference:
    """ParseDockerRef: the name made canonical, with the tag 'latest' where neither tag nor digest is given."""
    if _is_hex64(text):
        raise InvalidReference(INVALID)
    domain, rest = _split_domain(text)
    name = rest.partition(':')[0]
    if name != name.lower():
        raise InvalidReference(UPPERCASE)
    match = _reference(f'{domain}/{rest}')
    if match is None:
        raise InvalidReference(INVALID)
    name, tag, digest = match.groups()
    if digest:
        return Reference(name, '', digest)
    return Reference(name, tag or DEFAULT_TAG)


def _split_domain(text: str) -> tuple[str, str]:
    """splitDockerDomain: 'nginx' is docker.io/library/nginx."""
    head, slash, rest = text.partition('/')
    if not slash or (not any(c in head for c in '.:') and head != 'localhost' and head.lower() == head):
        head, rest = DEFAULT_DOMAIN, text
    if head == 'index.docker.io':
        head = DEFAULT_DOMAIN
    if head == DEFAULT_DOMAIN and '/' not in rest:
        rest = f'{DEFAULT_NAMESPACE}/{rest}'
    return head, rest


def digest_of(text: str) -> str:
    """A stable digest for content that we do not have byte by byte."""
    return 'sha256:' + sha256(text.encode()).hexdigest()

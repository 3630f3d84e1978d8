"""kubectl create secret tls."""

from __future__ import annotations

import re
from collections.abc import Callable

from tutor.kubectl.cmd.create.secret.secret import SECRET_FLAGS, CreateSecret
from tutor.kubectl.command import Command
from tutor.kubectl.errors import KubectlError
from tutor.shell.pflag import Flag

_BLOCKS = re.compile(rb'-----BEGIN ([A-Z0-9 ]+)-----\r?\n.*?-----END \1-----', re.DOTALL).findall


class CreateTlsSecret(CreateSecret):
    type = 'kubernetes.io/tls'

    def validate(self) -> None:
        if not self.flags['key'] or not self.flags['cert']:
            raise KubectlError('key and cert must be specified')

    def collect(self) -> None:
        certificate, key = self._file('cert'), self._file('key')
        check_pair(certificate, key)
        self.add('tls.crt', certificate)
        self.add('tls.key', key)

    def _file(self, flag: str) -> bytes:
        path = self.flags[flag]
        try:
            return self.factory.read(path)
        except KubectlError as error:
            raise KubectlError(f'Cannot read file {path}, {error}') from None


def check_pair(certificate: bytes, key: bytes) -> None:
    """tls.X509KeyPair: both must be PEM of the right kind, and belong together."""
    _require(_BLOCKS(certificate), 'certificate', lambda kind: kind == b'CERTIFICATE')
    _require(_BLOCKS(key), 'key', lambda kind: kind == b'PRIVATE KEY' or kind.endswith(b' PRIVATE KEY'))
    from tutor.kubectl.keypair import mismatch
    problem = mismatch(certificate, key)
    if problem:
        raise KubectlError(f'tls: {problem}')


def _require(kinds: list[bytes], name: str, fits: Callable[[bytes], bool]) -> None:
    if not kinds:
        raise KubectlError(f'tls: failed to find any PEM data in {name} input')
    if any(fits(kind) for kind in kinds):
        return
    wanted = '"CERTIFICATE"' if name == 'certificate' else '"PRIVATE KEY" or type ending in " PRIVATE KEY"'
    shown = ' '.join(f'"{kind.decode()}"' for kind in kinds)
    if name == 'certificate' and len(kinds) == 1 and kinds[0].endswith(b'PRIVATE KEY'):
        raise KubectlError('tls: failed to find certificate PEM data in certificate input, but did find a private key; '
                           'PEM inputs may have been switched')
    if name == 'key' and len(kinds) == 1 and kinds[0] == b'CERTIFICATE':
        raise KubectlError('tls: found a certificate rather than a key in the PEM for the private key')
    raise KubectlError(f'tls: failed to find {wanted} PEM block in {name} input after skipping PEM blocks of the '
                       f'following types: [{shown}]')


COMMAND = Command(
    usage='create secret tls NAME --cert=path/to/cert/file --key=path/to/key/file [--dry-run=server|client|none]',
    long="""
        Create a TLS secret from the given public/private key pair.

        The public/private key pair must exist beforehand. The public key certificate must be .PEM encoded and match
        the given private key.
        """,
    examples="""
        # Create a new TLS secret named tls-secret with the given key pair
        kubectl create secret tls tls-secret --cert=path/to/tls.crt --key=path/to/tls.key
        """,
    flags=(
        *SECRET_FLAGS,
        Flag('cert', help='Path to PEM encoded public key certificate.'),
        Flag('key', help='Path to private key associated with given certificate.'),
    ),
    options=CreateTlsSecret,
)

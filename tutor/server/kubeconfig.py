"""The kubeconfig of a served cluster: readable by its owner only, and never written over a file of somebody else."""

from __future__ import annotations

import os
from pathlib import Path

from tutor.cluster.pki import KeyPair, encoded

MARK = '# Written by `tutor serve`; it is written anew at each start.\n'
TEMPLATE = MARK + """\
apiVersion: v1
clusters:
- cluster:
    certificate-authority-data: {authority}
    server: {server}
  name: tutor
contexts:
- context:
    cluster: tutor
    user: tutor-token
  name: tutor
- context:
    cluster: tutor
    user: tutor-certificate
  name: tutor-certificate
current-context: tutor
kind: Config
users:
- name: tutor-token
  user:
    token: {token}
- name: tutor-certificate
  user:
    client-certificate-data: {certificate}
    client-key-data: {key}
"""


class NotOurs(Exception):
    """The file to be written exists and is not a kubeconfig that `tutor serve` has written."""


def text(server: str, authority: KeyPair, client: KeyPair, token: str) -> str:
    """A kubeconfig with two users: a bearer token (the default) and a client certificate."""
    return TEMPLATE.format(authority=encoded(authority.certificate), server=server, token=token,
                           certificate=encoded(client.certificate), key=encoded(client.key))


def check(path: Path) -> None:
    """Raise NotOurs for a file that must not be overwritten."""
    if path.is_symlink() or (path.exists() and not _is_ours(path)):
        raise NotOurs(str(path))


def write(path: Path, content: str) -> None:
    """Write it with mode 0600; raises NotOurs, OSError."""
    check(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | getattr(os, 'O_NOFOLLOW', 0)
    with os.fdopen(os.open(path, flags, 0o600), 'w', encoding='utf-8') as file:
        if hasattr(os, 'fchmod'):
            os.fchmod(file.fileno(), 0o600)
        file.write(content)


def default_path(port: int) -> Path:
    """Where the kubeconfig goes when no file is named."""
    from platformdirs import user_cache_path
    return user_cache_path('kubernetes-tutor') / f'serve-{port}.kubeconfig'


def _is_ours(path: Path) -> bool:
    if not path.is_file():
        return False
    with path.open('rb') as file:
        start = file.read(len(MARK.encode()))
    return start in (b'', MARK.encode())

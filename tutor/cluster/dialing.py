"""What becomes of a connection to the host of a URL, in the words of Go's net package."""

from __future__ import annotations

from ipaddress import ip_address
from typing import Any

from tutor.client.rest_config import ConnectionRefused, Unanswered
from tutor.cluster.network.fabric import REFUSED
from tutor.cluster.network.host import HOSTS, RESOLV_CONF
from tutor.cluster.network.links import UNREACHABLE
from tutor.cluster.network.stack import Stack
from tutor.shell.vfs import FileSystem

DIAL_TIMEOUT = 30.0
"""net.Dialer's in client-go's transport."""
NEIGHBOUR_TIMEOUT = 3.1
"""Until the kernel has asked three times who has the address."""


def reach(server: str, stack: Stack | None, files: FileSystem | None) -> Any:
    """What listens where a URL leads, asked from a machine with this stack and these files. Raises OSError when nobody
    answers."""
    scheme, _, rest = server.partition('://')
    host, _, port = rest.partition('/')[0].partition(':')
    number = int(port) if port.isdigit() else 80 if scheme == 'http' else 443
    address = '127.0.0.1' if host == 'localhost' else host if _is_address(host) else _known(host, files)
    if not address:
        raise OSError(f'dial tcp: lookup {host} on {_nameserver(files)}:53: no such host')
    where = f'{address}:{number}'
    found = stack.fabric.route(stack, address, number) if stack is not None else REFUSED
    if found == REFUSED:
        raise ConnectionRefused(f'dial tcp {where}: connect: connection refused')
    if found == UNREACHABLE:
        raise no_route(where)
    if isinstance(found, str):
        raise timed_out(where)
    return found


def distrust(found: Any) -> OSError:
    """Why a client of the API does not talk to something else."""
    return OSError('http: server gave HTTP response to HTTPS client' if getattr(found, 'tls', None) is None else
                   'tls: failed to verify certificate: x509: certificate signed by unknown authority')


def timed_out(address: str) -> Unanswered:
    """Nobody has answered at an address with its port."""
    return Unanswered(f'dial tcp {address}: i/o timeout', DIAL_TIMEOUT)


def no_route(address: str) -> Unanswered:
    """No machine has the address."""
    return Unanswered(f'dial tcp {address}: connect: no route to host', NEIGHBOUR_TIMEOUT)


def _is_address(host: str) -> bool:
    try:
        return bool(ip_address(host))
    except ValueError:
        return False


def _lines(files: FileSystem | None, path: str) -> list[list[str]]:
    if files is None or not files.is_file(path):
        return []
    return [words for line in files.read_text(path).splitlines() if (words := line.partition('#')[0].split())]


def _known(host: str, files: FileSystem | None) -> str:
    return next((words[0] for words in _lines(files, HOSTS) if host in words[1:]), '')


def _nameserver(files: FileSystem | None) -> str:
    return next((words[1] for words in _lines(files, RESOLV_CONF) if words[0] == 'nameserver' and words[1:]),
                '127.0.0.53')

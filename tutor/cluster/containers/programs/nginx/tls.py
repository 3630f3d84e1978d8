"""nginx's `listen … ssl`: the certificates of a port, and the page for who does not encrypt."""

from __future__ import annotations

from tutor.cluster.containers.http import HttpResponse
from tutor.cluster.containers.programs.nginx.conf import ConfigError, Server
from tutor.shell.tls import Certificates
from tutor.shell.vfs import FileSystem

PLAIN = 'The plain HTTP request was sent to HTTPS port'


def certificates(servers: list[Server], port: int, files: FileSystem) -> Certificates | None:
    """What is presented on a port, by the name that is asked for; None where nothing is encrypted. Raises
    ConfigError."""
    chains: list[tuple[Server, str]] = []
    for server in servers:
        if port in server.encrypted_on:
            path = server.top.value('ssl_certificate')
            if not path:
                raise ConfigError('no "ssl_certificate" is defined for the "listen ... ssl" directive in '
                                  '/etc/nginx/conf.d/default.conf:1')
            chains.append((server, _read(files, path if path.startswith('/') else f'/etc/nginx/{path}')))
    if not chains:
        return None
    return lambda name: next((chain for server, chain in chains if name in server.names), chains[0][1])


def _read(files: FileSystem, path: str) -> str:
    try:
        return files.read_text(path)
    except OSError:
        raise ConfigError(
            f'cannot load certificate "{path}": BIO_new_file() failed (SSL: error:80000002:system library::No such '
            f'file or directory:calling fopen({path}, r) error:10000080:BIO routines::no such file)') from None


def plain_request(software: str) -> HttpResponse:
    """The page for a request that is not encrypted where it should be."""
    body = (f'<html>\r\n<head><title>400 {PLAIN}</title></head>\r\n<body>\r\n'
            f'<center><h1>400 Bad Request</h1></center>\r\n<center>{PLAIN}</center>\r\n'
            f'<hr><center>{software}</center>\r\n</body>\r\n</html>\r\n')
    return HttpResponse(400, {'Content-Type': 'text/html', 'Connection': 'close'}, body.encode())

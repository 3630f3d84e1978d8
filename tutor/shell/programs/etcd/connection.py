"""How etcdctl reaches a member: endpoints, certificates, and what it says when that fails (clientv3)."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from tutor.cluster.simulation import Simulation
from tutor.shell.access import READ, allowed
from tutor.shell.etcd import EtcdService
from tutor.shell.process import IO, Context
from tutor.shell.programs.complaint import Complaint
from tutor.shell.programs.options import Options, go_duration
from tutor.shell.vfs import normalize

GLOBAL = {'endpoints': '=', 'cacert': '=', 'cert': '=', 'key': '=', 'command-timeout': '=', 'dial-timeout': '=',
          'write-out': 'w', 'insecure-skip-tls-verify': '', 'insecure-transport': '?', 'user': '=', 'password': '=',
          'debug': '', 'hex': '', 'cluster': '', 'discovery-srv': '=', 'keepalive-time': '=', 'help': 'h'}
TIMEOUT = 5.0


class Failure(Complaint):
    """'Error: …', as cobra ends a command."""

    def __init__(self, text: str, status: int = 1) -> None:
        super().__init__(f'Error: {text}', status, bare=True)


@dataclass(slots=True)
class Endpoint:
    """One endpoint as it was given, and the member behind it."""

    text: str
    service: EtcdService


@dataclass(slots=True)
class Security:
    """The files of the TLS flags, read."""

    authority: str = ''
    certificate: str = ''
    insecure: bool = False
    given: bool = False


def setting(options: Options, ctx: Context, name: str) -> str:
    """A flag, or its environment variable."""
    return options.get(name) or ctx.env.get('ETCDCTL_' + name.upper().replace('-', '_'), '')


def endpoints(options: Options, ctx: Context) -> list[str]:
    return [word for word in (setting(options, ctx, 'endpoints') or '127.0.0.1:2379').split(',') if word]


def security(options: Options, ctx: Context) -> Security:
    """The TLS files, if any. Raises Failure as etcdctl does for those it cannot read."""
    found = {name: setting(options, ctx, name) for name in ('cacert', 'cert', 'key')}
    if bool(found['cert']) != bool(found['key']):
        raise Failure('KeyFile and CertFile must both be present[key: '
                      f'{found["key"]}, cert: {found["cert"]}]', 128)
    texts = {name: _text(path, ctx) if path else '' for name, path in found.items()}
    return Security(texts['cacert'], texts['cert'], 'insecure-skip-tls-verify' in options, any(found.values()))


def _text(path: str, ctx: Context) -> str:
    place = normalize(path, ctx.cwd)
    try:
        node = ctx.files.node(place)
    except OSError as problem:
        raise Failure(f'open {path}: {(problem.strerror or "").lower()}') from None
    if not allowed(node, ctx, READ):
        raise Failure(f'open {path}: permission denied')
    return ctx.files.read_text(place)


async def connect(options: Options, io: IO, ctx: Context, method: str) -> Endpoint:
    """The first endpoint that answers. Raises Failure after the command's timeout, with the client's warnings."""
    given, tls = endpoints(options, ctx), security(options, ctx)
    limit = go_duration(options, 'command-timeout') if 'command-timeout' in options else TIMEOUT
    problem = ''
    for text in given:
        service, problem = await reach(text, tls, ctx)
        if service is not None:
            return Endpoint(text, service)
    await ctx.simulation.sleep(limit)
    io.stderr.write(_warning(ctx.simulation, given[0], method, problem))
    raise Failure('context deadline exceeded')


async def reach(text: str, tls: Security, ctx: Context) -> tuple[EtcdService | None, str]:
    """The member behind an endpoint; else None, and what gRPC's transport says."""
    url = urlsplit(text if '://' in text else f'//{text}')
    try:
        host, port = url.hostname or '', url.port or 2379
    except ValueError:
        return None, f'name resolver error: produced zero addresses for {text}'
    secure = url.scheme == 'https' or (not url.scheme and tls.given)
    try:
        network = ctx.network
        address = (await network.resolve(host))[0]
        connection = await network.connect(address, port, TIMEOUT)
    except OSError as problem:
        why = 'i/o timeout' if isinstance(problem, TimeoutError) else f'connect: {(problem.strerror or "").lower()}'
        return None, f'transport: Error while dialing: dial tcp {host}:{port}: {why}'
    local = f'{connection.local[0]}:{connection.local[1]}'
    service = network.service(address, port)
    connection.close()
    if service is None or not hasattr(service, 'cluster_id'):
        return None, f'error reading server preface: read tcp {local}->{address}:{port}: read: connection reset by peer'
    if service.secure and not secure:
        return None, f'error reading server preface: read tcp {local}->{address}:{port}: read: connection reset by peer'
    if service.secure and not tls.insecure and not service.trusted_by(tls.authority):
        return None, ('transport: authentication handshake failed: tls: failed to verify certificate: x509: '
                      'certificate signed by unknown authority')
    if service.secure and not service.accepts(tls.certificate):
        why = 'bad certificate' if tls.certificate else 'certificate required'
        return None, f'error reading server preface: remote error: tls: {why}'
    return service, ''


def stamp(simulation: Simulation) -> str:
    return f'{simulation.wall():%Y-%m-%dT%H:%M:%S.%f}Z'


def log_line(simulation: Simulation, level: str, caller: str, message: str, **values: Any) -> str:
    """zap's JSON form."""
    line = {'level': level, 'ts': stamp(simulation), **({'logger': values.pop('logger')} if 'logger' in values else {}),
            'caller': caller, 'msg': message, **values}
    return json.dumps(line, separators=(',', ':')) + '\n'


def _warning(simulation: Simulation, endpoint: str, method: str, problem: str) -> str:
    host = endpoint.rpartition('://')[2]
    return log_line(simulation, 'warn', 'v3@v3.6.8/retry_interceptor.go:65', 'retrying of unary invoker failed',
                    logger='etcd-client', target=f'etcd-endpoints://0xc0002f4000/{host}', method=method, attempt=0,
                    error='rpc error: code = DeadlineExceeded desc = latest balancer error: connection error: '
                          f'desc = "{problem}"')

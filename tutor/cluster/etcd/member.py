"""etcd as the program of its container: its data folder, its certificates, and its clients' socket."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from typing import Any

from tutor.cluster import pki
from tutor.cluster.containers.http import HttpService
from tutor.cluster.containers.programs.starting import CannotStart
from tutor.cluster.etcd.health import health
from tutor.cluster.etcd.leases import Leases
from tutor.cluster.etcd.raft.group import RaftGroup
from tutor.cluster.etcd.service import INDEX, EtcdServer, restored, snapshot_of
from tutor.cluster.storage import Store
from tutor.shell.etcd import Member, NotASnapshot, pack, unpack
from tutor.shell.process import IO, Context
from tutor.shell.vfs import File, FileSystem, Node

VERSION = '3.6.8'
MEMBER = 0x8E9E05C52164694D
REFUSED = ('rpc error: code = Unavailable desc = connection error: desc = "transport: Error while dialing: '
           'dial tcp 127.0.0.1:2379: connect: connection refused"')
"""What the API server's etcd client says while nothing listens there."""
DATABASE = 'member/snap/db'
FILES = ('cert-file', 'key-file', 'trusted-ca-file', 'peer-cert-file', 'peer-key-file', 'peer-trusted-ca-file')
FLAGS = {'advertise-client-urls', 'cert-file', 'client-cert-auth', 'data-dir', 'initial-advertise-peer-urls',
         'initial-cluster', 'initial-cluster-state', 'initial-cluster-token', 'key-file', 'listen-client-urls',
         'listen-metrics-urls', 'listen-peer-urls', 'name', 'peer-cert-file', 'peer-client-cert-auth', 'peer-key-file',
         'peer-trusted-ca-file', 'snapshot-count', 'trusted-ca-file', 'wal-dir', 'quota-backend-bytes', 'log-level',
         'auto-compaction-retention', 'auto-compaction-mode', 'heartbeat-interval', 'election-timeout', 'auto-tls',
         'force-new-cluster', 'max-request-bytes', 'logger', 'log-outputs', 'cipher-suites', 'tls-min-version',
         'watch-progress-notify-interval', 'feature-gates', 'unsafe-no-fsync', 'strict-reconfig-check',
         'experimental-initial-corrupt-check', 'experimental-watch-progress-notify-interval'}
SWITCHES = {'auto-tls', 'client-cert-auth', 'experimental-initial-corrupt-check', 'force-new-cluster',
            'peer-client-cert-auth', 'strict-reconfig-check', 'unsafe-no-fsync'}
"""Flags that are on without a value."""


class EtcdMember:
    """The one member of a cluster, or with `raft` each of several: then a member that lost its data gets it back from
    the others. What the store holds is what its data folder holds: a folder that was restored from
    a snapshot, or that is empty, makes the store anew when the process starts. `on_restored` is told then, with
    whether there was nothing at all."""

    def __init__(self, store: Store, on_restored: Callable[[bool], None], fresh: bool,
                 raft: RaftGroup | None, group: Callable[[], RaftGroup], leases: Leases) -> None:
        """`fresh`: nobody has put anything into the store, so the first empty data folder is a new cluster too.
        `group` makes an empty group for the day when the only member gets company."""
        self._fresh = fresh
        self._store = store
        self.raft = raft
        self._group = group
        self._contexts: dict[str, Context] = {}
        self._on_restored = on_restored
        self._database: Node | None = None
        self._leases = leases
        self._news: bool | None = None
        self._sockets: dict[int, list[Callable[[], None]]] = {}
        self._logs: dict[str, Callable[[str], None]] = {}
        if raft is not None:
            self._follow(raft)

    def start(self, ctx: Context, io: IO) -> None:
        """Check what the flags name, load the data folder, and listen. Raises CannotStart."""
        flags = _flags(ctx)
        for name in FILES:
            path = flags.get(name)
            if path and not ctx.files.is_file(path):
                raise _fatal(ctx, f'open {path}: no such file or directory')
        self._load(flags.get('data-dir', 'default.etcd'), ctx)
        name = ctx.host.hostname
        if self.raft is not None and name not in self.raft.members:
            self._arrive(self.raft, name, flags, ctx)
        self._sockets[id(ctx)] = list(self._listen(flags, ctx))
        self._contexts[name], self._logs[name] = ctx, partial(_raft_line, ctx, io)
        if self.raft is not None:
            self.raft.start(name)
            return
        self._store.trouble = ''
        if self._news is not None:
            self._on_restored(self._news)
            self._news = None

    def stop(self, ctx: Context) -> None:
        for close in self._sockets.pop(id(ctx), ()):
            close()
        name = ctx.host.hostname
        self._contexts.pop(name, None)
        self._logs.pop(name, None)
        if self.raft is not None:
            self.raft.stop(name)
        if self._sockets or self.raft is not None:
            return
        self._store.trouble = REFUSED
        if isinstance(self._database, File):
            content = self._store.snapshot()
            entries = [list(entry) for entry in content['entries']]
            self._database.content = partial(pack, {'revision': content['revision'], 'entries': entries})

    # -- members ------------------------------------------------------------------------------------------------

    def grow(self, member: Member) -> RaftGroup:
        """The group that the member belongs to; the only one begins one."""
        if self.raft is None:
            self.raft = self._group()
            self._follow(self.raft)
            self.raft.adopt(member, self._store.revision + INDEX)
        return self.raft

    def _follow(self, raft: RaftGroup) -> None:
        raft.on_said, raft.on_removed = self._log, self._removed

    def _arrive(self, raft: RaftGroup, name: str, flags: dict[str, str], ctx: Context) -> None:
        """A new member's first start. Raises CannotStart when nobody has announced it."""
        peer_url = flags.get('initial-advertise-peer-urls', '')
        if not raft.arrive(name, peer_url, flags.get('advertise-client-urls', '').partition(',')[0]):
            raise _fatal(ctx, 'error validating peerURLs: member count is unequal')

    def _removed(self, name: str) -> None:
        """What runs of a member that is none any more ends."""
        ctx = self._contexts.get(name)
        if ctx is not None:
            ctx.signals['TERM']()

    def _log(self, name: str, text: str) -> None:
        if name in self._logs:
            self._logs[name](text)

    # -- the data folder ----------------------------------------------------------------------------------------

    def _load(self, folder: str, ctx: Context) -> None:
        files, path = ctx.files, f'{folder.rstrip("/")}/{DATABASE}'
        if self.raft is not None:
            if not files.is_file(path):
                self._create(files, path)
            return
        found = files.node(path) if files.is_file(path) else None
        if found is not None and found is self._database:
            self._keep(found)
            return
        if found is None:
            if self._database is not None or self._fresh:
                self._fresh = False
                self._store.restore({'revision': 1, 'entries': []})
                self._news = True
            self._create(files, path)
            return
        try:
            content = unpack(files.read(path))
        except NotASnapshot:
            raise _fatal(ctx, f'failed to open database: {path}: invalid database') from None
        self._store.restore(restored(content))
        self._keep(found)
        self._news = False

    def _create(self, files: FileSystem, path: str) -> None:
        files.put(path, b'', 0o600)
        files.put(path.replace('snap/db', 'wal/0000000000000000-0000000000000000.wal'), b'', 0o600)
        self._keep(files.node(path))

    def _keep(self, database: Node) -> None:
        """The file shows what the store holds whenever it is read."""
        assert isinstance(database, File)
        self._database = database
        database.content = partial(snapshot_of, self._store)

    def _member(self, flags: dict[str, str], urls: list[str], ctx: Context) -> Member:
        name = ctx.host.hostname
        if self.raft is not None:
            return self.raft.members[name]
        advertised = flags.get('advertise-client-urls', urls[0]).split(',')[0]
        return Member(MEMBER, flags.get('name', 'default'),
                      flags.get('initial-advertise-peer-urls', 'http://localhost:2380'), advertised)

    # -- the socket ---------------------------------------------------------------------------------------------

    def _listen(self, flags: dict[str, str], ctx: Context):
        urls = [url for url in flags.get('listen-client-urls', 'http://localhost:2379').split(',') if url]
        member = self._member(flags, urls, ctx)

        def text(name: str) -> str:
            """A certificate, as it is when somebody connects."""
            path = flags.get(name, '')
            return ctx.files.read_text(path) if path and ctx.files.is_file(path) else ''
        server = EtcdServer(self._store, self._leases, member, VERSION,
                            lambda certificate: pki.signed_by(text('trusted-ca-file'), certificate),
                            lambda authority: pki.signed_by(authority, text('cert-file')),
                            urls[0].startswith('https'), self)
        # Who asks for its health needs no certificate.
        changes = ctx.simulation.condition() if self.raft is None else self.raft.changes
        metrics = flags.get('listen-metrics-urls', '').split(',')
        network: Any = ctx.host.network
        for url, service in (*((url, server) for url in urls),
                             *((url, HttpService(health(server), changes)) for url in metrics if url)):
            address, _, port = url.rpartition('/')[2].rpartition(':')
            try:
                yield network.listen(int(port), service, '127.0.0.1' if address == 'localhost' else address).close
            except (OSError, ValueError):
                raise _fatal(ctx, f'listen tcp {address}:{port}: bind: address already in use') from None


def _raft_line(ctx: Context, io: IO, text: str) -> None:
    """What the raft library logs."""
    line = {'level': 'info', 'ts': ctx.simulation.micro_timestamp(), 'logger': 'raft',
            'caller': 'etcdserver/zap_raft.go:77', 'msg': text}
    io.stderr.write(json.dumps(line, separators=(',', ':')) + '\n')


def _flags(ctx: Context) -> dict[str, str]:
    """The process's flags. Raises CannotStart."""
    words = list(ctx.host.processes[ctx.pid].argv[1:])
    found: dict[str, str] = {}
    while words:
        name, equals, value = words.pop(0).lstrip('-').partition('=')
        if not equals and name not in SWITCHES and words:
            value = words.pop(0)
        if name not in FLAGS:
            raise CannotStart(f'flag provided but not defined: -{name}\nusage:\n  etcd [flags]\n    Start an etcd '
                              'server.\n', 2)
        found[name] = value
    return found


def _fatal(ctx: Context, problem: str) -> CannotStart:
    line = {'level': 'fatal', 'ts': ctx.simulation.micro_timestamp(), 'caller': 'etcdmain/etcd.go:189',
            'msg': 'discovery failed', 'error': problem}
    return CannotStart(json.dumps(line, separators=(',', ':')) + '\n', 1)

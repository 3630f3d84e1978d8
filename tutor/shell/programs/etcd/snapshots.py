"""Snapshot files: saved by etcdctl, looked at and restored by etcdutl (and by etcdctl before 3.6)."""

from __future__ import annotations

import zlib

from tutor.shell.access import guard
from tutor.shell.etcd import EtcdService, NotASnapshot, unpack
from tutor.shell.process import IO, Context
from tutor.shell.programs.etcd.connection import Failure, log_line, stamp
from tutor.shell.programs.etcd.output import as_json, size, table
from tutor.shell.programs.options import Options
from tutor.shell.programs.outputs import write_file
from tutor.shell.vfs import normalize

DATABASE = 'member/snap/db'


def save(service: EtcdService, endpoint: str, words: list[str], io: IO, ctx: Context) -> None:
    """snapshot save FILE."""
    if len(words) != 1:
        raise Failure('snapshot save expects one argument', 128)
    path, simulation, data = words[0], ctx.simulation, service.snapshot()
    try:
        write_file(path, data, io, ctx, 0o600)
    except OSError as problem:
        raise Failure(f'could not open {path}.part (open {path}.part: {(problem.strerror or "").lower()})', 5) from None
    for line in (
        log_line(simulation, 'info', 'snapshot/v3_snapshot.go:65', 'created temporary db file', path=f'{path}.part'),
        log_line(simulation, 'info', 'v3@v3.5.24/maintenance.go:212', 'opened snapshot stream; downloading',
                 logger='client'),
        log_line(simulation, 'info', 'snapshot/v3_snapshot.go:73', 'fetching snapshot', endpoint=endpoint),
        log_line(simulation, 'info', 'v3@v3.5.24/maintenance.go:220', 'completed snapshot read; closing',
                 logger='client'),
        log_line(simulation, 'info', 'snapshot/v3_snapshot.go:88', 'fetched snapshot', endpoint=endpoint,
                 size=size(len(data) * 4), took='now'),
        log_line(simulation, 'info', 'snapshot/v3_snapshot.go:97', 'saved', path=path),
    ):
        io.stderr.write(line)
    io.stdout.write(f'Snapshot saved at {path}\n')


def _read(path: str, verb: str, ctx: Context) -> bytes:
    try:
        return ctx.files.read(normalize(path, ctx.cwd))
    except OSError as problem:
        raise Failure(f'{verb} {path}: {(problem.strerror or "").lower()}') from None


def status(words: list[str], form: str, io: IO, ctx: Context) -> None:
    """snapshot status FILE."""
    if len(words) != 1:
        raise Failure('snapshot status requires exactly one argument', 128)
    data = _read(words[0], 'stat', ctx)
    try:
        content = unpack(data)
    except NotASnapshot:
        raise Failure('snapshot file integrity check failed. 1 errors found.\n'
                      'page 0: invalid database') from None
    digest, keys = zlib.crc32(data), len(content['entries'])
    if form == 'json':
        as_json({'hash': digest, 'revision': content['revision'], 'totalKey': keys, 'totalSize': len(data) * 4,
                 'version': '3.6.0'}, io)
        return
    row = (f'{digest:x}', str(content['revision']), str(keys), size(len(data) * 4), '3.6.0')
    if form == 'table':
        table(('HASH', 'REVISION', 'TOTAL KEYS', 'TOTAL SIZE', 'VERSION'), [row], io)
    else:
        io.stdout.write(', '.join(row) + '\n')


def restore(words: list[str], options: Options, io: IO, ctx: Context) -> None:
    """snapshot restore FILE --data-dir FOLDER: a new data folder with what the snapshot holds."""
    if len(words) != 1:
        raise Failure('snapshot restore requires exactly one argument', 128)
    data = _read(words[0], 'open', ctx)
    name = options.get('name', 'default')
    folder = options.get('data-dir') or f'{name}.etcd'
    place = normalize(folder, ctx.cwd)
    if ctx.files.exists(f'{place}/member') or (ctx.files.exists(place) and not ctx.files.is_dir(place)):
        raise Failure(f'data-dir "{folder}" not empty or could not be read')
    try:
        unpack(data)
    except NotASnapshot:
        raise Failure('snapshot missing hash but --skip-hash-check=false') from None
    try:
        guard(place, ctx)
        for part in ('/member/snap', '/member/wal'):
            ctx.files.make_dirs(place + part)
        ctx.files.put(f'{place}/{DATABASE}', data, 0o600)
        ctx.files.put(f'{place}/member/wal/0000000000000000-0000000000000000.wal', b'', 0o600)
    except OSError as problem:
        raise Failure(f'mkdir {folder}: {(problem.strerror or "").lower()}') from None
    ctx.files.chmod(place, 0o700)
    paths = f'"wal-dir": "{folder}/member/wal", "data-dir": "{folder}", "snap-dir": "{folder}/member/snap"'
    when = stamp(ctx.simulation)[:19] + 'Z'
    io.stderr.write(
        f'{when}\tinfo\tsnapshot/v3_snapshot.go:265\trestoring snapshot\t{{"path": "{words[0]}", {paths}, '
        '"initial-memory-map-size": 10737418240}\n'
        f'{when}\tinfo\tmembership/store.go:141\tTrimming membership information from the backend...\n'
        f'{when}\tinfo\tmembership/cluster.go:421\tadded member\t{{"cluster-id": "cdf818194e3a8c32", '
        '"local-member-id": "0", "added-peer-id": "8e9e05c52164694d", "added-peer-peer-urls": '
        f'["{options.get("initial-advertise-peer-urls", "http://localhost:2380")}"]}}\n'
        f'{when}\tinfo\tsnapshot/v3_snapshot.go:293\trestored snapshot\t{{"path": "{words[0]}", {paths}, '
        '"initial-memory-map-size": 10737418240}\n')

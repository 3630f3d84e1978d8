"""What all parts of nginx look at: its version, its files, and the time as it writes it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from tutor.apimachinery.http.dates import http_date
from tutor.cluster.containers.container import ContainerHost
from tutor.shell.process import Context
from tutor.shell.vfs import FileSystem

MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']


def files_of(ctx: Context, path: str) -> FileSystem:
    host = ctx.host
    return host.peek(path) if isinstance(host, ContainerHost) else host.files


def node_at(files: FileSystem, path: str) -> Any:
    try:
        return files.find(path).node
    except OSError:
        return None


def writable(ctx: Context, folder: str) -> bool:
    node = node_at(files_of(ctx, folder), folder)
    return node is not None and (node.uid == ctx.uid or bool(node.mode & 0o002))


def version(ctx: Context) -> str:
    return ctx.env.get('NGINX_VERSION', '1.27.5')


def log_stamp(ctx: Context) -> str:
    date, clock = ctx.simulation.timestamp().rstrip('Z').split('T')
    return f'{date.replace("-", "/")} {clock}'


def local_time(ctx: Context, moment: float | None = None) -> str:
    now = ctx.simulation.wall() if moment is None else ctx.simulation.epoch + timedelta(seconds=moment)
    return f'{now.day:02}/{MONTHS[now.month - 1]}/{now.year}:{now:%H:%M:%S} +0000'


def date(ctx: Context, moment: float | None = None) -> str:
    """Of a moment of the simulation, by default now."""
    return http_date(ctx.simulation.wall() if moment is None else ctx.simulation.epoch + timedelta(seconds=moment))


def shared(ctx: Context, files: FileSystem) -> bool:
    """Whether these are the image's own files, which never change."""
    return files is ctx.host.__dict__.get('_image')

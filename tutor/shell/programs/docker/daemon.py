"""The engine that the socket of this machine leads to."""

from __future__ import annotations

from tutor.shell.access import READ, WRITE, allowed
from tutor.shell.docker import SOCKET, DockerEngine
from tutor.shell.process import Context
from tutor.shell.programs.complaint import Complaint

NO_DAEMON = 'Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?'
DENIED = ('permission denied while trying to connect to the Docker daemon socket at unix:///var/run/docker.sock: '
          'dial unix /var/run/docker.sock: connect: permission denied')


def engine_of(ctx: Context) -> DockerEngine:
    """The engine behind the socket of the machine. Raises Complaint."""
    machine = ctx.host.machine
    try:
        node = ctx.files.node(SOCKET)
    except OSError:
        raise Complaint(NO_DAEMON, bare=True) from None
    if not (allowed(node, ctx, READ) and allowed(node, ctx, WRITE)):
        raise Complaint(DENIED, bare=True)
    if machine is None or SOCKET not in machine.sockets:
        raise Complaint(NO_DAEMON, bare=True)
    return machine.sockets[SOCKET]

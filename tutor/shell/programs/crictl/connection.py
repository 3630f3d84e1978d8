"""Where crictl's runtime is, and how crictl says that something is wrong (logrus)."""

from __future__ import annotations

import re

from tutor.shell.access import READ, WRITE, allowed
from tutor.shell.cri import ContainerRuntime
from tutor.shell.process import IO, Context
from tutor.shell.programs.complaint import Complaint
from tutor.shell.programs.options import Options

CONFIG = '/etc/crictl.yaml'
DEFAULTS = ('unix:///run/containerd/containerd.sock', 'unix:///run/crio/crio.sock', 'unix:///var/run/cri-dockerd.sock')
SCHEME = 'unix://'


class Fatal(Complaint):
    """What ends crictl: a line of its log at level fatal."""

    def __init__(self, text: str, io: IO, ctx: Context) -> None:
        super().__init__(log_line('fatal', text, io, ctx), bare=True)


def log_line(level: str, text: str, io: IO, ctx: Context) -> str:
    """logrus' text form: with a terminal 'FATA[0000] text', else key=value pairs."""
    if io.stderr.isatty:
        return f'{level.upper()[:4]}[0000] {text}'
    escaped = text.replace('\\', '\\\\').replace('"', '\\"')
    return f'time="{ctx.simulation.wall():%Y-%m-%dT%H:%M:%SZ}" level={level} msg="{escaped}"'


def connect(options: Options, io: IO, ctx: Context) -> ContainerRuntime:
    """The runtime that flags, environment or /etc/crictl.yaml name. Raises Fatal."""
    endpoint = options.get('r') or ctx.env.get('CONTAINER_RUNTIME_ENDPOINT', '') or _configured(options, io, ctx)
    path = endpoint.removeprefix(SCHEME)
    if path.startswith('/var/run/'):
        path = path.removeprefix('/var')
    problem = _problem(path, ctx)
    machine = ctx.host.machine
    if machine is not None and not problem and path in machine.sockets:
        return machine.sockets[path]
    raise Fatal(f'validate service connection: validate CRI v1 runtime API for endpoint "{endpoint}": rpc error: code '
                '= Unavailable desc = connection error: desc = "transport: Error while dialing: dial unix '
                f'{endpoint.removeprefix(SCHEME)}: connect: {problem or "connection refused"}"', io, ctx)


def _problem(path: str, ctx: Context) -> str:
    try:
        node = ctx.files.node(path)
    except OSError:
        return 'no such file or directory'
    return '' if allowed(node, ctx, READ) and allowed(node, ctx, WRITE) else 'permission denied'


def _configured(options: Options, io: IO, ctx: Context) -> str:
    path = options.get('c') or CONFIG
    try:
        text = ctx.files.read_text(path)
    except OSError:
        io.stderr.write(log_line('warning', f'Config "{path}" does not exist, trying next: "/usr/bin/crictl.yaml"', io,
                                 ctx) + '\n')
        text = ''
    found = re.search(r'^runtime-endpoint:\s*"?([^"\s]+)"?\s*$', text, re.MULTILINE)
    for line in text.splitlines():
        if line.strip() and ':' not in line:
            raise Fatal(f'load config file: unmarshal YAML config: yaml: could not find expected \':\' in "{line}"', io,
                        ctx)
    if found:
        return found[1]
    io.stderr.write(log_line(
        'warning', f'runtime connect using default endpoints: [{" ".join(DEFAULTS)}]. As the default settings are now '
        'deprecated, you should set the endpoint instead.', io, ctx) + '\n')
    return DEFAULTS[0]

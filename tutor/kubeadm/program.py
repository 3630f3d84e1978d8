"""kubeadm: finds the command, runs it, and says how it ended when it failed (cmd/kubeadm/app/util/error.go)."""

from __future__ import annotations

from tutor.apimachinery.errors import StatusError
from tutor.cluster.pki import Keys
from tutor.kubeadm.catalog import ROOT
from tutor.kubeadm.command import find, help_text
from tutor.kubeadm.environment import Environment
from tutor.kubeadm.errors import KubeadmError
from tutor.shell.pflag import FlagError
from tutor.shell.process import IO, Context

STACK = 'To see the stack trace of this error execute with --v=5 or higher\n'


async def main(argv: list[str], io: IO, ctx: Context, keys: Keys) -> int:
    """kubeadm COMMAND [FLAG…]"""
    try:
        return await _run(argv, io, ctx, keys)
    except KubeadmError as error:
        text, status = str(error), error.status
    except FlagError as error:
        text, status = str(error), 1
    except StatusError as error:
        text, status = error.status.get('message', str(error)), 1
    io.stderr.write(f'error: {text}\n{STACK}')
    return status


async def _run(argv: list[str], io: IO, ctx: Context, keys: Keys) -> int:
    found = find(ROOT, argv[1:])
    if found.flags['help']:
        io.stdout.write(help_text(found))
        return 0
    found.check_arguments()
    if found.command.run is None:
        io.stdout.write(help_text(found))
        return 0
    machine = ctx.host.machine
    if machine is None:
        raise KubeadmError('kubeadm needs a machine of its own')
    await found.command.run(Environment(machine, found.flags, io, ctx, keys), found.flags.args)
    return 0

"""kubeadm's commands, and how it ends when one fails."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from tutor.apimachinery.errors import StatusError
from tutor.cluster.pki import Keys
from tutor.kubeadm import certs, configs, init, join, reset, tokens, upgrade
from tutor.kubeadm.environment import STACK, Environment, KubeadmError
from tutor.shell.process import IO, Context
from tutor.shell.programs.complaint import Complaint
from tutor.shell.programs.options import parse

LONG = {'kubeconfig': '=', 'token': '=', 'discovery-token-ca-cert-hash': '=', 'ttl': '=', 'description': '=',
        'print-join-command': '', 'groups': '=', 'usages': '=', 'node-name': '=', 'cri-socket': '=', 'config': '=',
        'apiserver-advertise-address': '=', 'pod-network-cidr': '=', 'service-cidr': '=', 'kubernetes-version': '=',
        'control-plane-endpoint': '=', 'upload-certs': '', 'ignore-preflight-errors': '=', 'control-plane': '',
        'certificate-key': '=', 'force': 'f', 'yes': 'y', 'dry-run': '', 'output': 'o', 'client-name': '=',
        'org': '=', 'validity-period': '=', 'image-repository': '=', 'skip-phases': '=', 'cert-dir': '=',
        'allow-experimental-upgrades': '', 'discovery-token-unsafe-skip-ca-verification': '', 'v': '=',
        'skip-token-print': '', 'feature-gates': '=', 'certificate-renewal': '?', 'etcd-upgrade': '?', 'help': 'h'}
COMMANDS: dict[str, Callable[[Environment, list[str]], Awaitable[None]]] = {
    'certs': certs.run, 'config': configs.run, 'init': init.run, 'join': join.run, 'kubeconfig': certs.kubeconfig,
    'reset': reset.run, 'token': tokens.run, 'upgrade': upgrade.run, 'version': configs.version,
}
USAGE = """\


    ┌──────────────────────────────────────────────────────────┐
    │ KUBEADM                                                  │
    │ Easily bootstrap a secure Kubernetes cluster             │
    │                                                          │
    │ Please give us feedback at:                              │
    │ https://github.com/kubernetes/kubeadm/issues             │
    └──────────────────────────────────────────────────────────┘

Usage:
  kubeadm [command]

Available Commands:
  certs       Commands related to handling Kubernetes certificates
  config      Manage configuration for a kubeadm cluster persisted in a ConfigMap in the cluster
  init        Run this command in order to set up the Kubernetes control plane
  join        Run this on any machine you wish to join an existing cluster
  kubeconfig  Kubeconfig file utilities
  reset       Performs a best effort revert of changes made to this host by 'kubeadm init' or 'kubeadm join'
  token       Manage bootstrap tokens
  upgrade     Upgrade your cluster smoothly to a newer version with this command
  version     Print the version of kubeadm

Use "kubeadm [command] --help" for more information about a command.
"""


async def main(argv: list[str], io: IO, ctx: Context, keys: Keys) -> int:
    """kubeadm COMMAND [OPTION…]"""
    try:
        options = parse(argv, ctx, 'fyo:hv:', LONG)
    except Complaint as complaint:
        text = str(complaint).partition('\n')[0]
        name = text.partition("'")[2].rstrip("'")
        io.stderr.write(f'unknown flag: {name}\n' if 'unrecognized' in text else f'{text}\n')
        io.stderr.write(STACK)
        return 1
    if not options.args or (len(options.args) == 1 and 'h' in options):
        io.stdout.write(USAGE)
        return 0
    name, *words = options.args
    command = COMMANDS.get(name)
    machine = ctx.host.machine
    if command is None or machine is None:
        text = f'unknown command "{name}" for "kubeadm"' if command is None else 'kubeadm needs a machine of its own'
        io.stderr.write(f'error: {text}\n{STACK}')
        return 1
    try:
        await command(Environment(machine, options, io, ctx, keys), words)
    except KubeadmError as error:
        io.stderr.write(f'error: {error}\n{STACK}')
        return error.status
    except Complaint as complaint:
        io.stderr.write(f'{complaint}\n{STACK}')
        return 1
    except StatusError as error:
        io.stderr.write(f'error: {error.status.get("message", error)}\n{STACK}')
        return 1
    return 0


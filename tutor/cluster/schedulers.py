"""The processes of kube-scheduler: those that elect one of them, and further schedulers that work beside it."""

from __future__ import annotations

import base64
from dataclasses import dataclass, field, replace
from typing import Any

from tutor.apimachinery import decode
from tutor.apimachinery.decode import DecodeError
from tutor.apimachinery.objects import Object
from tutor.client.rest_config import RestConfig
from tutor.cluster.components import Elected, flags_of
from tutor.cluster.containers.programs.starting import CannotStart
from tutor.cluster.scheduler.configuration import LEASE, BadConfiguration, Configuration, read
from tutor.cluster.scheduler.scheduler import AGENT, Scheduler
from tutor.cluster.simulation import Simulation
from tutor.shell.klog import Klog
from tutor.shell.process import IO, Context

ACCOUNT = '/var/run/secrets/kubernetes.io/serviceaccount'


@dataclass(slots=True)
class SchedulerProcesses:
    """`usual` is the scheduler that the cluster's own processes elect one of themselves to be."""

    simulation: Simulation
    usual: Scheduler
    elected: Elected
    own: dict[int, Scheduler] = field(default_factory=dict)
    """Of processes that take no part in the election: their schedulers."""

    def start(self, ctx: Context, io: IO) -> None:
        flags = flags_of(ctx)
        try:
            configuration = _configuration(flags, ctx)
            if configuration.lease == LEASE:
                self.usual.configuration = configuration
                self.elected.start(ctx, io)
                return
            transport = ctx.extras['connect'](_rest_config(configuration.kubeconfig, ctx))
        except (BadConfiguration, OSError) as problem:
            Klog(ctx.simulation, io.stderr.write).error('run.go:72', 'command failed', str(problem))
            raise CannotStart('') from None
        scheduler = self.own[id(ctx)] = Scheduler(self.simulation, transport, ctx.host.hostname)
        scheduler.configuration = configuration
        scheduler.start()

    def stop(self, ctx: Context) -> int | None:
        scheduler = self.own.pop(id(ctx), None)
        if scheduler is None:
            return self.elected.stop(ctx)
        scheduler.stop()
        return 0


def _configuration(flags: dict[str, str], ctx: Context) -> Configuration:
    """The file, or what the flags say without one (Options.ApplyDeprecated, ApplyLeaderElectionTo)."""
    path = flags.get('config')
    found = read(ctx.files.read_text(path)) if path else Configuration(kubeconfig=flags.get('kubeconfig', ''))
    if flags.get('leader-elect') == 'false':
        return replace(found, lease='')
    if found.lease and ('leader-elect-resource-name' in flags or 'leader-elect-resource-namespace' in flags):
        namespace, _, name = found.lease.partition('/')
        return replace(found, lease=f'{flags.get("leader-elect-resource-namespace", namespace)}/'
                                    f'{flags.get("leader-elect-resource-name", name)}')
    return found


def _rest_config(kubeconfig: str, ctx: Context) -> RestConfig:
    """Of a kubeconfig, or else of the pod's service account. Raises BadConfiguration or OSError."""
    if kubeconfig:
        return _of_kubeconfig(kubeconfig, ctx)
    if not ctx.files.exists(f'{ACCOUNT}/token'):
        raise BadConfiguration('unable to load in-cluster configuration, KUBERNETES_SERVICE_HOST and '
                               'KUBERNETES_SERVICE_PORT must be defined')
    token, authority = (ctx.files.read_text(f'{ACCOUNT}/{name}') for name in ('token', 'ca.crt'))
    host, port = ctx.env.get('KUBERNETES_SERVICE_HOST', ''), ctx.env.get('KUBERNETES_SERVICE_PORT', '443')
    return RestConfig(f'https://{host}:{port}', ca_data=authority, token=token.strip(), user_agent=AGENT)


def _of_kubeconfig(path: str, ctx: Context) -> RestConfig:
    if not ctx.files.is_file(path):
        raise BadConfiguration(f'stat {path}: no such file or directory')
    try:
        config: Any = decode.one(ctx.files.read_text(path)) or {}
    except DecodeError as error:
        raise BadConfiguration(f'error loading config file "{path}": {error}') from None
    context = _named(config, 'contexts', 'context', config.get('current-context', ''))
    cluster = _named(config, 'clusters', 'cluster', context.get('cluster', ''))
    user = _named(config, 'users', 'user', context.get('user', ''))
    return RestConfig(
        cluster.get('server', ''), ca_data=_pem(cluster, 'certificate-authority', ctx),
        client_certificate_data=_pem(user, 'client-certificate', ctx), client_key_data=_pem(user, 'client-key', ctx),
        token=user.get('token', ''), user_agent=AGENT)


def _named(config: Object, plural: str, key: str, name: str) -> Object:
    return next((entry.get(key) or {} for entry in config.get(plural) or () if entry.get('name') == name), {})


def _pem(entry: Object, name: str, ctx: Context) -> str:
    if entry.get(f'{name}-data'):
        return base64.b64decode(entry[f'{name}-data']).decode()
    return ctx.files.read_text(entry[name]) if entry.get(name) else ''

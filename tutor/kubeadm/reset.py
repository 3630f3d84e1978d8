"""kubeadm reset: takes back what init or join did to this machine (cmd/kubeadm/app/cmd/reset.go)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from tutor.apimachinery import decode
from tutor.cluster.machine.kubeadm_files import MANIFESTS, PKI
from tutor.kubeadm import configuration
from tutor.kubeadm.command import Run
from tutor.kubeadm.configuration import RESET
from tutor.kubeadm.data import check_socket
from tutor.kubeadm.environment import ADMIN_CONF, Environment
from tutor.kubeadm.errors import KubeadmError, not_simulated
from tutor.kubeadm.join import READING
from tutor.kubeadm.phases.kubelet import UNIT
from tutor.kubeadm.preflight import require_root
from tutor.kubeadm.workflow import Phase, Workflow
from tutor.shell.etcd import EtcdError, EtcdService
from tutor.shell.vfs import Directory, FileSystem

CONFIGS = ('admin.conf', 'super-admin.conf', 'kubelet.conf', 'bootstrap-kubelet.conf', 'controller-manager.conf',
           'scheduler.conf')
TEMPORARY = '/etc/kubernetes/tmp'
NOTES = """
The reset process does not perform cleanup of CNI plugin configuration,
network filtering rules and kubeconfig files.

For information on how to perform this cleanup manually, please see:
    https://k8s.io/docs/reference/setup-tools/kubeadm/kubeadm-reset/
"""


@dataclass(slots=True)
class ResetData:
    """One run of reset: its settings, and what its phases find."""

    environment: Environment
    force: bool
    dry_run: bool
    skipped: tuple[str, ...]
    cleanup: bool
    folders: list[str] = field(default_factory=list)
    """Whose contents the last phase deletes besides."""


def of_flags(environment: Environment) -> ResetData:
    """What flags and --config of reset say. Raises KubeadmError."""
    configuration.check_mixed(environment)
    flags = environment.flags
    given = configuration.load(environment, flags['config'], (RESET,)).get(RESET, {}) if flags['config'] else {}
    if flags['cert-dir'] != PKI:
        raise not_simulated('kubeadm reset --cert-dir', f'certificates are in {PKI}')
    if flags['cri-socket']:
        check_socket(flags['cri-socket'])
    return ResetData(environment, flags['force'] or bool(given.get('force')),
                     flags['dry-run'] or bool(given.get('dryRun')),
                     flags['skip-phases'] or tuple(given.get('skipPhases') or ()),
                     flags['cleanup-tmp-dir'] or bool(given.get('cleanupTmpDir')))


async def _preflight(data: ResetData) -> None:
    environment = data.environment
    if not data.force and not data.dry_run:
        environment.say("[reset] WARNING: Changes made to this host by 'kubeadm init' or 'kubeadm join' will be "
                        'reverted.')
        if not await environment.agreed('[reset] Are you sure you want to proceed?'):
            raise KubeadmError('aborted reset operation')
    environment.say('[preflight] Running pre-flight checks')
    require_root(environment)


async def _etcd(data: ResetData) -> None:
    """runRemoveETCDMemberPhase: the data goes with the static pod that kept it, and the others forget the member."""
    environment, files = data.environment, data.environment.files
    path = f'{MANIFESTS}/etcd.yaml'
    if not files.exists(f'{MANIFESTS}/kube-apiserver.yaml'):
        environment.log.warningf('removeetcdmember.go:106', '[reset] No kubeadm config, using etcd pod spec to get '
                                 'data directory')
    if not files.exists(path):
        environment.say('[reset] No etcd config found. Assuming external etcd',
                        '[reset] Please, manually reset etcd to prevent further issues')
        return
    volumes = (decode.one(files.read_text(path)) or {})['spec']['volumes']
    folder = next((each['hostPath']['path'] for each in volumes if each['name'] == 'etcd-data'), '')
    if data.dry_run:
        environment.say(f'[reset] Would delete contents of the etcd data directory: {folder}')
        return
    _leave_etcd(environment)
    environment.say(f'[reset] Deleted contents of the etcd data directory: {folder}')
    data.folders.append(folder)


def _leave_etcd(environment: Environment) -> None:
    """RemoveStackedEtcdMemberFromCluster: the last member stays."""
    network: Any = environment.machine.host.network
    service: EtcdService | None = network.service('127.0.0.1', 2379) if network is not None else None
    if service is None:
        return
    try:
        members = service.members()
        own = [member for member in members if member.name == environment.hostname]
        if len(members) > 1 and own:
            service.remove_member(own[0].id)
    except EtcdError as problem:
        environment.log.warningf('removeetcdmember.go:87', f'[reset] Failed to remove etcd member: {problem}, please '
                                 'manually remove this etcd member using etcdctl')


async def _cleanup(data: ResetData) -> None:
    """runCleanupNode."""
    environment, files = data.environment, data.environment.files
    folders = [MANIFESTS, '/var/lib/kubelet', PKI, *((TEMPORARY,) if data.cleanup else ())]
    paths = [f'/etc/kubernetes/{name}' for name in CONFIGS]
    if data.dry_run:
        environment.say('[reset] Would stop the kubelet service',
                        '[reset] Would unmount mounted directories in "/var/lib/kubelet"',
                        '[reset] Would remove Kubernetes-managed containers',
                        f'[reset] Would delete contents of directories: [{" ".join(folders)}]',
                        f'[reset] Would delete files: [{" ".join(paths)}]')
        return
    environment.say('[reset] Stopping the kubelet service')
    systemd = environment.machine.systemd
    unit = systemd.find(UNIT)
    if unit is not None:
        await systemd.stop(unit)
    environment.say('[reset] Unmounting mounted directories in "/var/lib/kubelet"')
    await _remove_containers(environment)
    environment.say(f'[reset] Deleting contents of directories: [{" ".join(folders)}]')
    for folder in (*folders, *data.folders):
        empty(files, folder)
    environment.say(f'[reset] Deleting files: [{" ".join(paths)}]')
    for path in paths:
        if files.exists(path):
            files.remove(path)
    systemd.reload()


WORKFLOW: Workflow[ResetData] = Workflow('reset', (
    Phase('preflight', 'Run reset pre-flight checks', _preflight, aliases=('pre-flight',)),
    Phase('remove-etcd-member', 'Remove a local etcd member.', _etcd),
    Phase('cleanup-node', 'Run cleanup node.', _cleanup, aliases=('cleanupnode',))))


async def run(environment: Environment, words: list[str]) -> None:
    """kubeadm reset"""
    data = of_flags(environment)
    WORKFLOW.check(data.skipped)
    if environment.files.exists(ADMIN_CONF):
        environment.say(*(line.format('reset/config') for line in READING))
    await WORKFLOW.run(data, skipped=data.skipped)
    environment.say(NOTES)


def run_phase(name: str) -> Run:
    """kubeadm reset phase NAME"""
    async def run_one(environment: Environment, words: list[str]) -> None:
        await WORKFLOW.run(of_flags(environment), only=name)
    return run_one


async def _remove_containers(environment: Environment) -> None:
    """removeContainers: every pod sandbox, with what is in it."""
    runtime = environment.runtime
    for pod in runtime.pods() if runtime is not None else ():
        assert runtime is not None
        await runtime.stop_pod(pod['id'])
        runtime.remove_pod(pod['id'])


def empty(files: FileSystem, folder: str) -> None:
    """Remove everything in a folder."""
    if not files.is_dir(folder):
        return
    for name in files.listdir(folder):
        path = f'{folder}/{name}'
        node = files.find(path, follow=False).node
        if isinstance(node, Directory):
            empty(files, path)
            files.rmdir(path)
        else:
            files.remove(path)

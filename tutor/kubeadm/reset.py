"""kubeadm reset: takes back what init or join did to this machine (cmd/kubeadm/app/cmd/reset.go)."""

from __future__ import annotations

from tutor.kubeadm.certs import READING
from tutor.kubeadm.environment import Environment, KubeadmError
from tutor.kubeadm.kubelet import UNIT
from tutor.kubeadm.preflight import require_root
from tutor.shell.cri import ContainerRuntime
from tutor.shell.vfs import Directory, FileSystem

CONFIGS = ('admin.conf', 'super-admin.conf', 'kubelet.conf', 'bootstrap-kubelet.conf', 'controller-manager.conf',
           'scheduler.conf')
FOLDERS = ('/etc/kubernetes/manifests', '/var/lib/kubelet', '/etc/kubernetes/pki')
WARNING = ("[reset] WARNING: Changes made to this host by 'kubeadm init' or 'kubeadm join' will be reverted.\n"
           '[reset] Are you sure you want to proceed? [y/N]: ')
NOTES = """
The reset process does not perform cleanup of CNI plugin configuration,
network filtering rules and kubeconfig files.

For information on how to perform this cleanup manually, please see:
    https://k8s.io/docs/reference/setup-tools/kubeadm/kubeadm-reset/
"""


async def run(environment: Environment, words: list[str]) -> None:
    """kubeadm reset [-f]"""
    require_root(environment)
    files, control_plane = environment.files, environment.files.exists('/etc/kubernetes/manifests/kube-apiserver.yaml')
    if control_plane:
        environment.say(*(line.format('reset') for line in READING))
    if 'f' not in environment.options:
        environment.io.stdout.write(WARNING)
        answer = (await environment.io.stdin.readline()).decode().strip().lower()
        if answer not in ('y', 'yes'):
            raise KubeadmError('aborted reset operation')
    environment.say('[preflight] Running pre-flight checks')
    if control_plane:
        environment.say('[reset] Deleted contents of the etcd data directory: /var/lib/etcd')
    else:
        environment.io.stderr.write('[reset] No kubeadm config, using etcd pod spec to get data directory\n')
        environment.say('[reset] Deleted contents of the etcd data directory: /var/lib/etcd')
    environment.say('[reset] Stopping the kubelet service')
    systemd = environment.machine.systemd
    unit = systemd.find(UNIT)
    if unit is not None:
        await systemd.stop(unit)
    environment.say('[reset] Unmounting mounted directories in "/var/lib/kubelet"')
    await _remove_containers(environment)
    environment.say(f'[reset] Deleting contents of directories: [{" ".join(FOLDERS)}]')
    for folder in (*FOLDERS, '/var/lib/etcd'):
        empty(files, folder)
    paths = [f'/etc/kubernetes/{name}' for name in CONFIGS]
    environment.say(f'[reset] Deleting files: [{" ".join(paths)}]')
    for path in paths:
        if files.exists(path):
            files.remove(path)
    environment.say(NOTES)
    environment.machine.systemd.reload()


async def _remove_containers(environment: Environment) -> None:
    """removeContainers: every pod sandbox, with what is in it."""
    runtime: ContainerRuntime | None = environment.machine.sockets.get('/run/containerd/containerd.sock')
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

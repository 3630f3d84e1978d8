"""The checks before anything is changed (cmd/kubeadm/app/preflight)."""

from __future__ import annotations

from typing import Any

from tutor.kubeadm.environment import Environment, KubeadmError

INIT_PORTS = (6443, 10259, 10257, 10250, 2379, 2380)
INIT_FILES = tuple(f'/etc/kubernetes/manifests/{name}.yaml' for name in (
    'kube-apiserver', 'kube-controller-manager', 'kube-scheduler', 'etcd'))
JOIN_FILES = ('/etc/kubernetes/kubelet.conf', '/etc/kubernetes/bootstrap-kubelet.conf', '/etc/kubernetes/pki/ca.crt')
RUNTIME_DOWN = ('the container runtime is not running: validate CRI v1 runtime API for endpoint '
                '"unix:///run/containerd/containerd.sock": rpc error: code = Unavailable desc = connection error: '
                'desc = "transport: Error while dialing: dial unix /run/containerd/containerd.sock: connect: no such '
                'file or directory"')


def require_root(environment: Environment) -> None:
    if environment.ctx.uid:
        raise _fatal(['[ERROR IsPrivilegedUser]: user is not running as root'])


def check(environment: Environment, joining: bool) -> None:
    """Raise KubeadmError with everything that is wrong and not to be ignored."""
    problems: list[tuple[str, str]] = []
    if environment.ctx.uid:
        problems.append(('IsPrivilegedUser', 'user is not running as root'))
    if '/run/containerd/containerd.sock' not in environment.machine.sockets:
        problems.append(('CRI', RUNTIME_DOWN))
    for port in (10250,) if joining else INIT_PORTS:
        if _listens(environment, port):
            problems.append((f'Port-{port}', f'Port {port} is in use'))
    for path in JOIN_FILES if joining else INIT_FILES:
        if environment.files.exists(path):
            problems.append((f'FileAvailable-{path.replace("/", "-")}', f'{path} already exists'))
    if not joining and environment.files.is_dir('/var/lib/etcd') and environment.files.listdir('/var/lib/etcd'):
        problems.append(('DirAvailable--var-lib-etcd', '/var/lib/etcd is not empty'))
    ignored = {name.strip().lower() for value in environment.options.all('ignore-preflight-errors')
               for name in value.split(',')}
    found = [f'[ERROR {name}]: {text}' for name, text in problems if not {name.lower(), 'all'} & ignored]
    for name, text in problems:
        if {name.lower(), 'all'} & ignored:
            environment.io.stderr.write(f'\t[WARNING {name}]: {text}\n')
    if found:
        raise _fatal(found)


def _listens(environment: Environment, port: int) -> bool:
    network: Any = environment.machine.host.network
    return network is not None and network.service('127.0.0.1', port) is not None


def _fatal(problems: list[str]) -> KubeadmError:
    return KubeadmError(
        'error execution phase preflight: [preflight] Some fatal errors occurred:\n'
        + ''.join(f'\t{problem}\n' for problem in problems)
        + '[preflight] If you know what you are doing, you can make a check non-fatal with '
        '`--ignore-preflight-errors=...`')

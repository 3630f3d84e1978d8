"""The checks before anything is changed (cmd/kubeadm/app/preflight)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from tutor.kubeadm.environment import Environment
from tutor.kubeadm.errors import KubeadmError

INIT_PORTS = (6443, 10259, 10257, 10250, 2379, 2380)
INIT_FILES = tuple(f'/etc/kubernetes/manifests/{name}.yaml' for name in (
    'kube-apiserver', 'kube-controller-manager', 'kube-scheduler', 'etcd'))
JOIN_FILES = ('/etc/kubernetes/kubelet.conf', '/etc/kubernetes/bootstrap-kubelet.conf', '/etc/kubernetes/pki/ca.crt')
RUNTIME_DOWN = ('the container runtime is not running: validate CRI v1 runtime API for endpoint '
                '"unix:///run/containerd/containerd.sock": rpc error: code = Unavailable desc = connection error: '
                'desc = "transport: Error while dialing: dial unix /run/containerd/containerd.sock: connect: no such '
                'file or directory"')


@dataclass(frozen=True, slots=True)
class Problem:
    """What one check has found: its name, as --ignore-preflight-errors names it, and its words."""

    name: str
    text: str


def require_root(environment: Environment) -> None:
    """RunRootCheckOnly. Raises KubeadmError."""
    report(environment, list(_privileged(environment)))


def init_problems(environment: Environment, etcd: str) -> Iterator[Problem]:
    """RunInitNodeChecks: a machine that is to have a control plane, with etcd's data in a folder."""
    yield from _privileged(environment)
    yield from _runtime(environment)
    yield from _ports(environment, INIT_PORTS)
    yield from _files(environment, INIT_FILES)
    if environment.files.is_dir(etcd) and environment.files.listdir(etcd):
        yield Problem(f'DirAvailable-{etcd.replace("/", "-")}', f'{etcd} is not empty')


def join_problems(environment: Environment, leads: bool) -> Iterator[Problem]:
    """RunJoinNodeChecks: a machine that is to join; one that is to lead may have the authorities already."""
    yield from _privileged(environment)
    yield from _runtime(environment)
    yield from _ports(environment, (10250,))
    yield from _files(environment, JOIN_FILES[:2] if leads else JOIN_FILES)


def report(environment: Environment, problems: Iterable[Problem], also: Iterable[str] = ()) -> None:
    """RunChecks: raise KubeadmError with everything that is wrong and not to be ignored, by the flag or by the names
    given besides."""
    ignored = {name.strip().lower() for name in (*environment.flags.get('ignore-preflight-errors', ()), *also)}
    found = []
    for problem in problems:
        if {problem.name.lower(), 'all'} & ignored:
            environment.io.stderr.write(f'\t[WARNING {problem.name}]: {problem.text}\n')
        else:
            found.append(f'[ERROR {problem.name}]: {problem.text}')
    if found:
        raise _fatal(found)


def _privileged(environment: Environment) -> Iterator[Problem]:
    if environment.ctx.uid:
        yield Problem('IsPrivilegedUser', 'user is not running as root')


def _runtime(environment: Environment) -> Iterator[Problem]:
    if environment.runtime is None:
        yield Problem('CRI', RUNTIME_DOWN)


def _ports(environment: Environment, ports: Iterable[int]) -> Iterator[Problem]:
    for port in ports:
        if listens(environment, port):
            yield Problem(f'Port-{port}', f'Port {port} is in use')


def _files(environment: Environment, paths: Iterable[str]) -> Iterator[Problem]:
    for path in paths:
        if environment.files.exists(path):
            yield Problem(f'FileAvailable-{path.replace("/", "-")}', f'{path} already exists')


def listens(environment: Environment, port: int) -> bool:
    """Whether something answers at a port of this machine."""
    network: Any = environment.machine.host.network
    return network is not None and network.service('127.0.0.1', port) is not None


def _fatal(problems: list[str]) -> KubeadmError:
    return KubeadmError(
        '[preflight] Some fatal errors occurred:\n'
        + ''.join(f'\t{problem}\n' for problem in problems)
        + '[preflight] If you know what you are doing, you can make a check non-fatal with '
        '`--ignore-preflight-errors=...`')

"""kubeadm upgrade: what a newer version would change, and changing it (cmd/kubeadm/app/cmd/upgrade)."""

from __future__ import annotations

import difflib

from tutor.apimachinery.objects import Object
from tutor.apimachinery.printing import to_yaml
from tutor.apimachinery.releases import SERIES, of, series_of
from tutor.client.client import Client
from tutor.cluster.machine.kubeadm_files import MANIFESTS
from tutor.kubeadm import upgrading
from tutor.kubeadm.configuration import numbers
from tutor.kubeadm.environment import Environment
from tutor.kubeadm.errors import not_simulated
from tutor.kubeadm.join import READING
from tutor.kubeadm.phases import manifests
from tutor.kubeadm.preflight import require_root

RULE = '_' * 69
CONFIGS = (
    '', 'The table below shows the current state of component configs as understood by this version of kubeadm.',
    'Configs that have a "yes" mark in the "MANUAL UPGRADE REQUIRED" column require manual config upgrade or',
    'resetting to kubeadm defaults before a successful upgrade can be performed. The version to manually',
    'upgrade to is denoted in the "PREFERRED VERSION" column.', '')


def _refuse(environment: Environment, *names: str) -> None:
    """Raise KubeadmError for flags that change what is done, and that are not simulated."""
    for name in names:
        if environment.flags.changed(name):
            raise not_simulated(f'kubeadm upgrade --{name}')
    require_root(environment)


async def apply(environment: Environment, words: list[str]) -> None:
    """kubeadm upgrade apply VERSION"""
    _refuse(environment, 'config', 'dry-run', 'feature-gates', 'patches', 'skip-phases')
    await upgrading.apply(environment, words)


async def node(environment: Environment, words: list[str]) -> None:
    """kubeadm upgrade node: this machine becomes what the cluster's configuration says."""
    _refuse(environment, 'config', 'dry-run', 'patches', 'skip-phases')
    await upgrading.node(environment, words)


async def plan(environment: Environment, words: list[str]) -> None:
    """kubeadm upgrade plan [version]"""
    _refuse(environment, 'config', 'dry-run', 'feature-gates', 'output')
    client, own = environment.admin(), environment.version
    environment.say('[preflight] Running pre-flight checks.', *(line.format('upgrade/config') for line in READING),
                    '[upgrade] Running cluster health checks')
    data = upgrading.configured(environment, client)
    current, latest = data.version, _latest(data.version)
    environment.say('[upgrade] Fetching available versions to upgrade to',
                    f'[upgrade/versions] Cluster version: {current.lstrip("v")}',
                    f'[upgrade/versions] kubeadm version: {own}', f'[upgrade/versions] Target version: {_latest(own)}',
                    f'[upgrade/versions] Latest version in the v{series_of(current)} series: {latest}')
    plans = [(f'version in the v{series_of(current)} series', latest)] if numbers(latest) > numbers(current) else []
    if numbers(own)[:2] > numbers(current)[:2]:
        plans.append(('stable version', _latest(own)))
    if not plans:
        environment.say('Awesome, you\'re up-to-date! Enjoy!')
        return
    for words_of, target in plans:
        _show(environment, client, data.cluster, words_of, target)
    environment.say(*CONFIGS)
    _table(environment, [('API GROUP', 'CURRENT VERSION', 'PREFERRED VERSION', 'MANUAL UPGRADE REQUIRED'),
                         ('kubeproxy.config.k8s.io', 'v1alpha1' if _proxied(client) else '-', 'v1alpha1', 'no'),
                         ('kubelet.config.k8s.io', 'v1beta1', 'v1beta1', 'no')])
    environment.say(RULE, '')


def _latest(version: str) -> str:
    """The last release of a version's series."""
    series = series_of(version)
    return f'v{series}.{max(SERIES[series].last, numbers(version)[2])}' if series in SERIES else version


def _show(environment: Environment, client: Client, cluster: Object, words: str, target: str) -> None:
    """printAvailableUpgrades, of one of them."""
    current, leader = str(cluster['kubernetesVersion']), environment.hostname
    environment.say('', "Components that must be upgraded manually after you have upgraded the control plane with "
                    "'kubeadm upgrade apply':")
    _table(environment, [('COMPONENT', 'NODE', 'CURRENT', 'TARGET'), *(
        ('kubelet', node['metadata']['name'], node['status']['nodeInfo']['kubeletVersion'], target)
        for node in client.items('nodes'))])
    now, then = of(current), of(target)
    environment.say('', f'Upgrade to the latest {words}:', '')
    _table(environment, [
        ('COMPONENT', 'NODE', 'CURRENT', 'TARGET'),
        *((name, leader, current, target) for name in upgrading.COMPONENTS),
        ('kube-proxy', '', current.lstrip('v'), target), ('CoreDNS', '', now.coredns, then.coredns),
        ('etcd', leader, now.etcd, then.etcd)])
    environment.say('', 'You can now apply the upgrade by executing the following command:', '',
                    f'\tkubeadm upgrade apply {target}', '')
    if numbers(target) > numbers(environment.version):
        environment.say(f'Note: Before you can perform this upgrade, you have to update kubeadm to {target}.', '')
    environment.say(RULE, '')


def _proxied(client: Client) -> bool:
    return client.find('daemonsets.apps', 'kube-proxy', 'kube-system') is not None


def _table(environment: Environment, rows: list[tuple[str, str, str, str]]) -> None:
    widths = [max(len(row[place]) for row in rows) + 3 for place in range(3)]
    for row in rows:
        environment.say(''.join(cell.ljust(width) for cell, width in zip(row, widths, strict=False)) + row[3])


async def diff(environment: Environment, words: list[str]) -> None:
    """kubeadm upgrade diff [version]"""
    _refuse(environment, 'config')
    client = environment.admin()
    environment.say(*(line.format('upgrade/diff') for line in READING))
    target = f'v{words[0].lstrip("v")}' if words else ''
    data = upgrading.configured(environment, client, target)
    for name in upgrading.COMPONENTS:
        path = f'{MANIFESTS}/{name}.yaml'
        old = environment.files.read_text(path).splitlines(keepends=True)
        new = to_yaml(manifests.static_pod(data, name)).splitlines(keepends=True)
        environment.io.stdout.write(''.join(difflib.unified_diff(
            old, new, path, 'new manifest', n=environment.flags['context-lines'])))

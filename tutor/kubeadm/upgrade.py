"""kubeadm upgrade: what a newer version would change, and changing it (cmd/kubeadm/app/cmd/upgrade)."""

from __future__ import annotations

import re

from tutor.apimachinery import decode
from tutor.apimachinery.printing import to_yaml
from tutor.client.client import Client
from tutor.client.transport import STRATEGIC_PATCH
from tutor.cluster.machine.kubeadm_files import MANIFESTS
from tutor.kubeadm import certs
from tutor.kubeadm.certs import READING
from tutor.kubeadm.environment import VERSION, Environment, KubeadmError
from tutor.kubeadm.preflight import require_root

COMPONENTS = ('kube-apiserver', 'kube-controller-manager', 'kube-scheduler')


async def run(environment: Environment, words: list[str]) -> None:
    """kubeadm upgrade plan | apply VERSION [-y] | node"""
    require_root(environment)
    verb, *rest = words or ['']
    if verb == 'plan':
        _plan(environment)
    elif verb == 'apply' and rest:
        await _apply(environment, rest[0] if rest[0].startswith('v') else f'v{rest[0]}')
    elif verb == 'node':
        _node(environment)
    else:
        raise KubeadmError('missing one or more required arguments. Required arguments: [version]' if verb == 'apply'
                           else f'invalid subcommand "{verb}"' if verb else
                           'missing subcommand; "upgrade" is not meant to be run on its own')


def _cluster_version(client: Client) -> str:
    config = client.get('configmaps', 'kubeadm-config', 'kube-system')['data']['ClusterConfiguration']
    return str((decode.one(config) or {})['kubernetesVersion'])


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r'\d+', version)[:3])


def _begin(environment: Environment) -> tuple[Client, str]:
    client = environment.admin()
    environment.say('[preflight] Running pre-flight checks.', *(line.format('upgrade/config') for line in READING),
                    '[upgrade] Running cluster health checks')
    return client, _cluster_version(client)


def _plan(environment: Environment) -> None:
    client, current = _begin(environment)
    series = '.'.join(VERSION.split('.')[:2])
    environment.say('[upgrade] Fetching available versions to upgrade to',
                    f'[upgrade/versions] Cluster version: {current.lstrip("v")}',
                    f'[upgrade/versions] kubeadm version: {VERSION}', f'[upgrade/versions] Target version: {VERSION}',
                    f'[upgrade/versions] Latest version in the {series} series: {VERSION}')
    if _numbers(current) >= _numbers(VERSION):
        environment.say('Awesome, you\'re up-to-date! Enjoy!')
        return
    nodes = [(node['metadata']['name'], node['status']['nodeInfo']['kubeletVersion']) for node in client.items('nodes')]
    rows = [('COMPONENT', 'NODE', 'CURRENT', 'TARGET')]
    rows += [('kubelet', name, version, VERSION) for name, version in nodes]
    environment.say('', "Components that must be upgraded manually after you have upgraded the control plane with "
                    "'kubeadm upgrade apply':")
    _table(environment, rows)
    leader = environment.name
    rows = [('COMPONENT', 'NODE', 'CURRENT', 'TARGET'), *((name, leader, current, VERSION) for name in COMPONENTS),
            ('kube-proxy', '', current, VERSION), ('CoreDNS', '', 'v1.14.1', 'v1.14.1'),
            ('etcd', leader, '3.6.8-0', '3.6.8-0')]
    environment.say('', f'Upgrade to the latest version in the {series} series:', '')
    _table(environment, rows)
    environment.say('', 'You can now apply the upgrade by executing the following command:', '',
                    f'\tkubeadm upgrade apply {VERSION}', '', '_' * 69, '')


def _table(environment: Environment, rows: list[tuple[str, str, str, str]]) -> None:
    widths = [max(len(row[place]) for row in rows) + 3 for place in range(3)]
    for row in rows:
        environment.say(''.join(cell.ljust(width) for cell, width in zip(row, widths, strict=False)) + row[3])


async def _apply(environment: Environment, target: str) -> None:
    client, current = _begin(environment)
    environment.say(f'[upgrade/version] You have chosen to upgrade the cluster version to "{target}"',
                    f'[upgrade/versions] Cluster version: {current}', f'[upgrade/versions] kubeadm version: {VERSION}')
    if _numbers(target) > _numbers(VERSION):
        raise KubeadmError('error execution phase preflight: the --version argument is invalid due to these fatal '
                           f'errors:\n\n\t- Specified version to upgrade to "{target}" is higher than the kubeadm '
                           f'version "{VERSION}". Upgrade kubeadm first using the tool you used to install kubeadm')
    if 'y' not in environment.options and 'f' not in environment.options:
        environment.io.stdout.write('[upgrade] Are you sure you want to proceed? [y/N]: ')
        if (await environment.io.stdin.readline()).decode().strip().lower() not in ('y', 'yes'):
            raise KubeadmError('error execution phase preflight: won\'t proceed; the user didn\'t answer (Y|y) in '
                               'order to continue')
    from tutor.kubeadm.configs import pull
    await pull(environment, target)
    environment.say(f'[upgrade/control-plane] Upgrading your static Pod-hosted control plane to version "{target}" '
                    '(timeout: 5m0s)...')
    for name in COMPONENTS:
        _change_manifest(environment, name, target)
    for name in certs.TITLES:
        certs.renew(environment, name)
    await environment.until(lambda: bool(client.items('nodes')), 300, 5)
    _record(environment, client, target)
    environment.say('', f'[upgrade] SUCCESS! A control plane node of your cluster was upgraded to "{target}".', '',
                    '[upgrade] Now please proceed with upgrading the rest of the nodes by following the right order.')


def _change_manifest(environment: Environment, name: str, target: str) -> None:
    path = f'{MANIFESTS}/{name}.yaml'
    pod = decode.one(environment.files.read_text(path)) or {}
    container = pod['spec']['containers'][0]
    container['image'] = f'{container["image"].rpartition(":")[0]}:{target}'
    environment.files.write(path, to_yaml(pod), 0o600)
    environment.say(f'[upgrade/staticpods] Preparing for "{name}" upgrade',
                    f'[upgrade/staticpods] Moved new manifest to "{path}" and backed up old manifest')


def _record(environment: Environment, client: Client, target: str) -> None:
    """The version in the cluster's configuration, and kube-proxy's."""
    config = client.get('configmaps', 'kubeadm-config', 'kube-system')['data']['ClusterConfiguration']
    text = re.sub(r'kubernetesVersion: .*', f'kubernetesVersion: {target}', config)
    client.patch('configmaps', 'kubeadm-config', {'data': {'ClusterConfiguration': text}}, 'kube-system')
    environment.say('[upload-config] Storing the configuration used in ConfigMap "kubeadm-config" in the "kube-system" '
                    'Namespace')
    if client.find('daemonsets.apps', 'kube-proxy', 'kube-system') is not None:
        body = {'spec': {'template': {'spec': {'containers': [
            {'name': 'kube-proxy', 'image': f'registry.k8s.io/kube-proxy:{target}'}]}}}}
        client.patch('daemonsets.apps', 'kube-proxy', body, 'kube-system', content_type=STRATEGIC_PATCH)
    environment.say('[addons] Applied essential addon: CoreDNS', '[addons] Applied essential addon: kube-proxy')


def _node(environment: Environment) -> None:
    environment.say('[upgrade] Reading configuration from the cluster...', '[preflight] Running pre-flight checks')
    if environment.files.exists(f'{MANIFESTS}/kube-apiserver.yaml'):
        environment.say('[upgrade/control-plane] This control plane instance is up to date')
    else:
        environment.say('[upgrade/control-plane] Skipping phase. Not a control plane node.')
    environment.say('[upgrade/kubelet-config] Writing kubelet configuration to file "/var/lib/kubelet/config.yaml"',
                    '[upgrade] The configuration for this node was successfully upgraded!',
                    '[upgrade] Now you should go ahead and upgrade the kubelet package using your package manager.')

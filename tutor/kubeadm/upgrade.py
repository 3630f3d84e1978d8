"""kubeadm upgrade: what a newer version would change, and changing it (cmd/kubeadm/app/cmd/upgrade)."""

from __future__ import annotations

import re

from tutor.apimachinery import decode
from tutor.apimachinery.objects import Object, is_true
from tutor.apimachinery.printing import to_yaml
from tutor.client.client import Client
from tutor.client.rest_config import RestConfig
from tutor.client.transport import STRATEGIC_PATCH
from tutor.cluster.machine.kubeadm_files import KUBELET_CONFIG_PATH, KUBELET_PEM, MANIFESTS
from tutor.kubeadm import certs, images
from tutor.kubeadm.configuration import VERSION, numbers
from tutor.kubeadm.environment import ADMIN_CONF, Environment
from tutor.kubeadm.errors import KubeadmError, not_simulated
from tutor.kubeadm.join import READING
from tutor.kubeadm.phases import kubelet
from tutor.kubeadm.preflight import require_root

COMPONENTS = images.COMPONENTS[:3]
RENEWED = {
    'kube-apiserver': ('apiserver', 'apiserver-kubelet-client', 'front-proxy-client', 'apiserver-etcd-client'),
    'kube-controller-manager': ('controller-manager.conf',), 'kube-scheduler': ('scheduler.conf',)}
"""The certificates that each component uses."""
RULE = '_' * 69
CONFIGS = (
    '', 'The table below shows the current state of component configs as understood by this version of kubeadm.',
    'Configs that have a "yes" mark in the "MANUAL UPGRADE REQUIRED" column require manual config upgrade or',
    'resetting to kubeadm defaults before a successful upgrade can be performed. The version to manually',
    'upgrade to is denoted in the "PREFERRED VERSION" column.', '')
TEMPORARY = '/etc/kubernetes/tmp'


def _refuse(environment: Environment, *names: str) -> None:
    """Raise KubeadmError for flags that change what is done, and that are not simulated."""
    for name in names:
        if environment.flags.changed(name):
            raise not_simulated(f'kubeadm upgrade --{name}')
    require_root(environment)


def _configuration(client: Client) -> Object:
    return decode.one(client.get('configmaps', 'kubeadm-config', 'kube-system')['data']['ClusterConfiguration'])


def _begin(environment: Environment) -> tuple[Client, str]:
    client = environment.admin()
    environment.say('[preflight] Running pre-flight checks.', *(line.format('upgrade/config') for line in READING),
                    '[upgrade] Running cluster health checks')
    return client, str(_configuration(client)['kubernetesVersion'])


async def plan(environment: Environment, words: list[str]) -> None:
    """kubeadm upgrade plan [version]"""
    _refuse(environment, 'config', 'dry-run', 'feature-gates', 'output')
    client, current = _begin(environment)
    series = 'v' + '.'.join(map(str, numbers(current)[:2]))
    environment.say('[upgrade] Fetching available versions to upgrade to',
                    f'[upgrade/versions] Cluster version: {current.lstrip("v")}',
                    f'[upgrade/versions] kubeadm version: {VERSION}', f'[upgrade/versions] Target version: {VERSION}',
                    f'[upgrade/versions] Latest version in the {series} series: '
                    f'{VERSION if _same_series(current) else current}')
    if numbers(current) >= numbers(VERSION):
        environment.say('Awesome, you\'re up-to-date! Enjoy!')
        return
    nodes = [(node['metadata']['name'], node['status']['nodeInfo']['kubeletVersion']) for node in client.items('nodes')]
    rows = [('COMPONENT', 'NODE', 'CURRENT', 'TARGET')]
    rows += [('kubelet', name, version, VERSION) for name, version in nodes]
    environment.say('', "Components that must be upgraded manually after you have upgraded the control plane with "
                    "'kubeadm upgrade apply':")
    _table(environment, rows)
    leader = environment.hostname
    rows = [('COMPONENT', 'NODE', 'CURRENT', 'TARGET'), *((name, leader, current, VERSION) for name in COMPONENTS),
            ('kube-proxy', '', current.lstrip('v'), VERSION), ('CoreDNS', '', 'v1.14.1', 'v1.14.1'),
            ('etcd', leader, '3.6.8-0', '3.6.8-0')]
    latest = f'version in the {series} series' if _same_series(current) else 'stable version'
    environment.say('', f'Upgrade to the latest {latest}:', '')
    _table(environment, rows)
    environment.say('', 'You can now apply the upgrade by executing the following command:', '',
                    f'\tkubeadm upgrade apply {VERSION}', '', RULE, '')
    environment.say(*CONFIGS)
    _table(environment, [('API GROUP', 'CURRENT VERSION', 'PREFERRED VERSION', 'MANUAL UPGRADE REQUIRED'),
                         ('kubeproxy.config.k8s.io', 'v1alpha1' if _proxied(client) else '-', 'v1alpha1', 'no'),
                         ('kubelet.config.k8s.io', 'v1beta1', 'v1beta1', 'no')])
    environment.say(RULE, '')


def _same_series(current: str) -> bool:
    return numbers(current)[:2] == numbers(VERSION)[:2]


def _proxied(client: Client) -> bool:
    return client.find('daemonsets.apps', 'kube-proxy', 'kube-system') is not None


def _table(environment: Environment, rows: list[tuple[str, str, str, str]]) -> None:
    widths = [max(len(row[place]) for row in rows) + 3 for place in range(3)]
    for row in rows:
        environment.say(''.join(cell.ljust(width) for cell, width in zip(row, widths, strict=False)) + row[3])


async def apply(environment: Environment, words: list[str]) -> None:
    """kubeadm upgrade apply VERSION"""
    _refuse(environment, 'config', 'dry-run', 'feature-gates', 'patches', 'skip-phases')
    flags = environment.flags
    if not words:
        raise KubeadmError('missing one or more required arguments. Required arguments: [version]')
    target = words[0] if words[0].startswith('v') else f'v{words[0]}'
    client = environment.admin()
    current = str(_configuration(client)['kubernetesVersion'])
    environment.say(*(line.format('upgrade') for line in READING), '[upgrade/preflight] Running preflight checks',
                    '[upgrade] Running cluster health checks',
                    f'[upgrade/preflight] You have chosen to upgrade the cluster version to "{target}"',
                    f'[upgrade/versions] Cluster version: {current}', f'[upgrade/versions] kubeadm version: {VERSION}')
    if numbers(target) > numbers(VERSION):
        raise KubeadmError('error execution phase preflight: the --version argument is invalid due to these fatal '
                           f'errors:\n\n\t- Specified version to upgrade to "{target}" is higher than the kubeadm '
                           f'version "{VERSION}". Upgrade kubeadm first using the tool you used to install kubeadm')
    if not flags['yes'] and not flags['force'] and not await environment.agreed(
            '[upgrade] Are you sure you want to proceed?'):
        raise KubeadmError('error execution phase preflight: won\'t proceed; the user didn\'t answer (Y|y) in order to '
                           'continue')
    environment.say('[upgrade/preflight] Pulling images required for setting up a Kubernetes cluster',
                    '[upgrade/preflight] This might take a minute or two, depending on the speed of your internet '
                    'connection',
                    "[upgrade/preflight] You can also perform this action beforehand using 'kubeadm config images "
                    "pull'")
    await images.pull(environment, images.needed({**_configuration(client), 'kubernetesVersion': target}))
    environment.say(f'[upgrade/control-plane] Upgrading your static Pod-hosted control plane to version "{target}" '
                    '(timeout: 5m0s)...')
    await _control_plane(environment, client, target)
    environment.say('[upgrade/control-plane] The control plane instance for this node was successfully upgraded!')
    _record(environment, client, target)
    environment.say('', f'[upgrade] SUCCESS! A control plane node of your cluster was upgraded to "{target}".', '',
                    '[upgrade] Now please proceed with upgrading the rest of the nodes by following the right order.')


async def _control_plane(environment: Environment, client: Client, target: str) -> None:
    """StaticPodControlPlane: one component after another. Raises KubeadmError."""
    stamp = f'{environment.ctx.simulation.wall():%Y-%m-%d-%H-%M-%S}'
    number = environment.ctx.simulation.random.randrange(10 ** 8, 10 ** 9)
    environment.say('[upgrade/staticpods] Writing new Static Pod manifests to '
                    f'"{TEMPORARY}/kubeadm-upgraded-manifests{number}"',
                    '[upgrade/staticpods] Preparing for "etcd" upgrade',
                    '[upgrade/staticpods] Current and new manifests of etcd are equal, skipping upgrade',
                    '[upgrade/etcd] Waiting for etcd to become available')
    for name in COMPONENTS:
        environment.say(f'[upgrade/staticpods] Preparing for "{name}" upgrade')
        if environment.flags['certificate-renewal']:
            for certificate in RENEWED[name]:
                environment.say(f'[upgrade/staticpods] Renewing {certificate} certificate')
                certs.renew(environment, certificate)
        _change_manifest(environment, name, target, f'{TEMPORARY}/kubeadm-backup-manifests-{stamp}')
        await _wait(environment, client, name, target)
    if environment.flags['certificate-renewal']:
        for certificate in certs.TITLES:
            if not any(certificate in those for those in RENEWED.values()):
                certs.renew(environment, certificate)


def _change_manifest(environment: Environment, name: str, target: str, backup: str) -> None:
    path = f'{MANIFESTS}/{name}.yaml'
    text = environment.files.read_text(path)
    environment.files.make_dirs(backup)
    environment.files.put(f'{backup}/{name}.yaml', text, 0o600)
    pod = decode.one(text) or {}
    container = pod['spec']['containers'][0]
    container['image'] = f'{container["image"].rpartition(":")[0]}:{target}'
    environment.files.write(path, to_yaml(pod), 0o600)
    environment.say(f'[upgrade/staticpods] Moving new manifest to "{path}" and backing up old manifest to '
                    f'"{backup}/{name}.yaml"', '[upgrade/staticpods] Waiting for the kubelet to restart the component',
                    '[upgrade/staticpods] This can take up to 5m0s')


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


async def _wait(environment: Environment, client: Client, name: str, target: str) -> None:
    """WaitForStaticPodHashChange, WaitForPodsWithLabel: until the mirror pod shows the new version. Raises
    KubeadmError."""
    def ready() -> bool:
        pod = client.get('pods', f'{name}-{environment.hostname}', 'kube-system')
        return pod['spec']['containers'][0]['image'].endswith(f':{target}') and is_true(pod, 'Ready')

    if await environment.until(ready, 300, 1) is None:
        raise KubeadmError('error execution phase control-plane: couldn\'t upgrade control plane. kubeadm has tried to '
                           'recover everything into the earlier state. Errors faced: timed out waiting for the '
                           'condition')
    environment.say(f'[apiclient] Found 1 Pods for label selector component={name}',
                    f'[upgrade/staticpods] Component "{name}" upgraded successfully!')


async def node(environment: Environment, words: list[str]) -> None:
    """kubeadm upgrade node: this machine becomes what the cluster's configuration says."""
    _refuse(environment, 'config', 'dry-run', 'patches', 'skip-phases')
    client = _client_of_node(environment)
    environment.say(*(line.format('upgrade/config') for line in READING),
                    '[upgrade/preflight] Running pre-flight checks')
    target = str(_configuration(client)['kubernetesVersion'])
    if not environment.files.exists(f'{MANIFESTS}/kube-apiserver.yaml'):
        environment.say('[upgrade/control-plane] Skipping phase. Not a control plane node.')
    else:
        await images.pull(environment, images.needed(_configuration(client)))
        environment.say('[upgrade/control-plane] Upgrading your Static Pod-hosted control plane instance to version '
                        f'"{target}"...')
        await _control_plane(environment, client, target)
        environment.say('[upgrade/control-plane] The control plane instance for this node was successfully upgraded!')
    shared = client.get('configmaps', 'kubelet-config', 'kube-system')['data']['kubelet']
    environment.files.put(KUBELET_CONFIG_PATH, kubelet.config_of_node(shared))
    environment.say(f'[upgrade/kubelet-config] Writing kubelet configuration to file "{KUBELET_CONFIG_PATH}"',
                    '[upgrade/kubelet-config] The kubelet configuration for this node was successfully upgraded!')


def _client_of_node(environment: Environment) -> Client:
    """admin.conf's client where there is one, else the kubelet's (cmd/upgrade/node.go)."""
    files = environment.files
    if environment.flags['kubeconfig'] or files.exists(ADMIN_CONF):
        return environment.admin()
    path = '/etc/kubernetes/kubelet.conf'
    if not files.exists(path):
        raise KubeadmError(f'couldn\'t create a Kubernetes client from file "{path}": failed to load admin kubeconfig: '
                           f'open {path}: no such file or directory')
    server = (decode.one(files.read_text(path)) or {})['clusters'][0]['cluster']['server']
    pem = files.read_text(KUBELET_PEM)
    place = pem.rindex('-----BEGIN ')
    return environment.client(RestConfig(server, client_certificate_data=pem[:place], client_key_data=pem[place:],
                                         user_agent='kubeadm'))

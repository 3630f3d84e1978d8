"""kubeadm upgrade apply and node: this machine becomes what the cluster's configuration says
(cmd/kubeadm/app/cmd/phases/upgrade, phases/upgrade/staticpods.go)."""

from __future__ import annotations

from tutor.apimachinery import decode
from tutor.apimachinery.objects import Object, is_true
from tutor.apimachinery.printing import to_yaml
from tutor.client.client import Client
from tutor.client.rest_config import RestConfig
from tutor.cluster.addons import kubeadm as cluster_objects
from tutor.cluster.machine.kubeadm_files import KUBELET_CONFIG_PATH, KUBELET_PEM, MANIFESTS
from tutor.kubeadm import certs, configuration, images, publishing
from tutor.kubeadm.configuration import numbers
from tutor.kubeadm.data import InitData
from tutor.kubeadm.environment import ADMIN_CONF, Environment
from tutor.kubeadm.errors import KubeadmError
from tutor.kubeadm.join import READING
from tutor.kubeadm.phases import addon, bootstrap_token, kubelet, manifests
from tutor.shell.cri import CriError

COMPONENTS = images.COMPONENTS[:3]
RENEWED = {
    'etcd': ('etcd-server', 'etcd-peer', 'etcd-healthcheck-client'),
    'kube-apiserver': ('apiserver', 'apiserver-kubelet-client', 'front-proxy-client', 'apiserver-etcd-client'),
    'kube-controller-manager': ('controller-manager.conf',), 'kube-scheduler': ('scheduler.conf',)}
"""The certificates that each component uses."""
TEMPORARY = '/etc/kubernetes/tmp'
KUBELET_CONF = '/etc/kubernetes/kubelet.conf'
SUCCESS = '\n[upgrade] SUCCESS! A control plane node of your cluster was upgraded to "{}".\n\n' \
    '[upgrade] Now please proceed with upgrading the rest of the nodes by following the right order.'


def configured(environment: Environment, client: Client, version: str = '') -> InitData:
    """The cluster's configuration for this machine, of another version if one is given
    (FetchInitConfigurationFromCluster)."""
    stored = client.get('configmaps', 'kubeadm-config', 'kube-system')['data']['ClusterConfiguration']
    cluster = configuration.merged(configuration.cluster_defaults(environment.version), decode.one(stored) or {})
    cluster['kubernetesVersion'] = version or str(cluster['kubernetesVersion'])
    return InitData(environment, cluster, configuration.init_defaults(environment.hostname, environment.address))


async def apply(environment: Environment, words: list[str]) -> None:
    """kubeadm upgrade apply VERSION"""
    flags = environment.flags
    if not words:
        raise KubeadmError('missing one or more required arguments. Required arguments: [version]')
    target = words[0] if words[0].startswith('v') else f'v{words[0]}'
    client = environment.admin()
    current = configured(environment, client).version
    environment.say(*(line.format('upgrade') for line in READING), '[upgrade/preflight] Running preflight checks',
                    '[upgrade] Running cluster health checks',
                    f'[upgrade/preflight] You have chosen to upgrade the cluster version to "{target}"',
                    f'[upgrade/versions] Cluster version: {current}',
                    f'[upgrade/versions] kubeadm version: {environment.version}')
    _check_version(environment, current, target)
    if not flags['yes'] and not flags['force'] and not await environment.agreed(
            '[upgrade] Are you sure you want to proceed?'):
        raise KubeadmError('error execution phase preflight: won\'t proceed; the user didn\'t answer (Y|y) in order to '
                           'continue')
    data = configured(environment, client, target)
    environment.say('[upgrade/preflight] Pulling images required for setting up a Kubernetes cluster',
                    '[upgrade/preflight] This might take a minute or two, depending on the speed of your internet '
                    'connection',
                    "[upgrade/preflight] You can also perform this action beforehand using 'kubeadm config images "
                    "pull'")
    await images.pull(environment, images.needed(data.cluster))
    environment.say(f'[upgrade/control-plane] Upgrading your static Pod-hosted control plane to version "{target}" '
                    '(timeout: 5m0s)...')
    await _control_plane(data, client)
    _store_configuration(data, client)
    environment.say('[upgrade/kubeconfig] The kubeconfig files for this node were successfully upgraded!')
    _kubelet_configuration(environment, client)
    environment.say('[upgrade/bootstrap-token] Configuring bootstrap token and cluster-info RBAC rules',
                    *bootstrap_token.RULES,
                    '[bootstrap-token] Configured RBAC rules to allow the API server kubelet client certificate to '
                    'access the kubelet API')
    publishing.publish(client, cluster_objects.bootstrap_rules())
    _addons(data, client)
    environment.say(SUCCESS.format(target))


def _check_version(environment: Environment, current: str, target: str) -> None:
    """EnforceVersionPolicies. Raises KubeadmError."""
    own, wanted, there = numbers(environment.version), numbers(target), numbers(current)
    mandatory, others = [], []
    if wanted > own and wanted[:2] > own[:2]:
        mandatory.append(f'Specified version to upgrade to "{target}" is at least one minor release higher than the '
                         f'kubeadm minor release ({wanted[1]} > {own[1]}). Such an upgrade is not supported')
    elif wanted > own:
        others.append(f'Specified version to upgrade to "{target}" is higher than the kubeadm version '
                      f'"{environment.version}". Upgrade kubeadm first using the tool you used to install kubeadm')
    if wanted[1] > there[1] + 1:
        mandatory.append(f'Specified version to upgrade to "{target}" is too high; kubeadm can upgrade only 1 minor '
                         'version at a time')
    elif wanted[1] < there[1] - 1:
        mandatory.append(f'Specified version to downgrade to "{target}" is too low; kubeadm can downgrade only 1 minor '
                         'version at a time')
    start = 'error execution phase preflight: the --version argument is invalid due to these'
    if mandatory:
        raise KubeadmError(f'{start} fatal errors:\n\n' + ''.join(f'\t- {each}\n' for each in mandatory)
                           + '\nPlease fix the misalignments highlighted above and try upgrading again')
    if others and not environment.flags['force']:
        raise KubeadmError(f'{start} errors:\n\n' + ''.join(f'\t- {each}\n' for each in others)
                           + '\nCan be bypassed if you pass the --force flag')


# -- the static pods --------------------------------------------------------------------------------------------------


async def _control_plane(data: InitData, client: Client) -> None:
    """StaticPodControlPlane: etcd, then one component after another. Raises KubeadmError."""
    environment = data.environment
    backup = f'{TEMPORARY}/kubeadm-backup-manifests-{environment.ctx.simulation.wall():%Y-%m-%d-%H-%M-%S}'
    number = environment.ctx.simulation.random.randrange(10 ** 8, 10 ** 9)
    environment.say('[upgrade/staticpods] Writing new Static Pod manifests to '
                    f'"{TEMPORARY}/kubeadm-upgraded-manifests{number}"')
    for name in ('etcd', *COMPONENTS):
        await _upgrade(data, client, name, backup)
        if name == 'etcd':
            environment.say('[upgrade/etcd] Waiting for etcd to become available')
    for certificate in certs.TITLES if environment.flags['certificate-renewal'] else ():
        if not any(certificate in those for those in RENEWED.values()):
            certs.renew(environment, certificate)
    environment.say('[upgrade/control-plane] The control plane instance for this node was successfully upgraded!')


async def _upgrade(data: InitData, client: Client, name: str, backup: str) -> None:
    """upgradeComponent. Raises KubeadmError."""
    environment, path = data.environment, f'{MANIFESTS}/{name}.yaml'
    renews = environment.flags['certificate-renewal']
    environment.say(f'[upgrade/staticpods] Preparing for "{name}" upgrade')
    old, new = environment.files.read_text(path), to_yaml(manifests.static_pod(data, name))
    equal = decode.one(old) == decode.one(new)
    if equal and not renews:
        environment.say(f'[upgrade/staticpods] Current and new manifests of {name} are equal, skipping upgrade')
        return
    for certificate in RENEWED[name] if renews else ():
        environment.say(f'[upgrade/staticpods] Renewing {certificate} certificate')
        certs.renew(environment, certificate)
    environment.files.make_dirs(backup)
    environment.files.put(f'{backup}/{name}.yaml', old, 0o600)
    environment.say(f'[upgrade/staticpods] Restarting the {name} static pod and backing up its manifest to '
                    f'"{backup}/{name}.yaml"' if equal else
                    f'[upgrade/staticpods] Moving new manifest to "{path}" and backing up old manifest to '
                    f'"{backup}/{name}.yaml"', '[upgrade/staticpods] Waiting for the kubelet to restart the component',
                    '[upgrade/staticpods] This can take up to 5m0s')
    before = _running(environment, name)
    if equal:
        environment.files.remove(path)
        await environment.until(lambda: not _running(environment, name), 300, 1)
    environment.files.put(path, new, 0o600)
    await _wait(data, client, name, before)


def _running(environment: Environment, name: str) -> list[str]:
    """The ids of a component's running containers on this machine."""
    try:
        entries = environment.runtime.containers() if environment.runtime is not None else []
    except CriError:
        return []
    return [entry['id'] for entry in entries
            if entry['state'] == 'CONTAINER_RUNNING' and entry['metadata']['name'] == name]


async def _wait(data: InitData, client: Client, name: str, before: list[str]) -> None:
    """WaitForStaticPodHashChange, WaitForPodsWithLabel: until the mirror pod is that of a new container. Raises
    KubeadmError."""
    environment = data.environment
    image = images.etcd(data.cluster) if name == 'etcd' else images.component(data.cluster, name)

    def ready() -> bool:
        pod = client.get('pods', f'{name}-{environment.hostname}', 'kube-system')
        now = _running(environment, name)
        return pod['spec']['containers'][0]['image'] == image and is_true(pod, 'Ready') and bool(now) and now != before

    if await environment.until(ready, 300, 1) is None:
        raise KubeadmError('error execution phase control-plane: couldn\'t upgrade control plane. kubeadm has tried to '
                           'recover everything into the earlier state. Errors faced: timed out waiting for the '
                           'condition')
    environment.say(f'[apiclient] Found 1 Pods for label selector component={name}',
                    f'[upgrade/staticpods] Component "{name}" upgraded successfully!')


# -- what is in the cluster, and the kubelet --------------------------------------------------------------------------


def _store_configuration(data: InitData, client: Client) -> None:
    """UploadConfiguration, CreateConfigMap of the kubelets."""
    publishing.publish(client, cluster_objects.configuration(to_yaml(data.cluster)))
    data.environment.say('[upload-config] Storing the configuration used in ConfigMap "kubeadm-config" in the '
                         '"kube-system" Namespace',
                         '[kubelet] Creating a ConfigMap "kubelet-config" in namespace kube-system with the '
                         'configuration for the kubelets in the cluster')


def _kubelet_configuration(environment: Environment, client: Client) -> None:
    """WriteKubeletConfigFiles: what the cluster says of kubelets; what this machine has is kept first."""
    files, wall = environment.files, environment.ctx.simulation.wall()
    folder = f'{TEMPORARY}/kubeadm-kubelet-config-{wall:%Y-%m-%d-%H-%M-%S}'
    environment.log.warningf('postupgrade.go:105', f'Using temporary directory {folder} for kubelet config. To '
                             'override it set the environment variable KUBEADM_UPGRADE_DRYRUN_DIR')
    files.make_dirs(folder)
    if files.is_file(KUBELET_CONFIG_PATH):
        files.put(f'{folder}/config.yaml', files.read_text(KUBELET_CONFIG_PATH), 0o600)
    shared = client.get('configmaps', 'kubelet-config', 'kube-system')['data']['kubelet']
    files.put(KUBELET_CONFIG_PATH, kubelet.config_of_node(shared))
    environment.say(f'[upgrade] Backing up kubelet config file to {folder}/config.yaml', *kubelet.CONFIG_FILES[1:],
                    '[upgrade/kubelet-config] The kubelet configuration for this node was successfully upgraded!')


def _addons(data: InitData, client: Client) -> None:
    """PerformAddonsUpgrade: those that the cluster has, with the images of its version; kube-proxy keeps its
    configuration."""
    for name, resource in (('dns', 'deployments.apps'), ('proxy', 'daemonsets.apps')):
        workload = next(obj for obj in addon.objects(name, data.cluster)
                        if obj['kind'] in ('Deployment', 'DaemonSet'))
        meta, template = workload['metadata'], workload['spec']['template']['spec']['containers'][0]
        stored: Object | None = client.find(resource, meta['name'], meta['namespace'])
        if stored is not None:
            container = {**stored['spec']['template']['spec']['containers'][0], 'image': template['image']}
            spec = {**stored['spec']['template']['spec'], 'containers': [container]}
            client.update(resource, {**stored, 'spec': {**stored['spec'], 'template': {
                **stored['spec']['template'], 'spec': spec}}})
            data.environment.say(f'[addons] Applied essential addon: {addon.TITLES[name]}')


# -- kubeadm upgrade node ---------------------------------------------------------------------------------------------


async def node(environment: Environment, words: list[str]) -> None:
    """kubeadm upgrade node"""
    client = _client_of_node(environment)
    environment.say(*(line.format('upgrade') for line in READING), '[upgrade/preflight] Running pre-flight checks')
    data, leads = configured(environment, client), environment.files.exists(f'{MANIFESTS}/kube-apiserver.yaml')
    if not leads:
        environment.say('[upgrade/preflight] Skipping prepull. Not a control plane node.',
                        '[upgrade/control-plane] Skipping phase. Not a control plane node.',
                        '[upgrade/kubeconfig] Skipping phase. Not a control plane node.')
    else:
        await images.pull(environment, images.needed(data.cluster))
        environment.say('[upgrade/control-plane] Upgrading your Static Pod-hosted control plane instance to version '
                        f'"{data.version}"...')
        await _control_plane(data, client)
        environment.say('[upgrade/kubeconfig] The kubeconfig files for this node were successfully upgraded!')
    _kubelet_configuration(environment, client)
    if leads:
        _addons(data, client)
    else:
        environment.say(*(f'[upgrade/addon] Skipping the addon/{name} phase. Not a control plane node.'
                          for name in ('coredns', 'kube-proxy')))


def _client_of_node(environment: Environment) -> Client:
    """admin.conf's client where there is one, else the kubelet's (cmd/upgrade/node.go)."""
    files = environment.files
    if environment.flags['kubeconfig'] or files.exists(ADMIN_CONF):
        return environment.admin()
    if not files.exists(KUBELET_CONF):
        raise KubeadmError(f'couldn\'t create a Kubernetes client from file "{KUBELET_CONF}": failed to load admin '
                           f'kubeconfig: open {KUBELET_CONF}: no such file or directory')
    server = (decode.one(files.read_text(KUBELET_CONF)) or {})['clusters'][0]['cluster']['server']
    pem = files.read_text(KUBELET_PEM)
    place = pem.rindex('-----BEGIN ')
    return environment.client(RestConfig(server, client_certificate_data=pem[:place], client_key_data=pem[place:],
                                         user_agent='kubeadm'))

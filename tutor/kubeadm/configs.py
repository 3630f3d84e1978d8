"""kubeadm config and version: default configurations, files with one, the images of a version."""

from __future__ import annotations

from tutor.apimachinery import decode
from tutor.apimachinery.objects import Object
from tutor.apimachinery.printing import to_json, to_yaml
from tutor.cluster.machine.kubeadm_files import KUBELET_CONFIG
from tutor.kubeadm import configuration, images, output, tokens
from tutor.kubeadm.configuration import CLUSTER, INIT, JOIN, KUBELET, PROXY, RESET, UPGRADE
from tutor.kubeadm.data import check_socket
from tutor.kubeadm.environment import Environment
from tutor.kubeadm.errors import KubeadmError, not_simulated
from tutor.shell.vfs import normalize

TIMEOUTS = """\
timeouts:
  controlPlaneComponentHealthCheck: 4m0s
  discovery: 5m0s
  etcdAPICall: 2m0s
  kubeletHealthCheck: 4m0s
  kubernetesAPICall: 1m0s
  tlsBootstrap: 5m0s
  upgradeManifests: 5m0s
"""
INIT_DEFAULTS = """\
apiVersion: kubeadm.k8s.io/v1beta4
bootstrapTokens:
- groups:
  - system:bootstrappers:kubeadm:default-node-token
  token: abcdef.0123456789abcdef
  ttl: 24h0m0s
  usages:
  - signing
  - authentication
kind: InitConfiguration
localAPIEndpoint:
  advertiseAddress: 1.2.3.4
  bindPort: 6443
nodeRegistration:
  criSocket: unix:///var/run/containerd/containerd.sock
  imagePullPolicy: IfNotPresent
  imagePullSerial: true
  name: node
  taints: null
{timeouts}---
{cluster}"""
JOIN_DEFAULTS = """\
apiVersion: kubeadm.k8s.io/v1beta4
caCertPath: /etc/kubernetes/pki/ca.crt
discovery:
  bootstrapToken:
    apiServerEndpoint: kube-apiserver:6443
    token: abcdef.0123456789abcdef
    unsafeSkipCAVerification: true
  tlsBootstrapToken: abcdef.0123456789abcdef
kind: JoinConfiguration
nodeRegistration:
  criSocket: unix:///var/run/containerd/containerd.sock
  imagePullPolicy: IfNotPresent
  imagePullSerial: true
  name: {name}
  taints: null
{timeouts}"""

RESET_DEFAULTS = """\
apiVersion: kubeadm.k8s.io/v1beta4
certificatesDir: /etc/kubernetes/pki
criSocket: unix:///var/run/containerd/containerd.sock
kind: ResetConfiguration
"""
UPGRADE_DEFAULTS = """\
apiVersion: kubeadm.k8s.io/v1beta4
apply:
  certificateRenewal: true
  etcdUpgrade: true
  imagePullPolicy: IfNotPresent
  imagePullSerial: true
diff: {}
kind: UpgradeConfiguration
node:
  certificateRenewal: true
  etcdUpgrade: true
  imagePullPolicy: IfNotPresent
  imagePullSerial: true
plan:
  etcdUpgrade: true
"""


async def print_init(environment: Environment, words: list[str]) -> None:
    """kubeadm config print init-defaults"""
    cluster = to_yaml(_cluster_defaults(f'{environment.version.rpartition(".")[0]}.0'))
    _print(environment, INIT_DEFAULTS.format(timeouts=TIMEOUTS, cluster=cluster.replace(
        'kubernetesVersion: v', 'kubernetesVersion: ')))


def _cluster_defaults(version: str) -> Object:
    """As kubeadm has them, where the simulation has a smaller network of services."""
    defaults = configuration.cluster_defaults(version)
    defaults['networking']['serviceSubnet'] = '10.96.0.0/12'
    return defaults


async def print_join(environment: Environment, words: list[str]) -> None:
    """kubeadm config print join-defaults"""
    _print(environment, JOIN_DEFAULTS.format(name=environment.hostname, timeouts=TIMEOUTS))


async def print_reset(environment: Environment, words: list[str]) -> None:
    """kubeadm config print reset-defaults"""
    _print(environment, RESET_DEFAULTS + TIMEOUTS)


async def print_upgrade(environment: Environment, words: list[str]) -> None:
    """kubeadm config print upgrade-defaults"""
    _print(environment, UPGRADE_DEFAULTS + TIMEOUTS)


def _print(environment: Environment, text: str) -> None:
    """A document, and after it those of --component-configs (runConfigPrintActionDefaults)."""
    parts = [text]
    for kind in environment.flags['component-configs']:
        if kind not in (KUBELET, PROXY):
            raise KubeadmError(f'--component-configs needs to contain some of [{PROXY} {KUBELET}]')
        if kind == PROXY:
            raise not_simulated(f'kubeadm config print --component-configs {PROXY}')
        parts.append(KUBELET_CONFIG)
    environment.io.stdout.write('---\n'.join(parts))


async def migrate(environment: Environment, words: list[str]) -> None:
    """kubeadm config migrate --old-config FILE [--new-config FILE]: the same, with all defaults written out."""
    flags = environment.flags
    if not flags['old-config']:
        raise KubeadmError('the --old-config flag is mandatory')
    found = configuration.load(environment, flags['old-config'], (CLUSTER, INIT, JOIN, RESET, UPGRADE, KUBELET, PROXY))
    if not found:
        raise KubeadmError('no kubeadm configuration documents found')
    text = '---\n'.join(to_yaml(each) for each in _completed(environment, found))
    if flags['new-config']:
        environment.files.put(normalize(flags['new-config'], environment.ctx.cwd), text)
    else:
        environment.io.stdout.write(text)


def _completed(environment: Environment, found: dict[str, Object]) -> list[Object]:
    """MigrateOldConfig: an init's two documents, then those of join, reset and upgrade."""
    name, address = environment.hostname, environment.address
    done: list[Object] = []
    if CLUSTER in found or INIT in found:
        token = {'groups': list(tokens.Wanted().groups), 'token': tokens.generate(environment), 'ttl': '24h0m0s',
                 'usages': list(tokens.USAGES)}
        init = configuration.merged(configuration.init_defaults(name, address), found.get(INIT, {}))
        init.setdefault('bootstrapTokens', [token])
        init['nodeRegistration'].setdefault('taints', [
            {'effect': 'NoSchedule', 'key': 'node-role.kubernetes.io/control-plane'}])
        cluster = configuration.merged(_cluster_defaults(environment.version), found.get(CLUSTER, {}))
        done += [init, cluster]
    defaults = {JOIN: configuration.join_defaults(name), RESET: decode.one(RESET_DEFAULTS + TIMEOUTS),
                UPGRADE: decode.one(UPGRADE_DEFAULTS + TIMEOUTS)}
    return [*done, *(configuration.merged(default, found[kind]) for kind, default in defaults.items() if kind in found)]


def _cluster(environment: Environment) -> Object:
    """The ClusterConfiguration of flags or of --config."""
    flags, given = environment.flags, {}
    if flags['config']:
        configuration.check_mixed(environment)
        given = configuration.load(environment, flags['config'], (CLUSTER, INIT, KUBELET)).get(CLUSTER, {})
    cluster = configuration.merged(configuration.cluster_defaults(environment.version), given)
    for name, path in (('kubernetes-version', 'kubernetesVersion'), ('image-repository', 'imageRepository')):
        if flags.changed(name):
            cluster[path] = flags[name]
    cluster['kubernetesVersion'] = configuration.kubernetes_version(environment, cluster['kubernetesVersion'])
    return cluster


async def list_images(environment: Environment, words: list[str]) -> None:
    """kubeadm config images list"""
    form, found = output.wanted(environment, 'kubeadm config images list'), images.needed(_cluster(environment))
    if form == output.TEXT:
        environment.say(*found)
    else:
        output.show(environment, form, 'Images', {'images': found})


async def pull_images(environment: Environment, words: list[str]) -> None:
    """kubeadm config images pull"""
    if environment.flags['cri-socket']:
        check_socket(environment.flags['cri-socket'])
    for name in images.needed(_cluster(environment)):
        await images.pull(environment, [name])
        environment.say(f'[config/images] Pulled {name}')


async def validate(environment: Environment, words: list[str]) -> None:
    """kubeadm config validate --config FILE"""
    if not environment.flags['config']:
        raise KubeadmError('the --config flag is mandatory')
    configuration.load(environment, environment.flags['config'], (CLUSTER, INIT, JOIN, RESET, UPGRADE, KUBELET, PROXY))
    environment.say('ok')


async def version(environment: Environment, words: list[str]) -> None:
    """kubeadm version [-o short|yaml|json]"""
    own = environment.version
    major, minor, _ = own.lstrip('v').split('.')
    facts = {'major': major, 'minor': minor, 'emulationMajor': '', 'emulationMinor': '', 'minCompatibilityMajor': '',
             'minCompatibilityMinor': '', 'gitVersion': own,
             'gitCommit': '8e16b12fda5b1dccc41a6de48b3e356cc7d5048b', 'gitTreeState': 'clean',
             'buildDate': '2026-05-12T10:00:00Z', 'goVersion': 'go1.26.10', 'compiler': 'gc', 'platform': 'linux/amd64'}
    form = environment.flags['output']
    if form == 'short':
        environment.say(own)
    elif form in ('json', 'yaml'):
        body = {'clientVersion': {name: value for name, value in facts.items() if value}}
        environment.io.stdout.write(to_yaml(body) if form == 'yaml' else to_json(body, 2, sort_keys=False) + '\n')
    elif form:
        raise KubeadmError(f'invalid output format: {form}')
    else:
        shown = ', '.join(f'{name[0].upper()}{name[1:]}:"{value}"' for name, value in facts.items())
        environment.say(f'kubeadm version: &version.Info{{{shown}}}')

"""kubeadm config and version: default configurations, files with one, the images of a version."""

from __future__ import annotations

from tutor.apimachinery.objects import Object
from tutor.apimachinery.printing import to_yaml
from tutor.kubeadm import configuration, images
from tutor.kubeadm.configuration import CLUSTER, INIT, JOIN, KUBELET, PROXY, RESET, UPGRADE, VERSION
from tutor.kubeadm.data import check_socket
from tutor.kubeadm.environment import Environment
from tutor.kubeadm.errors import KubeadmError, not_simulated

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


async def print_init(environment: Environment, words: list[str]) -> None:
    """kubeadm config print init-defaults"""
    _no_component_configs(environment)
    defaults = configuration.cluster_defaults(f'{VERSION.rpartition(".")[0]}.0')
    defaults['networking']['serviceSubnet'] = '10.96.0.0/12'
    cluster = to_yaml(defaults)
    environment.io.stdout.write(INIT_DEFAULTS.format(timeouts=TIMEOUTS, cluster=cluster.replace(
        'kubernetesVersion: v', 'kubernetesVersion: ')))


async def print_join(environment: Environment, words: list[str]) -> None:
    """kubeadm config print join-defaults"""
    _no_component_configs(environment)
    environment.io.stdout.write(JOIN_DEFAULTS.format(name=environment.hostname, timeouts=TIMEOUTS))


def _no_component_configs(environment: Environment) -> None:
    if environment.flags['component-configs']:
        raise not_simulated('kubeadm config print --component-configs')


def _cluster(environment: Environment) -> Object:
    """The ClusterConfiguration of flags or of --config."""
    flags, given = environment.flags, {}
    if flags['config']:
        configuration.check_mixed(environment)
        given = configuration.load(environment, flags['config'], (CLUSTER, INIT, KUBELET)).get(CLUSTER, {})
    cluster = configuration.merged(configuration.cluster_defaults(), given)
    for name, path in (('kubernetes-version', 'kubernetesVersion'), ('image-repository', 'imageRepository')):
        if flags.changed(name):
            cluster[path] = flags[name]
    cluster['kubernetesVersion'] = configuration.kubernetes_version(environment, cluster['kubernetesVersion'])
    return cluster


async def list_images(environment: Environment, words: list[str]) -> None:
    """kubeadm config images list"""
    if environment.flags['output'] != 'text':
        raise not_simulated(f'kubeadm config images list -o {environment.flags["output"]}')
    environment.say(*images.needed(_cluster(environment)))


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
    major, minor, _ = VERSION.lstrip('v').split('.')
    facts = {'major': major, 'minor': minor, 'gitVersion': VERSION,
             'gitCommit': '8e16b12fda5b1dccc41a6de48b3e356cc7d5048b', 'gitTreeState': 'clean',
             'buildDate': '2026-05-12T10:00:00Z', 'goVersion': 'go1.26.10', 'compiler': 'gc', 'platform': 'linux/amd64'}
    form = environment.flags['output']
    if form == 'short':
        environment.say(VERSION)
    elif form in ('json', 'yaml'):
        from tutor.apimachinery.printing import to_json
        body = {'clientVersion': facts}
        environment.io.stdout.write(to_yaml(body) if form == 'yaml' else to_json(body, 2, sort_keys=False) + '\n')
    elif form:
        raise KubeadmError(f'invalid output format: {form}')
    else:
        shown = ', '.join(f'{name[0].upper()}{name[1:]}:"{value}"' for name, value in facts.items())
        environment.say(f'kubeadm version: &version.Info{{{shown}}}')

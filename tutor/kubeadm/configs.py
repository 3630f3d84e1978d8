"""kubeadm config and version: default configurations, the images of a version."""

from __future__ import annotations

from tutor.cluster.addons.kubeadm import CLUSTER_CONFIGURATION
from tutor.kubeadm.environment import VERSION, Environment, KubeadmError
from tutor.shell.cri import ContainerRuntime, CriError

COMPONENTS = ('kube-apiserver', 'kube-controller-manager', 'kube-scheduler', 'kube-proxy')
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


def images(version: str) -> list[str]:
    """What a control plane of a version needs."""
    return [*(f'registry.k8s.io/{name}:{version}' for name in COMPONENTS), 'registry.k8s.io/coredns/coredns:v1.14.1',
            'registry.k8s.io/pause:3.10', 'registry.k8s.io/etcd:3.6.8-0']


async def run(environment: Environment, words: list[str]) -> None:
    """kubeadm config print init-defaults|join-defaults; kubeadm config images list|pull"""
    version = environment.options.get('kubernetes-version', VERSION)
    match words[:2]:
        case ['print', 'init-defaults']:
            cluster = CLUSTER_CONFIGURATION.format(version=version.lstrip('v').rpartition('.')[0] + '.0')
            cluster = cluster.replace('  podSubnet: 10.244.0.0/16\n', '').replace('10.96.0.0/16', '10.96.0.0/12')
            environment.io.stdout.write(INIT_DEFAULTS.format(timeouts=TIMEOUTS, cluster=cluster))
        case ['print', 'join-defaults']:
            environment.io.stdout.write(JOIN_DEFAULTS.format(name=environment.name, timeouts=TIMEOUTS))
        case ['images', 'list']:
            environment.say(*images(version))
        case ['images', 'pull']:
            for name in await pull(environment, version):
                environment.say(f'[config/images] Pulled {name}')
        case _:
            raise KubeadmError(f'invalid subcommand "{" ".join(words)}"' if words else
                               'missing subcommand; "config" is not meant to be run on its own')


async def pull(environment: Environment, version: str) -> list[str]:
    """Have all images of a version on this machine. Raises KubeadmError."""
    runtime: ContainerRuntime | None = environment.machine.sockets.get('/run/containerd/containerd.sock')
    if runtime is None:
        raise KubeadmError('failed to create new CRI runtime service: the container runtime is not running')
    present = {name for image in runtime.images() for name in image['repoTags']}
    for name in images(version):
        if name in present:
            continue
        try:
            await runtime.pull(name)
        except CriError as problem:
            raise KubeadmError(f'failed to pull image "{name}": failed to pull image {name}: {problem}') from None
    return images(version)


async def version(environment: Environment, words: list[str]) -> None:
    """kubeadm version [-o short|yaml|json]"""
    major, minor, _ = VERSION.lstrip('v').split('.')
    facts = {'major': major, 'minor': minor, 'gitVersion': VERSION,
             'gitCommit': '8e16b12fda5b1dccc41a6de48b3e356cc7d5048b', 'gitTreeState': 'clean',
             'buildDate': '2026-05-12T10:00:00Z', 'goVersion': 'go1.26.10', 'compiler': 'gc', 'platform': 'linux/amd64'}
    form = environment.options.get('o')
    if form == 'short':
        environment.say(VERSION)
    elif form in ('json', 'yaml'):
        from tutor.apimachinery.printing import to_json, to_yaml
        body = {'clientVersion': facts}
        environment.io.stdout.write(to_yaml(body) if form == 'yaml' else to_json(body, 2, sort_keys=False) + '\n')
    elif form:
        raise KubeadmError(f'invalid output format: {form}')
    else:
        shown = ', '.join(f'{name[0].upper()}{name[1:]}:"{value}"' for name, value in facts.items())
        environment.say(f'kubeadm version: &version.Info{{{shown}}}')

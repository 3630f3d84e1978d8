"""kubeadm init: a control plane on this machine, phase by phase (cmd/kubeadm/app/cmd/phases/init)."""

from __future__ import annotations

from tutor.apimachinery.objects import Object
from tutor.apimachinery.printing import to_yaml
from tutor.client.client import Client
from tutor.client.transport import STRATEGIC_PATCH
from tutor.cluster import addons
from tutor.cluster.addons import CONTROL_PLANE
from tutor.cluster.addons import kubeadm as cluster_objects
from tutor.cluster.machine import kubeadm_files
from tutor.cluster.machine.kubeadm_files import CLIENT_CERTIFICATES, MANIFESTS, SERVER, Certificate
from tutor.kubeadm import kubelet, preflight, tokens
from tutor.kubeadm.environment import VERSION, Environment, KubeadmError, took

CERTIFICATES = ('ca', 'apiserver', 'apiserver-kubelet-client', 'front-proxy-ca', 'front-proxy-client', 'etcd/ca',
                'etcd/server', 'etcd/peer', 'etcd/healthcheck-client', 'apiserver-etcd-client')
"""In the order of the phase."""
TAINT = {'key': 'node-role.kubernetes.io/control-plane', 'effect': 'NoSchedule'}
LABELS = ('node-role.kubernetes.io/control-plane', 'node.kubernetes.io/exclude-from-external-load-balancers')
DONE = """
Your Kubernetes control-plane has initialized successfully!

To start using your cluster, you need to run the following as a regular user:

  mkdir -p $HOME/.kube
  sudo cp -i /etc/kubernetes/admin.conf $HOME/.kube/config
  sudo chown $(id -u):$(id -g) $HOME/.kube/config

Alternatively, if you are the root user, you can run:

  export KUBECONFIG=/etc/kubernetes/admin.conf

You should now deploy a pod network to the cluster.
Run "kubectl apply -f [podnetwork].yaml" with one of the options listed at:
  https://kubernetes.io/docs/concepts/cluster-administration/addons/

Then you can join any number of worker nodes by running the following on each as root:

kubeadm join {server} --token {token} \\
\t--discovery-token-ca-cert-hash {hash} """
FAILED = 'error execution phase wait-control-plane: failed while waiting for the control plane to start: {}'


async def run(environment: Environment, words: list[str]) -> None:
    """kubeadm init [--pod-network-cidr CIDR] [--kubernetes-version VERSION]"""
    if words:
        raise KubeadmError(f'kubeadm init {" ".join(words)} is not simulated: only the whole of init is')
    if f'https://{environment.address}:6443' != SERVER:
        raise KubeadmError(f'the simulated cluster\'s API server can only be at {SERVER}, which is another machine')
    version = environment.options.get('kubernetes-version', VERSION)
    environment.say(f'[init] Using Kubernetes version: {version}', '[preflight] Running pre-flight checks')
    preflight.check(environment, joining=False)
    await _pull(environment, version)
    _certificates(environment)
    _manifests(environment, version)
    kubelet.write(environment)
    await kubelet.start(environment)
    await _wait(environment)
    client = environment.admin()
    _upload(environment, client, version)
    await _mark(environment, client)
    token = _bootstrap_token(environment)
    environment.say('[kubelet-finalize] Updating "/etc/kubernetes/kubelet.conf" to point to a rotatable kubelet client '
                    'certificate and key')
    for name, title in (('dns', 'CoreDNS'), ('proxy', 'kube-proxy')):
        addons.install(name, client)
        environment.say(f'[addons] Applied essential addon: {title}')
    authority = environment.files.read_text(f'{kubeadm_files.PKI}/ca.crt')
    environment.say(DONE.format(server=SERVER.partition('://')[2], token=token,
                                hash=cluster_objects.public_key_hash(authority)))


async def _pull(environment: Environment, version: str) -> None:
    environment.say('[preflight] Pulling images required for setting up a Kubernetes cluster',
                    '[preflight] This might take a minute or two, depending on the speed of your internet connection',
                    "[preflight] You can also perform this action beforehand using 'kubeadm config images pull'")
    from tutor.kubeadm.configs import pull
    await pull(environment, version)


def _certificates(environment: Environment) -> None:
    """[certs], [kubeconfig]."""
    files, name, address = environment.files, environment.name, environment.address
    known = {each.path: each for each in kubeadm_files.certificates(name, address)}
    environment.say(f'[certs] Using certificateDir folder "{kubeadm_files.PKI}"')
    for path in CERTIFICATES:
        environment.say(f'[certs] Generating "{path}" certificate and key')
        if path in known and known[path].server:
            environment.say(_signed_for(known[path]))
    environment.say('[certs] Generating "sa" key and public key', '[kubeconfig] Using kubeconfig folder '
                    '"/etc/kubernetes"')
    kubeadm_files.write_control_plane(files, name, address, environment.keys)
    for file in (*list(CLIENT_CERTIFICATES)[:2], 'kubelet.conf', *list(CLIENT_CERTIFICATES)[2:]):
        environment.say(f'[kubeconfig] Writing "{file}" kubeconfig file')


def _signed_for(certificate: Certificate) -> str:
    addresses = [name for name in certificate.names if name.replace('.', '').isdigit() or ':' in name]
    names = [name for name in certificate.names if name not in addresses]
    return (f'[certs] {certificate.path} serving cert is signed for DNS names [{" ".join(names)}] and IPs '
            f'[{" ".join(addresses)}]')


def _manifests(environment: Environment, version: str) -> None:
    """[etcd], [control-plane]."""
    environment.say(f'[etcd] Creating static Pod manifest for local etcd in "{MANIFESTS}"',
                    f'[control-plane] Using manifest folder "{MANIFESTS}"')
    for pod in addons.manifests(CONTROL_PLANE):
        name = pod['metadata']['name']
        if name != 'etcd':
            environment.say(f'[control-plane] Creating static Pod manifest for "{name}"')
        text = to_yaml(pod).replace('v1.36.1', version).replace('=controlplane', f'={environment.name}')
        environment.files.put(f'{MANIFESTS}/{name}.yaml', text, 0o600)


async def _wait(environment: Environment) -> None:
    """[wait-control-plane]. Raises KubeadmError when the control plane does not come up."""
    environment.say(
        '[wait-control-plane] Waiting for the kubelet to boot up the control plane as static Pods from directory '
        f'"{MANIFESTS}"')
    await kubelet.wait(environment)
    environment.say('[control-plane-check] Waiting for healthy control plane components. This can take up to 4m0s',
                    f'[control-plane-check] Checking kube-apiserver at {SERVER}/livez',
                    '[control-plane-check] Checking kube-controller-manager at https://127.0.0.1:10257/healthz',
                    '[control-plane-check] Checking kube-scheduler at https://127.0.0.1:10259/livez')
    found = await environment.until(lambda: environment.admin().request('GET', '/livez').status == 200, 240)
    if found is None:
        raise KubeadmError(FAILED.format('failed while waiting for kube-apiserver to become healthy: context deadline '
                                         'exceeded'))
    for name in ('kube-controller-manager', 'kube-scheduler', 'kube-apiserver'):
        environment.say(f'[control-plane-check] {name} is healthy after {took(found)}')


def _upload(environment: Environment, client: Client, version: str) -> None:
    """[upload-config], and the rules for nodes that join."""
    addons.create_all(cluster_objects.objects(environment.keys.authority(), version), client)
    environment.say(
        '[upload-config] Storing the configuration used in ConfigMap "kubeadm-config" in the "kube-system" Namespace',
        '[kubelet] Creating a ConfigMap "kubelet-config" in namespace kube-system with the configuration for the '
        'kubelets in the cluster', '[upload-certs] Skipping phase. Please see --upload-certs')


async def _mark(environment: Environment, client: Client) -> None:
    """[mark-control-plane]."""
    name = environment.name
    await environment.until(lambda: client.find('nodes', name) is not None, 60)
    environment.say(
        f'[mark-control-plane] Marking the node {name} as control-plane by adding the labels: [{" ".join(LABELS)}]',
        f'[mark-control-plane] Marking the node {name} as control-plane by adding the taints [{TAINT["key"]}:'
        f'{TAINT["effect"]}]')
    body: Object = {'metadata': {'labels': dict.fromkeys(LABELS, '')}, 'spec': {'taints': [TAINT]}}
    client.patch('nodes', name, body, content_type=STRATEGIC_PATCH)


def _bootstrap_token(environment: Environment) -> str:
    """[bootstrap-token]."""
    token = tokens.create(environment, environment.options.get('token'))
    rules = '[bootstrap-token] Configured RBAC rules to allow '
    environment.say(
        f'[bootstrap-token] Using token: {token}',
        '[bootstrap-token] Configuring bootstrap tokens, cluster-info ConfigMap, RBAC Roles',
        f'{rules}Node Bootstrap tokens to get nodes',
        f'{rules}Node Bootstrap tokens to post CSRs in order for nodes to get long term certificate credentials',
        f'{rules}the csrapprover controller automatically approve CSRs from a Node Bootstrap Token',
        f'{rules}certificate rotation for all node client certificates in the cluster',
        '[bootstrap-token] Creating the "cluster-info" ConfigMap in the "kube-public" namespace')
    return token

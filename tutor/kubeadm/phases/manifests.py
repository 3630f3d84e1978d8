"""[etcd], [control-plane]: the static pods of a control plane (phases/controlplane/manifests.go, phases/etcd/local.go).
"""

from __future__ import annotations

from functools import partial

from tutor.apimachinery.objects import Object
from tutor.apimachinery.printing import to_yaml
from tutor.cluster import addons
from tutor.cluster.machine.kubeadm_files import MANIFESTS
from tutor.kubeadm import images
from tutor.kubeadm.data import InitData
from tutor.kubeadm.workflow import Phase

FIELDS = {'kube-apiserver': 'apiServer', 'kube-controller-manager': 'controllerManager', 'kube-scheduler': 'scheduler'}
"""Where a component's settings stand in a ClusterConfiguration."""
DATA_VOLUME = 'etcd-data'


def static_pod(data: InitData, name: str) -> Object:
    """The static pod of one component, as the configuration wants it."""
    address = data.init['localAPIEndpoint']['advertiseAddress']
    pod = next(pod for pod in addons.control_plane_of(data.name, address, {data.name: address})
               if pod['metadata']['name'] == name)
    container, cluster = pod['spec']['containers'][0], data.cluster
    container['image'] = images.etcd(cluster) if name == 'etcd' else images.component(cluster, name)
    settings = cluster['etcd']['local'] if name == 'etcd' else cluster.get(FIELDS[name]) or {}
    container['command'] = _command(container['command'], {**_own(data, name), **{
        each['name']: each['value'] for each in settings.get('extraArgs') or ()}})
    if name == 'etcd':
        _keep_data_in(settings['dataDir'], pod)
    return pod


def _keep_data_in(folder: str, pod: Object) -> None:
    volume = next(each for each in pod['spec']['volumes'] if each['name'] == DATA_VOLUME)
    mount = next(each for each in pod['spec']['containers'][0]['volumeMounts'] if each['name'] == DATA_VOLUME)
    volume['hostPath']['path'] = mount['mountPath'] = folder


def _own(data: InitData, name: str) -> dict[str, str | None]:
    """The arguments that follow from the rest of a configuration; None takes one away."""
    networking = data.cluster['networking']
    services = {'service-cluster-ip-range': networking['serviceSubnet']}
    match name:
        case 'etcd':
            address = data.init['localAPIEndpoint']['advertiseAddress']
            members = {**data.members, data.name: f'https://{address}:2380'}
            return {'name': data.name, 'data-dir': data.cluster['etcd']['local']['dataDir'],
                    'initial-cluster': ','.join(f'{name}={url}' for name, url in members.items()),
                    'initial-cluster-state': 'existing' if data.members else None}
        case 'kube-apiserver':
            return dict(services)
        case 'kube-controller-manager':
            pods = networking.get('podSubnet')
            return {**services, 'cluster-name': data.cluster_name, 'cluster-cidr': pods,
                    'allocate-node-cidrs': 'true' if pods else None}
    return {}


def _command(command: list[str], changed: dict[str, str | None]) -> list[str]:
    """ArgumentsToCommand: the program, and its arguments by name."""
    arguments = dict(word.removeprefix('--').split('=', 1) for word in command[1:])
    arguments.update({name: value for name, value in changed.items() if value is not None})
    gone = {name for name, value in changed.items() if value is None}
    return [command[0], *(f'--{name}={arguments[name]}' for name in sorted(arguments) if name not in gone)]


def write(data: InitData, name: str) -> None:
    """WriteStaticPodToDisk."""
    data.environment.files.put(f'{MANIFESTS}/{name}.yaml', to_yaml(static_pod(data, name)), 0o600)


async def etcd(data: InitData) -> None:
    data.environment.say(f'[etcd] Creating static Pod manifest for local etcd in "{MANIFESTS}"')
    write_etcd(data)


def write_etcd(data: InitData) -> None:
    """A member's manifest, and the folder for its data."""
    files, folder = data.environment.files, data.cluster['etcd']['local']['dataDir']
    files.make_dirs(folder)
    files.chmod(folder, 0o700)
    write(data, 'etcd')


async def begin(data: InitData) -> None:
    data.environment.say(f'[control-plane] Using manifest folder "{MANIFESTS}"')


async def component(name: str, data: InitData) -> None:
    data.environment.say(f'[control-plane] Creating static Pod manifest for "{name}"')
    write(data, name)


ETCD: Phase[InitData] = Phase('etcd', 'Generate static Pod manifest file for local etcd', phases=(
    Phase('local', 'Generate the static Pod manifest file for a local, single-node local etcd instance', etcd),))
CONTROL: Phase[InitData] = Phase(
    'control-plane', 'Generate all static Pod manifest files necessary to establish the control plane', begin,
    tuple(Phase(name.removeprefix('kube-'), f'Generates the {name} static Pod manifest', partial(component, name))
          for name in FIELDS))

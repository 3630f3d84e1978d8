"""[kubelet-start], [kubelet-check]: the kubelet as kubeadm writes its files and starts it (phases/kubelet)."""

from __future__ import annotations

from tutor.apimachinery import decode
from tutor.apimachinery.duration import format_duration
from tutor.apimachinery.objects import Object
from tutor.apimachinery.printing import to_yaml
from tutor.cluster.machine import kubeadm_files
from tutor.cluster.machine.kubeadm_files import KUBELET_CONFIG
from tutor.kubeadm.configuration import merged
from tutor.kubeadm.data import InitData
from tutor.kubeadm.environment import RUNTIME_SOCKET, Environment
from tutor.kubeadm.errors import KubeadmError
from tutor.kubeadm.workflow import Phase
from tutor.shell.systemd.systemd import ACTIVE

UNIT = 'kubelet.service'
UNHEALTHY = """\
[kubelet-check] The kubelet is not healthy after {limit}

Unfortunately, an error has occurred, likely caused by:
\t- The kubelet is not running
\t- The kubelet is unhealthy due to a misconfiguration of the node in some way (required cgroups disabled)

If you are on a systemd-powered system, you can try to troubleshoot the error with the following commands:
\t- 'systemctl status kubelet'
\t- 'journalctl -xeu kubelet'
"""
FLAGS_FILE = '[kubelet-start] Writing kubelet environment file with flags to file "/var/lib/kubelet/kubeadm-flags.env"'
CONFIG_FILES = (
    '[kubelet-start] Writing kubelet configuration to file "/var/lib/kubelet/instance-config.yaml"',
    '[patches] Applied patch of type "application/strategic-merge-patch+json" to target "kubeletconfiguration"',
    '[kubelet-start] Writing kubelet configuration to file "/var/lib/kubelet/config.yaml"')


def config(fields: Object) -> str:
    """A KubeletConfiguration of kubeadm's, with the fields that a document of --config gives."""
    return to_yaml(merged(decode.one(KUBELET_CONFIG), fields)) if fields else KUBELET_CONFIG


def config_of_node(shared: str) -> str:
    """The cluster's KubeletConfiguration with what each node adds: its container runtime's socket."""
    return shared.replace('containerRuntimeEndpoint: ""', f'containerRuntimeEndpoint: unix://{RUNTIME_SOCKET}')


def flags(registration: Object) -> str:
    """kubeadm-flags.env (buildKubeletArgs)."""
    given = sorted((each['name'], each['value']) for each in registration.get('kubeletExtraArgs') or ())
    words = ' '.join(f'--{name}={value}' for name, value in given)
    return f'KUBELET_KUBEADM_ARGS="{words}"\n'


async def begin(data: InitData) -> None:
    """runKubeletStart."""
    environment = data.environment
    environment.say(FLAGS_FILE, *CONFIG_FILES)
    kubeadm_files.write_kubelet(environment.files, config(data.kubelet), flags(data.init['nodeRegistration']))
    kubeadm_files.write_kubelet_certificates(environment.files, data.name, environment.keys)
    await start(environment)


async def start(environment: Environment) -> None:
    """Start the kubelet anew, with what was written. Raises KubeadmError."""
    environment.say('[kubelet-start] Starting the kubelet')
    systemd = environment.machine.systemd
    unit = systemd.find(UNIT)
    if unit is None:
        raise KubeadmError('the kubelet service could not be found')
    await systemd.stop(unit)
    systemd.forget_failure(unit)
    systemd.start(unit)


async def wait(environment: Environment, limit: float, shown: str) -> None:
    """[kubelet-check]. Raises KubeadmError when the kubelet does not stay up."""
    environment.say('[kubelet-check] Waiting for a healthy kubelet at http://127.0.0.1:10248/healthz. '
                    f'This can take up to {shown}')
    unit = environment.machine.systemd.find(UNIT)
    await environment.ctx.simulation.sleep(0.5)
    found = await environment.until(lambda: unit is not None and unit.active == ACTIVE and unit.process is not None,
                                    limit)
    if found is None or unit is None or unit.active != ACTIVE:
        environment.say(UNHEALTHY.format(limit=shown))
        raise KubeadmError('could not start the kubelet: context deadline exceeded')
    environment.say(f'[kubelet-check] The kubelet is healthy after {format_duration(found + 0.501234)}')


async def rotate(data: InitData) -> None:
    """updateKubeletConfig: kubelet.conf names the file that the kubelet renews."""
    data.environment.say('[kubelet-finalize] Updating "/etc/kubernetes/kubelet.conf" to point to a rotatable kubelet '
                         'client certificate and key')
    kubeadm_files.write_kubelet_kubeconfig(data.environment.files, data.name, data.environment.keys, data.local_server,
                                           data.cluster_name)


START: Phase[InitData] = Phase('kubelet-start', 'Write kubelet settings and (re)start the kubelet', begin)
FINALIZE: Phase[InitData] = Phase(
    'kubelet-finalize', 'Updates settings relevant to the kubelet after TLS bootstrap', phases=(
        Phase('enable-client-cert-rotation', 'Enable kubelet client certificate rotation', rotate),))

"""The kubelet as kubeadm writes its files and starts it."""

from __future__ import annotations

from tutor.cluster.machine import kubeadm_files
from tutor.kubeadm.environment import Environment, KubeadmError, took
from tutor.shell.systemd.systemd import ACTIVE

UNIT = 'kubelet.service'
UNHEALTHY = """\
[kubelet-check] The kubelet is not healthy after 4m0s

Unfortunately, an error has occurred, likely caused by:
\t- The kubelet is not running
\t- The kubelet is unhealthy due to a misconfiguration of the node in some way (required cgroups disabled)

If you are on a systemd-powered system, you can try to troubleshoot the error with the following commands:
\t- 'systemctl status kubelet'
\t- 'journalctl -xeu kubelet'
"""


ENVIRONMENT = '[kubelet-start] Writing kubelet environment file with flags to file "/var/lib/kubelet/kubeadm-flags.env"'


def write(environment: Environment, joining: bool = False, certificate: str = '') -> None:
    """[kubelet-start]: configuration, credentials. A node that joins writes the flags last."""
    environment.say(
        *(() if joining else (ENVIRONMENT,)),
        '[kubelet-start] Writing kubelet configuration to file "/var/lib/kubelet/instance-config.yaml"',
        '[patches] Applied patch of type "application/strategic-merge-patch+json" to target "kubeletconfiguration"',
        '[kubelet-start] Writing kubelet configuration to file "/var/lib/kubelet/config.yaml"',
        *((ENVIRONMENT,) if joining else ()))
    kubeadm_files.write_node(environment.files, environment.name, environment.keys, certificate)


async def start(environment: Environment) -> None:
    """Start the kubelet anew, with what was written."""
    environment.say('[kubelet-start] Starting the kubelet')
    systemd = environment.machine.systemd
    unit = systemd.find(UNIT)
    if unit is None:
        raise KubeadmError('error execution phase kubelet-start: the kubelet service could not be found')
    await systemd.stop(unit)
    systemd.forget_failure(unit)
    systemd.start(unit)


async def wait(environment: Environment) -> None:
    """[kubelet-check]. Raises KubeadmError when the kubelet does not stay up."""
    environment.say('[kubelet-check] Waiting for a healthy kubelet at http://127.0.0.1:10248/healthz. '
                    'This can take up to 4m0s')
    unit = environment.machine.systemd.find(UNIT)
    await environment.ctx.simulation.sleep(0.5)
    found = await environment.until(lambda: unit is not None and unit.active == ACTIVE and unit.process is not None,
                                    240)
    if found is None or unit is None or unit.active != ACTIVE:
        environment.say(UNHEALTHY)
        raise KubeadmError('error execution phase kubelet-start: could not start the kubelet: context deadline '
                           'exceeded')
    environment.say(f'[kubelet-check] The kubelet is healthy after {took(found + 0.501234)}')

"""kubeadm join: this machine becomes a node of a cluster (cmd/kubeadm/app/cmd/join.go)."""

from __future__ import annotations

from tutor.apimachinery.duration import format_duration
from tutor.cluster.machine import kubeadm_files
from tutor.kubeadm import bootstrap, preflight
from tutor.kubeadm.command import Run
from tutor.kubeadm.environment import Environment
from tutor.kubeadm.errors import KubeadmError
from tutor.kubeadm.joining import JoinData, of_flags
from tutor.kubeadm.phases import joining_control_plane, kubelet
from tutor.kubeadm.workflow import Phase, Workflow

READING = ('[{0}] Reading configuration from the "kubeadm-config" ConfigMap in namespace "kube-system"...',
           "[{0}] Use 'kubeadm init phase upload-config kubeadm --config your-config-file' to re-upload it.")
DONE = """
This node has joined the cluster:
* Certificate signing request was sent to apiserver and a response was received.
* The Kubelet was informed of the new secure connection details.

Run 'kubectl get nodes' on the control-plane to see this node join the cluster.
"""


async def _preflight(data: JoinData) -> None:
    environment = data.environment
    environment.say('[preflight] Running pre-flight checks')
    preflight.report(environment, preflight.join_problems(environment, data.leads),
                     data.join['nodeRegistration'].get('ignorePreflightErrors') or ())
    client = await data.client()
    environment.say(*(line.format('preflight') for line in READING))
    client.get('configmaps', 'kubeadm-config', 'kube-system')
    if data.leads:
        await joining_control_plane.preflight_of(data)


async def _start(data: JoinData) -> None:
    """runKubeletStartJoinPhase: the kubelet's configuration is the cluster's."""
    environment = data.environment
    client = await data.client()
    shared = client.get('configmaps', 'kubelet-config', 'kube-system')['data']['kubelet']
    environment.say(*kubelet.CONFIG_FILES, kubelet.FLAGS_FILE)
    certificate = await bootstrap.certificate(environment, client, data.name, data.timeout('tlsBootstrap'))
    files, keys = environment.files, environment.keys
    kubeadm_files.write_kubelet(files, kubelet.config_of_node(shared), kubelet.flags(data.join['nodeRegistration']))
    kubeadm_files.write_kubelet_certificates(files, data.name, keys, certificate)
    kubeadm_files.write_kubelet_kubeconfig(files, data.name, keys, data.server)
    if not data.leads:
        kubeadm_files.write_authority_certificate(files, keys)
    await kubelet.start(environment)


async def _wait(data: JoinData) -> None:
    """runKubeletWaitBootstrapPhase."""
    environment, client = data.environment, await data.client()
    limit = data.timeout('kubeletHealthCheck')
    await kubelet.wait(environment, limit, format_duration(limit))
    environment.say('[kubelet-start] Waiting for the kubelet to perform the TLS Bootstrap')
    if await environment.until(lambda: client.find('nodes', data.name) is not None,
                               data.timeout('tlsBootstrap')) is None:
        raise KubeadmError('timed out waiting for the kubelet to join')


WORKFLOW: Workflow[JoinData] = Workflow('join', (
    Phase('preflight', 'Run join pre-flight checks', _preflight),
    joining_control_plane.PREPARE, joining_control_plane.CHECK_ETCD,
    Phase('kubelet-start', 'Write kubelet settings, certificates and (re)start the kubelet', _start),
    joining_control_plane.ETCD,
    Phase('kubelet-wait-bootstrap', 'Wait for the kubelet to bootstrap itself', _wait), joining_control_plane.JOIN,
    joining_control_plane.WAIT))


async def run(environment: Environment, words: list[str]) -> None:
    """kubeadm join [ADDRESS:PORT]"""
    data = of_flags(environment, words)
    await WORKFLOW.run(data, skipped=data.join.get('skipPhases') or ())
    environment.say(joining_control_plane.DONE if data.leads else DONE)


def run_phase(name: str) -> Run:
    """kubeadm join phase NAME [ADDRESS:PORT]"""
    async def run_one(environment: Environment, words: list[str]) -> None:
        await WORKFLOW.run(of_flags(environment, words), only=name)
    return run_one

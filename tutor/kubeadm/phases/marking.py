"""[mark-control-plane]: the node's labels and taints (phases/markcontrolplane)."""

from __future__ import annotations

from tutor.apimachinery.objects import Object
from tutor.client.transport import STRATEGIC_PATCH
from tutor.kubeadm.data import InitData
from tutor.kubeadm.errors import KubeadmError
from tutor.kubeadm.workflow import Phase

LABELS = ('node-role.kubernetes.io/control-plane', 'node.kubernetes.io/exclude-from-external-load-balancers')
TAINTS: list[Object] = [{'key': 'node-role.kubernetes.io/control-plane', 'effect': 'NoSchedule'}]
"""What a node gets of whose taints nothing was said."""


async def run(data: InitData) -> None:
    """MarkControlPlane. Raises KubeadmError."""
    environment, name = data.environment, data.name
    given = data.init['nodeRegistration'].get('taints')
    taints = TAINTS if given is None else given
    environment.say(
        f'[mark-control-plane] Marking the node {name} as control-plane by adding the labels: [{" ".join(LABELS)}]')
    if taints:
        shown = ' '.join(f'{each["key"]}{"=" + each["value"] if each.get("value") else ""}:{each["effect"]}'
                         for each in taints)
        environment.say(f'[mark-control-plane] Marking the node {name} as control-plane by adding the taints [{shown}]')
    client = data.client()
    if await environment.until(lambda: client.find('nodes', name) is not None,
                               data.timeout('kubernetesAPICall')) is None:
        raise KubeadmError(f'couldn\'t patch node "{name}": nodes "{name}" not found')
    body: Object = {'metadata': {'labels': dict.fromkeys(LABELS, '')}, 'spec': {'taints': taints}}
    client.patch('nodes', name, body, content_type=STRATEGIC_PATCH)


PHASE: Phase[InitData] = Phase('mark-control-plane', 'Mark a node as a control-plane', run)

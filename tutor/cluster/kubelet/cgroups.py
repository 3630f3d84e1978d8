"""The cgroups of pods, as the kubelet names them for the systemd driver (pod_container_manager_linux.go)."""

from __future__ import annotations

from tutor.apimachinery.objects import Object
from tutor.apimachinery.qos import qos_class

SLICES = {'Guaranteed': ('kubepods',), 'Burstable': ('kubepods', 'kubepods-burstable'),
          'BestEffort': ('kubepods', 'kubepods-besteffort')}


def of_pod(pod: Object) -> str:
    """GetPodContainerName: the pod's below that of its class."""
    slices = SLICES[(pod.get('status') or {}).get('qosClass') or qos_class(pod['spec'])]
    uid = pod['metadata'].get('uid', '').replace('-', '_')
    return ''.join(f'/{name}.slice' for name in (*slices, f'{slices[-1]}-pod{uid}'))

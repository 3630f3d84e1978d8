"""Defaults of services (SetDefaults_Service)."""

from __future__ import annotations

from tutor.apimachinery.objects import Object

CLIENT_IP_SECONDS = 10800


def default(obj: Object) -> None:
    spec = obj.setdefault('spec', {})
    spec.setdefault('sessionAffinity', 'None')
    if spec['sessionAffinity'] == 'None':
        spec.pop('sessionAffinityConfig', None)
    elif spec['sessionAffinity'] == 'ClientIP':
        client = spec.setdefault('sessionAffinityConfig', {}).setdefault('clientIP', {})
        client.setdefault('timeoutSeconds', CLIENT_IP_SECONDS)
    kind = spec.setdefault('type', 'ClusterIP')
    for port in spec.get('ports') or ():
        port.setdefault('protocol', 'TCP')
        if not port.get('targetPort'):
            port['targetPort'] = port.get('port', 0)
    if kind in ('NodePort', 'LoadBalancer') or (kind == 'ClusterIP' and spec.get('externalIPs')):
        spec.setdefault('externalTrafficPolicy', 'Cluster')
    if kind in ('NodePort', 'LoadBalancer', 'ClusterIP'):
        spec.setdefault('internalTrafficPolicy', 'Cluster')
    if kind == 'LoadBalancer':
        spec.setdefault('allocateLoadBalancerNodePorts', True)
    balancer = obj.setdefault('status', {}).setdefault('loadBalancer', {})
    for item in (balancer.get('ingress') or ()) if kind == 'LoadBalancer' else ():
        if item.get('ip'):
            item.setdefault('ipMode', 'VIP')

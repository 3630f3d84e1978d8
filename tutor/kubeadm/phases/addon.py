"""[addons]: CoreDNS and kube-proxy (phases/addons)."""

from __future__ import annotations

import re
from functools import partial

from tutor.apimachinery.objects import Object
from tutor.cluster import addons
from tutor.kubeadm import images, publishing
from tutor.kubeadm.data import InitData
from tutor.kubeadm.workflow import Phase

TITLES = {'dns': 'CoreDNS', 'proxy': 'kube-proxy'}


async def run(name: str, data: InitData) -> None:
    """EnsureDNSAddon, EnsureProxyAddon."""
    if (data.cluster.get(name) or {}).get('disabled'):
        data.environment.say(f'[addons] Skipping the addon {TITLES[name]}')
        return
    publishing.publish(data.client(), objects(name, data.cluster))
    data.environment.say(f'[addons] Applied essential addon: {TITLES[name]}')


def objects(name: str, cluster: Object) -> list[Object]:
    """An add-on's objects with the image that the configuration wants."""
    found = addons.manifests(name)
    for obj in found:
        if obj['kind'] in ('Deployment', 'DaemonSet'):
            container = obj['spec']['template']['spec']['containers'][0]
            container['image'] = images.coredns(cluster) if name == 'dns' else images.component(cluster, 'kube-proxy')
        elif name == 'proxy' and obj['kind'] == 'ConfigMap':
            pods = cluster['networking'].get('podSubnet') or '""'
            obj['data']['config.conf'] = re.sub('(?m)^clusterCIDR: .*$', f'clusterCIDR: {pods}',
                                                obj['data']['config.conf'])
    return found


PHASE: Phase[InitData] = Phase('addon', 'Install required addons for passing conformance tests', phases=(
    Phase('coredns', 'Install the CoreDNS addon to a Kubernetes cluster', partial(run, 'dns')),
    Phase('kube-proxy', 'Install the kube-proxy addon to a Kubernetes cluster', partial(run, 'proxy'))))

"""dra-example-kubeletplugin: pretends that its node has GPUs (kubernetes-sigs/dra-example-driver).

It says nothing in its log but errors. The UUIDs of its devices follow from the node's name, though not as Go's random
numbers do.
"""

from __future__ import annotations

import hashlib
from uuid import UUID

from tutor.apimachinery.errors import StatusError
from tutor.apimachinery.objects import Object
from tutor.client.client import Client
from tutor.cluster.containers.dra import DRIVERS, Prepared, Registrar
from tutor.cluster.containers.programs import in_cluster
from tutor.cluster.containers.programs.waiting import until_stopped
from tutor.shell.klog import Klog
from tutor.shell.process import IO, Context
from tutor.shell.programs.chroot import MACHINE

NAME = 'gpu.example.com'
SLICES = 'resourceslices.resource.k8s.io'
REGISTRY = '/var/lib/kubelet/plugins_registry'
RETRY = 5.0


async def main(argv: list[str], io: IO, ctx: Context) -> int:
    """Register with the kubelet, and publish the devices of the node."""
    log = Klog(ctx.simulation, io.stderr.write)
    folder = ctx.env.get('KUBELET_REGISTRAR_DIRECTORY_PATH', REGISTRY)
    socket = f'{folder}/{NAME}-reg.sock'
    try:
        client = in_cluster.client(ctx, 'dra-example-kubeletplugin')
        ctx.files.write(socket, '')
    except OSError as problem:
        io.stderr.write(f'Error: {problem}\n')
        return 1
    driver = GpuDriver(ctx.env.get('NODE_NAME', ''), int(ctx.env.get('NUM_DEVICES') or 8))
    seen = ctx.extras[MACHINE].files.exists(f'{REGISTRY}/{NAME}-reg.sock')  # the kubelet watches its own folder
    registrar: Registrar = ctx.extras[DRIVERS]
    if seen:
        registrar.register(NAME, driver)
    state = {'running': True}

    def publish() -> None:
        if state['running']:
            try:
                driver.publish(client)
            except (StatusError, OSError) as problem:
                log.errorf('resourceslicecontroller.go:566', f'processing ResourceSlice objects: {problem}')
                ctx.simulation.call_later(RETRY, publish)

    def stop() -> None:
        state['running'] = False
        if seen:
            registrar.unregister(NAME, driver)
        ctx.files.remove(socket)

    publish()
    return await until_stopped(ctx, stop)


class GpuDriver:
    """The devices of one node."""

    def __init__(self, node: str, count: int) -> None:
        self._node = node
        self._count = count

    def publish(self, client: Client) -> None:
        """PublishResources: one slice with all devices."""
        pool = {'name': self._node, 'generation': 1, 'resourceSliceCount': 1}
        spec = {'driver': NAME, 'nodeName': self._node, 'pool': pool, 'devices': self._devices()}
        for known in client.items(SLICES, fields=f'spec.nodeName={self._node},spec.driver={NAME}'):
            if known['spec']['devices'] != spec['devices']:
                pool['generation'] = known['spec']['pool']['generation'] + 1
                client.update(SLICES, {**known, 'spec': spec})
            return
        owner = client.get('nodes', self._node)['metadata']
        client.create(SLICES, {
            'apiVersion': 'resource.k8s.io/v1', 'kind': 'ResourceSlice', 'spec': spec, 'metadata': {
                'generateName': f'{self._node}-{NAME}-', 'ownerReferences': [{
                    'apiVersion': 'v1', 'kind': 'Node', 'name': owner['name'], 'uid': owner['uid'],
                    'controller': True}]}})

    def _devices(self) -> list[Object]:
        """enumerateAllPossibleDevices."""
        return [{'name': f'gpu-{index}', 'attributes': {
            'driverVersion': {'version': '1.0.0'}, 'index': {'int': index}, 'model': {'string': 'LATEST-GPU-MODEL'},
            'uuid': {'string': f'gpu-{self._uuid(index)}'}}, 'capacity': {'memory': {'value': '80Gi'}}}
            for index in range(self._count)]

    def _uuid(self, index: int) -> UUID:
        return UUID(bytes=hashlib.sha256(f'{self._node}/{index}'.encode()).digest()[:16])

    def prepare(self, claim: Object) -> list[Prepared]:
        """prepareDevices and the CDI specs: the common device, and one for each that is allocated."""
        devices = claim['status']['allocation']['devices']
        common = {'GPU_NODE_NAME': self._node, 'DRA_RESOURCE_DRIVER_NAME': NAME}
        found = []
        for result in devices.get('results') or ():
            if result['driver'] == NAME:
                name = f'GPU_DEVICE_{result["device"].removeprefix("gpu-")}'
                found.append(Prepared(result['request'], {
                    **common, f'{name}_RESOURCE_CLAIM': claim['metadata']['uid'], name: result['device'],
                    **_sharing(name, _config(devices.get('config') or (), result['request']))}))
        return found


def _config(configs: list[Object] | tuple[()], request: str) -> Object:
    """GetOpaqueDeviceConfigs: what a claim says goes before what its class says, and the last before the others."""
    found: Object = {}
    for source in ('FromClass', 'FromClaim'):
        for each in configs:
            opaque, names = each.get('opaque') or {}, each.get('requests') or ()
            if each['source'] == source and opaque.get('driver') == NAME and (not names or request in names):
                found = opaque.get('parameters') or {}
    return found


def _sharing(name: str, config: Object) -> dict[str, str]:
    """applyGpuConfig."""
    sharing: Object = config.get('sharing') or {'strategy': 'TimeSlicing'}
    env = {f'{name}_SHARING_STRATEGY': sharing.get('strategy', '')}
    if sharing.get('strategy') == 'TimeSlicing':
        env[f'{name}_TIMESLICE_INTERVAL'] = (sharing.get('timeSlicingConfig') or {}).get('interval', 'Default')
    elif sharing.get('strategy') == 'SpacePartitioning':
        env[f'{name}_PARTITION_COUNT'] = str((sharing.get('spacePartitioningConfig') or {}).get('partitionCount', 1))
    return env

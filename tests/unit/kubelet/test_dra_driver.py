"""The whole path of a device, as in the documentation's tutorial: a driver, its slices, a claim and a pod."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.machine.conftest import Desk
from tutor.cluster.config import ClusterConfig

DRIVER, POD = (Path(__file__).with_name(f'dra_{name}.yaml').read_text() for name in ('driver', 'pod'))


@pytest.fixture(scope='module')
def driven() -> Desk:
    desk = Desk(ClusterConfig(addons=('control-plane',), host=('dns', 'proxy')))
    desk.out(f"kubectl apply -f - <<'END'\n{DRIVER}END")
    desk.wait(10)
    desk.out(f"kubectl apply -f - <<'END'\n{POD}END")
    desk.out('kubectl config set-context --current --namespace=dra-tutorial')
    desk.out('kubectl wait --for=condition=Ready pod/pod0 --timeout=120s')
    return desk


def test_the_driver_publishes_its_devices(driven: Desk) -> None:
    rows = [line.split() for line in driven.out('kubectl get resourceslices --no-headers').splitlines()]
    assert [row[1:4] for row in rows] == [[node, 'gpu.example.com', node] for node in ('node01', 'node02')]
    assert rows[0][0].startswith('node01-gpu.example.com-')


def test_the_container_that_names_the_claim_sees_its_device(driven: Desk) -> None:
    uid = driven.out('kubectl get resourceclaim some-gpu -o jsonpath={.metadata.uid}')
    assert driven.out('kubectl get resourceclaims --no-headers').split()[:2] == ['some-gpu', 'allocated,reserved']
    seen = sorted(line for line in driven.out('kubectl logs pod0 -c ctr0').splitlines()
                  if line.startswith(('GPU', 'DRA')))
    node = driven.out('kubectl get pod pod0 -o jsonpath={.spec.nodeName}')
    assert seen == ['DRA_RESOURCE_DRIVER_NAME=gpu.example.com', 'GPU_DEVICE_0=gpu-0',
                    f'GPU_DEVICE_0_RESOURCE_CLAIM={uid}', 'GPU_DEVICE_0_SHARING_STRATEGY=TimeSlicing',
                    'GPU_DEVICE_0_TIMESLICE_INTERVAL=Default', f'GPU_NODE_NAME={node}']
    assert 'GPU' not in driven.out('kubectl logs pod0 -c other')


def test_what_a_driver_published_goes_some_time_after_it(driven: Desk) -> None:
    driven.out('kubectl delete pod pod0 --grace-period=1')
    assert driven.out('kubectl get resourceclaims --no-headers').split()[:2] == ['some-gpu', 'pending']
    driven.out('kubectl delete daemonset driver')
    assert len(driven.out('kubectl get resourceslices --no-headers').splitlines()) == 2
    driven.wait(70)
    assert driven.out('kubectl get resourceslices') == 'No resources found\n'

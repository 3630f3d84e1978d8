"""/dev/stdin as a file of manifests, as the AppArmor tutorial has it."""

import pytest

from tutor.cluster.config import ClusterConfig
from tutor.session.workbench import Workbench

MAP = '{"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "found"}}'


@pytest.mark.parametrize('command', [
    f"kubectl create -f /dev/stdin <<'EOF'\n{MAP}\nEOF", f"echo '{MAP}' | kubectl apply -f /dev/stdin"])
def test_the_device_is_read_as_the_stream_it_stands_for(command: str) -> None:
    bench = Workbench(ClusterConfig(addons=('control-plane',)))
    assert bench.run(command).stdout == 'configmap/found created\n'


def test_it_is_read_once() -> None:
    bench = Workbench(ClusterConfig(addons=('control-plane',)))
    assert bench.run(f"echo '{MAP}' | kubectl apply -f - -f /dev/stdin").stderr == (
        'error: standard input cannot be used for multiple arguments\n')

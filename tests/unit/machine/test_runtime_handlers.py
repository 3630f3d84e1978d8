"""RuntimeClasses: which low-level runtimes containerd is configured with."""

from __future__ import annotations

from tests.unit.machine.conftest import Desk

CLASS = """kubectl apply -f - <<EOF
apiVersion: node.k8s.io/v1
kind: RuntimeClass
metadata: {name: gvisor}
handler: runsc
EOF"""
RUN = """kubectl run caged --image=nginx --overrides='{"spec": {"runtimeClassName": "gvisor", "nodeName": "node01"}}'"""
SECTION = (r'[plugins."io.containerd.cri.v1.runtime".containerd.runtimes.runsc]\n'
           r'runtime_type = "io.containerd.runsc.v1"\n')
CONFIG = '/etc/containerd/config.toml'


def why(desk: Desk) -> str:
    return desk.out('kubectl get events --field-selector reason=FailedCreatePodSandBox '
                    "-o jsonpath='{.items[*].message}'")


def test_a_handler_that_containerd_does_not_know_makes_no_sandbox(desk: Desk) -> None:
    desk.out(CLASS)
    desk.out(RUN)
    desk.wait(10)
    assert 'ContainerCreating' in desk.out('kubectl get pods')
    assert why(desk) == ('Failed to create pod sandbox: rpc error: code = Unknown desc = failed to get sandbox '
                         'runtime: no runtime for "runsc" is configured')


def test_a_runtime_needs_its_shim(desk: Desk) -> None:
    desk.out(f"printf '{SECTION}' > more.toml; scp -q more.toml node01:more.toml")
    desk.out(f"ssh node01 'cat more.toml | sudo tee -a {CONFIG}; sudo systemctl restart containerd'")
    desk.out(CLASS)
    desk.out(RUN)
    desk.wait(10)
    assert 'runtime "io.containerd.runsc.v1" binary not installed "containerd-shim-runsc-v1": file does not exist' in (
        why(desk))


def test_containerd_does_not_start_with_a_file_that_is_no_toml(desk: Desk) -> None:
    desk.out(f"echo '[plugins' | sudo tee -a {CONFIG}; sudo systemctl restart containerd")
    assert 'inactive' in desk.out('systemctl is-active containerd') or desk.code != 0
    assert f'containerd: failed to load TOML: {CONFIG}' in desk.out('sudo journalctl -u containerd -n 10')

"""The control plane's manifests: what is changed there takes effect, with or without an API server."""

from __future__ import annotations

from tests.unit.machine.conftest import Desk

MANIFESTS = '/etc/kubernetes/manifests'
REFUSED = 'The connection to the server 172.30.1.2:6443 was refused - did you specify the right host or port?\n'


def test_without_its_manifest_the_api_server_is_gone_and_with_it_back(small: Desk) -> None:
    small.out(f'sudo mv {MANIFESTS}/kube-apiserver.yaml /tmp/')
    small.wait(5)
    assert small.out('kubectl get nodes').endswith(REFUSED)
    assert small.code == 1
    assert 'kube-apiserver' not in small.out('sudo crictl ps')
    small.out(f'sudo mv /tmp/kube-apiserver.yaml {MANIFESTS}/')
    small.wait(15)
    assert 'NotReady' not in small.out('kubectl get nodes')
    assert small.code == 0
    small.wait(10)
    assert 'kube-apiserver-controlplane' in small.out('kubectl get pods -n kube-system')


def test_a_wrong_flag_is_in_the_container_s_log(small: Desk) -> None:
    small.out(f'sudo sed -i s/--secure-port/--secure-prt/ {MANIFESTS}/kube-apiserver.yaml')
    small.wait(20)
    assert small.out('kubectl get nodes').endswith(REFUSED)
    assert 'stderr F Error: unknown flag: --secure-prt\n' in small.out(
        'sudo sh -c "cat /var/log/pods/kube-system_kube-apiserver*/*/*.log"')
    assert 'Exited' in small.out('sudo crictl ps -a --name kube-apiserver')
    small.out(f'sudo sed -i s/--secure-prt/--secure-port/ {MANIFESTS}/kube-apiserver.yaml')
    small.wait(15)
    assert small.out('kubectl get namespace default -o name') == 'namespace/default\n'


def test_an_api_server_that_does_not_find_etcd_gives_up(small: Desk) -> None:
    small.out(f'sudo sed -i s/:2379/:2399/ {MANIFESTS}/kube-apiserver.yaml')
    small.wait(30)
    log = small.out('sudo sh -c "cat /var/log/containers/kube-apiserver*.log"')
    assert 'dial tcp 127.0.0.1:2399: connect: connection refused' in log
    assert 'Error creating leases: error creating storage factory: context deadline exceeded\n' in log


def test_a_file_that_a_flag_names_has_to_be_there(small: Desk) -> None:
    small.out(f'sudo sed -i s#kubeconfig=/etc/kubernetes/scheduler.conf#kubeconfig=/etc/kubernetes/no.conf# '
              f'{MANIFESTS}/kube-scheduler.yaml')
    small.wait(20)
    assert 'command failed' in small.out('kubectl logs -n kube-system kube-scheduler-controlplane')
    assert 'stat /etc/kubernetes/no.conf: no such file or directory' in small.out(
        'kubectl logs -n kube-system kube-scheduler-controlplane')
    small.out('kubectl create deployment web --image=nginx')
    small.wait(10)
    assert '0/1' in small.out('kubectl get deployment web')


def test_without_the_controller_manager_nothing_is_reconciled(small: Desk) -> None:
    small.out(f'sudo mv {MANIFESTS}/kube-controller-manager.yaml /tmp/')
    small.wait(5)
    small.out('kubectl create deployment web --image=nginx')
    small.wait(10)
    assert small.out('kubectl get replicasets') == 'No resources found in default namespace.\n'
    small.out(f'sudo mv /tmp/kube-controller-manager.yaml {MANIFESTS}/')
    small.wait(15)
    assert '1/1' in small.out('kubectl get deployment web')


def test_a_manifest_that_is_no_yaml_is_named_in_the_kubelet_s_journal(small: Desk) -> None:
    small.out(f'sudo sed -i "s/^  containers/ containers/" {MANIFESTS}/kube-scheduler.yaml')
    small.wait(3)
    assert 'kube-scheduler' not in small.out('kubectl get pods -n kube-system')
    assert f"{MANIFESTS}/kube-scheduler.yaml: couldn't parse as pod(yaml: line" in small.out('journalctl -u kubelet')


def test_a_deleted_mirror_comes_back_and_its_container_goes_on(small: Desk) -> None:
    before = small.out('sudo crictl ps -q --name kube-scheduler')
    small.out('kubectl delete pod -n kube-system kube-scheduler-controlplane')
    small.wait(5)
    assert '1/1     Running   0' in small.out('kubectl get pod -n kube-system kube-scheduler-controlplane')
    assert small.out('sudo crictl ps -q --name kube-scheduler') == before


def test_a_static_pod_of_one_s_own_runs_on_a_worker(small: Desk) -> None:
    small.out('kubectl run still --image=nginx --dry-run=client -o yaml > still.yaml; '
              f'scp still.yaml root@node01:{MANIFESTS}/')
    small.wait(15)
    assert 'Running' in small.out('kubectl get pod still-node01')
    assert 'start worker process' in small.out('kubectl logs still-node01')
    assert small.out('kubectl exec still-node01 -- hostname') == 'still-node01\n'
    small.out(f'ssh root@node01 rm {MANIFESTS}/still.yaml')
    small.wait(40)
    assert small.out('kubectl get pods') == 'No resources found in default namespace.\n'

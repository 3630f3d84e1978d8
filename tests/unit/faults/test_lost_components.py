"""What still works, and what does not, while a component of the control plane is down."""

from __future__ import annotations

import pytest

DEPLOYMENT = 'kubectl create deployment web --image=nginx --replicas=2'


def typed(shell):
    """A shell for several commands at once; a sleep passes in virtual time. The last one's output is given back."""
    def run(*commands: str) -> str:
        out = ''
        for command in commands:
            if command.startswith('sleep '):
                shell.wait(float(command.split()[1]))
            else:
                out = shell(command)
        return out
    return run


@pytest.fixture
def headless(shell):
    """A Deployment with a Service, then no controller manager."""
    shell = typed(shell)
    shell(DEPLOYMENT, 'kubectl expose deployment web --port=80', 'kubectl create namespace old', 'sleep 30',
          'chaos kill kube-controller-manager', 'sleep 5')
    return shell


def names(shell, what: str) -> list[str]:
    return shell(f'kubectl get {what} --no-headers -o custom-columns=N:.metadata.name').split()


def test_without_controllers_nothing_is_made_of_a_wish(headless) -> None:
    headless('kubectl scale deployment web --replicas=4', 'kubectl create job once --image=busybox',
             'kubectl create cronjob often --image=busybox --schedule="* * * * *" -- true', 'sleep 90')
    assert len(names(headless, 'pods')) == 2
    assert names(headless, 'jobs') == ['once']
    assert headless("kubectl get deployment web -o jsonpath='{.status.observedGeneration} {.metadata.generation}'") == (
        '1 2')


def test_without_controllers_a_lost_pod_is_not_replaced_and_endpoints_grow_stale(headless) -> None:
    before = headless("kubectl get endpointslices -l kubernetes.io/service-name=web "
                      "-o jsonpath='{.items[0].endpoints[*].addresses[0]}'")
    headless(f'kubectl delete pod {names(headless, "pods")[0]} --now', 'sleep 60')
    assert len(names(headless, 'pods')) == 1
    assert headless("kubectl get endpointslices -l kubernetes.io/service-name=web "
                    "-o jsonpath='{.items[0].endpoints[*].addresses[0]}'") == before


def test_without_controllers_what_belongs_to_the_deleted_stays(headless) -> None:
    headless('kubectl delete deployment web', 'kubectl delete namespace old --wait=false', 'sleep 60')
    assert len(names(headless, 'replicasets')) == 1 and len(names(headless, 'pods')) == 2
    assert 'Terminating' in headless('kubectl get namespace old')


def test_without_controllers_a_silent_node_is_still_called_ready(headless) -> None:
    headless('chaos stop node02', 'sleep 180')
    assert headless('kubectl get node node02 --no-headers').split()[1] == 'Ready'


def test_without_controllers_a_new_namespace_has_no_account_to_run_as(headless) -> None:
    headless('kubectl create namespace new')
    assert 'error looking up service account new/default: serviceaccount "default" not found' in headless(
        'kubectl run box -n new --image=nginx 2>&1')


def test_without_controllers_scheduler_and_kubelets_go_on(headless) -> None:
    headless('kubectl run box --image=nginx', 'sleep 30')
    assert 'Running' in headless('kubectl get pod box --no-headers')
    headless('kubectl exec box -- sh -c "kill 1"', 'sleep 60')
    assert headless('kubectl get pod box --no-headers').split()[1:4] == ['1/1', 'Running', '1']
    assert 'Welcome' in headless('kubectl exec box -- curl -s web')


def test_controllers_make_good_what_was_left_undone(headless) -> None:
    headless('kubectl scale deployment web --replicas=4', 'kubectl delete namespace old --wait=false',
             'kubectl create job once --image=busybox -- true', 'sleep 60', 'chaos undo', 'sleep 90')
    assert len([name for name in names(headless, 'pods') if name.startswith('web-')]) == 4
    assert 'old' not in names(headless, 'namespaces')
    assert headless("kubectl get job once -o jsonpath='{.status.succeeded}'") == '1'


@pytest.fixture
def unscheduled(shell):
    shell = typed(shell)
    shell(DEPLOYMENT, 'sleep 30', 'chaos kill kube-scheduler', 'sleep 5')
    return shell


def test_without_a_scheduler_controllers_make_pods_that_wait(unscheduled) -> None:
    unscheduled('kubectl scale deployment web --replicas=3', 'sleep 30')
    assert sorted(line.split()[2] for line in unscheduled('kubectl get pods --no-headers').splitlines()) == [
        'Pending', 'Running', 'Running']
    assert unscheduled("kubectl get deployment web -o jsonpath='{.status.readyReplicas}'") == '2'
    assert unscheduled('kubectl get events --no-headers').count('FailedScheduling') == 0


def test_without_a_scheduler_a_pod_that_names_its_node_runs(unscheduled) -> None:
    unscheduled("""kubectl run box --image=nginx --overrides='{"spec":{"nodeName":"node01"}}'""", 'sleep 30')
    assert 'Running' in unscheduled('kubectl get pod box --no-headers')


def test_without_a_scheduler_even_daemons_wait(unscheduled) -> None:
    unscheduled('kubectl -n kube-system delete pod -l k8s-app=kube-proxy --now', 'sleep 30')
    shown = unscheduled('kubectl -n kube-system get pods -l k8s-app=kube-proxy --no-headers')
    assert [line.split()[2] for line in shown.splitlines()] == ['Pending'] * 3


def test_a_scheduler_that_is_back_places_all_that_waited(unscheduled) -> None:
    unscheduled('kubectl scale deployment web --replicas=5', 'sleep 30', 'chaos undo', 'sleep 60')
    assert unscheduled("kubectl get deployment web -o jsonpath='{.status.readyReplicas}'") == '5'


def test_without_both_what_runs_runs_on(shell) -> None:
    shell = typed(shell)
    shell(DEPLOYMENT, 'kubectl expose deployment web --port=80', 'kubectl run box --image=nginx', 'sleep 30',
          'chaos kill kube-scheduler', 'chaos kill kube-controller-manager', 'sleep 60')
    assert 'Welcome' in shell('kubectl exec box -- curl -s web')
    assert shell('kubectl get componentstatuses 2>/dev/null').count('Unhealthy') == 2
    assert 'NotReady' not in shell('kubectl get nodes')

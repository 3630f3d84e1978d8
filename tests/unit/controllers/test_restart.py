"""Controllers are level-triggered: one that starts anew and looks at everything again writes nothing."""

from __future__ import annotations

import pytest


def test_a_restart_writes_nothing(world, make):
    world.create('services', make.service('web'))
    world.create('deployments.apps', make.deployment('web', 3))
    world.create('statefulsets.apps', make.statefulset('db', 2))
    world.create('daemonsets.apps', make.daemonset('agent'))
    world.create('jobs.batch', make.job('task', completions=2, parallelism=2))
    world.create('cronjobs.batch', {'apiVersion': 'batch/v1', 'kind': 'CronJob', 'metadata': {'name': 'tick'},
                                    'spec': {'schedule': '0 0 1 1 *', 'jobTemplate': {'spec': make.job('x')['spec']}}})
    world.create('poddisruptionbudgets.policy', {
        'apiVersion': 'policy/v1', 'kind': 'PodDisruptionBudget', 'metadata': {'name': 'web'},
        'spec': {'minAvailable': 1, 'selector': {'matchLabels': {'app': 'web'}}}})
    world.create('resourcequotas', {'apiVersion': 'v1', 'kind': 'ResourceQuota', 'metadata': {'name': 'q'},
                                    'spec': {'hard': {'pods': '20', 'count/deployments.apps': '4'}}})
    world.end('job-name=task', 'Succeeded')
    world.run(5)
    before = world.versions()
    world.cluster.controllers.stop()
    world.cluster.controllers.start()
    world.run(5)
    assert world.versions() == before


def test_a_stopped_manager_does_nothing_and_catches_up(world, make):
    world.cluster.controllers.stop()
    world.create('deployments.apps', make.deployment('web', 2))
    assert world.items('replicasets.apps') == []
    world.cluster.controllers.start()
    world.run()
    assert world.status('deployments.apps', 'web')['availableReplicas'] == 2


def test_a_resync_writes_nothing(world, make):
    """What handlers are told again, as informers do from time to time, has been done already."""
    world.create('deployments.apps', make.deployment('web', 2))
    world.create('services', make.service('web'))
    world.create('services', {'apiVersion': 'v1', 'kind': 'Service', 'metadata': {'name': 'hand'},
                              'spec': {'ports': [{'port': 1}]}})
    world.create('endpoints', {'apiVersion': 'v1', 'kind': 'Endpoints', 'metadata': {
        'name': 'hand', 'annotations': {'a': 'b'}}, 'subsets': [
            {'addresses': [{'ip': '10.9.9.9'}], 'ports': [{'port': 1}]}]})
    world.create('persistentvolumes', {
        'apiVersion': 'v1', 'kind': 'PersistentVolume', 'metadata': {'name': 'v', 'namespace': ''}, 'spec': {
            'capacity': {'storage': '1Gi'}, 'accessModes': ['ReadWriteOnce'], 'hostPath': {'path': '/x'}}})
    world.create('persistentvolumeclaims', {
        'apiVersion': 'v1', 'kind': 'PersistentVolumeClaim', 'metadata': {'name': 'c'}, 'spec': {
            'accessModes': ['ReadWriteOnce'], 'storageClassName': '', 'resources': {'requests': {'storage': '1Gi'}}}})
    world.create('secrets', {
        'apiVersion': 'v1', 'kind': 'Secret', 'type': 'kubernetes.io/service-account-token',
        'metadata': {'name': 's', 'annotations': {'kubernetes.io/service-account.name': 'default'}}})
    world.create('horizontalpodautoscalers.autoscaling', {
        'apiVersion': 'autoscaling/v2', 'kind': 'HorizontalPodAutoscaler', 'metadata': {'name': 'h'}, 'spec': {
            'maxReplicas': 3, 'scaleTargetRef': {'apiVersion': 'apps/v1', 'kind': 'Deployment', 'name': 'web'}}}, 40)
    before = world.versions()
    for informer in world.cluster.controllers._informers._by_resource.values():
        for obj in list(informer.objects.values()):
            for handler in informer._handlers:
                handler(obj, obj)
    world.run(5)
    assert world.versions() == before


@pytest.mark.parametrize('policy', ['Background', 'Foreground'])
@pytest.mark.parametrize('pause', [0.001, 0.004, 1])
def test_nothing_is_left_when_all_is_deleted_and_the_manager_fails_meanwhile(world, make, policy, pause):
    before = world.versions().keys()
    world.create('deployments.apps', make.deployment('web', 3))
    world.create('statefulsets.apps', make.statefulset('db', 2))
    world.create('daemonsets.apps', make.daemonset('agent'))
    world.create('jobs.batch', make.job('task', completions=3, parallelism=2))
    world.create('services', make.service('web'))
    world.create('cronjobs.batch', {
        'apiVersion': 'batch/v1', 'kind': 'CronJob', 'metadata': {'name': 'tick'},
        'spec': {'schedule': '* * * * *', 'jobTemplate': {'spec': make.job('x')['spec']}}}, 70)
    for resource, name in (('deployments.apps', 'web'), ('statefulsets.apps', 'db'), ('daemonsets.apps', 'agent'),
                           ('jobs.batch', 'task'), ('services', 'web'), ('cronjobs.batch', 'tick')):
        world.delete(resource, name, pause, policy)
        world.cluster.controllers.stop()
        world.run(pause)
        world.cluster.controllers.start()
    world.run(60)
    assert world.versions().keys() == before

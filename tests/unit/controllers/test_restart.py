"""Controllers are level-triggered: one that starts anew and looks at everything again writes nothing."""

from __future__ import annotations


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

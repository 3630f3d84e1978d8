"""What the API admits does not break a controller, however strange it is: `world.run` fails when one has broken."""

from __future__ import annotations

import pytest


@pytest.mark.parametrize('data', [{}, {'spec': {}}, {'spec': {'template': 5}}, {'spec': [1]}], ids=repr)
@pytest.mark.parametrize('kind', ['StatefulSet', 'DaemonSet'])
def test_a_revision_without_a_template(world, make, kind, data):
    owner = world.create(f'{kind.lower()}s.apps', getattr(make, kind.lower())('web'))
    reference = {'apiVersion': 'apps/v1', 'kind': kind, 'name': 'web', 'uid': owner['metadata']['uid'],
                 'controller': True}
    world.create('controllerrevisions.apps', {
        'apiVersion': 'apps/v1', 'kind': 'ControllerRevision', 'revision': 99, 'data': data,
        'metadata': {'name': 'strange', 'labels': {'app': 'web'}, 'ownerReferences': [reference]}})
    world.patch(f'{kind.lower()}s.apps', 'web', make.image_patch('nginx:1.26'), 60)
    assert {pod['spec']['containers'][0]['image'] for pod in world.items('pods')} == {'nginx:1.26'}


@pytest.mark.parametrize('text', ['\N{SUPERSCRIPT TWO}', 'x', '', '-1'])
def test_an_index_that_is_no_number(world, make, text):
    world.create('jobs.batch', make.job('j', completions=1, completionMode='Indexed', backoffLimitPerIndex=1))
    pod, = world.names('pods')
    world.patch('pods', pod, {'metadata': {'annotations': {
        'batch.kubernetes.io/job-completion-index': text, 'batch.kubernetes.io/job-index-failure-count': text}}})
    world.end('job-name=j', 'Failed', 1)
    world.run(30)
    assert world.find('jobs.batch', 'j') is not None


def test_a_volume_for_a_claim_that_is_known_by_its_uid_alone(world):
    world.create('persistentvolumes', {
        'apiVersion': 'v1', 'kind': 'PersistentVolume', 'metadata': {'name': 'v', 'namespace': ''}, 'spec': {
            'capacity': {'storage': '1Gi'}, 'accessModes': ['ReadWriteOnce'], 'hostPath': {'path': '/x'},
            'claimRef': {'uid': 'abc'}}})
    assert world.get('persistentvolumes', 'v', '')['status']['phase'] == 'Released'


def test_an_active_job_without_a_name(world, make):
    made = world.create('cronjobs.batch', {
        'apiVersion': 'batch/v1', 'kind': 'CronJob', 'metadata': {'name': 'tick'}, 'spec': {
            'schedule': '0 0 1 1 *', 'jobTemplate': {'spec': make.job('x')['spec']}}})
    world.admin.update_status('cronjobs.batch', {**made, 'status': {'active': [{'kind': 'Job'}, {'name': 'gone'}]}})
    world.run()
    assert sorted(world.messages('MissingJob')) == ['Active job went missing: ', 'Active job went missing: gone']
    assert 'active' not in world.status('cronjobs.batch', 'tick')

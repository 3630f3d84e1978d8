"""Checks are looked at again when something changed, and only then."""

from pydantic import TypeAdapter  # noqa: F401 - pydantic is loaded before anything is counted

from tutor.course.words import Text
from tutor.grader.checks.catalog import CHECKS
from tutor.grader.watched import State, Watched

WEB = '{kind: Deployment, metadata: {name: web}, spec: {replicas: %d}}'


def check(id, type='object', **options):
    return CHECKS[type].model_validate({'id': id, 'type': type, 'title': Text.same(id).model_dump(), **options})


CHECK = check('web', kind='Deployment', name='web')
REPLICAS = check('replicas', kind='Deployment', name='web', expect={'spec': {'replicas': 3}}, needs=['web'])


def test_it_turns_green_the_moment_the_cluster_is_so(view):
    watched = Watched([CHECK, REPLICAS], view)
    assert view.wait(watched.refresh())
    assert [status.state for status in watched.statuses] == [State.FAILED, State.WAITING]
    view.objects.add(WEB % 1)
    assert view.wait(watched.refresh())
    assert [status.state for status in watched.statuses] == [State.PASSED, State.FAILED]
    assert watched.first_unmet.result.found.en == '1'
    view.objects.add(WEB % 3)
    assert view.wait(watched.refresh())
    assert watched.solved
    assert watched.first_unmet is None


def test_an_idle_cluster_costs_one_request(view):
    watched = Watched([CHECK, REPLICAS], view)
    view.wait(watched.refresh())
    before = view.objects.requests
    view.now += 60
    assert not view.wait(watched.refresh())
    assert view.objects.requests == before + 1


def test_a_log_is_looked_at_from_time_to_time(view):
    view.objects.add('{kind: Pod, metadata: {name: web}}')
    watched = Watched([check('log', 'log_contains', pod='web', contains='ready')], view)
    view.wait(watched.refresh())
    view.objects.logs['web'] = 'ready\n'
    assert not view.wait(watched.refresh())
    view.now += 1.5
    assert view.wait(watched.refresh())
    assert watched.solved

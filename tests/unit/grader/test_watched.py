"""Checks are looked at again when something changed, and only then."""

from tutor.course.words import Text
from tutor.grader.checks.catalog import CHECKS
from tutor.grader.view import HttpAnswer, Ran
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
    assert watched.statuses[1].result.found.en == '1'
    view.objects.add(WEB % 3)
    assert view.wait(watched.refresh())
    assert watched.solved


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


POD = '{kind: Pod, metadata: {name: customer}}'
REQUEST = check('request', 'request', pod='customer', url='http://shop')


def heartbeat(view):
    view.objects.revision += 1


def test_requests_are_sent_no_more_than_they_must(view):
    """A web server logs them, and the learner reads that log."""
    view.objects.add(POD)
    watched = Watched([REQUEST], view)
    for _ in range(1000):
        view.now += 0.1
        heartbeat(view)
        view.wait(watched.refresh())
    assert view.asked == 5
    view.objects.add('{kind: Service, metadata: {name: shop}}')
    view.answers['http://shop'] = HttpAnswer(200, 'Welcome')
    assert view.wait(watched.refresh())
    assert watched.solved
    for _ in range(1000):
        view.now += 0.1
        heartbeat(view)
        view.wait(watched.refresh())
    assert view.asked == 6


def test_a_request_is_sent_again_after_a_command(view):
    view.objects.add(POD)
    watched = Watched([REQUEST], view)
    view.wait(watched.refresh())
    view.answers['http://shop'] = HttpAnswer(200, 'Welcome')
    view.transcript.append(Ran('kubectl get pods', '', '', 0))
    assert view.wait(watched.refresh())
    assert watched.solved


def test_it_looks_at_once_when_told_to(view):
    view.objects.add(POD)
    watched = Watched([REQUEST], view)
    view.wait(watched.refresh())
    view.wait(watched.refresh(force=True))
    assert view.asked == 2


def test_a_check_whose_need_is_lost_waits_again(view):
    view.objects.add(WEB % 3)
    watched = Watched([CHECK, REPLICAS], view)
    view.wait(watched.refresh())
    assert watched.solved
    view.objects.stored.clear()
    view.objects.revision += 1
    view.wait(watched.refresh())
    assert [status.state for status in watched.statuses] == [State.FAILED, State.WAITING]

"""Probes: what their results do to a pod, and the words of their failures."""

import pytest

from tutor.apimachinery.objects import is_true


def unhealthy(lab) -> list[str]:
    return [message for reason, message in lab.events() if reason == 'Unhealthy']


def test_readiness_decides_over_the_condition(lab) -> None:
    lab.pod(
        image='nginx',
        container={
            'ports': [{'containerPort': 80, 'name': 'http'}],
            'readinessProbe': {
                'httpGet': {'path': '/ready', 'port': 'http'},
                'periodSeconds': 2,
                'failureThreshold': 1,
            },
        },
    )
    lab.simulation.advance(6)
    assert not is_true(lab.get(), 'Ready')
    address = lab.get()['status']['podIP']
    assert unhealthy(lab) == [
        f'Readiness probe failed: Get "http://{address}:80/ready": dial tcp {address}:80: connect: connection refused',
        'Readiness probe failed: HTTP probe failed with statuscode: 404',
    ]
    lab.exec('web', 'touch', '/usr/share/nginx/html/ready')
    lab.ready()
    lab.exec('web', 'rm', '/usr/share/nginx/html/ready')
    lab.until(lambda: not is_true(lab.get(), 'Ready'), 3)
    assert lab.status()['restartCount'] == 0
    assert '"GET /ready HTTP/1.1" 404' in lab.logs()
    assert 'kube-probe/1.36' in lab.logs()


def test_liveness_restarts(lab) -> None:
    lab.pod(
        command=['sh', '-c', 'touch /tmp/healthy; sleep 6; rm /tmp/healthy; sleep 600'],
        container={
            'livenessProbe': {
                'exec': {'command': ['cat', '/tmp/healthy']},
                'initialDelaySeconds': 1,
                'periodSeconds': 2,
                'failureThreshold': 2,
            }
        },
        terminationGracePeriodSeconds=1,
    )
    lab.until(lambda: lab.status().get('restartCount') == 1)
    assert lab.status()['lastState']['terminated']['exitCode'] == 137
    assert ('Killing', 'Container main failed liveness probe, will be restarted') in lab.events()
    assert unhealthy(lab) == ["Liveness probe failed: cat: can't open '/tmp/healthy': No such file or directory\n"]


@pytest.mark.parametrize(('policy', 'kind', 'message'), [
    ('Never', 'containers', 'Container main failed liveness probe'),
    ('Always', 'initContainers', 'Init container main failed liveness probe'),
])
def test_what_is_said_of_a_container_that_is_killed(lab, policy, kind, message) -> None:
    probed = {'name': 'main', 'image': 'busybox', 'command': ['sleep', '600'],
              'livenessProbe': {'exec': {'command': ['false']}, 'periodSeconds': 1, 'failureThreshold': 1}}
    other = {'name': 'other', 'image': 'busybox', 'command': ['sleep', '600']}
    containers = {'initContainers': [{**probed, 'restartPolicy': 'Always'}], 'containers': [other]} \
        if kind == 'initContainers' else {'containers': [probed]}
    lab.pod(restartPolicy=policy, terminationGracePeriodSeconds=1, **containers)
    lab.simulation.advance(4)
    assert ('Killing', message) in lab.events()


def test_startup_holds_the_others_back(lab) -> None:
    test = {'exec': {'command': ['test', '-e', '/tmp/started']}}
    lab.pod(
        command=['sh', '-c', 'sleep 8; touch /tmp/started; sleep 600'],
        container={
            'startupProbe': {**test, 'periodSeconds': 2, 'failureThreshold': 30},
            'livenessProbe': {**test, 'periodSeconds': 1, 'failureThreshold': 1},
        },
    )
    lab.simulation.advance(5)
    assert (lab.status()['started'], lab.status()['ready']) == (False, False)
    lab.ready()
    assert (lab.status()['started'], lab.status()['restartCount']) == (True, 0)


def test_a_port_that_nobody_listens_on(lab) -> None:
    lab.pod(
        image='nginx',
        container={'livenessProbe': {'tcpSocket': {'port': 8080}, 'periodSeconds': 2, 'failureThreshold': 2}},
    )
    lab.until(lambda: lab.status().get('restartCount') == 1)
    assert unhealthy(lab) == [
        f'Liveness probe failed: dial tcp {lab.get()["status"]["podIP"]}:8080: connect: connection refused'
    ]


def test_a_probe_that_takes_too_long(lab) -> None:
    lab.pod(
        command=['sleep', '600'],
        container={'readinessProbe': {'exec': {'command': ['sleep', '10']}, 'timeoutSeconds': 1, 'periodSeconds': 5}},
    )
    lab.simulation.advance(4)
    assert unhealthy(lab) == ['Readiness probe failed: command timed out: "sleep 10" timed out after 1s']


def test_probes_of_an_idle_cluster_cost_no_writes(lab) -> None:
    lab.pod(image='nginx', container={'readinessProbe': {'httpGet': {'path': '/', 'port': 80}, 'periodSeconds': 1}})
    lab.ready()
    version = lab.get()['metadata']['resourceVersion']
    lab.simulation.advance(120)
    assert lab.get()['metadata']['resourceVersion'] == version


def test_grpc_asks_for_health(lab) -> None:
    """After pkg/probe/grpc/grpc_test.go: a server that serves, one that no longer does, and one that is none."""
    probe = {'periodSeconds': 1, 'failureThreshold': 100}
    lab.pod(image='registry.k8s.io/e2e-test-images/agnhost:2.40', container={
        'args': ['grpc-health-checking', '--delay-unhealthy-sec=8'],
        'readinessProbe': {'grpc': {'port': 5000}, **probe}})
    lab.pod('none', image='nginx', container={'readinessProbe': {'grpc': {'port': 80}, **probe}})
    lab.pod('other', image='registry.k8s.io/e2e-test-images/agnhost:2.40', container={
        'args': ['grpc-health-checking'], 'readinessProbe': {'grpc': {'port': 5000, 'service': 'x'}, **probe}})
    lab.ready()
    lab.until(lambda: unhealthy(lab)[-1:] == [
        'Readiness probe failed: service unhealthy (responded with "NOT_SERVING")'], 20)
    address = lab.get('none')['status']['podIP']
    assert ('Unhealthy', f'Readiness probe failed: timeout: failed to connect service "{address}:80" within 1s: '
            'context deadline exceeded') in lab.events('none')
    assert ('Unhealthy', 'Readiness probe failed: error: health rpc probe failed: rpc error: code = NotFound desc = '
            'unknown service') in lab.events('other')


def test_a_probe_that_cannot_be_made_says_nothing_of_the_container(lab) -> None:
    """prober.probe: an error is told, and thrown away."""
    lab.pod(
        command=['sleep', '600'],
        container={
            'livenessProbe': {'exec': {'command': ['no-such-program']}, 'periodSeconds': 1, 'failureThreshold': 1},
            'readinessProbe': {'httpGet': {'port': 'http'}, 'periodSeconds': 1},
        },
    )
    lab.simulation.advance(20)
    assert (lab.status()['restartCount'], lab.status()['ready']) == (0, False)
    texts = unhealthy(lab)
    assert ('Readiness probe errored and resulted in unknown state: strconv.Atoi: parsing "http": invalid syntax'
            in texts)
    assert any(text.startswith(
        'Liveness probe errored and resulted in unknown state: rpc error: code = Unknown desc = failed to exec in '
        'container: failed to start exec "') and text.endswith(
        'unable to start container process: exec: "no-such-program": executable file not found in $PATH')
        for text in texts)


@pytest.mark.parametrize(('where', 'kind', 'text'), [
    pytest.param('/there', '', '', id='redirects are followed'),
    pytest.param('/nowhere', 'Unhealthy', 'Readiness probe failed: HTTP probe failed with statuscode: 404',
                 id='to an error'),
    pytest.param('http://elsewhere.example/', 'ProbeWarning', 'Readiness probe warning: Probe terminated redirects, '
                 'Response body: ', id='to another host'),
    pytest.param('/', 'Unhealthy', 'Readiness probe failed: Get "http://{}:80/": stopped after 10 redirects',
                 id='in a circle'),
])
def test_redirects(lab, where, kind, text) -> None:
    """pkg/probe/http's RedirectChecker."""
    lab.admin.create('configmaps', {'apiVersion': 'v1', 'kind': 'ConfigMap', 'metadata': {
        'name': 'conf', 'namespace': 'default'}, 'data': {'default.conf': (
            f'server {{ listen 80; location = / {{ return 302 {where}; }} location = /there {{ return 200 ok; }} '
            'location / { return 404; } }')}})
    lab.pod(image='nginx', volumes=[{'name': 'conf', 'configMap': {'name': 'conf'}}], container={
        'volumeMounts': [{'name': 'conf', 'mountPath': '/etc/nginx/conf.d'}],
        'readinessProbe': {'httpGet': {'port': 80, 'path': '/'}, 'periodSeconds': 1, 'initialDelaySeconds': 3}})
    lab.simulation.advance(15)
    assert is_true(lab.get(), 'Ready') is (kind != 'Unhealthy')
    address = lab.get()['status']['podIP']
    found = [event for event in lab.events() if event[0] in ('Unhealthy', 'ProbeWarning')]
    assert len(found) == bool(kind)
    for event in found:
        assert event[0] == kind
        assert event[1].startswith(text.format(address))


def test_a_probe_that_wants_tls(lab) -> None:
    lab.pod(image='nginx', container={'readinessProbe': {
        'httpGet': {'port': 80, 'scheme': 'HTTPS'}, 'periodSeconds': 1, 'initialDelaySeconds': 3}})
    lab.simulation.advance(10)
    address = lab.get()['status']['podIP']
    assert unhealthy(lab) == [
        f'Readiness probe failed: Get "https://{address}:80/": http: server gave HTTP response to HTTPS client']


@pytest.fixture
def probed(lab):
    """nginx, asked for a page of its image every 5 and every 7 seconds, for an hour."""
    lab.pod(image='nginx', container={
        'readinessProbe': {'httpGet': {'port': 80, 'path': '/'}, 'periodSeconds': 5},
        'livenessProbe': {'httpGet': {'port': 80, 'path': '/index.html'}, 'periodSeconds': 7}})
    lab.simulation.advance(3600)
    return lab


def test_a_server_logs_each_probe_at_its_moment(probed) -> None:
    lines = [line for line in probed.logs().splitlines() if 'kube-probe' in line]
    assert abs(len(lines) - (3600 // 5 + 3600 // 7)) < 5
    moments = [line.split('[')[1].split(']')[0] for line in lines]
    assert moments == sorted(moments) and len(set(moments)) > 1000


def test_probes_that_find_the_same_cost_nothing(probed) -> None:
    end, steps = probed.simulation.now + 3600, 0
    while (probed.simulation.next_event() or end) < end:
        probed.simulation.step()
        steps += 1
    assert steps < 3600 // 5, 'fewer than there are probes'


def test_whoever_follows_a_log_sees_the_probes_come(probed) -> None:
    kubelets = probed.cluster.nodes.fleet.kubelets.values()
    worker = next(worker for kubelet in kubelets for worker in kubelet.workers.values())
    log = worker.histories['main'][0].log
    waiting, before = log.wait(), log.position
    probed.simulation.advance(5.1)
    assert waiting.done and log.position > before


def test_a_page_that_goes_is_missed_after_hours_of_the_same(probed) -> None:
    probed.exec('web', 'rm', '/usr/share/nginx/html/index.html')
    probed.until(lambda: not is_true(probed.get(), 'Ready'), 16)
    probed.until(lambda: probed.status()['restartCount'] == 1, 60)


def test_an_etcd_of_a_pod_is_its_own_and_answers_for_its_health(lab) -> None:
    """The documentation's gRPC probe: nothing of the cluster's data is touched by it."""
    before = len(lab.admin.list('pods')['items'])
    lab.pod(image='registry.k8s.io/etcd:3.5.1-0', command=[
        '/usr/local/bin/etcd', '--data-dir', '/var/lib/etcd', '--listen-client-urls', 'http://0.0.0.0:2379',
        '--advertise-client-urls', 'http://127.0.0.1:2379', '--log-level', 'debug'], container={
        'livenessProbe': {'grpc': {'port': 2379}, 'initialDelaySeconds': 1, 'periodSeconds': 1, 'failureThreshold': 1}})
    lab.simulation.advance(10)
    assert (lab.status()['ready'], lab.status()['restartCount'], unhealthy(lab)) == (True, 0, [])
    assert lab.exec('web', 'etcdctl', 'put', 'a', 'b') == (0, 'OK\n')
    assert lab.exec('web', 'etcdctl', 'get', '--prefix', '') == (0, 'a\nb\n')
    assert len(lab.admin.list('pods')['items']) == before + 1

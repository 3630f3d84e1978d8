"""etcdctl and etcdutl on the cluster's store."""

from __future__ import annotations

import base64
import json

import pytest

from tests.unit.machine.conftest import Desk
from tutor.apimachinery.protobuf.decoding import decode

PKI = '/etc/kubernetes/pki/etcd'
TLS = f'--cacert={PKI}/ca.crt --cert={PKI}/server.crt --key={PKI}/server.key'
ETCDCTL = f'sudo etcdctl --endpoints=https://127.0.0.1:2379 {TLS}'


def test_the_member_is_shown_as_etcdctl_shows_it(shared: Desk) -> None:
    assert shared.out(f'{ETCDCTL} member list') == (
        '8e9e05c52164694d, started, controlplane, https://172.30.1.2:2380, https://172.30.1.2:2379, false\n')
    table = shared.out(f'{ETCDCTL} member list -w table').splitlines()
    assert table[1].startswith('|        ID        | STATUS  |     NAME     |       PEER ADDRS        |')
    assert table[3].endswith('|      false |')
    assert shared.out(f'{ETCDCTL} endpoint health').startswith(
        'https://127.0.0.1:2379 is healthy: successfully committed proposal: took = ')
    assert 'RAFT APPLIED INDEX' in shared.out(f'{ETCDCTL} endpoint status -w table')


def test_keys_are_those_of_the_api_server(shared: Desk) -> None:
    keys = shared.out(f'{ETCDCTL} get /registry/pods --prefix --keys-only')
    assert '/registry/pods/kube-system/etcd-controlplane\n\n' in keys
    assert shared.out(f'{ETCDCTL} get /registry/namespaces/default').startswith(
        '/registry/namespaces/default\nk8s\0\n\x0f\n\x02v1\x12\tNamespace')
    assert json.loads(shared.out(f'{ETCDCTL} get /registry/namespaces --prefix -w json'))['count'] >= 4


def test_every_value_is_what_an_api_server_writes(shared: Desk) -> None:
    stored = json.loads(shared.out(f'{ETCDCTL} get /registry/ --prefix -w json'))['kvs']
    values = {base64.b64decode(each['key']).decode(): base64.b64decode(each['value']) for each in stored}
    assert {key.split('/')[2] for key, value in values.items() if not value.startswith(b'k8s\0')} == {
        'apiregistration.k8s.io'}
    assert all(decode(value)['metadata']['name'] in key for key, value in values.items() if value[:1] == b'k')
    assert 'kubernetes.io/hostname' in shared.out(f'{ETCDCTL} get /registry/minions/node01 | strings')
    assert shared.out(f'{ETCDCTL} get /registry/minions/node01 --hex').startswith('\\x2f\\x72\\x65\\x67')


def test_keys_are_put_got_and_deleted(desk: Desk) -> None:
    assert desk.out(f'{ETCDCTL} put one 1; {ETCDCTL} put two 2; {ETCDCTL} get one two0') == 'OK\nOK\none\n1\ntwo\n2\n'
    assert desk.out(f'{ETCDCTL} get one --print-value-only; {ETCDCTL} del one; {ETCDCTL} get one') == '1\n1\n'
    assert desk.out('kubectl create configmap away') == 'configmap/away created\n'
    assert desk.out(f'{ETCDCTL} del /registry/configmaps/default/away') == '1\n'
    assert 'not found' in desk.out('kubectl get configmap away')
    shown = desk.out(f'timeout 5 {ETCDCTL} watch /registry/configmaps/default --prefix & sleep 1; '
                     'kubectl create configmap seen >/dev/null; wait')
    assert shown.startswith('PUT\n/registry/configmaps/default/seen\nk8s\0')


@pytest.mark.parametrize(('command', 'said'), [
    ('etcdctl member list', 'error reading server preface: read tcp '),
    (f'sudo etcdctl --endpoints=https://127.0.0.1:2379 {TLS.replace("etcd/ca.crt", "ca.crt")} member list',
     'x509: certificate signed by unknown authority'),
    (f'etcdctl {TLS} member list', f'Error: open {PKI}/server.key: permission denied\n'),
    (f'{ETCDCTL} put', 'Error: put command needs 1 argument and input from stdin or 2 arguments\n'),
    (f'{ETCDCTL} lock door', 'Error: etcdctl lock is not simulated\n'),
    (f'{ETCDCTL} lease grant', 'Error: lease grant command needs TTL argument\n'),
    (f'{ETCDCTL} lease revoke here', 'Error: bad lease ID arg (strconv.ParseInt: parsing "here": invalid syntax), '
     'expecting ID in Hex\n'),
    (f'{ETCDCTL} lease revoke 1234', 'Error: failed to revoke lease (etcdserver: requested lease not found)\n'),
    (f'{ETCDCTL} put a b --lease=1234', 'Error: etcdserver: requested lease not found\n'),
    (f'{ETCDCTL} --command-timeout zz get a',
     'invalid argument "zz" for "--command-timeout" flag: time: invalid duration "zz"\n'),
    (f'{ETCDCTL} compaction 9999999', 'Error: etcdserver: mvcc: required revision is a future revision\n'),
    ('sudo etcdutl snapshot status /nowhere', 'Error: stat /nowhere: no such file or directory\n'),
    ('sudo etcdctl snapshot restore /etc/passwd --data-dir /tmp/x',
     'Error: snapshot missing hash but --skip-hash-check=false\n'),
])
def test_what_goes_wrong_is_said_in_etcd_s_words(shared: Desk, command: str, said: str) -> None:
    assert said in shared.out(command)
    assert shared.code != 0


def test_a_snapshot_brings_the_old_state_back(desk: Desk) -> None:
    desk.out('kubectl create deployment before --image=nginx')
    desk.wait(10)
    assert 'Snapshot saved at /opt/backup.db\n' in desk.out(f'{ETCDCTL} snapshot save /opt/backup.db')
    assert 'TOTAL KEYS' in desk.out('sudo etcdutl snapshot status /opt/backup.db -w table')
    desk.out('kubectl delete deployment before; kubectl create deployment after --image=nginx')
    desk.wait(10)
    shown = desk.out('sudo etcdutl snapshot restore /opt/backup.db --data-dir /var/lib/etcd-new')
    assert 'restored snapshot\t{"path": "/opt/backup.db"' in shown
    assert 'data-dir "/var/lib/etcd-new" not empty' in desk.out(
        'sudo etcdctl snapshot restore /opt/backup.db --data-dir /var/lib/etcd-new')
    desk.out("sudo sed -i 's#path: /var/lib/etcd$#path: /var/lib/etcd-new#' /etc/kubernetes/manifests/etcd.yaml")
    desk.wait(40)
    assert desk.out('kubectl get deployments -o name') == 'deployment.apps/before\n'
    assert 'Running' in desk.out('kubectl get pods')
    assert 'etcd-new' in desk.out('kubectl describe pod -n kube-system etcd-controlplane')
    desk.out("sudo sed -i 's#path: /var/lib/etcd-new$#path: /var/lib/etcd#' /etc/kubernetes/manifests/etcd.yaml")
    desk.wait(40)
    assert desk.out('kubectl get deployments -o name') == 'deployment.apps/after\n'


def test_an_empty_data_folder_is_a_new_cluster(desk: Desk) -> None:
    desk.out('kubectl create namespace mine')
    desk.out("sudo sed -i 's#path: /var/lib/etcd$#path: /var/lib/empty#' /etc/kubernetes/manifests/etcd.yaml")
    desk.wait(60)
    assert 'mine' not in desk.out('kubectl get namespaces')
    assert 'User "kubernetes-admin" cannot list' in desk.out('kubectl get nodes')  # kubeadm's binding is gone, too
    nodes = 'sudo kubectl --kubeconfig /etc/kubernetes/super-admin.conf get nodes'
    assert desk.out(nodes) == 'No resources found\n'
    desk.out('ssh root@node01 systemctl restart kubelet')
    desk.wait(5)
    assert 'node01' in desk.out(nodes)


def test_etcdctl_is_in_the_image_of_etcd_too(shared: Desk) -> None:
    assert 'is healthy' in shared.out('kubectl exec -n kube-system etcd-controlplane -- etcdctl '
                                      f'--endpoints=https://127.0.0.1:2379 {TLS} endpoint health')


def test_keys_end_with_their_lease(desk: Desk) -> None:
    granted = desk.out(f'{ETCDCTL} lease grant 60')
    lease = granted.split()[1]
    assert granted == f'lease {lease} granted with TTL(60s)\n' and len(lease) == 16
    desk.out(f'{ETCDCTL} put mine 1 --lease={lease}; {ETCDCTL} put ours 1 --lease={lease}; {ETCDCTL} put ours 2')
    desk.wait(20)
    shown = desk.out(f'{ETCDCTL} lease timetolive {lease} --keys')
    assert shown.startswith(f'lease {lease} granted with TTL(60s), remaining(') and shown.endswith(
        's), attached keys([mine])\n'), 'a key that is put again without it does not end with it'
    assert lease in desk.out(f'{ETCDCTL} lease list').splitlines()  # beside that of the cluster's events
    assert desk.out(f'{ETCDCTL} lease keep-alive --once {lease}') == f'lease {lease} keepalived with TTL(60)\n'
    desk.wait(50)
    assert desk.out(f'{ETCDCTL} get mine') == 'mine\n1\n'
    desk.wait(20)
    assert desk.out(f'{ETCDCTL} get mine; {ETCDCTL} get ours') == 'ours\n2\n'
    assert desk.out(f'{ETCDCTL} lease timetolive {lease}') == f'lease {lease} already expired\n'


def test_a_revoked_lease_takes_its_keys_along(desk: Desk) -> None:
    lease = desk.out(f'{ETCDCTL} lease grant 600').split()[1]
    desk.out(f'{ETCDCTL} put mine 1 --lease={lease}')
    assert desk.out(f'{ETCDCTL} lease revoke {lease}; {ETCDCTL} get mine') == f'lease {lease} revoked\n'


@pytest.mark.parametrize(('compare', 'said'), [
    ('value("stock") = "5"', 'SUCCESS\n\nOK\n\nstock\n4\n'),
    ('value("stock") > "6"', 'FAILURE\n\nstock\n5\n'),
    ('version("stock") = "1"', 'SUCCESS\n\nOK\n\nstock\n4\n'),
    ('create("sold") != "0"', 'FAILURE\n\nstock\n5\n'),
])
def test_a_transaction_does_one_thing_or_the_other(desk: Desk, compare: str, said: str) -> None:
    desk.out(f'{ETCDCTL} put stock 5')
    given = f'{compare}\n\nput stock "4"\nget stock\n\nget stock\n\n'
    assert desk.out(f"{ETCDCTL} txn <<'E'\n{given}E") == said


@pytest.mark.parametrize(('given', 'said'), [
    ('stock = 5', 'malformed comparison: stock = 5'),
    ('size("stock") = "5"', 'malformed comparison: size("stock") = "5" (unknown target size)'),
    ('version("stock") = "five"', 'strconv.ParseInt: parsing "five": invalid syntax'),
    ('\nsell stock', 'unknown operation sell'),
    ('\nget --prefix', 'invalid txn request: get --prefix'),
])
def test_a_transaction_that_cannot_be_read_changes_nothing(shared: Desk, given: str, said: str) -> None:
    assert shared.out(f"{ETCDCTL} txn <<'E'\n{given}\n\nE") == f'Error: {said}\n'
    assert shared.code == 128


def test_the_manifest_of_etcd_asks_for_what_kubeadm_asks(small: Desk) -> None:
    flags = small.out('sudo grep -E "feature-gates|watch-progress" /etc/kubernetes/manifests/etcd.yaml')
    assert flags == '    - --feature-gates=InitialCorruptCheck=true\n    - --watch-progress-notify-interval=5s\n'
    assert small.out('kubectl -n kube-system get pod etcd-controlplane --no-headers').split()[1] == '1/1'


@pytest.mark.parametrize(('command', 'lines'), [
    ('etcdctl snapshot save --help', [
        '\tsnapshot save - Stores an etcd node backend snapshot to a given file', 'GLOBAL OPTIONS:',
        '\tetcdctl snapshot save <filename> [flags]', '  -h, --help[=false]\thelp for save',
        '      --key=""\t\t\t\t\tidentify secure client using this TLS key file']),
    ('etcdctl get -h', [
        '      --keys-only[=false]\t\tGet only the keys', '      --limit=0\t\t\t\tMaximum number of results']),
    ('etcdctl snapshot -h', ['\tsave\tStores an etcd node backend snapshot to a given file', 'COMMANDS:']),
    ('etcdctl --help', [
        '\tendpoint health\t\tChecks the healthiness of endpoints specified in `--endpoints` flag',
        '  -w, --write-out="simple"\t\t\tset the output format (fields, json, protobuf, simple, table)'])])
def test_help_names_the_flags(shared: Desk, command: str, lines: list[str]) -> None:
    assert set(lines) <= set(shared.out(command).splitlines())


def test_etcdutl_tells_how_it_is_used(shared: Desk) -> None:
    for command in ('etcdutl', 'etcdutl -h', 'etcdutl help'):
        assert '\n  snapshot    Manages etcd node snapshots\n' in shared.out(command)
    restore = shared.out('etcdutl snapshot restore --help')
    assert restore == shared.out('etcdutl help snapshot restore')
    assert '\n  etcdutl snapshot restore <filename> --data-dir {output dir} [options] [flags]\n' in restore
    assert '\n  status      Gets backend snapshot status' in shared.out('etcdutl snapshot')
    assert 'requires exactly one argument' in shared.out('etcdutl snapshot restore')

"""What commands do and say, from outside."""

from __future__ import annotations

import json
import re

import pytest

from tutor.cluster.simulation import Pipe
from tutor.kubectl.main import main
from tutor.shell.process import IO

DEPLOYMENT = """
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, labels: {app: web}}
spec:
  replicas: 2
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
      - {name: nginx, image: "nginx:1.24"}
"""


# -- the program itself -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(('line', 'error'), [
    ('gett pods', 'error: unknown command "gett" for "kubectl"\n\nDid you mean this?\n\tset\n\tget\n'),
    ('nosuch', 'error: unknown command "nosuch" for "kubectl"\n'),
    ('get pods -x', "error: unknown shorthand flag: 'x' in -x\nSee 'kubectl get --help' for usage.\n"),
    ('create deployment x', 'error: required flag(s) "image" not set\n'),
    ('rollout undoo deploy/web', 'error: unknown command "undoo deploy/web"\nSee \'kubectl rollout -h\' for help and '
     'examples\n'),
    ('create namespace a b', 'error: exactly one NAME is required, got 2\n'
     "See 'kubectl create namespace -h' for help and examples\n"),
    ('get nosuch', 'error: the server doesn\'t have a resource type "nosuch"\n'),
    ('get pods --context=nosuch', 'Error in configuration: context was not found for specified context: nosuch\n'),
    ('get pods --request-timeout=abc', 'error: Invalid timeout value. Timeout must be a single integer in seconds, or '
     'an integer followed by a corresponding time unit (e.g. 1s | 2m | 3h)\n'),
])
def test_what_is_wrong_with_a_command_line_is_said_as_kubectl_says_it(shared, line, error):
    answer = shared(line)
    assert (answer.code, answer.out, answer.err) == (1, '', error)


@pytest.mark.parametrize(('name', 'warns'), [
    ('ev', True), ('ev.v1.', True), ('ev.events.k8s.io', False), ('ev.v1.events.k8s.io', False), ('events', False)])
def test_what_else_a_short_name_stands_for_is_told_unless_its_group_is_named(shared, name, warns):
    warning = 'Warning: short name "ev" could also match lower priority resource events.events.k8s.io\n'
    assert shared(f'get {name} -o name').err == (warning if warns else '')


def test_without_a_server_kubectl_says_so_each_time_it_tried(shared):
    *tries, last = shared('-s localhost:8080 get pods').err.splitlines()
    assert last == ('The connection to the server localhost:8080 was refused - did you specify the right host or '
                    'port?')
    assert len(tries) == 5
    assert all("couldn't get current server API group list: Get" in line for line in tries)
    error = shared('-s localhost:8080 create deployment x --image=a').err
    assert error.startswith('error: failed to create deployment: Post "http://localhost:8080/apis/apps/v1/namespaces/')


def test_requests_are_logged_from_level_six_on(shared):
    lines = shared('get cm kube-root-ca.crt --ignore-not-found -v=6').err.splitlines()
    assert 'Config loaded from file:  /root/.kube/config' in lines[0]
    assert all('] "Feature gate default state" feature="' in line for line in lines[1:11])
    assert 'verb="GET" url="https://' in lines[-1]


@pytest.mark.parametrize(('level', 'lines'), [
    (7, ['"Request" verb="GET" url="URL" headers=<', '\tAccept: application/json', '\tUser-Agent: AGENT', ' >',
         '"Response" status="404 Not Found" milliseconds=0']),
    (8, ['"Request Body" body=""', '"Request" verb="GET" url="URL" headers=<', '\tAccept: application/json',
         '\tUser-Agent: AGENT', ' >', '"Response" status="404 Not Found" headers=<',
         '\tCache-Control: no-cache, private', '\tContent-Type: application/json', ' > milliseconds=0',
         '"Response Body" body=<', '\tSTATUS', ' >']),
    (9, ['"Request Body" body=""', '"Request" curlCommand=<',
         '\tcurl -v -XGET  -H "Accept: application/json" -H "User-Agent: AGENT" \'URL\'', ' >',
         '"HTTP Trace: Dial succeed" network="tcp" address="172.30.1.2:6443"',
         '"Response" verb="GET" url="URL" status="404 Not Found" headers=<', '\tCache-Control: no-cache, private',
         '\tContent-Type: application/json', ' > milliseconds=0 dnsLookupMilliseconds=0 dialMilliseconds=0 '
         'tlsHandshakeMilliseconds=0 serverProcessingMilliseconds=0', '"Response Body" body=<', '\tSTATUS', ' >']),
])
def test_each_level_says_more_of_a_request(shared, level, lines):
    found = shared(f'get --raw /api/v1/namespaces/default/pods/x -v={level}').err.splitlines()
    end = next(index for index, line in enumerate(found) if 'server response object' in line)
    shown = [re.sub(r'^\w+ \S+ +\d+ \S+\] ', '', line) for line in found[11:end] if '\tDate: ' not in line]
    given = {'URL': 'https://172.30.1.2:6443/api/v1/namespaces/default/pods/x',
             'AGENT': 'kubectl/v1.36.1 (linux/amd64) kubernetes/8e16b12',
             'STATUS': '{"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":"pods \\"x\\" '
             'not found","reason":"NotFound","details":{"name":"x","kind":"pods"},"code":404}'}
    assert shown == [re.sub('|'.join(given), lambda match: given[match[0]], line) for line in lines]


def test_what_was_deleted_is_asked_for_once_before_it_is_watched(kubectl):
    kubectl('create cm gone --from-literal=a=b')
    kubectl('create cm kept --from-literal=a=b')
    kubectl("patch cm kept -p '{\"metadata\":{\"finalizers\":[\"example.com/x\"]}}'")
    asked = [re.findall(r'verb="(\w+)" url="\S+?(configmaps\S*)"', kubectl(line).err) for line in (
        'delete cm gone -v=6', 'delete cm kept -v=6 --timeout=1s')]
    assert asked == [[('DELETE', 'configmaps/gone'), ('GET', 'configmaps/gone')], [
        ('DELETE', 'configmaps/kept'), ('GET', 'configmaps/kept'),
        ('GET', 'configmaps?allowWatchBookmarks=true&fieldSelector=metadata.name%3Dkept&'
         'resourceVersionMatch=NotOlderThan&sendInitialEvents=true&watch=true')]]


def test_from_level_four_on_a_refusal_is_shown_as_the_server_sent_it(shared):
    err = shared('get pod x -v=4').err
    assert err.endswith('] server response object: %s[{\n  "kind": "Status",\n  "apiVersion": "v1",\n'
                        '  "metadata": {},\n  "status": "Failure",\n  "message": "pods \\"x\\" not found",\n'
                        '  "reason": "NotFound",\n  "details": {\n    "name": "x",\n    "kind": "pods"\n  },\n'
                        '  "code": 404\n}]\n'
                        'Error from server (NotFound): pods "x" not found\n')


def test_help_is_the_same_by_three_ways(shared):
    wanted = shared('get --help').out
    assert wanted.startswith('Display one or many resources.\n\n Prints a table')
    assert shared('help get').out == shared('get -h').out == wanted


# -- get ----------------------------------------------------------------------------------------------------------


def test_nothing_found_is_told_on_standard_error(shared):
    assert shared('get pods').err == 'No resources found in default namespace.\n'
    assert shared('get pods -A').err == 'No resources found\n'


def test_several_kinds_have_tables_of_their_own_and_names_with_kinds(kubectl):
    kubectl('create cm a')
    kubectl('create sa robot')
    lines = kubectl('get cm/a sa/robot').out.splitlines()
    assert [line.split()[0] for line in lines if line] == ['NAME', 'configmap/a', 'NAME', 'serviceaccount/robot']
    assert '' in lines


def test_a_missing_object_does_not_hide_the_others(kubectl):
    kubectl('create cm a')
    answer = kubectl('get cm a b -o name')
    assert (answer.code, answer.out) == (1, 'configmap/a\n')
    assert answer.err == 'Error from server (NotFound): configmaps "b" not found\n'


@pytest.mark.parametrize(('output', 'text'), [
    ('jsonpath={.data.k}', 'v'), ('name', 'configmap/a\n'), ('custom-columns=NAME:.metadata.name,DATA:.data',
                                                            'NAME   DATA\na      map[k:v]\n'),
    ('go-template={{.data.k}}', 'v'),
])
def test_outputs(kubectl, output, text):
    kubectl('create cm a --from-literal=k=v')
    assert kubectl(f'get cm a -o {output}').out == text


def test_sorting_by_a_field(kubectl):
    for name, rank in (('a', '10'), ('b', '9'), ('c', '1')):
        kubectl(f'create cm {name} --from-literal=rank={rank}')
        kubectl(f'label cm {name} mine=yes')
    answer = kubectl('get cm -l mine=yes --sort-by=.data.rank -o name')
    assert answer.out.split() == ['configmap/c', 'configmap/b', 'configmap/a']


def test_a_watch_shows_what_is_there_and_then_each_change(kubectl):
    kubectl('create cm a')
    simulation = kubectl.cluster.simulation
    simulation.call_later(5, lambda: kubectl.cluster.admin.patch('configmaps', 'a', {'data': {'k': 'v'}}, 'default'))
    pipes = [Pipe(simulation) for _ in range(3)]
    task = simulation.spawn(main(['kubectl', 'get', 'cm', 'a', '-w', '--no-headers'], IO(*pipes), kubectl.ctx))
    simulation.advance(10)
    rows = bytes(pipes[1]._buffer).decode().splitlines()
    assert [row.split()[:2] for row in rows] == [['a', '0'], ['a', '1']]
    task.cancel()


def test_a_list_in_chunks_can_be_watched_and_several_objects_cannot(kubectl):
    kubectl('create cm a')
    kubectl('create cm b')
    simulation = kubectl.cluster.simulation
    simulation.call_later(5, lambda: kubectl.cluster.admin.patch('configmaps', 'a', {'data': {'k': 'v'}}, 'default'))
    pipes = [Pipe(simulation) for _ in range(3)]
    line = ['kubectl', 'get', 'cm', '--chunk-size=1', '-w', '--no-headers', '-l', '!x']
    task = simulation.spawn(main(line, IO(*pipes), kubectl.ctx))
    simulation.advance(10)
    rows = [row.split()[:2] for row in bytes(pipes[1]._buffer).decode().splitlines()]
    assert [row for row in rows if len(row[0]) == 1] == [['a', '0'], ['b', '0'], ['a', '1']]
    task.cancel()
    refused = kubectl('get cm a b -w')
    assert refused.err == 'error: you may only watch a single resource or type of resource at a time\n'


# -- create, apply, patch, replace, delete ------------------------------------------------------------------------


def test_a_dry_run_on_the_client_prints_what_would_be_sent(shared):
    obj = json.loads(shared('create deployment web --image=nginx:1.25 --replicas=3 --dry-run=client -o json').out)
    assert obj['spec']['replicas'] == 3
    assert obj['spec']['template']['spec']['containers'] == [{'image': 'nginx:1.25', 'name': 'nginx', 'resources': {}}]
    assert obj['status'] == {}
    assert shared('get deploy web').code == 1


def test_apply_creates_changes_and_leaves_alone(kubectl):
    kubectl.put('web.yaml', DEPLOYMENT)
    assert kubectl('apply -f web.yaml').out == 'deployment.apps/web created\n'
    assert kubectl('apply -f web.yaml').out == 'deployment.apps/web unchanged\n'
    kubectl('label deploy web extra=kept')
    kubectl.put('web.yaml', DEPLOYMENT.replace('labels: {app: web}}', 'labels: {tier: x}}', 1).replace('1.24', '1.25'))
    assert kubectl('apply -f web.yaml --dry-run=client').out == 'deployment.apps/web configured (dry run)\n'
    assert kubectl('apply -f web.yaml').out == 'deployment.apps/web configured\n'
    live = kubectl.cluster.admin.get('deployments.apps', 'web', 'default')
    assert live['metadata']['labels'] == {'extra': 'kept', 'tier': 'x'}
    assert live['spec']['template']['spec']['containers'][0]['image'] == 'nginx:1.25'


def test_documents_before_a_broken_one_are_applied(kubectl):
    text = 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: good}\n---\nkind: [\n'
    answer = kubectl('apply -f -', text)
    assert answer.out == 'configmap/good created\n'
    assert answer.err.startswith('error: error parsing STDIN: error converting YAML to JSON: yaml: ')


def test_of_several_errors_each_has_its_line(kubectl):
    kubectl('create ns a')
    text = '---\n'.join(f'apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: {name}, namespace: a}}\n' for name in 'uv')
    answer = kubectl('apply -n default -f -', text)
    assert answer.err == 2 * ('the namespace from the provided object "a" does not match the namespace "default". You '
                              "must pass '--namespace=a' to perform this operation.\n")


def test_pruning_deletes_what_was_applied_before(kubectl):
    one = 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: %s, labels: {app: x}}\n'
    kubectl('apply -f -', f'{one % "a"}---\n{one % "b"}')
    kubectl('create cm c')
    kubectl('label cm c app=x')
    answer = kubectl('apply -f - --prune -l app=x --prune-allowlist=core/v1/ConfigMap', one % 'a')
    assert answer.out == 'configmap/a unchanged\nconfigmap/b pruned\n'
    assert kubectl('get cm c -o name').code == 0


def test_a_patch_says_whether_it_changed_anything(kubectl):
    kubectl('create deployment web --image=nginx')
    assert kubectl("patch deploy web -p '{\"spec\":{\"replicas\":2}}'").out == 'deployment.apps/web patched\n'
    assert kubectl("patch deploy web -p 'spec: {replicas: 2}'").out == 'deployment.apps/web patched (no change)\n'


def test_replace_force_deletes_first(kubectl):
    kubectl.put('web.yaml', DEPLOYMENT)
    kubectl('create -f web.yaml')
    uid = kubectl.cluster.admin.get('deployments.apps', 'web', 'default')['metadata']['uid']
    answer = kubectl('replace --force -f web.yaml')
    assert answer.out == 'deployment.apps "web" deleted from default namespace\ndeployment.apps/web replaced\n'
    assert kubectl.cluster.admin.get('deployments.apps', 'web', 'default')['metadata']['uid'] != uid


def test_delete_waits_for_finalizers_until_its_timeout(kubectl):
    kubectl('create cm sticky')
    kubectl.cluster.admin.patch('configmaps', 'sticky', {'metadata': {'finalizers': ['example.com/hold']}}, 'default')
    before = kubectl.cluster.simulation.now
    answer = kubectl('delete cm sticky --timeout=2s')
    assert answer.out == 'configmap "sticky" deleted from default namespace\n'
    assert answer.err == 'error: timed out waiting for the condition on configmaps/sticky\n'
    assert 2 <= kubectl.cluster.simulation.now - before < 2.1


def test_edit_sends_what_the_editor_left(kubectl):
    kubectl('create cm a --from-literal=k=old')
    kubectl.ctx.env['KUBE_EDITOR'] = 'sed -i s/old/new/'
    assert kubectl('edit cm a').out == 'configmap/a edited\n'
    assert kubectl.cluster.admin.get('configmaps', 'a', 'default')['data'] == {'k': 'new'}
    assert kubectl('edit cm a').err == 'Edit cancelled, no changes made.\n'
    kubectl.ctx.env['KUBE_EDITOR'] = 'nosucheditor'
    assert kubectl('edit cm a').err == 'error: unable to launch the editor "nosucheditor"\n'


def test_diff_ends_with_one_when_there_is_a_difference(kubectl):
    kubectl.put('web.yaml', DEPLOYMENT)
    kubectl('apply -f web.yaml')
    assert (kubectl('diff -f web.yaml').code, kubectl('diff').code) == (0, 2)
    kubectl.put('web.yaml', DEPLOYMENT.replace('1.24', '1.25'))
    answer = kubectl('diff -f web.yaml')
    assert answer.code == 1
    assert '-      - image: nginx:1.24\n+      - image: nginx:1.25\n' in answer.out
    assert kubectl.files.listdir('/tmp') == []


def test_the_token_of_a_service_account_is_printed_alone(shared):
    assert shared('create token default').out.count('.') == 2


@pytest.mark.parametrize(('line', 'error'), [
    ('create cm bad --from-literal=novalue', 'error: invalid literal source novalue, expected key=value\n'),
    ('create service clusterip bad --tcp=70000', 'error: strconv.ParseUint: parsing "70000": value out of range\n'),
    ('create role bad --verb=get --resource=nosuch', 'the server doesn\'t have a resource type "nosuch"\n'),
    ('create ingress bad --rule=foo.com', 'error: rule foo.com is invalid and should be in format '
     'host/path=svcname:svcport[,tls[=secret]]\n'),
    ('run bad --image=nginx --env=NOVALUE', 'error: invalid env: NOVALUE\n'),
    ('expose ns default --port=80', 'error: cannot expose a Namespace\n'),
    ('delete cm --all -l a=b', "error: setting 'all' parameter but found a non empty selector. \n"),
    ('delete pod x --now --grace-period=0', 'error: --now and --grace-period cannot be specified together\n'),
    ('apply -f - --subresource=status', 'error: --subresource can only be specified for --server-side\n'),
    ('apply -f nosuch.yaml', 'error: the path "nosuch.yaml" does not exist\n'),
])
def test_refusals(shared, line, error):
    answer = shared(line)
    assert (answer.code, answer.err) == (1, error)


def test_preferences_add_aliases_and_defaults(kubectl):
    kubectl('create cm a')
    kubectl('kuberc set --section aliases --name cms --command get --prependarg cm --option output=name')
    assert kubectl('cms a').out == 'configmap/a\n'
    assert kubectl('cms a -o jsonpath={.kind}').out == 'ConfigMap'
    kubectl('kuberc set --section defaults --command get --option output=name')
    assert kubectl('get cm a').out == 'configmap/a\n'
    assert 'already exist, use --overwrite' in kubectl('kuberc set --section defaults --command get').err
    kubectl.ctx.env['KUBERC'] = 'off'
    assert kubectl('get cm a').out.startswith('NAME')


def test_diff_shows_what_pruning_would_delete(kubectl):
    one = 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: %s, labels: {app: x}}\n'
    kubectl('apply -f -', f'{one % "a"}---\n{one % "b"}')
    text = kubectl('diff -f - --prune -l app=x', one % 'a').out
    assert '-  name: b\n' in text
    assert '+  name' not in text


def test_server_side_apply_takes_over_what_was_applied_on_the_client(kubectl):
    kubectl.put('web.yaml', DEPLOYMENT)
    kubectl('apply -f web.yaml')
    kubectl.put('web.yaml', DEPLOYMENT.replace('1.24', '1.25'))
    assert kubectl('apply -f web.yaml --server-side').out == 'deployment.apps/web serverside-applied\n'
    assert 'nginx:1.25' in kubectl('apply view-last-applied deploy/web').out
    answer = kubectl('apply -f web.yaml --server-side --field-manager=robot')
    assert answer.code == 0
    kubectl.put('web.yaml', DEPLOYMENT.replace('1.24', '1.26'))
    answer = kubectl('apply -f web.yaml --server-side --field-manager=robot')
    assert answer.err.startswith('error: Apply failed with 1 conflict: conflict with "kubectl"')


@pytest.mark.parametrize(('line', 'code', 'error'), [
    ('diff --nosuch', 2, "error: unknown flag: --nosuch\nSee 'kubectl diff -h' for help and examples\n"),
    ('diff x', 2, "error: Unexpected args: [x]\nSee 'kubectl diff -h' for help and examples\n"),
    ('get --raw bogus', 1, 'error: --raw must be a valid URL path: parse "bogus": invalid URI for request\n'),
    ('get --raw /%zz', 1, 'error: --raw must be a valid URL path: parse "/%zz": invalid URL escape "%zz"\n'),
    ('create --raw /api -f https://a', 1, 'error: --raw cannot read from a url\n'),
    ('attach', 1, 'error: at least 1 argument is required for attach\n'),
    ('config unset nosuch', 1, 'error: unable to parse nosuch after [] at api.Config\n'),
    ('config delete-user', 1, "error: user to delete is required\nSee 'kubectl config delete-user -h' for help and "
     'examples\n'),
    ('debug p --image=x --env=a', 1, 'error: invalid argument "a" for "--env" flag: a must be formatted as key=value\n'
     "See 'kubectl debug --help' for usage.\n"),
    ('run p --image=', 1, 'error: --image is required\n'),
])
def test_refusals_with_their_exit_codes(shared, line, code, error):
    answer = shared(line)
    assert (answer.code, answer.out, answer.err) == (code, '', error)


def test_help_texts_are_markdown_rendered(shared):
    assert shared('describe --help').out.split('\n')[2:7] == [
        ' Print a detailed description of the selected resources, including related resources such as events or '
        'controllers. You may select a single object by name, all objects of that type, provide a name prefix, or '
        'label selector. For example:', '', '        $ kubectl describe TYPE NAME_PREFIX', '        ',
        ' will first check for an exact match on TYPE and NAME_PREFIX. If no such resource exists, it will output '
        'details for every resource that has a name prefixed with NAME_PREFIX.']
    assert '\n\n  *  A taint consists of a key' in shared('taint --help').out
    assert '\n\n  1.  If the --kubeconfig flag' in shared('config --help').out


def test_what_is_decoded_into_a_go_struct_is_printed_in_the_order_of_its_fields(shared):
    made = shared('create deployment d --image=nginx --dry-run=client -o json').out
    assert [line.strip().split(':')[0] for line in made.split('\n')[1:5]] == [
        '"kind"', '"apiVersion"', '"metadata"', '"name"']
    assert made.index('"name": "nginx"') < made.index('"image": "nginx"')
    saved = shared('create configmap c --from-literal=a=b --save-config --dry-run=client -o yaml').out
    assert '{"kind":"ConfigMap","apiVersion":"v1","metadata":{"name":"c"},"data":{"a":"b"}}' in saved


@pytest.mark.parametrize(('line', 'code', 'error'), [
    ('create secret docker-registry r', 1, 'error: either --from-file or the combination of --docker-username, '
     '--docker-password and --docker-server is required\n'),
    ('create clusterrole r --aggregation-rule=a', 1, 'error: invalid argument "a" for "--aggregation-rule" flag: '
     "malformed pair, expect string=string\nSee 'kubectl create clusterrole --help' for usage.\n"),
    ('run p --image=nginx --env=1A=b', 1, 'error: invalid env: 1A=b\n'),
    ('patch cm kube-root-ca.crt --type=json --dry-run=client -p \'[{"op":"remove","path":"/data/x"}]\'', 1,
     "error: error in remove for path: '/data/x': Unable to remove nonexistent key: x: missing value\n"),
    ('patch cm kube-root-ca.crt --type=json --dry-run=client -p {}', 1,
     'error: json: cannot unmarshal object into Go value of type jsonpatch.Patch\n'),
    ('patch cm kube-root-ca.crt --dry-run=client -p foo', 1, 'error: invalid JSON document\n'),
    ('set selector svc kubernetes "a in (b)"', 1,
     'error: match expression [{a In [b]}] not supported on this object\n'),
])
def test_arguments_are_refused_in_the_words_of_the_real_one(shared, line, code, error):
    answer = shared(line)
    assert (answer.code, answer.err) == (code, error)


def test_a_patch_on_the_client_leaves_the_stored_object_alone(kubectl):
    kubectl('create configmap c --from-literal=a=b')
    patch = '\'[{"op":"replace","path":"/data/a","value":"z"}]\''
    assert kubectl(f'patch cm c --type=json -p {patch} --dry-run=client').out == 'configmap/c patched\n'
    assert kubectl("get cm c -o jsonpath='{.data.a}'").out == 'b'


def test_expose_takes_several_ports(shared):
    made = shared("expose svc kubernetes --name=k --selector=a=b --port=80,443 --dry-run=client -o jsonpath="
                  "'{.spec.ports[*].name} {.spec.ports[*].port}'")
    assert made.out == 'port-1 port-2 80 443'


@pytest.mark.parametrize(('output', 'line'), [
    ('name', 'namespace/default'),
    ('jsonpath={.type}', 'ADDED'),
    ('json', '{"type":"ADDED","object":{"apiVersion":"v1","kind":"Namespace",'),
    ('yaml', 'object:\n  apiVersion: v1\n  kind: Namespace\n'),
    ('custom-columns=T:.type,N:.object.metadata.name', 'T       N\nADDED   default\n'),
])
def test_watch_events_are_printed_without_a_kind_of_their_own(kubectl, output, line):
    simulation = kubectl.cluster.simulation
    simulation.call_later(2, lambda: [task.cancel() for task in tasks])
    pipes = [Pipe(simulation) for _ in range(3)]
    argv = ['kubectl', 'get', 'ns', 'default', '-w', '--output-watch-events', '-o', output]
    tasks = [simulation.spawn(main(argv, IO(*pipes), kubectl.ctx))]
    simulation.run_until(lambda: tasks[0].done)
    assert bytes(pipes[1]._buffer).decode().startswith(line)


@pytest.mark.parametrize(('line', 'prefix'), [
    ('get pod a%b', ''), ('create token a%b', 'failed to create token: ')])
def test_a_name_is_one_part_of_a_path(shared, line, prefix):
    assert shared(line).err == f'error: {prefix}invalid resource name "a%b": [may not contain \'%\']\n'


def test_a_container_whose_name_had_to_be_changed_gets_a_unique_one(shared):
    names = "-o jsonpath='{.spec.template.spec.containers[*].name}'"
    answer = shared(f'create deploy d --image=my_org/hello_world.x:1 --image=a.b/web@sha256:0 --dry-run=client {names}')
    assert re.fullmatch(r'hello-world-x-[bcdfghjklmnpqrstvwxz2-9]{5} web', answer.out)


def test_an_empty_schedule_is_for_the_server_to_refuse(shared):
    assert shared('create cj c --image=x --schedule=').err == (
        'error: failed to create cronjob: CronJob.batch "c" is invalid: spec.schedule: Required value\n')


def test_columns_of_a_file_have_headers_always(shared):
    shared.put('columns', 'A B\n.kind .metadata.name\n')
    assert shared('get ns default -o custom-columns-file=columns --no-headers').out == (
        'A           B\nNamespace   default\n')


def test_explain_takes_keys_in_brackets(shared):
    assert 'FIELD: labels <map[string]string>' in shared('explain "pod.metadata[\'labels\']"').out


@pytest.mark.parametrize('kind', ['Merge', '', 'STRATEGIC'])
def test_the_type_of_a_patch_may_be_empty_or_capital(shared, kind):
    assert shared(f"patch ns default --type={kind} -p '{{}}'").out == 'namespace/default patched (no change)\n'


def test_a_patch_that_changes_nothing_says_so_though_it_is_recorded(kubectl):
    kubectl('create cm c --from-literal=a=1')
    assert kubectl("patch cm c -p '{\"data\":{\"a\":\"1\"}}' --record").out == 'configmap/c patched (no change)\n'
    assert 'kubectl patch cm c' in kubectl('get cm c -o yaml').out


def test_what_is_edited_has_one_of_the_formats_of_objects(kubectl):
    kubectl('create cm a')
    kubectl.ctx.env['KUBE_EDITOR'] = 'true'
    assert kubectl('edit cm a -o name').err == (
        'error: unable to match a printer suitable for the output format "name", allowed formats are: '
        'json,kyaml,yaml\n')
    assert kubectl('edit cm nosuch -o name').err == 'Error from server (NotFound): configmaps "nosuch" not found\n'


def test_an_edited_object_remembers_its_managed_fields_too(kubectl):
    kubectl('create cm a --from-literal=k=1')
    kubectl.ctx.env['KUBE_EDITOR'] = 'sed -i s/k:/q:/'
    kubectl('edit cm a --save-config')
    annotation = kubectl("get cm a -o jsonpath='{.metadata.annotations}'").out
    assert r'\"data\":{\"q\":\"1\"}' in annotation
    assert r'\"managedFields\":[{\"apiVersion\":\"v1\"' in annotation


def test_the_edited_file_is_its_owners(kubectl):
    kubectl('create cm a')
    kubectl.ctx.uid = kubectl.ctx.gid = 1000
    kubectl.ctx.env['KUBE_EDITOR'] = 'false'
    path = kubectl('edit cm a').err
    names = [name for name in kubectl.files.listdir('/tmp') if name.startswith('kubectl-edit-')]
    node = kubectl.files.node(f'/tmp/{names[0]}')
    assert (node.uid, node.mode) == (1000, 0o600), path


def test_profiles_are_known_and_leave_a_file(kubectl):
    assert kubectl('get ns --profile=foo').err == "error: unknown profile 'foo'\n"
    assert kubectl('create deployment --profile=foo').err == "error: unknown profile 'foo'\n"
    kubectl('get ns nosuch --profile=mutex')
    assert not kubectl.files.exists('/root/profile.pprof')
    assert kubectl('get ns default -o name --profile=mutex').out == 'namespace/default\n'
    assert kubectl.files.exists('/root/profile.pprof')
    assert kubectl('get ns --profile=cpu --profile-output=no/where').err == (
        'error: open no/where: no such file or directory\n')


def test_the_help_of_options_is_empty(shared):
    assert (shared('options --help').out, shared('help options').out) == ('', '')


def test_wait_looks_at_its_format_first(shared):
    assert shared('wait ns default --for=delete --timeout=1s -o bad').err.startswith(
        'error: unable to match a printer suitable for the output format "bad"')


def test_only_nodes_are_cordoned(kubectl):
    kubectl('create deploy web --image=nginx')
    assert kubectl('cordon deploy/web').err == (
        'error: expected resource of type node, got "apps/v1, Resource=deployments"\n')

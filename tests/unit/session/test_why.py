"""Explained errors: each row is typed, and the explanation must name the cause that stands beside it."""

from __future__ import annotations

import pytest

from tutor.session.session import Session
from tutor.session.why.explanation import LIKELY

POD = 'apiVersion: v1\nkind: Pod\nmetadata:\n  name: {name}\nspec:\n'


def run(session: Session, text: str) -> None:
    session.submit(text)
    for _ in range(100):
        session.pump(0.5)
        if not session.running:
            return
    session.terminal.interrupt()
    session.pump(0.5)


def explained(session: Session, text: str) -> str:
    """The English explanation after a command; the Chinese one must be another."""
    run(session, text)
    found = session.why()
    assert found is not None, session.transcript[-1]
    assert found.text.zh != found.text.en
    assert any('一' <= char <= '鿿' for char in found.text.zh)
    return found.text.en + '\n' + '\n'.join(suggestion.command for suggestion in found.suggestions)


def yaml(name: str, rest: str) -> str:
    return f"cat > {name}.yaml <<'END'\n{POD.format(name=name)}{rest}END\nkubectl apply -f {name}.yaml"


@pytest.fixture(scope='module')
def session() -> Session:
    return troubled()


def troubled() -> Session:
    """A cluster in which much is wrong, each under a name of its own."""
    found = Session()
    for command in (
        'kubectl create deployment web --image=nginx --port=80', 'kubectl create namespace other',
        'kubectl run lonely --image=nginx -n other', 'kubectl run two --image=nginx',
        'kubectl run typo --image=ngnix', 'kubectl run tag --image=nginx:9.9.9',
        'kubectl run registry --image=nowhere.example/x:1', yaml('upper', '  containers: [{name: a, image: NGINX}]\n'),
        'kubectl run crash --image=busybox -- sh -c "exit 3"', 'kubectl run noprog --image=busybox -- nosuch',
        'kubectl run done --image=busybox -- true', 'kubectl run missing --image=busybox -- sh -c nosuchcommand',
        """kubectl run label --image=nginx --overrides='{"spec":{"nodeSelector":{"disk":"ssd"}}}'""",
        """kubectl run gated --image=nginx --overrides='{"spec":{"schedulingGates":[{"name":"example.com/wait"}]}}'""",
        """kubectl run sched --image=nginx --overrides='{"spec":{"schedulerName":"mine"}}'""",
        yaml('huge', '  containers: [{name: a, image: nginx, resources: {requests: {cpu: 40}}}]\n'),
        yaml('greedy', '  containers: [{name: a, image: nginx, resources: {requests: {memory: 900Gi}}}]\n'),
        yaml('env', '  containers: [{name: a, image: nginx, envFrom: [{configMapRef: {name: nomap}}]}]\n'),
        'kubectl create configmap map --from-literal=a=1',
        yaml('key', '  containers: [{name: a, image: nginx, env: [{name: X, valueFrom: {configMapKeyRef: '
                    '{name: map, key: b}}}]}]\n'),
        yaml('vol', '  containers: [{name: a, image: nginx, volumeMounts: [{name: v, mountPath: /v}]}]\n'
                    '  volumes: [{name: v, secret: {secretName: nosecret}}]\n'),
        yaml('claim', '  containers: [{name: a, image: nginx}]\n'
                      '  volumes: [{name: v, persistentVolumeClaim: {claimName: noclaim}}]\n'),
        yaml('probe', '  containers: [{name: a, image: nginx, readinessProbe: {httpGet: {path: /x, port: 81}, '
                      'periodSeconds: 1}}]\n'),
        yaml('init', '  initContainers: [{name: first, image: busybox, command: [sh, -c, "exit 5"]}]\n'
                     '  containers: [{name: a, image: nginx}]\n'),
        yaml('never', '  containers: [{name: a, image: httpd, imagePullPolicy: Never}]\n'),
        yaml('root', '  containers: [{name: a, image: nginx, securityContext: {runAsNonRoot: true}}]\n'),
        'kubectl expose pod two --name=wrong --port=80 --selector=app=wbe --target-port=80',
        'kubectl expose deployment web --name=port --port=80 --target-port=http',
        'kubectl create service clusterip probed --tcp=80; kubectl patch service probed -p '
        """'{"spec":{"selector":{"run":"probe","app":null}}}'; kubectl label pod probe run=probe""",
        'kubectl create service externalname ext --external-name=x.y', 'kubectl create namespace small',
        'kubectl create quota few --hard=pods=0 -n small', 'kubectl create deployment q --image=nginx -n small',
        'kubectl create ingress noclass --class=nope --rule=a.b/=web:80',
        "kubectl create job bad --image=busybox -- false; kubectl patch job bad -p '{\"spec\":{\"backoffLimit\":0}}'",
        'kubectl create cronjob sleepy --image=busybox --schedule="* * * * *" -- true',
        "kubectl patch cronjob sleepy -p '{\"spec\":{\"suspend\":true}}'",
        'kubectl create deployment paused --image=nginx; kubectl rollout pause deployment paused',
        'printf "apiVersion: v1\\nkind: PersistentVolumeClaim\\nmetadata:\\n  name: pvc1\\nspec:\\n'
        '  storageClassName: fast\\n  accessModes: [ReadWriteOnce]\\n  resources: {requests: {storage: 1Gi}}\\n" | '
        'kubectl apply -f -',
        """kubectl run held --image=nginx --overrides='{"metadata":{"finalizers":["example.com/keep"]},"""
        """"spec":{"nodeName":"node02"}}'""",
        'kubectl delete pod held --wait=false', 'kubectl cordon node02',
    ):
        run(found, command)
    for _ in range(45):
        found.pump(1)
    return found


@pytest.mark.parametrize(('command', 'cause'), [
    ('kubectl get pod typo', '`nginx` is close'),
    ('kubectl get pod tag', 'its tag `9.9.9` does not'),
    ('kubectl get pod registry', 'registry `nowhere.example` cannot be reached'),
    ('kubectl get pod upper', 'no valid image name'),
    ('kubectl get pod never', '`imagePullPolicy: Never` forbids pulling'),
    ('kubectl get pod crash', 'exit code 3'),
    ('kubectl get pod missing', 'the image has no such command'),
    ('kubectl get pod done', 'ended (exit code 0)'),
    ('kubectl get pod noprog', 'no program `nosuch`'),
    ('kubectl get pod init', 'The other containers wait for it'),
    ('kubectl get pod env', 'configmap `nomap`'),
    ('kubectl get pod key', 'has no key `b`'),
    ('kubectl get pod vol', 'wants the secret `nosecret`'),
    ('kubectl get pod root', 'forbids root'),
    ("""kubectl run ghost --image=nginx --overrides='{"spec":{"nodeName":"node99"}}'""", 'has no such node'),
    ('kubectl get pod gated', 'scheduling gates: example.com/wait'),
    ('kubectl get pod sched', 'the scheduler `mine`'),
    ('kubectl get pod label', 'the labels that `nodeSelector`'),
    ('kubectl get pod huge', 'less CPU is left'),
    ('kubectl get pod greedy', 'less memory is left'),
    ('kubectl get pod claim', 'no PersistentVolumeClaim `noclaim`'),
    ('kubectl get pod probe', 'readiness probe fails'),
    ('kubectl get pod held', 'has finalizers: example.com/keep'),
    ('kubectl get service wrong', 'looks for `app=wbe`'),
    ('kubectl get service port', '`targetPort: http`'),
    ('kubectl get service probed', 'none is ready'),
    ('kubectl get deployment q -n small', 'the quota `few`'),
    ('kubectl get deployment paused', 'is paused'),
    ('kubectl get ingress noclass', 'wants the IngressClass `nope`'),
    ('kubectl get job bad', '`backoffLimit`'),
    ('kubectl get cronjob sleepy', 'is suspended'),
    ('kubectl get pvc pvc1', 'the StorageClass `fast`, which is not there'),
    ('kubectl get nodes', 'is cordoned'),
    ('kubectl wait pod/huge --for=condition=Ready --timeout=1s', 'did not come in time. No node can take'),
])
def test_what_a_command_shows_is_explained_by_the_state(session: Session, command: str, cause: str) -> None:
    assert cause in explained(session, command)


@pytest.mark.parametrize(('command', 'cause'), [
    ('kubectl get pod lonely', 'lives in the namespace other'),
    ('kubectl get pod towo', 'one is close: `two`'),
    ('kubectl create configmap x -n ohter', 'no namespace `ohter`'),
    ('kubectl create deployment web --image=nginx', 'is there already'),
    ('kubectl get pods --as=jane', 'kubectl create rolebinding list-pods --role=list-pods --user=jane -n default'),
    ('kubectl get nodes --as=jane', 'kubectl create clusterrole list-nodes'),
    ('kubectl auth can-i list pods --as=jane', 'The answer is no'),
    ('kubectl run x --image=nginx -n small', 'quota `few` of the namespace is used up'),
    ('kubectl get pods --context=nope', 'no context `nope`'),
    ('kubectl config use-context nope', 'no context `nope`'),
    ('kubectl --server=https://localhost:9 get pods', 'No API server listens'),
    ('kubectl get pods --token=wrong --kubeconfig=/dev/null --server=https://172.30.1.2:6443 '
     '--insecure-skip-tls-verify', 'does not know who you are'),
    ('kubectl drain node01', '--ignore-daemonsets'),
    ('kubectl logs two --previous', 'has not been restarted'),
    ('kubectl exec two -- nosuch', 'no such program'),
    ('kubectl logs two -c nope', 'has no container `nope`'),
    ('kubectl label pod two run=x', 'add `--overwrite`'),
    ('kubectl set image deployment/web nope=nginx', 'no container `nope`'),
    ('kubectl rollout undo deployment/web --to-revision=9', 'no such revision'),
    ('kubectl rollout restart deployment/paused', 'is paused'),
    ('kubectl delete namespace default', 'belongs to the cluster itself'),
    ('kubectl patch job bad -p \'{"spec":{"completionMode":"Indexed","completions":2}}\'',
     'cannot change after creation'),
    ('kubectl run Upper --image=nginx', 'lower-case letters'),
    ('kubectl label pod two a="b c"', 'A label value'),
    ('kubectl create service nodeport np --tcp=80 --node-port=80', 'lies outside'),
    ('kubectl gte pods', 'kubectl get pods'), ('kubectl get pdos', 'kubectl get pods'),
    ('kubectl get pods --namespce=default', '--namespace=default'),
    ('kubectl scale deployment web', 'cannot do without the flag'),
    ('kubectl create deployment x --image=nginx --replicas=two', 'does not take `two`'),
    ('kubectl get pods -o foo', 'no output format `foo`'),
    ("kubectl get pods -o jsonpath='{.items'", 'The jsonpath `{.items` is wrong'),
    ("kubectl get pods -o go-template='{{range .items}}'", 'The Go template is wrong'),
    ('kubectl apply -f nosuch.yaml', 'There is no `nosuch.yaml` here'),
    ('kubectl apply', '`apply` must know where the manifest is'),
    ('kubectl apply -f https://example.com/x.yaml', 'no internet in this course'),
    (yaml('bad1', '  containers:\n  - name: a\n   image: nginx\n'), 'the indentation of this line'),
    ('printf "kind: Pod\\n\\tx: 1\\n" | kubectl apply -f -', 'a tab stands in the indentation'),
    ('printf "kind: \\"Pod\\n" | kubectl apply -f -', 'a quote has no partner'),
    (yaml('bad2', '  containers:\n  - name: a\n    imagee: nginx\n'), '`image` is close'),
    (yaml('bad3', '  restartpolicy: Never\n  containers: [{name: a, image: nginx}]\n'), '`restartPolicy` is close'),
    (yaml('bad4', '  image: nginx\n  containers: [{name: a}]\n'), 'it belongs to'),
    (yaml('bad5', '  containers: [{name: a, image: nginx, ports: [{containerPort: "80"}]}]\n'), 'Take the quotes away'),
    (yaml('bad6', '  containers: [{name: a, image: nginx, env: [{name: A, value: 1}]}]\n'), 'put quotes'),
    (yaml('bad7', '  containers: [{name: a, image: nginx, resources: {limits: {memory: 1 Gi}}}]\n'),
     'A quantity is wrong'),
    (yaml('bad8', '  containers: [{name: a, image: nginx, volumeMounts: [{name: v, mountPath: /v}]}]\n'),
     'must stand in `volumes`'),
    (yaml('bad9', '  containers: []\n'), 'must be there'),
    (yaml('bada', '  restartPolicy: Sometimes\n  containers: [{name: a, image: nginx}]\n'), 'it may be: '),
    (yaml('badb', '  serviceAccountName: nobody\n  containers: [{name: a, image: nginx}]\n'),
     'ServiceAccount `nobody`'),
    (yaml('badc', '  priorityClassName: nope\n  containers: [{name: a, image: nginx}]\n'), 'no PriorityClass `nope`'),
    ('printf "apiVersion: v1\\nkind: Deployment\\nmetadata: {name: x}\\n" | kubectl apply -f -', 'but `apps/v1`'),
    ('printf "kind: Pod\\nmetadata: {name: x}\\n" | kubectl apply -f -', 'needs `apiVersion` and `kind`'),
    ('kubectl create deployment s2 --image=nginx --dry-run=client '
     "-o json | jq '.spec.selector.matchLabels.app=\"other\"' | kubectl create -f -", 'must stand in `spec.template'),
    ('kubctl get pods', 'kubectl get pods'), ('helm list', 'Helm is not part of this course'),
    ('tmux', 'put `&` after a command'), ('echo "open', 'has no partner'), ('echo a | | b', 'The shell cannot read on'),
    ('for i in 1 2; do echo', 'not finished'), ('touch s.sh; ./s.sh', 'chmod +x ./s.sh'),
    ('./nosuch.sh', 'there is no `./nosuch.sh`'), ('cat nosuch', 'no file `nosuch`'), ('/tmp', 'is a folder'),
    ('x="a b"; echo hi > $x', 'so the shell cannot tell which file'), ('echo $((1/0))', 'divided by zero'),
    ('[ "" -gt 1 ]', 'One side of'), ('touch /etc/x', 'Put `sudo` before'),
    ('curl http://nosuch.example', 'DNS does not know'), ('kubectl get pods | jq .', 'its input is no JSON'),
])
def test_a_command_that_failed_is_explained(session: Session, command: str, cause: str) -> None:
    assert cause in explained(session, command)


@pytest.mark.parametrize(('command', 'cause'), [
    ('kubectl create cm x --from-literal=a', '`a` has no equals sign'),
    ('kubectl create secret docker-registry r', '--docker-server=registry.example'),
    ('kubectl create secret generic s --from-file=/nope', 'no file `/nope`'),
    ('kubectl create role r --verb=get', 'the resource is missing'),
    ('kubectl create rolebinding rb2', 'exactly one of `--role` and `--clusterrole`'),
    ('kubectl create job j', 'kubectl create job j --image=busybox'),
    ('kubectl create cronjob c --image=busybox --schedule="* * * *"', 'this one 4.'),
    ('kubectl create ingress i --rule=foo', '`foo` is none'), ('kubectl create ingress i', 'needs a rule'),
    ('kubectl create quota q --hard=pods', '`pods` has no equals sign'),
    ('kubectl create token nope', 'no ServiceAccount `nope`'),
    ('kubectl create pdb p', 'kubectl get pods --show-labels'),
    ('kubectl label pod two app', '`key-` (with a minus)'),
    ('kubectl label pod two a/b/c=d', 'one domain and one slash'),
    ('kubectl label pod two a=b c', '`c` has no equals sign'), ('kubectl taint node node01 foo', '`key=value:effect`'),
    ('kubectl taint node node01 foo-', 'no taint `foo`'),
    ('kubectl autoscale deploy web --max=2 --min=3', 'At most 2 is less than at least 3'),
    ('kubectl scale deploy web --replicas=-1', '0 or more'), ('kubectl patch pod two', 'stands in `-p`'),
    ("kubectl patch pod two --type=foo -p '{}'", 'not `foo`'), ("kubectl patch pod two -p '{bad'", 'cannot be read'),
    ('kubectl apply huge.yaml', 'kubectl apply -f huge.yaml'), ('kubectl apply -k .', 'no `kustomization.yaml`'),
    ('mkdir -p empty; kubectl apply -f empty', 'The folder `empty` holds no manifest'),
    ('kubectl logs', 'Say whose log'), ('kubectl exec two ls', '`kubectl exec POD -- COMMAND`'),
    ('kubectl cp a b', '`POD:PATH`'), ('kubectl port-forward pod/two', 'LOCAL:REMOTE'),
    ('kubectl port-forward pod/two 80:web', 'no port named `web`'),
    ('kubectl set image pod/two nginx', 'has an equals sign'), ('kubectl drain', 'Say which node'),
    ('kubectl auth can-i list', 'kubectl auth can-i list pods'), ('kubectl config set-context', 'or say `--current`'),
    ('kubectl config use-context', 'A name is missing'), ('kubectl create foo', '`foo` is not known here'),
    ('kubectl wait pod/two', '`--for=condition=Ready`'), ('kubectl explain pod spec', 'with dots'),
    ('kubectl explain deploy.spec.replica', 'kubectl explain deploy.spec.replicas'),
    ('kubectl get pods --field-selector=spec.foo=a', 'knows few fields'),
    ('kubectl scale ds kube-proxy -n kube-system --replicas=2', 'lacks this subresource'),
    ('kubectl get --raw nope', 'begins with `/`'), ('kubectl events --types=Foo', 'kubectl events --types=Warning'),
    ('kubectl plugin list', 'no plugins'), ('kubectl completion foo', 'kubectl completion bash'),
    ('kubectl delete', 'Say which object'), ('curl -s http://localhost:81', 'nothing listens on that port'),
    ('curl -sfk https://172.30.1.2:6443/api', 'answers with an error status'),
    ('ping -c1 -W1 10.96.0.1', 'answers no ping'),
    ('nslookup kubernetes', 'does not ask the cluster DNS'), ('docker build .', 'holds no `Dockerfile`'),
    ('docker pull nginx:9.99', 'The registry has no `nginx:9.99`'), ('systemctl status foo', 'no unit `foo`'),
    ('systemctl restart kubelet', 'sudo systemctl restart kubelet'), ('crictl ps', 'sudo crictl ps'),
    ('etcdctl get /', 'with certificates only'), ('sudo kubeadm init', 'part of a cluster already'),
    ('cd nope', 'no `nope`'), ('mkdir p/q', '`mkdir -p`'), ('sed s/a/b two', 'all three separators'),
    ("awk '{print' /etc/hosts", 'single quotes'), ('export 1a=b', 'no name for a variable'),
    ('kubectl get pods | grep nosuch', 'no line matches'), ("base64 -d <<< '!!!'", 'no Base64'),
    ('kill 99999', 'no process 99999'),
])
def test_a_command_that_lacks_something_is_explained(session: Session, command: str, cause: str) -> None:
    assert cause in explained(session, command)


STRESS = ('{"spec":{"containers":[{"name":"oom","image":"polinux/stress","command":["stress"],"args":["--vm","1",'
          '"--vm-bytes","250M","--vm-hang","1"],"resources":{"limits":{"memory":"100Mi"}}}]}}')
BIG = '{"spec":{"containers":[{"name":"a","image":"nginx","resources":{"limits":{"memory":"1Gi"}}}]}}'


@pytest.fixture(scope='module')
def policies() -> Session:
    """A cluster with rules: limits, quotas, security standards, budgets; and an autoscaler without requests."""
    found = Session()
    for command in (
        'kubectl create namespace lim; printf "apiVersion: v1\nkind: LimitRange\nmetadata: {name: l, namespace: lim}\n'
        'spec: {limits: [{type: Container, max: {memory: 64Mi}}]}\n" | kubectl apply -f -',
        'kubectl create namespace strict',
        'kubectl label namespace strict pod-security.kubernetes.io/enforce=restricted',
        'kubectl create deployment y -n strict --image=nginx', 'kubectl create namespace must',
        'kubectl create quota must -n must --hard=limits.cpu=4',
        f"kubectl run oom --image=polinux/stress --overrides='{STRESS}'",
        'kubectl create deployment h --image=nginx; kubectl autoscale deployment h --min=1 --max=3 --cpu=50%',
        'kubectl create pdb h --selector=app=h --min-available=1', 'kubectl create namespace gone',
        'kubectl create configmap k -n gone; kubectl patch configmap k -n gone -p '
        '\'{"metadata":{"finalizers":["a.b/c"]}}\'', 'kubectl delete namespace gone --wait=false',
        'kubectl create rolebinding rb --role=nope --user=x',
        'printf "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ss}\ndata: {a: one}\n" > ss.yaml; '
        'kubectl apply --server-side -f ss.yaml; sed -i s/one/two/ ss.yaml',
    ):
        run(found, command)
    for _ in range(60):
        found.pump(1)
    return found


@pytest.mark.parametrize(('command', 'cause'), [
    (f"kubectl run big -n lim --image=nginx --overrides='{BIG}'",
     'A LimitRange sets the maximum of memory per Container'),
    ('kubectl run x -n strict --image=nginx', 'Pod security standard `restricted:latest`'),
    ('kubectl get deployment y -n strict', 'break the security standard'),
    ('kubectl run x -n must --image=nginx', 'each container must state limits.cpu.'),
    ('kubectl get pod oom', 'OOMKilled, exit code 137): its limit is 100Mi'),
    ('kubectl get hpa h', 'A percentage is one of `requests`'),
    ('kubectl get namespace gone', 'finalizers remaining: a.b/c'),
    ('kubectl create configmap late -n gone', 'nothing new may go into it'),
    ('kubectl drain node01 node02 --ignore-daemonsets --delete-emptydir-data --force --timeout=5s',
     'A PodDisruptionBudget allows no Pod less'),
    ("kubectl patch rolebinding rb --type=json -p '[{\"op\":\"replace\",\"path\":\"/roleRef/name\",\"value\":\"z\"}]'",
     'The `roleRef` of a binding cannot change'),
    ('kubectl apply --server-side --field-manager=other -f ss.yaml', 'take them over with `--force-conflicts`'),
    ('kubectl label node node0 a=b', 'The cluster has no Node `node0`; one is close'),
])
def test_rules_of_the_cluster_are_explained(policies: Session, command: str, cause: str) -> None:
    assert cause in explained(policies, command)


@pytest.mark.parametrize(('command', 'cause', 'next_'), [
    ('kubectl set image pod/tag nginx=nginx:1.27', '`pod/tag` has no container `nginx`; there is `tag`.',
     'kubectl set image pod/tag tag=nginx:1.27'),
    ('kubectl set image deployment web wbe=nginx:1.27', '`deployment/web` has no container `wbe`; there is `nginx`.',
     'kubectl set image deployment web nginx=nginx:1.27'),
    ('kubectl logs lonely -n other -c app', '`pod/lonely` has no container `app`; there is `lonely`.',
     'kubectl logs lonely -n other -c lonely'),
    ('kubectl set image pod/tag -n nowhere a=b', '', ''),
])
def test_the_containers_that_there_are_are_named(session: Session, command: str, cause: str, next_: str) -> None:
    run(session, command)
    found = session.why()
    assert found is not None and cause in found.text.en
    assert not next_ or next_ in [suggestion.command for suggestion in found.suggestions]


def test_only_who_failed_or_looked_is_asked_whether_to_explain() -> None:
    session = Session()
    for command, asked in (
        ('kubectl run a --image=nginx:nosuchtag', False), ('kubectl get pod a', True), ('kubectl get pod b', True),
        ('kubectl set image pod/a a=nginx:1.27', False), ('k=kubectl; $k get nodes', False),
        ('kubectl describe pod a', False),
    ):
        run(session, command)
        assert session.puzzling() == asked, command
        session.pump(30)


def test_why_says_it_in_the_shell_in_the_languages_of_the_session(session: Session) -> None:
    run(session, 'kubectl get pod tag')
    run(session, 'why')
    both = session.transcript[-1].stdout
    assert both.startswith('pod/tag\n') and '标签 `9.9.9`' in both and 'its tag `9.9.9`' in both
    assert '这样修 · Mend: kubectl set image pod/tag tag=nginx\n' in both
    session.languages = ('en',)
    run(session, 'why')
    assert '标签' not in session.transcript[-1].stdout
    run(session, 'echo fine; true')
    run(session, 'why')
    assert session.transcript[-1].stdout == 'The last command went well, and so does all that it is about.\n'


def test_who_cordons_a_node_needs_no_explanation(session: Session) -> None:
    run(session, 'kubectl cordon node02')
    assert session.why() is None


SLIPS = ('kubectl gett pods', 'kubectl get pdos', 'kubectl get pods --namespce=default', 'kubctl get pods', 'lss',
         'kubectl describe deployment wbe', 'kubectl rollout status deployment/web2', 'kubectl get node node1',
         'kubectl scale deployment web --replica=2', 'kubectl create deploymet x --image=nginx', 'kubectl get po,svcs',
         'echo hi; kubectl get pdos', 'sudo systmctl status kubelet', 'kubectl expose deployment wbe --port=80')
FAR = ('foo', 'ks get pods', 'gti status', 'kubectl frobnicate', 'kubectl get xyzzy', 'kubectl drain node3',
       'kubectl apply --flie x', 'kubectl get pod nosuch', 'kubectl create configmap x -n nowhere')


def likely(session: Session, command: str) -> list[str]:
    """What is offered instead of a command, as what was likely meant."""
    run(session, command)
    found = session.why()
    return [each.command for each in found.suggestions if each.label == LIKELY] if found is not None else []


def test_what_is_likely_meant_works() -> None:
    session = troubled()
    rows = [*SLIPS, *(row[0] for test in (test_what_a_command_shows_is_explained_by_the_state,
                                          test_a_command_that_failed_is_explained,
                                          test_a_command_that_lacks_something_is_explained,
                                          test_the_containers_that_there_are_are_named)
                      for mark in test.pytestmark for row in mark.args[1])]
    for command in rows:
        for suggestion in likely(session, command):
            run(session, suggestion)
            assert session.transcript[-1].code == 0, (command, suggestion, session.transcript[-1].stderr)


@pytest.mark.parametrize('command', SLIPS)
def test_a_slip_is_seen(session: Session, command: str) -> None:
    assert likely(session, command)


@pytest.mark.parametrize('command', FAR)
def test_nothing_far_is_called_likely(session: Session, command: str) -> None:
    assert likely(session, command) == []


@pytest.mark.parametrize(('fault', 'seconds', 'command', 'cause'), [
    ('kill kube-apiserver', 2, 'kubectl get pods', 'kube-apiserver is down, or the etcd that it needs'),
    ('expire-certificate apiserver', 5, 'kubectl get pods', 'A certificate has expired'),
    ('stop node01', 60, 'kubectl get nodes', 'The kubelet of `node01` has not been heard of'),
    ('stop node01', 2, 'ssh node01 true', 'The network does not reach that machine'),
    ('expire-certificate kubelet node02', 60, 'kubectl get node node02', 'or its certificate has expired'),
])
def test_what_is_broken_in_the_cluster_is_explained(fault: str, seconds: int, command: str, cause: str) -> None:
    session = Session()
    run(session, f'chaos {fault}')
    for _ in range(seconds):
        session.pump(1)
    assert cause in explained(session, command)


def test_where_to_look_when_the_api_server_is_down() -> None:
    session = Session()
    run(session, 'chaos kill kube-apiserver')
    run(session, 'kubectl get pods')
    found = session.why()
    assert found is not None and found.suggestions
    for suggestion in found.suggestions:
        run(session, suggestion.command)
        assert session.transcript[-1].code == 0, session.transcript[-1]


def test_without_a_kubeconfig_it_is_no_server_that_is_down() -> None:
    session = Session()
    assert 'kubectl has found no kubeconfig' in explained(session, 'KUBECONFIG=/nosuch kubectl get pods')


HOOKS = """cat > rules.yaml <<'END'
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingWebhookConfiguration
metadata: {name: hook}
webhooks:
- name: hook.example.com
  clientConfig: {service: {name: hook, namespace: default, path: /}}
  rules: [{apiGroups: [""], apiVersions: [v1], operations: [CREATE], resources: [configmaps]}]
  admissionReviewVersions: [v1]
  sideEffects: None
---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicy
metadata: {name: few}
spec:
  matchConstraints:
    resourceRules: [{apiGroups: [apps], apiVersions: [v1], operations: [CREATE], resources: [deployments]}]
  validations: [{expression: object.spec.replicas <= 2}]
---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicyBinding
metadata: {name: few}
spec: {policyName: few, validationActions: [Deny]}
END
kubectl apply -f rules.yaml"""


def test_webhooks_and_policies_are_explained() -> None:
    session = Session()
    run(session, HOOKS)
    session.pump(5)
    assert 'cannot reach it, and its `failurePolicy` is Fail' in explained(session, 'kubectl create configmap a')
    assert 'The policy `few` (bound by `few`) denied this' in explained(
        session, 'kubectl create deployment x --image=nginx --replicas=3')

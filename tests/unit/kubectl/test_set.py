"""kubectl set: what it changes, and with --local files as they are once they have been decoded into Go's structs."""

from __future__ import annotations

import pytest

DEPLOYMENT = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: d}
spec: {selector: {matchLabels: {a: b}}, template: {spec: {containers: [{name: c, image: a}]}}}
"""
WRITTEN = """\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: d
spec:
  selector:
    matchLabels:
      a: b
  strategy: {}
  template:
    metadata: {}
    spec:
      containers:
      - image: z
        name: c
        resources: {}
status: {}
"""


def test_what_a_struct_always_writes_is_there(kubectl):
    assert kubectl('set image --local -f - c=z -o yaml', DEPLOYMENT).out == WRITTEN
    service = 'apiVersion: v1\nkind: Service\nmetadata: {name: s}\nspec: {ports: [{port: 80}]}\n'
    out = kubectl('set selector --local -f - a=b -o yaml', service).out
    assert '  - port: 80\n    targetPort: 0\n' in out and out.endswith('status:\n  loadBalancer: {}\n')


def test_what_stays_as_it_is_is_not_printed(kubectl):
    assert kubectl('set image --local -f - c=a -o yaml', DEPLOYMENT).out == ''
    answer = kubectl('set image --local -f - nope=z', DEPLOYMENT)
    assert (answer.out, answer.err) == ('', 'error: unable to find container named "nope"\n')


@pytest.mark.parametrize(('line', 'out', 'err'), [
    ('image deploy/d --all c=b', 'deployment.apps/d image updated\n', ''),
    ('image deploy --all -l a=b c=b', '', 'error: cannot set --all and --selector at the same time\n'),
    ('image deploy/d --local c=b', '', 'error: you must specify resources by --filename when --local is set.\n'),
    ('env deploy/d --local A=b', '', 'error: You must provide one or more resources by argument or filename.\n'),
    ('env deploy/d A=1', 'deployment.apps/d env updated\n', ''),
    ('env deploy/d A=1 B=2 --overwrite=false', 'deployment.apps/d env updated\n', ''),
    ('env deploy/d B=3 --overwrite=false', '', "error: deployments/d 'B' already has a value (2), and --overwrite is "
     'false\n'),
    ('env -f d.yaml --from=cm/c', '', 'error: resource/name arguments cannot be provided when a path is specified\n'),
    ('selector svc/s a=b', 'service/s selector updated\n', ''),
    ('selector svc/s a=b', 'service/s selector updated\n', ''),
    ('selector svc/no svc/s a=c', 'service/s selector updated\n', 'Error from server (NotFound): services "no" not '
     'found\n'),
    ('selector svc/s a!=b', '', 'error: "!=" is not a valid label selector operator\n'),
    ('selector svc/s a,!b', '', 'error: match expression [{a Exists []} {b DoesNotExist []}] not supported on this '
     'object\n'),
    ('selector svc/s a=b --resource-version=1', '', 'Error from server (Conflict): Operation cannot be fulfilled on '
     'services "s": the object has been modified; please apply your changes to the latest version and try again\n'),
])
def test_what_is_said_of_a_change(shared, line, out, err):
    shared.put('d.yaml', DEPLOYMENT.replace('{spec:', '{metadata: {labels: {a: b}}, spec:'))
    shared('create -f d.yaml')
    shared('create svc clusterip s --tcp=80')
    answer = shared(f'set {line}')
    assert (answer.out, answer.err.partition('Example')[0]) == (out, err)

"""kubectl set --local: a file as it is once it has been decoded into Go's structs."""

from __future__ import annotations

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

"""CEL where it meets types: rules of a CustomResourceDefinition, and a policy whose parameters are missing."""

from __future__ import annotations

import pytest

DEFINITION = """\
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: things.example.com}
spec:
  group: example.com
  scope: Cluster
  names: {kind: Thing, plural: things}
  versions:
  - name: v1
    served: true
    storage: true
    schema:
      openAPIV3Schema:
        type: object
        x-kubernetes-validations: [{rule: "%s"}]
        properties:
          spec: {type: object, properties: {x: {type: integer}, any: {type: object,
                 x-kubernetes-preserve-unknown-fields: true},
                 map: {type: object, additionalProperties: {type: string}}}}
"""
POLICY = """\
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicy
metadata: {name: p}
spec:
  paramKind: {apiVersion: v1, kind: Secret}
  matchConstraints:
    resourceRules: [{apiGroups: [""], apiVersions: [v1], operations: [CREATE], resources: [configmaps]}]
  validations: [{expression: "true"}]
---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicyBinding
metadata: {name: b}
spec:
  policyName: p
  paramRef: {name: nope, namespace: default, parameterNotFoundAction: Deny}
  validationActions: [Warn]
"""


@pytest.mark.parametrize(('rule', 'problem'), [
    ('self.foo > 1', "compilation failed: ERROR: <input>:1:5: undefined field 'foo'\n | self.foo > 1\n | ....^\n"),
    ('self.metadata.labels.size() > 0', "compilation failed: ERROR: <input>:1:14: undefined field 'labels'\n"),
    ('selff.spec.x > 1', ":1:1: undeclared reference to 'selff' (in container '')\n | selff.spec.x > 1\n | ^"),
    ('has(self)', 'ERROR: <input>:1:5: invalid argument to has() macro\n | has(self)\n | ....^\n'),
    ("'ü' == a.b && c", ":8: undeclared reference to 'a' (in container '')\n | 'ü' == a.b && c\n | .．.....^\nERROR"),
    ('self.spec.x', 'cel expression must evaluate to a bool\n'),
    ("'a'", 'cel expression must evaluate to a bool\n'),
    ("self.spec.x > 1 && has(self.spec.any.y) && self.spec.map.k == 'v' && self.metadata.name.size() < 5", ''),
])
def test_a_rule_is_checked_against_the_types_of_its_schema(kubectl, rule, problem):
    answer = kubectl('create -f -', DEFINITION % rule)
    assert problem in answer.err
    assert (answer.code == 0) == (problem == '')


def test_missing_parameters_deny_whatever_the_binding_does(kubectl):
    kubectl('create -f -', POLICY)
    assert kubectl('create cm c').err == (
        "error: failed to create configmap: configmaps \"c\" is forbidden: ValidatingAdmissionPolicy 'p' with binding "
        "'b' denied request: "
        'failed to configure binding: no params found for policy binding with `Deny` '
        'parameterNotFoundAction\n')

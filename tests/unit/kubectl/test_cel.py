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

RULES = 'resourceRules: [{apiGroups: [""], apiVersions: [v1], operations: [%s], resources: [configmaps]}]'
CHECKED = """\
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicy
metadata: {name: p}
spec:
  matchConstraints: {%s}
  %s
"""
MUTATING = """\
apiVersion: admissionregistration.k8s.io/v1
kind: MutatingAdmissionPolicy
metadata: {name: m}
spec:
  matchConstraints: {%s}
  mutations: [{patchType: JSONPatch, jsonPatch: {expression: "[JSONPatch{op: 'remove', path: '/data'}]"}%s}]
"""


@pytest.mark.parametrize(('spec', 'problem'), [
    ('validations: [{expression: "1"}]',
     'spec.validations[0].expression: Invalid value: "1": must evaluate to bool but got int\n'),
    ('validations: [{expression: object.spec.paused}]', 'must evaluate to bool but got dyn\n'),
    ('validations: [{expression: "request.dryRun"}]', ''),
    ('validations: [{expression: "object.items.map(x, x.y)"}]', 'must evaluate to bool but got list(dyn)\n'),
    ('validations: [{expression: "true", messageExpression: "5"}]', 'must evaluate to string but got int\n'),
    ('auditAnnotations: [{key: a, valueExpression: "1"}]', 'must evaluate to one of [string null_type] but got int\n'),
    ('validations: [{expression: "params.x == 1"}]', "1:1: undeclared reference to 'params' (in container '')\n"),
    ('validations: [{expression: "variables.x == 1"}]', "1:1: undeclared reference to 'variables' (in container '')\n"),
    ('validations: [{expression: "true"}]\n  matchConditions: [{name: a, expression: "variables.x"}]',
     "spec.matchConditions[0].expression: Invalid value: \"variables.x\": compilation failed: ERROR: <input>:1:1: "
     "undeclared reference to 'variables'"),
    ('variables: [{name: a, expression: variables.b}, {name: b, expression: "1"}]\n  validations: '
     '[{expression: "variables.b == 1"}]', 'spec.variables[0].expression: Invalid value: "variables.b": compilation '
     "failed: ERROR: <input>:1:10: undefined field 'b'\n | variables.b\n | .........^\n"),
])
def test_what_an_expression_of_a_policy_may_use_and_give(kubectl, spec, problem):
    answer = kubectl('create -f -', CHECKED % (RULES % 'CREATE', spec))
    assert problem in answer.err and (answer.code == 0) == (problem == '')


@pytest.mark.parametrize(('operation', 'more', 'problem'), [
    ('CREATE', '', 'spec.reinvocationPolicy: Required value\n'),
    ('DELETE', '}]\n  reinvocationPolicy: Never\n  variables: [{name: a, expression: "1"',
     'spec.matchConstraints.resourceRules.operations: Unsupported value: "DELETE": supported values: "*", "CONNECT", '
     '"CREATE", "UPDATE"\n'),
    ('CREATE', ', applyConfiguration: {expression: "Object{}"}}]\n  reinvocationPolicy: Never\n  variables: [{name: a, '
     'expression: "1"', 'spec.mutations[0].applyConfiguration: Invalid value: "{applyConfiguration}": must not be '
     'specified when patchType is JSONPatch\n')])
def test_what_a_mutating_policy_must_say(kubectl, operation, more, problem):
    assert problem in kubectl('create -f -', MUTATING % (RULES % operation, more)).err

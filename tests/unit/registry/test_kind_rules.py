"""Rules of kinds other than pods that recordings do not reach, from upstream's validation of each group."""

from __future__ import annotations

import pytest

from tutor.apimachinery.errors import StatusError

TEMPLATE = 'template: {spec: {restartPolicy: Never, containers: [{name: c, image: nginx}]}}'
JOB = 'apiVersion: batch/v1\nkind: Job\nmetadata: {name: j}\nspec: '
CRON = 'apiVersion: batch/v1\nkind: CronJob\nmetadata: {name: c}\nspec: '
SERVICE = 'apiVersion: v1\nkind: Service\nmetadata: {name: s}\nspec: '
QUOTA = 'apiVersion: v1\nkind: ResourceQuota\nmetadata: {name: q}\nspec: '
HPA = ('apiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\nmetadata: {name: h}\nspec: {maxReplicas: 3, '
       'scaleTargetRef: {kind: Deployment, name: web}, ')
HOOK = ('apiVersion: admissionregistration.k8s.io/v1\nkind: ValidatingWebhookConfiguration\nmetadata: {name: h}\n'
        'webhooks: ')

CASES: list[tuple[str, list[str]]] = [
    ('apiVersion: networking.k8s.io/v1\nkind: ServiceCIDR\nmetadata: {name: c}\nspec: {cidrs: [x]}', [
        'spec.cidrs[0]: Invalid value: "x": must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)']),
    ('apiVersion: v1\nkind: PersistentVolume\nmetadata: {name: v}\nspec: {capacity: {storage: 1Gi}, accessModes: '
     '[ReadWriteOnce], csi: {driver: d}}', ['spec.csi.volumeHandle: Required value']),
    ('apiVersion: resource.k8s.io/v1\nkind: ResourceSlice\nmetadata: {name: s}\nspec: {driver: d}', [
        'spec.pool.name: Required value', 'spec.pool.resourceSliceCount: Invalid value: 0: must be greater than zero',
        'spec: Required value: exactly one of `nodeName`, `nodeSelector`, `allNodes`, `perDeviceNodeSelection` is '
        'required']),
    (JOB + f'{{podFailurePolicy: {{rules: [{{action: Explode, onExitCodes: {{operator: In, values: [0, 3, 2]}}}}, '
           f'{{action: Ignore}}]}}, {TEMPLATE}}}', [
        'spec.podFailurePolicy.rules[0].action: Unsupported value: "Explode": supported values: "Count", '
        '"FailIndex", "FailJob", "Ignore"',
        'spec.podFailurePolicy.rules[0].onExitCodes.values[0]: Invalid value: 0: must not be 0 for the In operator',
        'spec.podFailurePolicy.rules[0].onExitCodes.values: Invalid value: [0,3,2]: must be ordered',
        'spec.podFailurePolicy.rules[1]: Invalid value: specifying one of OnExitCodes and OnPodConditions is '
        'required']),
    (JOB + f'{{completionMode: Indexed, completions: 5, successPolicy: {{rules: [{{succeededIndexes: "1,9"}}, '
           f'{{succeededCount: 9}}]}}, {TEMPLATE}}}', [
        'spec.successPolicy.rules[0].succeededIndexes: Invalid value: "1,9": error parsing succeededIndexes: too large '
        'index: "9"',
        'spec.successPolicy.rules[1].succeededCount: Invalid value: 9: must be less than or equal to 5 (the number of '
        'specified completions)']),
    (JOB + f'{{backoffLimitPerIndex: 1, managedBy: me, {TEMPLATE}}}', [
        'spec.managedBy: Invalid value: "me": must be a domain-prefixed path (such as "acme.io/foo")',
        'spec.backoffLimitPerIndex: Invalid value: 1: requires indexed completion mode']),
    (CRON + f'{{schedule: "TZ=UTC 0 0 * * *", timeZone: Mars/Base, jobTemplate: {{spec: {{selector: {{matchLabels: '
            f'{{a: b}}}}, {TEMPLATE}}}}}}}', [
        'spec.schedule: Invalid value: "TZ=UTC 0 0 * * *": cannot use TZ or CRON_TZ in schedule, use timeZone field '
        'instead',
        'spec.timeZone: Invalid value: "Mars/Base": unknown time zone Mars/Base',
        'spec.jobTemplate.spec.selector: Invalid value: {"matchLabels":{"a":"b"}}: `selector` will be auto-generated']),
    (SERVICE + '{ports: [{port: 80}], ipFamilyPolicy: RequireDualStack}', [
        'spec.ipFamilyPolicy: Invalid value: "RequireDualStack": this cluster is not configured for dual-stack '
        'services']),
    (SERVICE + '{ports: [{port: 80}], ipFamilies: [IPv6]}', [
        'spec.ipFamilies[0]: Invalid value: "IPv6": not configured on this cluster']),
    (SERVICE + '{ports: [{port: 80}], clusterIP: 10.96.0.300}', [
        'spec.clusterIPs[0]: Invalid value: "10.96.0.300": must be a valid IP address, (e.g. 10.9.8.7 or '
        '2001:db8::ffff)']),
    (QUOTA + '{hard: {storage: 1Gi, services: 1}, scopes: [BestEffort, NotBestEffort]}', [
        'spec.hard[storage]: Invalid value: "storage": must be a standard resource for quota',
        *['spec.scopes: Invalid value: ["BestEffort","NotBestEffort"]: unsupported scope applied to resource'] * 2,
        'spec.scopes: Invalid value: ["BestEffort","NotBestEffort"]: conflicting scopes']),
    (QUOTA + '{hard: {pods: 1}, scopeSelector: {matchExpressions: [{scopeName: PriorityClass, operator: In}]}}', [
        'spec.scopeSelector.matchExpressions.values: Required value: must be at least one value when `operator` is '
        "'In' or 'NotIn' for scope selector"]),
    (HPA + 'metrics: [{type: Pods, pods: {metric: {name: rps}, target: {type: Value, value: "0"}}}]}', [
        'spec.metrics[0].pods.target.value: Invalid value: "0": must be positive',
        'spec.metrics[0].pods.target.averageValue: Required value: must specify a positive target averageValue']),
    (HPA + 'metrics: [{type: Resource, pods: {metric: {name: rps}, target: {type: AverageValue, averageValue: 1}}}]}', [
        'spec.metrics[0].resource: Required value: must populate information for the given metric source']),
    (HOOK + '[{name: short, sideEffects: Some, admissionReviewVersions: [v9], clientConfig: {url: "http://a/b?c"}}]', [
        'webhooks[0].name: Invalid value: "short": should be a domain with at least three segments separated by dots',
        'webhooks[0].sideEffects: Unsupported value: "Some": supported values: "None", "NoneOnDryRun"',
        'webhooks[0].clientConfig.url: Invalid value: "http": \'https\' is the only allowed URL scheme; desired '
        'format: https://host[/path]',
        'webhooks[0].clientConfig.url: Invalid value: "c": query parameters are not permitted in the URL',
        'webhooks[0].admissionReviewVersions: Invalid value: ["v9"]: must include at least one of v1, v1beta1']),
    ('apiVersion: v1\nkind: Node\nmetadata: {name: node}\nspec: {taints: [{key: a, effect: NoSchedule}, {key: '
    'a, effect: '
     'NoSchedule}]}', [
        'metadata.taints[1]: Duplicate value: {"Key":"a","Value":"","Effect":"NoSchedule","TimeAdded":null}: taints '
        'must be unique by key and effect pair']),
    ('apiVersion: networking.k8s.io/v1\nkind: IngressClass\nmetadata: {name: i}\nspec: {controller: a.io/b, '
     'parameters: {kind: Config, name: c, scope: Namespace}}', [
        "spec.parameters.namespace: Required value: `parameters.scope` is set to 'Namespace'"]),
    ('apiVersion: storage.k8s.io/v1\nkind: CSIDriver\nmetadata: {name: d}\nspec: {fsGroupPolicy: Odd}', [
        'spec.fsGroupPolicy: Unsupported value: "Odd": supported values: "File", "None", "ReadWriteOnceWithFSType"']),
    ('apiVersion: resource.k8s.io/v1\nkind: ResourceClaim\nmetadata: {name: c}\nspec: {devices: {requests: [{name: '
     'gpu}, {name: gpu, exactly: {allocationMode: All, count: 2, deviceClassName: x}}]}}', [
        'spec.devices.requests[0]: Required value: exactly one of `exactly` or `firstAvailable` is required',
        'spec.devices.requests[1].name: Duplicate value: "gpu"',
        'spec.devices.requests[1].exactly.count: Invalid value: 2: must not be specified when allocationMode is '
        "'All'"]),
    ('apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata: {name: r}\naggregationRule: {}', [
        'aggregationRule.clusterRoleSelectors: Required value: at least one clusterRoleSelector required if '
        'aggregationRule is non-nil']),
    ('apiVersion: v1\nkind: Secret\nmetadata: {name: s}\ntype: kubernetes.io/dockerconfigjson\nstringData: '
     '{.dockerconfigjson: "{nope"}', [
        'data[.dockerconfigjson]: Invalid value: "<secret contents redacted>": invalid character \'n\' looking for '
        'beginning of object key string']),
]


@pytest.mark.parametrize(('text', 'expected'), CASES)
def test_what_is_wrong_with_an_object(kinds, text, expected):
    with pytest.raises(StatusError) as raised:
        kinds.create(text)
    causes = raised.value.details.get('causes') or []
    assert [f'{cause["field"]}: {cause["message"]}' for cause in causes] == expected

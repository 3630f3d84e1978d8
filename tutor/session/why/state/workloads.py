"""What ails a controller's object: it cannot make Pods, its rollout hangs, its Job gave up, its metrics are missing."""

from __future__ import annotations

import re

from tutor.course.words import Text
from tutor.session.why.explanation import LOOK, MEND, Answer, Suggestion
from tutor.session.why.state.cluster import Object, Scene, condition

CREATE_FAILED = (
    (r'exceeded quota: ([^,]+)', '命名空间的配额 `{0}` 用完了', 'the quota `{0}` of the namespace is used up', 'kubectl describe quota {0}'),
    (r'must specify (\S+)', '配额要求每个容器写明 {0}', 'a quota wants each container to state {0}', 'kubectl describe quota'),
    (r'serviceaccount "([^"]+)" not found', '没有叫 `{0}` 的 ServiceAccount', 'there is no ServiceAccount `{0}`',
     'kubectl get serviceaccounts'),
    (r'violates PodSecurity "([^"]+)"', 'Pod 不满足命名空间的安全标准 `{0}`', 'the Pods break the security standard `{0}` of the '
     'namespace', 'kubectl get namespace --show-labels'),
    (r'(?:maximum|minimum) (\S+) usage', 'LimitRange 不允许这样的 {0}', 'a LimitRange does not allow this {0}',
     'kubectl describe limitranges'),
    (r'denied the request', '准入 Webhook 拒绝了', 'an admission webhook denied them', 'kubectl get validatingwebhookconfigurations'),
)


def workload_trouble(kind: str, obj: Object, scene: Scene) -> Answer | None:
    """A Deployment, ReplicaSet, StatefulSet or DaemonSet that is not where it should be, apart from its Pods' own troubles."""
    failure = condition(obj, 'ReplicaFailure')
    said = failure.get('message', '') if failure.get('status') == 'True' else \
        scene.said(obj, 'FailedCreate') if not _satisfied(obj) else ''
    if said:
        return _cannot_create(kind, obj, said, scene)
    name = obj['metadata']['name']
    if obj['spec'].get('paused'):
        return Text(zh=f'Deployment `{name}` 暂停着：改了模板也不会上线。', en=f'The Deployment `{name}` is paused: changes of its '
                    'template do not roll out.'), [Suggestion(MEND, f'kubectl rollout resume {kind}/{name}{scene.flag}')]
    progressing = condition(obj, 'Progressing')
    if progressing.get('reason') == 'ProgressDeadlineExceeded':
        return Text(zh=f'Deployment `{name}` 的上线超过了期限（`progressDeadlineSeconds`）：新的 Pod 一直没有就绪。',
                    en=f'The rollout of `{name}` has exceeded its deadline (`progressDeadlineSeconds`): the new Pods never became '
                       'ready.'), [Suggestion(LOOK, f'kubectl get pods{scene.flag}'),
                                   Suggestion(MEND, f'kubectl rollout undo {kind}/{name}{scene.flag}')]
    return None


def _satisfied(obj: Object) -> bool:
    status = obj.get('status', {})
    wanted = status.get('desiredNumberScheduled', obj['spec'].get('replicas', 1))
    return status.get('readyReplicas', status.get('numberReady', 0)) >= wanted


def _cannot_create(kind: str, obj: Object, said: str, scene: Scene) -> Answer:
    name = obj['metadata']['name']
    describe = Suggestion(LOOK, f'kubectl describe {kind} {name}{scene.flag}')
    for pattern, zh, en, look in CREATE_FAILED:
        match = re.search(pattern, said)
        if match:
            groups = match.groups()
            return Text(zh=f'`{kind}/{name}` 建不出 Pod：{zh.format(*groups)}。', en=f'`{kind}/{name}` cannot make its Pods: '
                        f'{en.format(*groups)}.'), [Suggestion(LOOK, look.format(*groups) + scene.flag), describe]
    return Text(zh=f'`{kind}/{name}` 建不出 Pod：{said}', en=f'`{kind}/{name}` cannot make its Pods: {said}'), [describe]


def job_trouble(kind: str, obj: Object, scene: Scene) -> Answer | None:
    """A Job that failed, or stands still."""
    failed, name = condition(obj, 'Failed'), obj['metadata']['name']
    logs = Suggestion(LOOK, f'kubectl logs job/{name}{scene.flag}')
    if failed.get('reason') == 'BackoffLimitExceeded':
        limit = obj['spec'].get('backoffLimit', 6)
        return Text(zh=f'Job `{name}` 失败的次数超过了 `backoffLimit`（{limit}），不再重试。Pod 的日志里有原因。',
                    en=f'The Job `{name}` failed more often than `backoffLimit` ({limit}) allows and gave up. The log of its Pods '
                       'says why.'), [logs, Suggestion(LOOK, f'kubectl get pods -l job-name={name}{scene.flag}')]
    if failed.get('reason') == 'DeadlineExceeded':
        return Text(zh=f'Job `{name}` 没有在 `activeDeadlineSeconds` 里做完，被停掉了。',
                    en=f'The Job `{name}` did not finish within `activeDeadlineSeconds` and was stopped.'), [
            Suggestion(LOOK, f'kubectl describe job {name}{scene.flag}')]
    said = scene.said(obj, 'FailedCreate')
    if said and not obj.get('status', {}).get('active') and not condition(obj, 'Complete'):
        return _cannot_create(kind, obj, said, scene)
    if obj['spec'].get('suspend'):
        return Text(zh=f'`{kind}/{name}` 挂起着（`suspend: true`），不会启动 Pod。',
                    en=f'`{kind}/{name}` is suspended (`suspend: true`) and starts no Pods.'), [
            Suggestion(MEND, f"kubectl patch {kind} {name} -p '{{\"spec\":{{\"suspend\":false}}}}'{scene.flag}")]
    return None


def autoscaler_trouble(kind: str, obj: Object, scene: Scene) -> Answer | None:
    """An HPA that cannot see what it should scale by."""
    name = obj['metadata']['name']
    describe = Suggestion(LOOK, f'kubectl describe hpa {name}{scene.flag}')
    able, active = condition(obj, 'AbleToScale'), condition(obj, 'ScalingActive')
    if able.get('reason') == 'FailedGetScale':
        target = obj['spec']['scaleTargetRef']
        return Text(zh=f'HPA 的目标 {target["kind"]} `{target["name"]}` 不存在。',
                    en=f'The target of the HPA, {target["kind"]} `{target["name"]}`, does not exist.'), [describe]
    said = active.get('message', '')
    if active.get('status') != 'False':
        return None
    if 'missing request' in said:
        return Text(zh='按百分比伸缩要和 `requests` 相比，而容器没有写资源请求。',
                    en='A percentage is one of `requests`, and the containers request nothing.'), [
            describe, Suggestion(MEND, f'kubectl set resources deployment {obj["spec"]["scaleTargetRef"]["name"]} '
                                       f'--requests=cpu=100m{scene.flag}')]
    if active.get('reason') == 'ScalingDisabled':
        return Text(zh='目标的副本数是 0，HPA 因此停用。', en='The target has 0 replicas, which switches the HPA off.'), [describe]
    return Text(zh='HPA 拿不到指标：metrics-server 没有运行，或者 Pod 刚刚启动。',
                en='The HPA gets no metrics: metrics-server does not run, or the Pods have just begun.'), [
        describe, Suggestion(LOOK, 'kubectl get pods -n kube-system')]

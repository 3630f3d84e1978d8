"""What ails a Pod: its containers first, then its place, then its readiness."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tutor.course.words import Text
from tutor.session.why.explanation import LOOK, MEND, Answer, Suggestion
from tutor.session.why.state.cluster import Object, Scene, condition
from tutor.session.why.state.images import REASONS, image_trouble
from tutor.session.why.state.owners import owner_of
from tutor.session.why.state.pending import pending_trouble

EXITS = {
    126: ('程序在，但不能执行（没有可执行位，或者不是程序）', 'the program is there but cannot be run (no executable bit, or no '
          'program at all)'),
    127: ('镜像里没有这个命令：`command` 或脚本里的名字不对', 'the image has no such command: a name in `command` or in a script is '
          'wrong'),
    128: ('容器的主进程没有启动起来', 'the main process could not be started'),
    137: ('进程被 SIGKILL 结束（128+9）：存活探针失败、超过宽限期，或者内存超限', 'the process was killed by SIGKILL (128+9): a liveness '
          'probe, the end of its grace period, or too much memory'),
    139: ('段错误（128+11）：程序自己的缺陷，或者镜像和 CPU 架构不符', 'a segmentation fault (128+11): a bug of the program, or an '
          'image for another CPU'),
    143: ('进程收到 SIGTERM（128+15）后正常停下', 'the process stopped at SIGTERM (128+15)'),
}


def pod_trouble(pod: Object, scene: Scene) -> Answer | None:
    """The first thing that is wrong with a Pod; None when it is well or only on its way."""
    status = pod.get('status', {})
    if pod['metadata'].get('deletionTimestamp'):
        return _terminating(pod, scene)
    if status.get('reason') == 'Evicted':
        return Text(zh=f'Pod 被节点驱逐了：{status.get("message", "")}。',
                    en=f'The node evicted the Pod: {status.get("message", "")}.'), [
            Suggestion(LOOK, 'kubectl describe nodes')]
    for container in _statuses(pod):
        found = _container_trouble(pod, container, scene)
        if found is not None:
            return found
    if status.get('phase') == 'Pending':
        return pending_trouble(pod, scene) or _mount_trouble(pod, scene)
    return _not_ready(pod, scene)


def _statuses(pod: Object) -> Iterator[Object]:
    for field in ('initContainerStatuses', 'containerStatuses'):
        yield from pod.get('status', {}).get(field) or ()


def _logs(pod: Object, container: str, scene: Scene, previous: bool = False) -> Suggestion:
    several = len(pod['spec']['containers']) + len(pod['spec'].get('initContainers') or ()) > 1
    return Suggestion(LOOK, f'kubectl logs {pod["metadata"]["name"]}{" -c " + container if several else ""}'
                            f'{" --previous" if previous else ""}{scene.flag}')


def _describe(pod: Object, scene: Scene) -> Suggestion:
    return Suggestion(LOOK, f'kubectl describe pod {pod["metadata"]["name"]}{scene.flag}')


def _container_trouble(pod: Object, status: Object, scene: Scene) -> Answer | None:
    waiting = status.get('state', {}).get('waiting') or {}
    ended = status.get('state', {}).get('terminated') or status.get('lastState', {}).get('terminated') or {}
    reason = waiting.get('reason', '')
    if reason in REASONS:
        return image_trouble(pod, status, scene)
    if reason == 'CreateContainerConfigError':
        return _config_trouble(pod, waiting.get('message', ''), scene)
    if reason in ('RunContainerError', 'CreateContainerError') or ended.get('reason') in ('StartError', 'ContainerCannotRun'):
        return _start_trouble(pod, ended.get('message') or waiting.get('message', ''), scene)
    if ended.get('reason') == 'OOMKilled':
        return _out_of_memory(pod, status['name'], scene)
    now = status.get('state', {}).get('terminated') or {}
    if reason == 'CrashLoopBackOff' or now.get('exitCode') or (now and _starts_again(pod, status)):
        return _crash(pod, status, ended or now, scene)
    return None


def _starts_again(pod: Object, status: Object) -> bool:
    """Whether a container is started again and again although it does its work: it was seen between two runs."""
    regular = status['name'] in {each['name'] for each in pod['spec']['containers']}
    return regular and pod['spec'].get('restartPolicy') == 'Always' and bool(status.get('restartCount'))


def _config_trouble(pod: Object, said: str, scene: Scene) -> Answer:
    """CreateContainerConfigError: a ConfigMap, a Secret, a key, or a user."""
    if match := re.search(r"couldn't find key (\S+) in (ConfigMap|Secret) (?:\S+/)?(\S+)", said):
        key, kind, name = match[1], match[2].lower(), match[3]
        return Text(zh=f'{match[2]} `{name}` 在，但里面没有键 `{key}`。键的名字要和清单里写的一样。',
                    en=f'The {match[2]} `{name}` is there, but has no key `{key}`. The key must be called as the manifest says.'), [
            Suggestion(LOOK, f'kubectl describe {kind} {name}{scene.flag}')]
    if match := re.search(r'(configmap|secret) "([^"]+)" not found', said):
        return Text(zh=f'容器要从 {match[1]} `{match[2]}` 取环境变量，而这个命名空间里没有它。建好以后容器会自己启动。',
                    en=f'The container takes its environment from the {match[1]} `{match[2]}`, which this namespace does not '
                       'have. Once it is there, the container starts by itself.'), [
            Suggestion(LOOK, f'kubectl get {match[1]}s{scene.flag}')]
    if 'runAsNonRoot' in said or 'non-root' in said:
        return Text(zh='`runAsNonRoot: true` 不许以 root 运行，而镜像默认的用户是 root。加上 `runAsUser`，或者换镜像。',
                    en='`runAsNonRoot: true` forbids root, and the image runs as root. Set `runAsUser`, or take another image.'), [
            _describe(pod, scene)]
    return Text(zh=f'容器的配置凑不齐：{said}。', en=f'The configuration of the container is not complete: {said}.'), [_describe(pod, scene)]


def _start_trouble(pod: Object, said: str, scene: Scene) -> Answer:
    match = re.search(r'exec: "([^"]+)"', said)
    if match and ('not found' in said or 'no such file' in said):
        return Text(zh=f'镜像里没有 `{match[1]}` 这个程序，容器启动不了。检查 `command` 和 `args`；写成一整句的命令要经过 `sh -c`。',
                    en=f'The image has no program `{match[1]}`, so the container cannot start. Check `command` and `args`; a whole '
                       'sentence of shell needs `sh -c`.'), [_describe(pod, scene)]
    if 'permission denied' in said:
        return Text(zh=f'`{match[1] if match else "程序"}` 没有可执行权限。', en=f'`{match[1] if match else "The program"}` may not be '
                    'executed.'), [_describe(pod, scene)]
    return Text(zh=f'容器建不起来：{said}', en=f'The container cannot be made: {said}'), [_describe(pod, scene)]


def _out_of_memory(pod: Object, container: str, scene: Scene) -> Answer:
    spec = next((each for field in ('containers', 'initContainers') for each in pod['spec'].get(field) or ()
                 if each['name'] == container), {})
    limit = (spec.get('resources', {}).get('limits') or {}).get('memory')
    kind, name = owner_of(pod, scene)
    zh = f'它的上限是 {limit}' if limit else '节点的内存不够了'
    en = f'its limit is {limit}' if limit else 'the node had no memory left'
    return Text(zh=f'容器 `{container}` 用的内存超了，被内核杀掉（OOMKilled，退出码 137）：{zh}。提高上限，或者让程序少用。',
                en=f'The container `{container}` used too much memory and was killed by the kernel (OOMKilled, exit code 137): '
                   f'{en}. Raise the limit, or make the program use less.'), [
        Suggestion(LOOK, f'kubectl top pod {pod["metadata"]["name"]}{scene.flag}'),
        Suggestion(MEND, _with_more_memory(kind, name, container) + scene.flag)]


def _with_more_memory(kind: str, name: str, container: str) -> str:
    """A Pod without an owner is resized in place; others come anew from their template."""
    if kind.lower() == 'pod':
        return (f'kubectl patch pod {name} --subresource=resize -p '
                f"""'{{"spec":{{"containers":[{{"name":"{container}","resources":{{"limits":{{"memory":"256Mi"}}}}}}]}}}}'""")
    return f'kubectl set resources {kind} {name} -c {container} --limits=memory=256Mi'


def _crash(pod: Object, status: Object, ended: Object, scene: Scene) -> Answer:
    """CrashLoopBackOff and Error, by the exit code."""
    code = ended.get('exitCode', 0)
    restarts = bool(status.get('restartCount'))
    init = status['name'] in {each['name'] for each in pod['spec'].get('initContainers') or ()}
    looks = [_logs(pod, status['name'], scene, restarts and bool(status.get('state', {}).get('running'))),
             _describe(pod, scene)]
    probe = scene.said(pod, 'Unhealthy')
    who_zh, who_en = ('Init 容器', 'init container') if init else ('容器', 'container')
    if code in (137, 143) and 'Liveness' in probe:
        return Text(zh=f'存活探针失败，kubelet 把容器 `{status["name"]}` 重启了：{probe}。',
                    en=f'The liveness probe failed, so the kubelet restarts the container `{status["name"]}`: {probe}.'), looks
    if code == 0:
        return Text(zh=f'{who_zh} `{status["name"]}` 正常做完就退出了（退出码 0），而 `restartPolicy: Always` 又把它拉起来。'
                       '服务要一直运行；一次性的任务用 Job。',
                    en=f'The {who_en} `{status["name"]}` did its work and ended (exit code 0), and `restartPolicy: Always` '
                       'starts it again. A server must keep running; work that ends belongs in a Job.'), looks
    zh, en = EXITS.get(code, ('程序自己报告失败，原因在它的日志里', 'the program itself reports failure; its log says why'))
    blocked = ('其余的容器要等它成功。', ' The other containers wait for it.') if init else ('', '')
    return Text(zh=f'{who_zh} `{status["name"]}` 以退出码 {code} 结束：{zh}。{blocked[0]}',
                en=f'The {who_en} `{status["name"]}` ended with exit code {code}: {en}.{blocked[1]}'), looks


def _mount_trouble(pod: Object, scene: Scene) -> Answer | None:
    said = scene.said(pod, 'FailedMount', 'FailedAttachVolume', 'FailedCreatePodSandBox')
    if not said:
        return None
    if match := re.search(r'(configmap|secret) "([^"]+)" not found', said):
        return Text(zh=f'卷要用的 {match[1]} `{match[2]}` 不在这个命名空间里，所以容器一直在等。',
                    en=f'A volume wants the {match[1]} `{match[2]}`, which is not in this namespace; the containers wait for it.'), [
            Suggestion(LOOK, f'kubectl get {match[1]}s{scene.flag}')]
    return Text(zh=f'卷挂载不上：{said}', en=f'A volume cannot be mounted: {said}'), [_describe(pod, scene)]


def _not_ready(pod: Object, scene: Scene) -> Answer | None:
    """Running, but not ready: probes."""
    if pod.get('status', {}).get('phase') != 'Running' or condition(pod, 'Ready').get('status') == 'True':
        return None
    said = scene.said(pod, 'Unhealthy')
    if not said:
        return None
    which = said.partition(' ')[0]
    zh = {'Startup': '启动探针还没有成功，容器还不算启动', 'Liveness': '存活探针失败，容器会被重启'}.get(
        which, '就绪探针失败，所以 Service 不给它流量')
    en = {'Startup': 'the startup probe has not succeeded yet', 'Liveness': 'the liveness probe fails and the container will be '
          'restarted'}.get(which, 'the readiness probe fails, so Services send it nothing')
    return Text(zh=f'容器在运行，但{zh}：{said}。端口、路径和延迟对吗？',
                en=f'The container runs, but {en}: {said}. Are port, path and delay right?'), [
        _describe(pod, scene), _logs(pod, pod['spec']['containers'][0]['name'], scene)]


def _terminating(pod: Object, scene: Scene) -> Answer | None:
    finalizers = pod['metadata'].get('finalizers')
    name = pod['metadata']['name']
    if finalizers:
        return Text(zh=f'Pod 已经要删除了，但还有 finalizer：{", ".join(finalizers)}。设置它的控制器做完清理才会去掉它。',
                    en=f'The Pod is to be deleted but has finalizers: {", ".join(finalizers)}. Their controller takes them away '
                       'when it has cleaned up.'), [
            Suggestion(LOOK, f"kubectl get pod {name} -o jsonpath='{{.metadata.finalizers}}'{scene.flag}"),
            Suggestion(MEND, f"kubectl patch pod {name} -p '{{\"metadata\":{{\"finalizers\":null}}}}'{scene.flag}")]
    node = next((each for each in scene.items('nodes', True) if each['metadata']['name'] == pod['spec'].get('nodeName')), None)
    if node is not None and condition(node, 'Ready').get('status') != 'True':
        return Text(zh=f'Pod 所在的节点 {node["metadata"]["name"]} 没有响应，没有人能确认容器已经停下，所以一直是 Terminating。',
                    en=f'The node {node["metadata"]["name"]} does not answer, so nobody can confirm that the containers have '
                       'stopped: the Pod stays Terminating.'), [
            Suggestion(LOOK, 'kubectl get nodes'),
            Suggestion(MEND, f'kubectl delete pod {name} --force --grace-period=0{scene.flag}')]
    return None

"""Failures that come from the state of the cluster."""

from __future__ import annotations

import re

from tutor.apimachinery.resources import find
from tutor.course.words import Text
from tutor.session.why.explanation import LIKELY, LOOK, MEND, Answer, Failure, Suggestion, close
from tutor.session.why.state.finding import explain_state


def no_namespace(match: re.Match[str], failure: Failure) -> Answer:
    likely = close(match[1], failure.names('namespaces', ''))
    found = [Suggestion(LIKELY, failure.replaced(match[1], likely))] if likely else []
    text = Text(zh=f'没有叫 `{match[1]}` 的命名空间。对象要放进已有的命名空间里。',
                en=f'There is no namespace `{match[1]}`. Objects go into a namespace that exists.')
    return text, [*found, Suggestion(LOOK, 'kubectl get namespaces')]


def not_found(match: re.Match[str], failure: Failure) -> Answer:
    resource, name, namespace = match[1], match[2], failure.namespace
    elsewhere = failure.namespace_of(resource, name)
    plural, kind = resource.partition('.')[0], _kind(resource)
    command = failure.command.strip()
    meant = re.sub(r'(-n[= ]?|--namespace[= ])\S+', '', command).rstrip()
    look = Suggestion(LOOK, f'kubectl get {plural}' + (f' -n {namespace}' if namespace != 'default' else ''))
    if elsewhere and elsewhere != namespace:
        text = Text(zh=f'`{name}` 在命名空间 {elsewhere} 里，而命令找的是 {namespace}。',
                    en=f'`{name}` lives in the namespace {elsewhere}; the command looked in {namespace}.')
        return text, [Suggestion(LIKELY, f'{meant} -n {elsewhere}'), look]
    likely = close(name, failure.names(resource, namespace))
    if _cluster_scoped(resource):
        close_zh, close_en = (f'；有一个名字相近的：`{likely}`', f'; one is close: `{likely}`') if likely else ('', '')
        found = [Suggestion(LIKELY, failure.replaced(name, likely))] if likely else []
        return Text(zh=f'集群里没有叫 `{name}` 的 {kind}{close_zh}。',
                    en=f'The cluster has no {kind} `{name}`{close_en}.'), [
                        Suggestion(LOOK, f'kubectl get {plural}'), *found]
    if likely:
        text = Text(zh=f'命名空间 {namespace} 里没有叫 `{name}` 的 {kind}；有一个名字相近的：`{likely}`。',
                    en=f'There is no {kind} `{name}` in namespace {namespace}; one is close: `{likely}`.')
        return text, [look, Suggestion(LIKELY, failure.replaced(name, likely))]
    return Text(zh=f'命名空间 {namespace} 里没有叫 `{name}` 的 {kind}。也许名字不对，也许它在别的命名空间。',
                en=f'There is no {kind} `{name}` in namespace {namespace}. The name may be wrong, or it may live in another '
                   'namespace.'), [look, Suggestion(LOOK, f'kubectl get {plural} -A')]


def _kind(resource: str) -> str:
    """What an engineer calls one of them; a resource that the cluster alone knows is called by its name."""
    plural, _, group = resource.partition('.')
    try:
        return find(group, plural).kind
    except KeyError:
        return plural


def _cluster_scoped(resource: str) -> bool:
    plural, _, group = resource.partition('.')
    try:
        return not find(group, plural).namespaced
    except KeyError:
        return False


def already_exists(match: re.Match[str], failure: Failure) -> Answer:
    plural, name = match[1].partition('.')[0], match[2]
    return Text(
        zh=f'叫 `{name}` 的对象已经有了。`create` 只新建；要修改已有的对象，用 `apply` 或 `edit`，或者先删除它。',
        en=f'An object called `{name}` is there already. `create` only makes new ones; to change it use `apply` or `edit`, '
           'or delete it first.'), [Suggestion(LOOK, f'kubectl get {plural} {name}')]


def not_allowed(match: re.Match[str], failure: Failure) -> Answer:
    """Authorization failed: which Role and binding would do."""
    who, verb, resource, group = match[1], match[2], match[3], match[4]
    namespace = re.search(r'in the namespace "([^"]+)"', failure.error)
    name = re.sub(r'[^a-z0-9]+', '-', f'{verb}-{resource}')
    account = re.fullmatch(r'system:serviceaccount:([^:]+):(.+)', who)
    subject = f'--serviceaccount={account[1]}:{account[2]}' if account else f'--user={who}'
    full = f'{resource}.{group}' if group else resource
    kind, where = ('role', f' -n {namespace[1]}') if namespace else ('clusterrole', '')
    text = Text(
        zh=f'认证通过了，但鉴权没有：没有角色允许 `{who}` {"在命名空间 " + namespace[1] + " 里" if namespace else "在整个集群"}对 '
           f'{resource} 做 {verb}。需要一个 {"Role 和 RoleBinding" if namespace else "ClusterRole 和 ClusterRoleBinding"}。',
        en=f'Authentication passed, authorization did not: no role lets `{who}` {verb} {resource} '
           f'{"in the namespace " + namespace[1] if namespace else "in the whole cluster"}. A '
           f'{"Role and a RoleBinding" if namespace else "ClusterRole and a ClusterRoleBinding"} would.')
    return text, [
        Suggestion(LOOK, f'kubectl auth can-i --list --as={who}{where}'),
        Suggestion(MEND, f'kubectl create {kind} {name} --verb={verb} --resource={full}{where}'),
        Suggestion(MEND, f'kubectl create {kind}binding {name} --{kind}={name} {subject}{where}')]


def over_quota(match: re.Match[str], failure: Failure) -> Answer:
    return Text(
        zh=f'命名空间的配额 `{match[1]}` 用完了：要 {match[2]}，已用 {match[3]}，上限 {match[4]}。',
        en=f'The quota `{match[1]}` of the namespace is used up: requested {match[2]}, used {match[3]}, limit {match[4]}.'), [
            Suggestion(LOOK, f'kubectl describe quota {match[1]} -n {failure.namespace}')]


def namespace_going(match: re.Match[str], failure: Failure) -> Answer:
    return Text(zh='这个命名空间正在被删除，不能再往里面放东西。', en='The namespace is being deleted; nothing new may go into it.'), [
        Suggestion(LOOK, 'kubectl get namespaces')]


def conflict(match: re.Match[str], failure: Failure) -> Answer:
    return Text(
        zh='你拿到这个对象以后，别人又改过它。重新取一份最新的，再改一次。',
        en='Somebody has changed the object since you read it. Get the latest version and make the change again.'), []


def timed_out(match: re.Match[str], failure: Failure) -> Answer:
    found = explain_state(failure)
    if found is not None:
        return Text(zh=f'在给定的时间里，等待的条件没有出现。{found.text.zh}',
                    en=f'The condition did not come in time. {found.text.en}'), found.suggestions
    return Text(zh='在给定的时间里，等待的条件没有出现。看看对象的状态和事件，它卡在哪里。',
                en='The condition did not come in time. Look at the status and the events: where does it hang?'), [
        Suggestion(LOOK, 'kubectl get pods'), Suggestion(LOOK, 'kubectl events')]


def remote_exit(match: re.Match[str], failure: Failure) -> Answer:
    return Text(zh=f'kubectl 没有问题：容器里的命令以退出码 {match[1]} 结束，上面是它自己的输出。',
                en=f'kubectl did its work: the command inside the container ended with exit code {match[1]}; what it said '
                   'stands above.'), []


def no_such_host(match: re.Match[str], failure: Failure) -> Answer:
    return Text(
        zh='DNS 不认识这个名字。Service 的名字只在同一个命名空间里能省略后缀，别处要写 `服务名.命名空间`。',
        en='DNS does not know this name. The short name of a Service works only inside its own namespace; elsewhere it is '
           '`service.namespace`.'), [Suggestion(LOOK, 'kubectl get services -A')]


def refused(match: re.Match[str], failure: Failure) -> Answer:
    return Text(
        zh='地址通了，但那个端口上没有进程在听：端口写错了，或者 Service 没有就绪的端点，或者 `targetPort` 不是容器在听的端口。',
        en='The address is reached, but nothing listens on that port: the port is wrong, the Service has no ready endpoint, or '
           'its `targetPort` is not where the container listens.'), [
            Suggestion(LOOK, 'kubectl get services'), Suggestion(LOOK, 'kubectl get endpointslices')]

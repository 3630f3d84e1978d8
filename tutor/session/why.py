"""Explains why the last command failed: what it means, and what to type next. The program's own words stay."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING

from tutor.apimachinery.errors import StatusError
from tutor.course.words import Text

if TYPE_CHECKING:
    from tutor.session.session import Command, Session


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A command to look with, or the one that was likely meant."""

    label: Text
    command: str


@dataclass(frozen=True, slots=True)
class Explanation:
    """The error as it was printed, what it means in both languages, and commands to go on with."""

    error: str
    text: Text
    suggestions: tuple[Suggestion, ...] = ()


LOOK = Text(zh='看一看', en='Look')
LIKELY = Text(zh='多半要的是', en='Likely')

Rule = Callable[['re.Match[str]', 'Session', 'Command'], Explanation]


def explain(session: Session, command: Command) -> Explanation | None:
    """The first rule that knows the error; a general word where none does; None for what failed silently."""
    error = command.stderr.text().strip()
    if command.code == 130 or not error:
        return None
    for pattern, rule in RULES:
        if match := pattern.search(error):
            return rule(match, session, command)
    return Explanation(_last_lines(error), Text(
        zh='命令失败了，上面是它自己的说明。用 `--help` 可以看它的用法。',
        en='The command failed; what it says itself is above. `--help` shows how it is used.'))


def _last_lines(error: str) -> str:
    return '\n'.join(error.splitlines()[-4:])


# -- rules ----------------------------------------------------------------------------------------------------------


def _not_found(match: re.Match[str], session: Session, command: Command) -> Explanation:
    resource, name = match['resource'].split('.')[0], match['name']
    namespace = _namespace(command.text)
    close = _close(name, session, resource, namespace)
    look = Suggestion(LOOK, f'kubectl get {resource}' + (f' -n {namespace}' if namespace != 'default' else ''))
    if close:
        return Explanation(match[0], Text(
            zh=f'命名空间 {namespace} 里没有叫 `{name}` 的 {resource}；有一个名字相近的：`{close}`。',
            en=f'There is no `{name}` among the {resource} of namespace {namespace}; one is close: `{close}`.'),
            (look, Suggestion(LIKELY, re.sub(rf'(?<![\w-]){re.escape(name)}(?![\w-])', close, command.text))))
    return Explanation(match[0], Text(
        zh=f'命名空间 {namespace} 里没有叫 `{name}` 的 {resource}：名字写错了，还没创建，或者在别的命名空间里。',
        en=f'There is no `{name}` among the {resource} of namespace {namespace}: a typing error, not created yet, or '
           'it is in another namespace.'), (look, Suggestion(LOOK, f'kubectl get {resource} -A')))


def _exists(match: re.Match[str], session: Session, command: Command) -> Explanation:
    resource, name = match['resource'].split('.')[0], match['name']
    return Explanation(match[0], Text(
        zh=f'已经有叫 `{name}` 的 {resource} 了，名字在一个命名空间里不能重复。换个名字，修改它，或者先删除它。',
        en=f'There is a `{name}` among the {resource} already; a name is unique in a namespace. Take another name, '
           'change the object, or delete it first.'),
        (Suggestion(LOOK, f'kubectl get {resource} {name}'), Suggestion(LOOK, f'kubectl delete {resource} {name}')))


def _no_resource_type(match: re.Match[str], session: Session, command: Command) -> Explanation:
    from tutor.apimachinery.resources import RESOURCES
    word = match['name']
    known = {name: resource.plural for resource in RESOURCES
             for name in (resource.plural, resource.singular, *resource.short_names)}
    close = get_close_matches(word, known, 1, 0.6)
    suggestions = [Suggestion(LOOK, 'kubectl api-resources')]
    if close:
        suggestions.append(Suggestion(LIKELY, re.sub(rf'(?<![\w-]){re.escape(word)}(?![\w-])', close[0], command.text)))
    return Explanation(match[0], Text(
        zh=f'服务器不认识资源类型 `{word}`。' + (f'相近的是 `{close[0]}`。' if close else ''),
        en=f'The server knows no resource type `{word}`.' + (f' Close to it is `{close[0]}`.' if close else '')),
        tuple(suggestions))


def _unknown_command(match: re.Match[str], session: Session, command: Command) -> Explanation:
    from tutor.kubectl.cmd.root import root
    word = match['name']
    close = get_close_matches(word, [line.name for line in root().command.lines], 1, 0.6)
    likely = (Suggestion(LIKELY, command.text.replace(word, close[0], 1)),) if close else ()
    return Explanation(match[0].splitlines()[0], Text(
        zh=f'kubectl 没有 `{word}` 这个子命令。', en=f'kubectl has no sub-command `{word}`.'),
        (Suggestion(LOOK, 'kubectl --help'), *likely))


def _unknown_flag(match: re.Match[str], session: Session, command: Command) -> Explanation:
    words = command.text.split()
    verb = ' '.join(words[:2]) if words[:1] in (['kubectl'], ['k']) else words[0]
    return Explanation(match[0], Text(
        zh=f'`{verb}` 没有 `{match["name"]}` 这个参数。', en=f'`{verb}` has no flag `{match["name"]}`.'),
        (Suggestion(LOOK, f'{verb} --help'),))


def _command_not_found(match: re.Match[str], session: Session, command: Command) -> Explanation:
    word = match['name']
    close = get_close_matches(word, ['kubectl', 'cat', 'grep', 'ls', 'cd', 'echo', 'vi', 'curl', 'clear', 'history'],
                              1, 0.6)
    likely = (Suggestion(LIKELY, command.text.replace(word, close[0], 1)),) if close else ()
    return Explanation(match[0], Text(
        zh=f'这里没有叫 `{word}` 的程序。', en=f'There is no program called `{word}` here.'), likely)


def _no_file(match: re.Match[str], session: Session, command: Command) -> Explanation:
    return Explanation(match[0], Text(
        zh=f'没有文件 `{match["name"]}`。先看看当前目录里有什么。',
        en=f'There is no file `{match["name"]}`. See what is in this folder.'), (Suggestion(LOOK, 'ls'),))


def _bad_yaml(match: re.Match[str], session: Session, command: Command) -> Explanation:
    return Explanation(match[0], Text(
        zh='清单不是正确的 YAML：多半是缩进不齐、冒号后面少了空格，或者用了制表符。看看它指出的那一行和上一行。',
        en='The manifest is not valid YAML: most often the indentation is uneven, a space after a colon is missing, or '
           'there is a tab. Look at the line it names and the one above.'))


def _unknown_field(match: re.Match[str], session: Session, command: Command) -> Explanation:
    return Explanation(match[0], Text(
        zh=f'对象没有字段 `{match["name"]}`：名字写错了，或者放错了层级。`kubectl explain` 会列出每一层有哪些字段。',
        en=f'The object has no field `{match["name"]}`: misspelt, or on the wrong level. `kubectl explain` lists the '
           'fields of every level.'), (Suggestion(LOOK, f'kubectl explain {_explained(match["name"])}'),))


def _selector_mismatch(match: re.Match[str], session: Session, command: Command) -> Explanation:
    return Explanation(match[0], Text(
        zh='Deployment 靠标签找到自己的 Pod，所以 `spec.selector.matchLabels` 里的每个标签，'
           '都要出现在 `spec.template.metadata.labels` 里。',
        en='A Deployment finds its Pods by labels, so each label in `spec.selector.matchLabels` has to stand in '
           '`spec.template.metadata.labels` too.'), (Suggestion(LOOK, 'kubectl explain deployment.spec.selector'),))


def _immutable(match: re.Match[str], session: Session, command: Command) -> Explanation:
    return Explanation(match[0], Text(
        zh='这个字段创建之后就不能再改。要换值，只能删除对象再创建。',
        en='This field cannot be changed after the object was created. For another value, delete the object and create '
           'it anew.'))


def _forbidden(match: re.Match[str], session: Session, command: Command) -> Explanation:
    return Explanation(match[0], Text(
        zh=f'用户 `{match["name"]}` 没有做这件事的权限（RBAC）：没有 Role 或 ClusterRole 允许它。',
        en=f'The user `{match["name"]}` may not do this (RBAC): no Role or ClusterRole allows it.'),
        (Suggestion(LOOK, 'kubectl auth can-i --list'),))


def _refused(match: re.Match[str], session: Session, command: Command) -> Explanation:
    return Explanation(match[0], Text(
        zh='连不上 API Server：它没有在运行，或者地址不对。',
        en='The API server cannot be reached: it is not running, or the '
        'address is wrong.'), (Suggestion(LOOK, 'kubectl cluster-info'), Suggestion(LOOK, 'kubectl config view')))


def _container_waiting(match: re.Match[str], session: Session, command: Command) -> Explanation:
    pod = match['pod']
    return Explanation(match[0], Text(
        zh=f'Pod `{pod}` 的容器还没有运行起来，所以没有日志。事件会说它在等什么。',
        en=f'The container of Pod `{pod}` does not run yet, so there are no logs. The events say what it waits for.'),
        (Suggestion(LOOK, f'kubectl describe pod {pod}'),))


def _required(match: re.Match[str], session: Session, command: Command) -> Explanation:
    return Explanation(match[0], Text(
        zh=f'缺少必须的参数 {match["name"]}。', en=f'The required flag {match["name"]} is missing.'),
        (Suggestion(LOOK, ' '.join(command.text.split()[:3]) + ' --help'),))


def _simulated_not(match: re.Match[str], session: Session, command: Command) -> Explanation:
    return Explanation(match[0], Text(
        zh='模拟集群还不会这个。真的集群可以。', en='The simulated cluster cannot do this yet. A real one can.'))


NAME = r'"(?P<name>[^"]+)"'
RULES: tuple[tuple[re.Pattern[str], Rule], ...] = tuple((re.compile(pattern, re.MULTILINE), rule) for pattern, rule in (
    (rf'^Error from server \(NotFound\):.*? (?P<resource>[\w.-]+) {NAME} not found', _not_found),
    (rf'^Error from server \(NotFound\): (?P<resource>[\w.-]+) {NAME} not found', _not_found),
    (rf'(?P<resource>[\w.-]+) {NAME} already exists', _exists),
    (rf"the server doesn't have a resource type {NAME}", _no_resource_type),
    (rf'unknown command {NAME} for', _unknown_command),
    (r'unknown (?:shorthand )?flag: (?P<name>\S+).*', _unknown_flag),
    (r'required flag\(s\) (?P<name>.*) not set', _required),
    (r'(?:bash: )?(?P<name>[\w./-]+): command not found', _command_not_found),
    (rf'unknown field {NAME}', _unknown_field),
    (r'`selector` does not match template `labels`', _selector_mismatch),
    (r'.*field is immutable', _immutable),
    (r'.*\(Forbidden\):.*User "(?P<name>[^"]+)".*', _forbidden),
    (r'.*is waiting to start:.*', lambda match, session, command: _container_waiting(
        re.search(r'pod "(?P<pod>[^"]+)"', match[0]) or re.match('(?P<pod>)', ''), session, command)),  # type: ignore[arg-type]
    (r'.*(?:error converting YAML to JSON|error parsing|yaml: line \d+).*', _bad_yaml),
    (r'.*(?:the path "(?P<name>[^"]+)" does not exist).*', _no_file),
    (r'(?P<name>[^\s:]+): No such file or directory', _no_file),
    (r'.*(?:was refused|[Cc]onnection refused).*', _refused),
    (r'.*not simulated.*', _simulated_not),
))


# -- what rules look at -------------------------------------------------------------------------------------------


def _namespace(text: str) -> str:
    match = re.search(r'(?:-n|--namespace)[ =]?(\S+)', text)
    return match[1] if match else 'default'


def _close(name: str, session: Session, resource: str, namespace: str) -> str | None:
    close = get_close_matches(name, _names(session, resource, namespace), 1, 0.6)
    return close[0] if close else None


def _names(session: Session, resource: str, namespace: str) -> Iterable[str]:
    try:
        return [obj['metadata']['name'] for obj in session.bench.cluster.admin.items(resource, namespace)]
    except (StatusError, KeyError, LookupError):
        try:
            return [obj['metadata']['name'] for obj in session.bench.cluster.admin.items(resource)]
        except (StatusError, KeyError, LookupError):
            return []


def _explained(field: str) -> str:
    return re.sub(r'\[\d+\]', '', field.rpartition('.')[0]) or 'pod'

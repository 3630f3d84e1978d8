"""Failures of what stands in a manifest."""

from __future__ import annotations

import re

from tutor.apimachinery import schema
from tutor.apimachinery.resources import RESOURCES, Resource
from tutor.course.words import Text
from tutor.session.why.explanation import LIKELY, LOOK, MEND, Answer, Failure, Suggestion, close

DEEPEST = 4
"""Levels below which a misplaced field is not looked for."""


def selector_and_labels(match: re.Match[str], failure: Failure) -> Answer:
    return Text(
        zh='`spec.selector.matchLabels` 里的每个标签都必须出现在 `spec.template.metadata.labels` 里，否则控制器找不到自己的 Pod。',
        en='Every label in `spec.selector.matchLabels` must stand in `spec.template.metadata.labels` too, or the controller '
           'would not find its own Pods.'), [Suggestion(LOOK, 'kubectl explain deployment.spec.selector')]


def immutable(match: re.Match[str], failure: Failure) -> Answer:
    return Text(zh='这个字段在创建以后就不能改了。要改它，只能删除对象，再重新创建。',
                en='This field cannot change after creation. To change it, delete the object and create it anew.'), []


def pod_immutable(match: re.Match[str], failure: Failure) -> Answer:
    return Text(
        zh='Pod 创建以后，几乎只有镜像可以改。要改别的，就改管理它的 Deployment，或者 `kubectl replace --force`。',
        en='Of a Pod that exists, little more than the image can change. Change the Deployment that owns it instead, or use '
           '`kubectl replace --force`.'), []


def bad_name(match: re.Match[str], failure: Failure) -> Answer:
    return Text(zh='名称只能用小写字母、数字和 `-`，并且以字母或数字开头和结尾。大写字母、下划线和空格都不行。',
                en='Names are made of lower-case letters, digits and `-`, and begin and end with a letter or digit. No upper '
                   'case, no underscore, no space.'), []


def unknown_field(match: re.Match[str], failure: Failure) -> Answer:
    path = re.sub(r'\[\d+\]', '', match[1])
    parent, _, wrong = path.rpartition('.')
    kind = _kind(failure)
    known = _fields(kind, parent)
    likely = next((name for name in known if name.lower() == wrong.lower()), None) or close(wrong, known)
    look = Suggestion(LOOK, f'kubectl explain {kind.singular if kind else "pod"}{"." + parent if parent else ""}')
    if likely:
        return Text(zh=f'没有 `{match[1]}` 这个字段；相近的是 `{likely}`（大小写也算）。',
                    en=f'There is no field `{match[1]}`; `{likely}` is close (upper and lower case count).'), [look]
    elsewhere = _elsewhere(kind, wrong)
    if elsewhere:
        return Text(zh=f'`{parent or "最上层"}` 里没有 `{wrong}`；它属于 `{elsewhere}`。多半是缩进错了。',
                    en=f'`{parent or "the top level"}` has no `{wrong}`; it belongs to `{elsewhere}`. Mostly the indentation is '
                       'wrong.'), [look]
    return Text(
        zh=f'没有 `{match[1]}` 这个字段：要么拼错了，要么缩进错了，放在了别的字段下面。',
        en=f'There is no field `{match[1]}`: it is misspelt, or indented so that it stands below the wrong field.'), [look]


def field_not_explained(match: re.Match[str], failure: Failure) -> Answer:
    """`kubectl explain` of a path that the kind lacks."""
    wrong = match[1]
    word = next((word for word in failure.command.split() if wrong in word.split('.')), wrong)
    name, *path = word.split('.')
    kind = next((each for each in RESOURCES if name in each.names), None)
    above = path[:path.index(wrong)] if wrong in path else []
    parent = '.'.join([name, *above])
    likely = close(wrong, _fields(kind, '.'.join(above)))
    found = [Suggestion(LIKELY, failure.replaced(wrong, likely))] if likely else []
    return Text(zh=f'`{parent}` 没有字段 `{wrong}`。它有哪些字段，`kubectl explain {parent}` 都列出来。',
                en=f'`{parent}` has no field `{wrong}`. `kubectl explain {parent}` lists those that it has.'), [
        *found, Suggestion(LOOK, f'kubectl explain {parent}')]


def _kind(failure: Failure) -> Resource | None:
    """The kind of the object that was refused."""
    match = re.search(r'(\w+) in version "([^"]+)" cannot be handled', failure.error)
    wanted = (match[1], match[2]) if match else None
    return next((each for each in RESOURCES if (each.kind, each.group_version) == wanted), None)


def _fields(kind: Resource | None, path: str) -> list[str]:
    start = schema.for_resource(kind) if kind is not None else None
    if start is None or not path:
        return list(start.fields) if start is not None else []
    field = schema.field_at(start, *path.split('.'))
    return list(field.element.fields) if field is not None and field.element is not None else []


def _elsewhere(kind: Resource | None, name: str) -> str | None:
    """The path of the shallowest struct that has a field of this name."""
    start = schema.for_resource(kind) if kind is not None else None
    waiting = [('', start)] if start is not None else []
    for path, struct in waiting:
        if name in struct.fields:
            return path or '(top)'
        if path.count('.') < DEEPEST:
            waiting += [(f'{path}.{field.name}'.lstrip('.'), field.element) for field in struct.fields.values()
                        if field.element is not None and field.name not in ('status', 'managedFields')]
    return None


def wrong_type(match: re.Match[str], failure: Failure) -> Answer:
    given, place, wanted = match[1], match[2].partition('.')[2] or match[2], match[3]
    if wanted == 'string':
        what = {'number': '12', 'bool': 'true'}.get(given, '12')
        return Text(zh=f'`{place}` 要的是文字，给的是 {given}。YAML 会把没有引号的 `{what}` 读成别的类型：加上引号，写 `"{what}"`。',
                    en=f'`{place}` wants text and got a {given}. YAML reads a bare `{what}` as something else: put quotes '
                       f'around it, `"{what}"`.'), []
    if given == 'string' and wanted.startswith(('int', 'float', 'bool')):
        return Text(zh=f'`{place}` 要的是 {wanted}，给的是文字。去掉引号。',
                    en=f'`{place}` wants {wanted} and got text. Take the quotes away.'), []
    if wanted.startswith('[]'):
        return Text(zh=f'`{place}` 是一个列表，每一项前面有 `- `；给的是 {given}。',
                    en=f'`{place}` is a list, with `- ` before each item; it got a {given}.'), []
    if given == 'array':
        return Text(zh=f'`{place}` 不是列表，去掉 `- `。', en=f'`{place}` is no list: take the `- ` away.'), []
    return Text(zh=f'`{place}` 要的类型是 {wanted}，给的是 {given}。看看它下面是不是少了一层，或者多了一层。',
                en=f'`{place}` wants a {wanted} and got a {given}. See whether a level below it is missing, or one too many.'), []


CAUSES = (
    ('did not find expected key', '这一行或上一行的缩进和同级的字段不齐', 'the indentation of this line, or of the one before, '
     'does not match its siblings'),
    ('mapping values are not allowed', '一行里有两个 `键: 值`，或者上一行缩进不够', 'there are two `key: value` in one line, or the '
     'line before is indented too little'),
    ("could not find expected ':'", '上一行的键后面少了冒号（冒号后面还要一个空格）', 'a key has lost its colon (with a space after '
     'it), here or in the line before'),
    ('tab character', '缩进里有制表符，YAML 只认空格', 'a tab stands in the indentation, where only spaces may be'),
    ('cannot start any token', '缩进里有制表符，YAML 只认空格；或者值以 `@`、`%`、反引号开头却没有引号', 'a tab stands in the '
     'indentation, where only spaces may be; or a value begins with `@`, `%` or a backquote and has no quotes'),
    ('unexpected end of stream', '有一个引号没有配对', 'a quote has no partner'),
    ('did not find expected', '引号、`[ ]` 或 `{ }` 没有配对，或者列表的 `-` 没有对齐', 'a quote, `[ ]` or `{ }` has no partner, or the '
     '`-` of a list is out of line'),
    ('already set in map', '同一个键写了两次', 'the same key stands there twice'),
)


def yaml_syntax(match: re.Match[str], failure: Failure) -> Answer:
    number, said = int(match[1]), match[2]
    zh, en = next(((zh, en) for part, zh, en in CAUSES if part in said),
                  ('缩进不齐，或者冒号后面少了空格', 'the indentation is off, or a space after a colon is missing'))
    shown = _lines_around(failure, number)
    zh_place = f'：\n\n{shown}\n\n' if shown else '。'
    en_place = f':\n\n{shown}\n\n' if shown else '. '
    return Text(zh=f'YAML 在第 {number} 行附近读不下去（{said}）{zh_place}多半是{zh}。',
                en=f'The YAML cannot be read near line {number} ({said}){en_place}Mostly {en}.'), _open(failure, number)


def _open(failure: Failure, number: int) -> list[Suggestion]:
    path = _path(failure)
    return [Suggestion(LOOK, f'cat -A {path} | sed -n {max(number - 1, 1)},{number + 1}p'),
            Suggestion(MEND, f'vi +{number} {path}')] if path else []


def _path(failure: Failure) -> str | None:
    match = re.search(r'error parsing (\S+):', failure.error)
    return match[1] if match and match[1] != 'STDIN' else None


def _manifest(failure: Failure) -> str | None:
    """The text that kubectl was given, from the file or from a here-document."""
    path = _path(failure)
    if path:
        return failure.file(path)
    heredoc = re.search(r"<<-?\s*['\"]?(\w+)['\"]?.*?\n(.*?)\n\1\s*$", failure.command, re.DOTALL | re.MULTILINE)
    return heredoc[2] if heredoc else None


def _lines_around(failure: Failure, number: int) -> str:
    """The line and the one before it, numbered; tabs are made visible."""
    lines = (_manifest(failure) or '').splitlines()
    chosen = range(max(number - 1, 1), min(number + 1, len(lines)) + 1)
    return '\n\n'.join(f'`{each:>3}│{lines[each - 1].replace(chr(9), "→")}`' for each in chosen)


def tab(match: re.Match[str], failure: Failure) -> Answer:
    return Text(zh='YAML 的缩进不能用制表符，只能用空格。', en='YAML is indented with spaces; a tab is not allowed.'), []


def no_such_version(match: re.Match[str], failure: Failure) -> Answer:
    kind, version = match[1], match[2]
    right = [each.group_version for each in RESOURCES if each.kind == kind]
    if right:
        return Text(zh=f'`{kind}` 的 apiVersion 不是 `{version}`，而是 `{right[0]}`。',
                    en=f'The apiVersion of `{kind}` is not `{version}` but `{right[0]}`.'), [
                        Suggestion(LOOK, f'kubectl explain {kind.lower()}')]
    likely = close(kind, sorted({each.kind for each in RESOURCES}))
    zh = f'多半要的是 `{likely}`；' if likely else '如果它是自定义资源，'
    en = f'`{likely}` is close; ' if likely else 'If it is a custom resource, '
    return Text(zh=f'集群不认识种类 `{kind}`（`{version}`）。{zh}要先安装它的 CustomResourceDefinition。' if not likely else
                f'集群不认识种类 `{kind}`（`{version}`）。{zh}种类的首字母大写，用单数。',
                en=f'The cluster does not know the kind `{kind}` in `{version}`. {en}'
                   + ('kinds are singular and begin with a capital.' if likely else
                      'its CustomResourceDefinition must be installed first.')), [
                          Suggestion(LOOK, 'kubectl api-resources')]


def not_set(match: re.Match[str], failure: Failure) -> Answer:
    return Text(zh='每个对象都要有 `apiVersion` 和 `kind`，写在最左边。', en='Each object needs `apiVersion` and `kind`, at the very '
                'left.'), [Suggestion(LOOK, 'kubectl create deployment x --image=nginx --dry-run=client -o yaml')]


def required(match: re.Match[str], failure: Failure) -> Answer:
    return Text(zh=f'必须有字段 `{match[1]}`，现在没有。', en=f'The field `{match[1]}` must be there, and is not.'), []


def unsupported(match: re.Match[str], failure: Failure) -> Answer:
    return Text(zh=f'`{match[1]}` 不能是 `{match[2]}`，只能是：{match[3]}。大小写也要一样。',
                en=f'`{match[1]}` cannot be `{match[2]}`; it may be: {match[3]}. Upper and lower case matter.'), []


def out_of_range(match: re.Match[str], failure: Failure) -> Answer:
    return Text(zh=f'`{match[1]}` 是 {match[2]}，而它必须在 {match[3]} 和 {match[4]} 之间。',
                en=f'`{match[1]}` is {match[2]}; it must lie between {match[3]} and {match[4]}.'), []


def empty(match: re.Match[str], failure: Failure) -> Answer:
    return Text(zh='文件里没有任何对象：它是空的，或者只有注释。', en='There is no object in the file: it is empty, or only comments.'), []


def no_file_given(match: re.Match[str], failure: Failure) -> Answer:
    return Text(zh='`apply` 要知道清单在哪里：`-f 文件`、`-f 文件夹`，或者 `-f -` 从标准输入读。',
                en='`apply` must know where the manifest is: `-f FILE`, `-f FOLDER`, or `-f -` for standard input.'), [
        Suggestion(LOOK, 'ls')]


def edit_cancelled(match: re.Match[str], failure: Failure) -> Answer:
    return Text(zh='编辑器里什么都没有改，所以什么都没有发生。', en='Nothing was changed in the editor, so nothing happened.'), []

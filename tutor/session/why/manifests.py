"""Failures of what stands in a manifest."""

from __future__ import annotations

import re

from tutor.course.words import Text
from tutor.session.why.explanation import LOOK, Failure, Suggestion

Answer = tuple[Text, list[Suggestion]]


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
    path = match[1]
    parent = path.rpartition('.')[0]
    return Text(
        zh=f'没有 `{path}` 这个字段：要么拼错了，要么缩进错了，放在了别的字段下面。',
        en=f'There is no field `{path}`: it is misspelt, or indented so that it stands below the wrong field.'), [
            Suggestion(LOOK, f'kubectl explain pod.{parent}' if parent else 'kubectl explain pod')]


def wrong_type(match: re.Match[str], failure: Failure) -> Answer:
    given, place, wanted = match[1], match[2], match[3]
    return Text(zh=f'`{place}` 要的类型是 {wanted}，给的是 {given}。数字不要加引号；字符串形式的数字要加引号。',
                en=f'`{place}` wants a {wanted} and got a {given}. Numbers stand without quotes; text that looks like a number '
                   'needs them.'), []


def yaml_syntax(match: re.Match[str], failure: Failure) -> Answer:
    line = match[1]
    return Text(
        zh=f'YAML 在第 {line} 行附近读不下去：{match[2]}。多半是缩进（只用空格，同级对齐），或者冒号后面少了空格。',
        en=f'The YAML cannot be read near line {line}: {match[2]}. Mostly it is indentation (spaces only, siblings aligned) '
           'or a missing space after a colon.'), []


def tab(match: re.Match[str], failure: Failure) -> Answer:
    return Text(zh='YAML 的缩进不能用制表符，只能用空格。', en='YAML is indented with spaces; a tab is not allowed.'), []


def no_such_version(match: re.Match[str], failure: Failure) -> Answer:
    return Text(
        zh=f'API 组和版本 `{match[2]}` 里没有 `{match[1]}`。例如 Pod 和 Service 是 `v1`，Deployment 是 `apps/v1`。',
        en=f'There is no `{match[1]}` in `{match[2]}`. Pods and Services are `v1`, Deployments `apps/v1`.'), [
            Suggestion(LOOK, 'kubectl api-resources')]


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

"""What differs between kubectl 1.32 and 1.36, each with its reason. Nothing else may differ but ages and times."""

from __future__ import annotations

import re
from collections.abc import Callable

Change = tuple[str, Callable[[str], str]]


def _sub(pattern: str, replacement: str) -> Callable[[str], str]:
    compiled = re.compile(pattern, re.MULTILINE)
    return lambda text: compiled.sub(replacement, text)


def _own_way(text: str) -> str:
    found = re.fullmatch(r'log [\w.]+\] "command failed" err="(.*)"\n', text)
    if found:
        return f'error: {found[1]}\n'.replace('\\"', '"')
    return f'{re.sub("^Error: ", "error: ", text).rstrip()}\n' if text.startswith(('Error: ', 'error: ')) else text


CHANGES: tuple[Change, ...] = (
    ('1.34 leaves a creation time out that is not set yet', _sub(
        r'metadata:\n( +)creationTimestamp: null\n(?!\1\S)', 'metadata: {}\n')),
    ('the same beside other metadata', _sub(r'^ +creationTimestamp: null\n', '')),
    ('the same in JSON', _sub(r',\n +"creationTimestamp": null(?=\n)|\n +"creationTimestamp": null,', '')),
    ('the same where it stands alone', _sub(r'\{\n +"creationTimestamp": null\n +\}', '{}')),
    ('the same on one line', _sub(r'"creationTimestamp":null,|,?"creationTimestamp":null', '')),
    ('1.34 says from which namespace it deleted', _sub(r' deleted from [\w-]+ namespace', ' deleted')),
    ('1.35 names the container before the message of an event in `describe`', _sub(
        r'^(  (?:Normal|Warning).*?)spec\.(?:initContainers|containers)\{[\w-]+\}: ', r'\1')),
    ('1.35 names the ports of containers in `describe`', lambda text: re.sub(
        r'^ +(?:Host )?Ports?: .*$', lambda line: re.sub(r' \(\w+\)', '', line[0]), text, flags=re.MULTILINE)),
    ('1.33 shows whether a projected source is optional as a flag of its own', _sub(
        r'^( +)(?:ConfigMapOptional|SecretOptionalName|Optional): +(?:<nil>|false)$', r'\1Optional: false')),
    ('before that it showed where in memory it was', _sub(
        r'^( +)ConfigMapOptional: ( +)0x[0-9a-f]+$', r'\1Optional:          \2true')),
    ('1.33 names the namespace of a DaemonSet in `describe`', _sub(
        r'^(Name: +agent\n)Namespace: +default\n(?=Selector)', r'\1')),
    ('1.33 describes `top` at length', _sub(
        r'^ (?:The top command|This command (?:requires|provides)|The metrics shown are) .*$', ' about metrics')),
    ('1.33 shows the time zone of a CronJob', _sub(r'^Time Zone: .*\n', '')),
    ('1.34 no longer shows the version of kube-proxy', _sub(r'^  Kube-Proxy Version: .*\n', '')),
    ('1.35 no longer shows mountable secrets and tokens of a ServiceAccount', _sub(
        r'^(?:Mountable secrets|Tokens): .*\n(?: {10,}.*\n)*', '')),
    ('1.35 no longer looks whether image pull secrets are there', _sub(
        r'^((?:Image pull secrets:| {19}) +\S+) \(not found\)$', r'\1')),
    ('1.34 shows the protocol of the application and the distribution of the traffic of a Service', _sub(
        r'^(?:AppProtocol|Traffic Distribution): .*\n', '')),
    ('1.36 shows the devices of a node', _sub(r'^Node-Local ResourceSlices:\n(?:  .*\n)*', '')),
    ('1.36 keeps acronyms together', _sub(r'\bUR Ls:', 'URLs:')),
    ('1.34 has the output format kyaml', _sub(r'jsonpath-file,kyaml,name', 'jsonpath-file,name')),
    ('1.33 numbers what is beyond the end of a list', _sub(
        r'reflect: slice index out of range|index out of range: \d+', 'index out of range')),
    ('lines of kubectl\'s source have other numbers', _sub(r'\b\w+\.go:\d+\]', 'source.go]')),
    ('a kubectl that chooses among several (Google\'s) words errors of the command line itself', _own_way),
)
"""1.34 also no longer folds long lines of YAML: see `folded`."""

SECONDS = r'(?:\d+y)?(?:\d+d)?(?:\d+h)?(?:\d+m)?\d+s|\d+m|\d+h|\d+d'
TIMES: tuple[Callable[[str], str], ...] = (
    _sub(r'\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)', '<time>'),
    _sub(r'(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d \w{3} \d{4} \d\d:\d\d:\d\d [+-]\d{4}', '<time>'),
    _sub(rf'(?<=[\s(])(?:{SECONDS})(?: ago)?(?: \(x\d+ over (?:{SECONDS})\))?(?=[\s)]|$) *', '<age> '),
    _sub(r'(?<=\s)(AGE|RESTARTS) *', r'\1 '),
    _sub(r'^LAST SEEN *', 'LAST SEEN '),
    _sub(r'^( *)(-{3,}|Age) +', r'\1\2 '),
    _sub(r'^( +Type +Reason +)Age +', r'\1Age '),
    _sub(r'^( +---- +-{6,} +)---- +', r'\1---- '),
    _sub(r'^[EFWI]\d{4} \d\d:\d\d:\d\d\.\d+ +\d+ ', 'log '),
    _sub(r'\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d+ [+-]\d{4}', '<time>'),
    _sub(r'/tmp/(LIVE|MERGED)-\d+/', r'/tmp/\1/'),
    _sub(r'[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}', '<uid>'),
    _sub(r'("?resourceVersion"?: )"\d+"', r'\1"<version>"'),
)


def normal(text: str) -> str:
    """An answer without ages, times and what the versions say differently."""
    for change in TIMES:
        text = change(text)
    for _, change in CHANGES:
        text = change(text)
    return text


def by_time(line: str) -> bool:
    """Whether a command sorts a long list by time: which of those of one second comes first hangs on the moments at
    which the cluster of the test was made, and, in lists with many equals, on swaps of Go's sort that ours lacks."""
    return line.split()[0] == 'events'


def folded(older: str, newer: str) -> str:
    """The older answer with its folded YAML lines joined where the newer has the same line whole."""
    whole = {line for line in newer.split('\n') if len(line) > 70}
    lines, joined = older.split('\n'), []
    while lines:
        first = lines.pop(0)
        text, taken = first, 0
        while text not in whole and taken < len(lines) and any(line.startswith(text.removesuffix('\\'))
                                                               for line in whole):
            more = lines[taken].lstrip()
            taken += 1
            text = f'{text[:-1]}{more[1:] if more.startswith(chr(92) + " ") else more}' if text.endswith('\\') else \
                f'{text} {more}'
        if taken and text in whole:
            joined.append(text)
            del lines[:taken]
        else:
            joined.append(first)
    return '\n'.join(joined)

"""What differs between any two runs of a real cluster, and how both sides are put into one form.

Ages, times, UIDs, revisions, addresses, generated names and hashes are masked, with the layout that follows from them.
"""

from __future__ import annotations

import re

SAFE = '[bcdfghjklmnpqrstvwxz2456789]'
AGE = r'(?:\d+y)?(?:\d+d)?(?:\d+h)?(?:\d+m)?\d+s'

MASKS = [(re.compile(pattern, re.MULTILINE), replacement) for pattern, replacement in [
    (r'\b[0-9a-f]{64}\b', '<id>'),
    (r'[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}', '<uid>'),
    (r'\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)', '<time>'),
    (r'(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d \w{3} \d{4} \d\d:\d\d:\d\d [+-]\d{4}', '<time>'),
    (r'("?resourceVersion"?: )"\d+"', r'\1"<rv>"'),
    (r'("?(?:nodePort|healthCheckNodePort)"?: )\d+', r'\1<nodeport>'),
    (r':3[0-2]\d{3}/', ':<nodeport>/'),
    (r'(NodePort:\s+\S+\s+)3[0-2]\d{3}/', r'\1<nodeport>/'),
    (r'\b\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}\b', '<ip>'),
    (r'(?:fakeRuntime|containerd|docker|cri-o)://\S+', '<container>'),
    (r'("?(?:imageID|containerID)"?: ).*', r'\1<image>'),
    (r'((?:Image|Container) ID:\s+).*', r'\1<image>'),
    (r'kube-api-access-' + SAFE + '{5}', 'kube-api-access-<rand>'),
    (r'(pod-template-hash|controller-revision-hash)([=:] ?"?)[\w.-]+', r'\1\2<hash>'),
    (r'-' + SAFE + r'{6,10}-' + SAFE + r'{5}\b', '-<hash>-<rand>'),
    (r'-' + SAFE + r'{8,10}\b', '-<hash>'),
    (r'-' + SAFE + r'{5}\b', '-<rand>'),
    (r'-\d{8}\b', '-<minute>'),
    (r'\bnode0[12]\b', 'node0X'),
    (r'\b\d+(?:\.\d+)?(?:ms|µs|s) \(\d+(?:\.\d+)?(?:ms|µs|s) including waiting\)', '<pull>'),
    (r'Image size: \d+ bytes', 'Image size: <n> bytes'),
    (r'/tmp/\S+/', '<tmp>/'),
    (r'(?<=[\s(])' + AGE + r'(?= ago\b)', '<age>'),
    (r'(?<=[ydhms]) \(x\d+ over [\dydhms]+\)', ''),
    (r'(?<=\s)(?:\d+[ydhms]){1,2}(?=\s|$)', '<age>'),
    (r'(?<=\s)<(?:unknown|invalid)>(?=\s|$)', '<age>'),
]]
EVENTS = re.compile(r'\bkubectl (?:get (?:events|ev)\b|events\b)|\bk get (?:events|ev)\b')
NODE_START = re.compile(r'\b(?:RegisteredNode|NodeReady|NodeHasSufficient\w+|NodeHasNoDiskPressure|'
                        r'NodeAllocatableEnforced|InvalidDiskCapacity|CgroupV1|Starting)\b')


def normal(command: str, stdout: str, stderr: str, code: int) -> str:
    """One answer in the form in which two answers can be compared."""
    return f'{_settled(command, _masked(stdout))}\n[stderr]\n{_settled(command, _masked(stderr))}\n[rc] {code}'


def _masked(text: str) -> str:
    for pattern, replacement in MASKS:
        text = pattern.sub(replacement, text)
    return '\n'.join(re.sub(r' {2,}', '  ', line).rstrip() for line in text.splitlines())


def _settled(command: str, text: str) -> str:
    """Lines whose order is random in a real cluster, in one order: events, and lists of generated names."""
    lines = [line for line in text.split('\n') if not (NODE_START.search(line) and re.search(r'Normal|Warning', line))]
    if EVENTS.search(command):
        return '\n'.join(lines[:1] + sorted(set(lines[1:])))
    found: list[str] = []
    run: list[str] = []
    in_events = False
    for line in lines:
        in_events = in_events or bool(re.match(r'\s*Events:', line))
        if (in_events and re.match(r'\s+(Normal|Warning)\b', line)) or '<rand>' in line:
            run.append(line)
            continue
        found += [*(sorted(set(run)) if in_events else sorted(run)), line]
        run = []
        if in_events and line and not line.startswith(' ') and 'Events:' not in line:
            in_events = False
    return '\n'.join(found + (sorted(set(run)) if in_events else sorted(run)))

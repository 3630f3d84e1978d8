"""What ps and top tell of a machine's processes: who has started them, since when, and what they use."""

from __future__ import annotations

import re


def rows(text: str) -> list[list[str]]:
    return [line.split(None, 10) for line in text.splitlines()[1:]]


def test_who_computes_is_found_on_its_node(desk):
    desk.out('kubectl run hog --image=busybox --overrides=\'{"spec":{"nodeName":"node01"}}\''
             ' -- sh -c "while true; do :; done"')
    desk.wait(100)
    first = rows(desk.out('ssh node01 ps aux --sort=-%cpu'))[0]
    assert first[10] == 'sh -c while true; do :; done'
    assert float(first[2]) > 90 and first[7] == 'Rs' and re.fullmatch(r'1:[0-3]\d', first[9])
    page = desk.out('ssh node01 top -b -n 1').splitlines()
    assert re.search(r' R  *(9\d|100)\.\d .* 1:[0-3]\d\.\d\d sh$', page[7])
    assert float(re.findall(r'(\S+) us', page[2])[0]) > 45


def test_who_uses_the_memory_is_found_too(desk):
    first = rows(desk.out('ssh controlplane ps aux --sort=-rss'))[0]
    assert first[10].startswith('kube-apiserver ') and int(first[5]) > 200_000 and float(first[3]) > 5
    kubelet = desk.out('ssh controlplane ps -C kubelet -o rss,pcpu --no-headers').split()
    assert kubelet[0] == str(int(36.4 * 1024)) and float(kubelet[1]) > 1


def test_a_container_is_below_its_shim_and_workers_below_their_master(desk):
    desk.out('kubectl run web --image=nginx --overrides=\'{"spec":{"nodeName":"node01"}}\'')
    desk.wait(30)
    table = {words[1]: words for words in (
        line.split(None, 7) for line in desk.out('ssh node01 ps -ef').splitlines()[1:])}
    workers = [words for words in table.values() if words[7] == 'nginx: worker process']
    master = table[workers[0][2]]
    assert master[7].startswith('nginx: master process')
    shim = table[master[2]]
    assert shim[7].startswith('/usr/bin/containerd-shim-runc-v2 ') and shim[2] == '1'
    assert next(words[7] for words in table.values() if words[2] == shim[1]) == '/pause'
    assert 'PPid:\t1\n' in desk.out('kubectl exec web -- cat /proc/$(kubectl exec web -- sh -c '
                                    '"ls /proc | grep -E [0-9] | sort -n | sed -n 2p")/status')


def test_what_began_yesterday_shows_its_day(desk):
    desk.wait(86_400)
    line = desk.out('ssh node01 ps -p 1 -o lstart,etime,start --no-headers')
    assert line.split()[:3] == ['Mon', 'May', '4'] and re.search(r' 01-00:0\d:\d\d 09:00:00$', line.rstrip())
    assert ' May04 ' in desk.out('ssh node01 ps aux').splitlines()[1]


def test_the_long_format_has_priority_and_pages_too(desk):
    head, first = desk.out('ssh controlplane ps -elf').splitlines()[:2]
    assert head == 'F S UID          PID    PPID  C PRI  NI ADDR SZ WCHAN  STIME TTY          TIME CMD'
    assert re.match(r'4 S root           1       0  \d  80   0 - +\d+ -      \d\d:\d\d \?        \d\d(:\d\d)+ ', first)
    assert desk.out('ssh controlplane ps -el').startswith(
        'F S   UID     PID    PPID  C PRI  NI ADDR SZ WCHAN  TTY          TIME CMD\n')

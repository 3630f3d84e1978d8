"""What nginx tells of itself and logs when it reads its configuration again, and what curl shows of it."""

from __future__ import annotations


def test_version_and_configuration(node) -> None:
    container = node.run('nginx')
    lines = node.exec(container, 'nginx', '-V')[1].splitlines()
    assert lines[0].startswith('nginx version: nginx/1.') and lines[3] == 'TLS SNI support enabled'
    assert '--conf-path=/etc/nginx/nginx.conf' in lines[4] and '--with-http_ssl_module' in lines[4]
    dumped = node.exec(container, 'sh', '-c', 'nginx -T 2>/dev/null | grep "^# configuration"')[1]
    assert dumped == ('# configuration file /etc/nginx/nginx.conf:\n# configuration file /etc/nginx/mime.types:\n'
                      '# configuration file /etc/nginx/conf.d/default.conf:\n')
    assert node.exec(container, 'head', '-1', '/docker-entrypoint.sh')[1] == '#!/bin/sh\n'


def test_a_reload_starts_new_workers_and_ends_the_old_ones(node) -> None:
    container = node.run('nginx')
    node.exec(container, 'nginx', '-s', 'reload')
    node.simulation.advance(1)
    said = [line.split('] ', 1)[1] for line in node.output(container).splitlines() if '[notice]' in line]
    after = said[said.index('1#1: reconfiguring') + 1:]
    new = [text.rpartition(' ')[2] for text in after if 'start worker process ' in text]
    assert after[:2] == ['1#1: using the "epoll" event method', '1#1: start worker processes'] and len(new) == 2
    assert after[4:6] == ['29#29: gracefully shutting down', '30#30: gracefully shutting down']
    assert after[-3:] == ['1#1: signal 17 (SIGCHLD) received from 30', '1#1: worker process 30 exited with code 0',
                          '1#1: signal 29 (SIGIO) received']
    running = node.exec(container, 'sh', '-c', 'ls /proc | grep "^[0-9]"')[1].split()
    assert set(new) <= set(running) and not {'29', '30'} & set(running)


def test_curl_shows_its_meter_around_the_conversation(node) -> None:
    container = node.run('nginx')
    said = node.exec(container, 'sh', '-c', 'curl -v 127.0.0.1/nope 2>&1 >/dev/null')[1]
    shown = said.replace('\r', '\n').split('\n')
    assert shown[0].startswith('  % Total    % Received') and shown[3].endswith('     0*   Trying 127.0.0.1:80...')
    at = shown.index('< Content-Length: 153')
    assert shown[at + 1:at + 3] == ['< Connection: keep-alive', '< ']
    body = shown.index('{ [153 bytes data]')
    assert shown[body + 2].startswith('100   153  100   153')
    assert shown[body + 3] == '* Connection #0 to host 127.0.0.1 left intact'


def test_without_words_curl_is_silent(node) -> None:
    container = node.run('nginx')
    quiet = 'curl -s 127.0.0.1 2>&1 >/dev/null; curl -so /dev/null 127.0.0.1'
    assert node.exec(container, 'sh', '-c', quiet) == (0, '')

"""docker inspect, port, top, cp, version, info."""

from __future__ import annotations

from tutor.shell.docker import DockerError
from tutor.shell.programs.docker.call import Call
from tutor.shell.programs.docker.daemon import engine_of
from tutor.shell.programs.docker.formats import inspected
from tutor.shell.vfs import normalize


def copy(call: Call) -> None:
    sides = [word if ':' in word and '/' not in word.partition(':')[0] else normalize(word, call.ctx.cwd)
             for word in call.words]
    call.engine.copy(*sides)
    if call.io.stderr.isatty:
        call.io.stderr.write(f'Successfully copied to {call.words[1]}\n')


def inspect(call: Call) -> int:
    found, status = [], 0
    for word in call.words:
        try:
            found.append(call.engine.inspect(word, call.options.get('type')))
        except DockerError as error:
            call.io.stderr.write(f'Error: {error}\n')
            status = 1
    inspected(found, call.options.get('f'), call.io)
    return status


def port(call: Call) -> None:
    facts = call.engine.inspect(call.words[0], 'container')
    for inner, outer in facts['NetworkSettings']['Ports'].items():
        for each in outer:
            call.io.stdout.write(f'{inner} -> {each["HostIp"]}:{each["HostPort"]}\n')


def top(call: Call) -> None:
    facts = call.engine.inspect(call.words[0], 'container')
    if not facts['State']['Running']:
        raise DockerError(f'container {facts["Id"]} is not running')
    titles = ''.join(f'{title:<20}' for title in ('UID', 'PID', 'PPID', 'C', 'STIME', 'TTY', 'TIME'))
    cells = ('root', facts['State']['Pid'], 1, 0, '09:00', '?', '00:00:00')
    call.io.stdout.write(f'{titles}CMD\n{"".join(f"{cell:<20}" for cell in cells)}'
                         f'{" ".join([facts["Path"], *facts["Args"]])}\n')


def version(call: Call) -> None:
    call.io.stdout.write('Client: Docker Engine - Community\n Version:           28.5.2\n API version:       1.51\n'
                    ' Go version:        go1.25.3\n Git commit:        ecc6942\n OS/Arch:           linux/amd64\n'
                    ' Context:           default\n')
    engine_of(call.ctx)
    call.io.stdout.write('\nServer: Docker Engine - Community\n Engine:\n  Version:          28.5.2\n'
                    '  API version:      1.51 (minimum version 1.24)\n  Go version:       go1.25.3\n'
                    '  Git commit:       89c5e8f\n  OS/Arch:          linux/amd64\n  Experimental:     false\n')


def info(call: Call) -> None:
    facts = call.engine.facts()
    stopped = facts['containers'] - facts['running']
    call.io.stdout.write(
        'Client: Docker Engine - Community\n Version:    28.5.2\n Context:    default\n Debug Mode: false\n\nServer:\n'
        f' Containers: {facts["containers"]}\n  Running: {facts["running"]}\n  Paused: 0\n  Stopped: {stopped}\n'
        f' Images: {facts["images"]}\n Server Version: {facts["version"]}\n Storage Driver: overlay2\n'
        ' Logging Driver: json-file\n Cgroup Driver: systemd\n Cgroup Version: 2\n'
        ' Kernel Version: 6.8.0-79-generic\n Operating System: Ubuntu 24.04.3 LTS\n OSType: linux\n'
        f' Architecture: x86_64\n CPUs: 2\n Total Memory: 3.832GiB\n Name: {facts["name"]}\n'
        ' Docker Root Dir: /var/lib/docker\n Debug Mode: false\n Insecure Registries:\n  registry.local:5000\n'
        '  127.0.0.0/8\n')

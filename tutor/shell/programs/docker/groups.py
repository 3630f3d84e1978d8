"""docker network, volume, and prune."""

from __future__ import annotations

from typing import Any

from tutor.shell.docker import DockerEngine, DockerError
from tutor.shell.process import IO
from tutor.shell.programs.complaint import Complaint
from tutor.shell.programs.docker.call import Call
from tutor.shell.programs.docker.formats import inspected, short_id, show, size
from tutor.shell.programs.options import Options


def group(name: str, sub: str, call: Call) -> int:
    """docker network, volume, system, container or image, with a command of theirs."""
    engine, options, io, words = call.engine, call.options, call.io, call.words
    match name, sub:
        case 'network', 'ls' | 'list':
            rows = [{'ID': short_id(each['Id']), 'Name': each['Name'], 'Driver': each['Driver'],
                     'Scope': each['Scope']} for each in engine.networks()]
            _rows((('NETWORK ID', 'ID'), ('NAME', 'Name'), ('DRIVER', 'Driver'), ('SCOPE', 'Scope')), rows, options, io)
        case 'volume', 'ls' | 'list':
            rows = [{'Driver': each['Driver'], 'Name': each['Name']} for each in engine.volumes()]
            _rows((('DRIVER', 'Driver'), ('VOLUME NAME', 'Name')), rows, options, io)
        case 'network' | 'volume', 'inspect':
            known = engine.networks() if name == 'network' else engine.volumes()
            found = [each for each in known if each['Name'] in words]
            inspected(found, options.get('f'), io)
            if len(found) < len(words):
                missing = next(word for word in words if not any(each['Name'] == word for each in found))
                raise DockerError(f'network {missing} not found' if name == 'network' else
                                  f'get {missing}: no such volume')
        case 'network', 'create':
            io.stdout.write(engine.create_network(words[-1]) + '\n')
        case 'volume', 'create':
            io.stdout.write(engine.create_volume(words[0] if words else '') + '\n')
        case 'network', 'rm':
            for word in words:
                engine.remove_network(word)
                io.stdout.write(word + '\n')
        case 'volume', 'rm':
            for word in words:
                engine.remove_volume(word, 'f' in options)
                io.stdout.write(word + '\n')
        case 'network', 'connect' if len(words) == 2:
            engine.connect_network(words[0], words[1])
        case _, 'prune':
            _prune(name, engine, io)
        case _:
            raise Complaint(f"docker: unknown command: docker {name} {sub}\n\nUsage:  docker {name} COMMAND\n\nRun "
                            f"'docker {name} --help' for more information", bare=True)
    return 0


def _rows(columns: Any, rows: list[dict[str, str]], options: Options, io: IO) -> None:
    if 'q' in options:
        io.stdout.write(''.join(row[columns[0][1] if columns[0][1] == 'ID' else 'Name'] + '\n' for row in rows))
    else:
        show(columns, rows, options.get('format'), io)


def _prune(name: str, engine: DockerEngine, io: IO) -> None:
    titles = {'container': 'Deleted Containers:', 'image': 'Deleted Images:', 'volume': 'Deleted Volumes:'}
    total = 0
    for what in ('container', 'image') if name == 'system' else (name,):
        gone, freed = engine.prune(what)
        total += freed
        if gone:
            io.stdout.write(titles[what] + '\n' + ''.join(f'{each}\n' for each in gone) + '\n')
    io.stdout.write(f'Total reclaimed space: {size(total)}\n')

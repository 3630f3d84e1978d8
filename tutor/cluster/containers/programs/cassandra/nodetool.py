"""nodetool: asks the node in the same container."""

from __future__ import annotations

import json
from typing import Any

from tutor.cluster.containers.programs.cassandra.server import JMX
from tutor.cluster.simulation import BrokenPipe
from tutor.shell.process import IO, Context

COMMANDS = ('drain', 'netstats', 'status', 'version')


async def main(argv: list[str], io: IO, ctx: Context) -> int:
    """nodetool status | drain | netstats | version"""
    command = next((word for word in argv[1:] if not word.startswith('-')), '')
    if command not in COMMANDS:
        io.stderr.write(f"nodetool: error: '{command}' is not simulated here; there are {', '.join(COMMANDS)}\n")
        return 1
    if command == 'version':
        io.stdout.write('ReleaseVersion: 3.11.2\n')
        return 0
    answer = await _ask(command, ctx)
    if answer is None:
        io.stderr.write(f"nodetool: Failed to connect to '127.0.0.1:{JMX}' - "
                        "ConnectException: 'Connection refused (Connection refused)'.\n")
        return 1
    if command == 'netstats':
        io.stdout.write(f'Mode: {answer["mode"]}\nNot sending any streams.\n')
    elif command == 'status':
        if not answer['nodes']:
            io.stderr.write('error: No nodes present in the cluster. Has this node finished starting up?\n')
            return 2
        io.stdout.write(status(answer['nodes']))
    return 0


async def _ask(command: str, ctx: Context) -> dict[str, Any] | None:
    network = ctx.host.network
    assert network is not None
    try:
        connection = await network.connect('127.0.0.1', JMX)
        connection.writer.write(f'{command}\n')
        line = await connection.reader.readline()
        connection.close()
        return json.loads(line)
    except (OSError, BrokenPipe, ValueError):
        return None


def status(nodes: list[dict[str, Any]]) -> str:
    """The table of nodetool status, one for each datacenter."""
    parts = []
    for datacenter in sorted({node['datacenter'] for node in nodes}):
        here = [node for node in nodes if node['datacenter'] == datacenter]
        width = max(len(node['address']) for node in here) + 1
        title = f'Datacenter: {datacenter}'
        lines = [title, '=' * len(title), 'Status=Up/Down', '|/ State=Normal/Leaving/Joining/Moving',
                 f'--  {"Address":<{width}} {"Load":<11}{"Tokens":<13}{"Owns (effective)":<18}{"Host ID":<39}Rack']
        for node in here:
            load, owns = f'{node["load"] / 1024:.2f} KiB', f'{node["owns"]:.1%}'
            lines.append(f'{node["state"]}  {node["address"]:<{width}} {load:<11}{node["tokens"]:<13}'
                         f'{owns:<18}{node["host_id"]:<39}{node["rack"]}')
        parts.append('\n'.join(lines))
    return '\n\n'.join(parts) + '\n\n'

"""rabbitmqctl and rabbitmq-diagnostics, as far as guides and probes use them."""

from __future__ import annotations

from tutor.shell.process import IO, Context
from tutor.shell.programs.amqp import Broker, Refused

COMMANDS = ('check_running', 'list_queues', 'ping')
UNAVAILABLE, USAGE = 69, 64


async def main(argv: list[str], io: IO, ctx: Context) -> int:
    """rabbitmqctl [-q] COMMAND"""
    quiet = bool({'-q', '--quiet', '-s', '--silent'} & set(argv))
    words = [word for word in argv[1:] if not word.startswith('-')]
    name, node = argv[0].rpartition('/')[2], f'rabbit@{ctx.host.hostname}'
    if not words or words[0] not in COMMANDS:
        io.stderr.write(f"{name}: error: '{' '.join(words[:1])}' is not simulated here; there are "
                        f"{', '.join(COMMANDS)}\n")
        return USAGE
    banner, said = {
        'ping': (f'Will ping {node}. This only checks if the OS process is running and registered with epmd. '
                 'Timeout: 60000 ms.', 'Ping succeeded'),
        'check_running': (f'Checking if RabbitMQ is running on node {node} ...',
                          f'RabbitMQ on node {node} is fully booted and running'),
        'list_queues': ('Timeout: 60.0 seconds ...\nListing queues for vhost / ...', '')}[words[0]]
    if not quiet:
        io.stdout.write(f'{banner}\n')
    try:
        account = {'username': ctx.env.get('RABBITMQ_DEFAULT_USER', 'guest'),
                   'password': ctx.env.get('RABBITMQ_DEFAULT_PASS', 'guest')}
        broker = await Broker.open(ctx, {'server': '127.0.0.1', **account})
        counts = (await broker.ask('list_queues', 'counts'))['queues']
        broker.close()
    except Refused:
        io.stderr.write(f'Error: unable to perform an operation on node \'{node}\'. Please see diagnostics information '
                        'and suggestions below.\n')
        return UNAVAILABLE
    io.stdout.write(f'{said}\n' if said else _table(counts, words[1:] or ['name', 'messages']))
    return 0


def _table(counts: dict[str, list[int]], columns: list[str]) -> str:
    rows = [{'name': name, 'messages': sum(pair), 'messages_ready': pair[0], 'messages_unacknowledged': pair[1]}
            for name, pair in counts.items()]
    lines = [columns, *([str(row.get(column, '')) for column in columns] for row in rows)] if rows else []
    return ''.join('\t'.join(line) + '\n' for line in lines)

"""MongoDB: the server's life and log, and of its shell what one needs to see that documents are kept."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

from tutor.cluster.containers.executables import execute
from tutor.cluster.containers.programs.database import ask, read_question
from tutor.cluster.containers.programs.serving import until_terminated
from tutor.shell.process import IO, Connection, Context, NameNotFound

PORT = 27017
DATA = '/data/db'
SAVED = f'{DATA}/collection.wt'
_call = re.compile(r'db(?:\.(?P<collection>[A-Za-z_][\w.]*?))?\.(?P<method>\w+)\((?P<arguments>.*)\)\s*;?$', re.DOTALL)
_key = re.compile(r"""([{,]\s*)(\$?[A-Za-z_]\w*)(\s*:)""")
_single = re.compile(r"'([^'\\]*)'")


async def entrypoint(argv: list[str], io: IO, ctx: Context) -> int:
    """docker-entrypoint.sh: options are meant for mongod."""
    words = argv[1:]
    return await execute(['mongod', *words] if not words or words[0].startswith('-') else words, io, ctx)


def version(ctx: Context) -> str:
    return ctx.env.get('MONGO_VERSION', '8.0.15')


async def server(argv: list[str], io: IO, ctx: Context) -> int:
    """mongod [--port N]"""
    if '--version' in argv:
        io.stdout.write(f'db version v{version(ctx)}\n')
        return 0
    port = int(argv[argv.index('--port') + 1]) if '--port' in argv[:-1] else PORT
    return await Mongod(io, ctx).run(port)


class Mongod:
    """One server: its databases, their collections, and the documents of each."""

    def __init__(self, io: IO, ctx: Context) -> None:
        self._io = io
        self._ctx = ctx
        self._data: dict[str, dict[str, list[dict[str, Any]]]] = {}
        if ctx.files.is_file(SAVED):
            self._data = json.loads(ctx.files.read_text(SAVED))
        self._methods: dict[str, Callable[[str, str, list[Any]], Any]] = {
            'insertOne': self._insert, 'insertMany': self._insert, 'find': self._find, 'findOne': self._find_one,
            'countDocuments': self._count, 'deleteOne': self._delete, 'deleteMany': self._delete, 'drop': self._drop}

    async def run(self, port: int) -> int:
        ctx = self._ctx
        self._log('CONTROL', 4615611, 'initandlisten', 'MongoDB starting', pid=1, port=port, dbPath=DATA,
                  architecture='64-bit', host=ctx.host.hostname)
        assert ctx.host.network is not None
        try:
            ctx.host.network.listen(port, self._serve)
        except OSError:
            self._log('CONTROL', 20568, 'initandlisten', 'Error setting up listener',
                      error=f'SocketException: Address already in use: 0.0.0.0:{port}')
            return 48
        self._log('NETWORK', 23015, 'listener', 'Listening on', address='0.0.0.0')
        self._log('NETWORK', 23016, 'listener', 'Waiting for connections', port=port, ssl='off')
        await until_terminated(ctx)
        self._log('CONTROL', 23377, 'SignalHandler', 'Received signal', signal=15, error='Terminated')
        self._log('CONTROL', 23138, 'SignalHandler', 'Shutting down', exitCode=0)
        return 0

    def _log(self, component: str, number: int, context: str, text: str, **attributes: object) -> None:
        line = {'t': {'$date': self._ctx.simulation.micro_timestamp()[:23] + '+00:00'}, 's': 'I', 'c': component,
                'id': number, 'ctx': context, 'msg': text, **({'attr': attributes} if attributes else {})}
        self._io.stdout.write(json.dumps(line, separators=(',', ':')) + '\n')

    async def _serve(self, connection: Connection) -> None:
        question = await read_question(connection)
        if question is None:
            return
        try:
            answer = {'result': self._answer(question)}
        except ValueError as problem:
            answer = {'error': str(problem)}
        connection.writer.write(json.dumps(answer).encode() + b'\n')

    def _answer(self, question: dict[str, Any]) -> Any:
        """What a client asked for. Raises ValueError."""
        database, method, arguments = question['database'], question['method'], question['arguments']
        if method == 'databases':
            return sorted({'admin', 'config', 'local', *(name for name, found in self._data.items() if found)})
        if method in ('collections', 'getCollectionNames'):
            return sorted(self._data.get(database, {}))
        if method == 'version':
            return version(self._ctx)
        if method in ('runCommand', 'adminCommand'):
            if not arguments or not isinstance(arguments[0], dict) or not set(arguments[0]) & {'ping', 'hello'}:
                raise ValueError('error: this command is not simulated here, only ping and hello are')
            return {'ok': 1} if 'ping' in arguments[0] else {'isWritablePrimary': True, 'ok': 1}
        if method not in self._methods:
            raise ValueError(f'error: {method}() is not simulated here')
        result = self._methods[method](database, question['collection'], arguments)
        if method not in ('find', 'findOne', 'countDocuments'):
            self._ctx.files.put(SAVED, json.dumps(self._data))
        return result

    # -- collections --------------------------------------------------------------------------------------------

    def _documents(self, database: str, collection: str) -> list[dict[str, Any]]:
        return self._data.get(database, {}).get(collection, [])

    def _insert(self, database: str, collection: str, arguments: list[Any]) -> Any:
        many = isinstance(arguments[0], list)
        kept = self._data.setdefault(database, {}).setdefault(collection, [])
        identities = []
        for document in arguments[0] if many else arguments[:1]:
            identity = f"ObjectId('{self._ctx.simulation.random.getrandbits(96):024x}')"
            kept.append({'_id': document.get('_id', identity), **document})
            identities.append(kept[-1]['_id'])
        if many:
            return {'acknowledged': True, 'insertedIds': {str(place): one for place, one in enumerate(identities)}}
        return {'acknowledged': True, 'insertedId': identities[0]}

    def _find(self, database: str, collection: str, arguments: list[Any]) -> list[dict[str, Any]]:
        wanted = arguments[0] if arguments else {}
        if any(isinstance(value, dict) for value in wanted.values()):
            raise ValueError('error: only values can be compared here, operators are not simulated')
        return [document for document in self._documents(database, collection)
                if all(document.get(name) == value for name, value in wanted.items())]

    def _find_one(self, database: str, collection: str, arguments: list[Any]) -> dict[str, Any] | None:
        return next(iter(self._find(database, collection, arguments)), None)

    def _count(self, database: str, collection: str, arguments: list[Any]) -> int:
        return len(self._find(database, collection, arguments))

    def _delete(self, database: str, collection: str, arguments: list[Any]) -> Any:
        gone = self._find(database, collection, arguments)
        self._data.setdefault(database, {})[collection] = [
            document for document in self._documents(database, collection) if document not in gone]
        return {'acknowledged': True, 'deletedCount': len(gone)}

    def _drop(self, database: str, collection: str, arguments: list[Any]) -> bool:
        return self._data.get(database, {}).pop(collection, None) is not None


# -- mongosh ----------------------------------------------------------------------------------------------------------

async def client(argv: list[str], io: IO, ctx: Context) -> int:
    """mongosh [--host H] [--port P] [--eval EXPRESSION] [DATABASE]; mongo is the same."""
    options: dict[str, str] = {}
    rest: list[str] = []
    pending = argv[1:]
    while pending:
        word = pending.pop(0)
        if word in ('--host', '--port', '--eval') and pending:
            options[word] = pending.pop(0)
        elif not word.startswith('--'):
            rest.append(word)
    shell = _Shell(options, rest[0] if rest else 'test', io, ctx)
    if not await shell.reach():
        return 1
    if '--eval' in options:
        return await shell.run(options['--eval'])
    return await shell.converse()


class _Shell:
    def __init__(self, options: dict[str, str], place: str, io: IO, ctx: Context) -> None:
        place = place.removeprefix('mongodb://')
        address, slash, database = place.rpartition('/')
        host, _, port = address.partition(':')
        self._host = options.get('--host') or host or '127.0.0.1'
        self._port = int(options.get('--port') or port or PORT)
        self._database = (database if slash else place).partition('?')[0] or 'test'
        self._io = io
        self._ctx = ctx

    async def _ask(self, method: str, collection: str = '', arguments: list[Any] | None = None) -> Any:
        """Ask the server. Raises ValueError for what it refuses, and OSError."""
        question = {'database': self._database, 'collection': collection, 'method': method,
                    'arguments': arguments or []}
        answer = await ask(self._ctx, self._host, self._port, question)
        if 'error' in answer:
            raise ValueError(answer['error'])
        return answer['result']

    async def reach(self) -> bool:
        """Whether the server answers; its complaint is written."""
        try:
            await self._ask('version')
            return True
        except NameNotFound:
            self._io.stderr.write(f'MongoNetworkError: getaddrinfo ENOTFOUND {self._host}\n')
        except OSError:
            self._io.stderr.write(f'MongoNetworkError: connect ECONNREFUSED {self._host}:{self._port}\n')
        return False

    async def converse(self) -> int:
        """The shell: expressions until `exit` or the end of the input."""
        tty = self._io.stdin.isatty
        if tty:
            self._io.stdout.write(f'Connecting to:\t\tmongodb://{self._host}:{self._port}/{self._database}\n'
                                  f'Using MongoDB:\t\t{await self._ask("version")}\n\n')
        while True:
            self._io.stdout.write(f'{self._database}> ' if tty else '')
            line = (await self._io.stdin.readline()).decode('utf-8', 'replace')
            if not line or line.strip().rstrip(';') in ('exit', 'quit', 'exit()', 'quit()'):
                return 0
            if line.strip():
                await self.run(line.strip())

    async def run(self, text: str) -> int:
        """One expression; its value is printed."""
        try:
            shown = await self._evaluate(text)
        except ValueError as problem:
            self._io.stderr.write(f'{problem}\n')
            return 1
        except OSError:
            self._io.stderr.write(f'MongoNetworkError: connect ECONNREFUSED {self._host}:{self._port}\n')
            return 1
        if shown:
            self._io.stdout.write(f'{shown}\n')
        return 0

    async def _evaluate(self, text: str) -> str:
        words = text.rstrip(';').split()
        if words[0] == 'use' and len(words) == 2:
            self._database = words[1]
            return f'switched to db {words[1]}'
        if words in (['show', 'dbs'], ['show', 'databases']):
            return '\n'.join(f'{name:<8}40.00 KiB' for name in await self._ask('databases'))
        if words in (['show', 'collections'], ['show', 'tables']):
            return '\n'.join(await self._ask('collections'))
        if words == ['db']:
            return self._database
        found = _call.match(text)
        if found is None:
            raise ValueError(f'error: not simulated here: {text}')
        result = await self._ask(found['method'], found['collection'] or '', _arguments(found['arguments']))
        if found['method'] == 'find':
            return '[\n' + ',\n'.join(f'  {inspected(one)}' for one in result) + '\n]' if result else ''
        return inspected(result)


def _arguments(text: str) -> list[Any]:
    """The arguments of a call: JavaScript's literals, as JSON. Raises ValueError."""
    plain = _key.sub(r'\1"\2"\3', _single.sub(lambda found: json.dumps(found[1]), text))
    try:
        return json.loads(f'[{plain}]')
    except ValueError:
        raise ValueError(f'error: only literals can be arguments here: {text}') from None


def inspected(value: Any) -> str:
    """A value as the shell prints it (util.inspect)."""
    if isinstance(value, dict):
        fields = [f"{key if key.isidentifier() else repr(key)}: {inspected(one)}" for key, one in value.items()]
        line = '{ ' + ', '.join(fields) + ' }'
        return line if len(line) < 76 else '{\n    ' + ',\n    '.join(fields) + '\n  }'
    if isinstance(value, list):
        return '[ ' + ', '.join(map(inspected, value)) + ' ]' if value else '[]'
    if isinstance(value, str):
        return value if value.startswith('ObjectId(') else f"'{value}'"
    return json.dumps(value)

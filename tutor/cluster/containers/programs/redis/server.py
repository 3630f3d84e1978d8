"""redis-server: its life, its connections, and the commands that are about the server and not its keys."""

from __future__ import annotations

from collections.abc import Callable

from tutor.cluster.containers.executables import execute
from tutor.cluster.containers.programs.redis import banner
from tutor.cluster.containers.programs.redis.keyspace import WRITES, Keyspace
from tutor.cluster.containers.programs.redis.protocol import RedisError, Reply, Status, encode, read_request
from tutor.cluster.containers.programs.redis.replication import Link, Replicas
from tutor.cluster.containers.programs.redis.settings import BadConfig, Settings, read
from tutor.cluster.containers.programs.waiting import until_ended
from tutor.shell.process import IO, Connection, Context


async def entrypoint(argv: list[str], io: IO, ctx: Context) -> int:
    """docker-entrypoint.sh: a first argument with a dash or a .conf file is meant for redis-server."""
    words = argv[1:]
    if not words or words[0].startswith('-') or words[0].endswith('.conf'):
        words = ['redis-server', *words]
    return await execute(words, io, ctx)


async def server(argv: list[str], io: IO, ctx: Context) -> int:
    """redis-server [FILE] [--directive value …]."""
    version = ctx.env.get('REDIS_VERSION', '8.2.1')
    if '--version' in argv or '-v' in argv:
        io.stdout.write(f'Redis server v={version} sha=00000000:1 malloc=jemalloc-5.3.0 bits=64 '
                        'build=8f6d1d7a2d1a\n')
        return 0
    try:
        settings = read(argv[1:], ctx)
    except BadConfig as bad:
        io.stdout.write(f'\n*** FATAL CONFIG FILE ERROR (Redis {version}) ***\nReading the configuration file, '
                        f"at line {bad.number}\n>>> '{bad.line}'\n{bad}\n")
        return 1
    except OSError as problem:
        io.stdout.write(f"{ctx.pid}:C {banner.stamp(ctx, version)} # Fatal error, can't open config file '{argv[1]}': "
                        f'{problem.strerror}\n')
        return 1
    return await Redis(io, ctx, settings, version).run()


class Redis:
    """One server: its keys, and who copies them."""

    def __init__(self, io: IO, ctx: Context, settings: Settings, version: str) -> None:
        self._io = io
        self._ctx = ctx
        self._settings = settings
        self._version = version
        self._keys = Keyspace(ctx.simulation)
        self._replicas = Replicas(ctx.simulation)
        self._link: Link | None = None
        self._own: dict[str, Callable[[list[str]], Reply]] = {
            'ping': lambda args: args[0] if args else Status('PONG'), 'echo': lambda args: args[0],
            'select': lambda args: Status('OK'), 'save': self._save, 'bgsave': self._save, 'command': lambda args: [],
            'config': self._config, 'info': self._info, 'role': self._role, 'replconf': lambda args: Status('OK'),
            'replicaof': self._replicate, 'slaveof': self._replicate, 'client': lambda args: Status('OK')}

    @property
    def _snapshot(self) -> str:
        return f'{self._settings["dir"].rstrip("/")}/{self._settings["dbfilename"]}'

    async def run(self) -> int:
        self._banner()
        network, port = self._ctx.host.network, int(self._settings['port'])
        try:
            listener = network.listen(port, self._serve) if network is not None else None
        except OSError:
            self._log('#', f'Warning: Could not create server TCP listening socket *:{port}: '
                           'bind: Address already in use')
            self._log('#', f'Failed listening on port {port} (tcp), aborting.')
            return 1
        self._load()
        if self._settings['replicaof']:
            self._replicate(self._settings['replicaof'].split())
        self._log('*', banner.ready(self._version, self._settings['port']))
        try:
            self._end(await until_ended(self._ctx))
            return 0
        finally:
            if self._link is not None:
                self._link.close()
            if listener is not None:
                listener.close()

    def _banner(self) -> None:
        banner.begin(self._io.stdout.write, self._ctx, self._version, self._settings.file, self._settings['port'])

    def _load(self) -> None:
        try:
            self._keys.load(self._ctx.files.read(self._snapshot))
        except (OSError, ValueError):
            return
        self._log('*', f'Done loading RDB, keys loaded: {len(self._keys)}, keys expired: 0.')

    def _end(self, signal: str) -> None:
        self._io.stdout.write(f'{self._ctx.pid}:signal-handler ({int(self._ctx.simulation.wall().timestamp())}) '
                              f'Received SIG{signal} scheduling shutdown...\n')
        self._log(banner.mark(self._version), 'User requested shutdown...')
        if self._settings['save']:
            self._log('*', 'Saving the final RDB snapshot before exiting.')
            try:
                self._save([])
                self._log('*', 'DB saved on disk')
            except RedisError:
                self._log('#', f'Failed opening the temp RDB file temp-1.rdb (in server root dir '
                               f'{self._settings["dir"]}) for saving: Permission denied')
        self._log('#', 'Redis is now ready to exit, bye bye...')

    def _log(self, mark: str, text: str) -> None:
        role = 'M' if self._link is None else 'S'
        self._io.stdout.write(f'{self._ctx.pid}:{role} {banner.stamp(self._ctx, self._version)} {mark} {text}\n')

    # -- requests -----------------------------------------------------------------------------------------------

    async def _serve(self, connection: Connection) -> None:
        granted = not self._settings['requirepass']
        try:
            while True:
                try:
                    words = await read_request(connection.reader)
                except (ValueError, RedisError):
                    connection.writer.write(b'-ERR Protocol error\r\n')
                    return
                if words is None:
                    return
                name = words[0].lower() if words else ''
                if name == 'quit':
                    connection.writer.write(b'+OK\r\n')
                    return
                if name in ('psync', 'sync') and granted:
                    self._log('*', f'Replica {connection.peer[0]}:6379 asks for synchronization')
                    self._replicas.add(connection, self._keys.dump())
                    self._log('*', f'Synchronization with replica {connection.peer[0]}:6379 succeeded')
                    continue
                try:
                    if name == 'auth':
                        granted = self._authenticate(words[-1])
                        reply: Reply = Status('OK')
                    elif not granted:
                        raise RedisError('NOAUTH Authentication required.')
                    else:
                        reply = self.execute(words)
                except RedisError as error:
                    reply = error
                if not self._replicas.has(connection):
                    connection.writer.write(encode(reply))
        finally:
            self._replicas.drop(connection)

    def _authenticate(self, password: str) -> bool:
        wanted = self._settings['requirepass']
        if not wanted:
            raise RedisError('ERR AUTH <password> called without any password configured for the default user. '
                             'Are you sure your configuration is correct?')
        if password != wanted:
            raise RedisError('WRONGPASS invalid username-password pair or user is disabled.')
        return True

    def execute(self, words: list[str]) -> Reply:
        """Run one command. Raises RedisError."""
        name, args = words[0].lower(), words[1:]
        try:
            if name in self._own:
                return self._own[name](args)
        except IndexError:
            raise RedisError(f"ERR wrong number of arguments for '{name}' command") from None
        if name not in self._keys:
            rest = ' '.join(f"'{word}'" for word in args)
            raise RedisError(f"ERR unknown command '{words[0]}', with args beginning with: {rest}{' ' if rest else ''}")
        if name in WRITES and self._link is not None and self._settings['replica-read-only'] == 'yes':
            raise RedisError("READONLY You can't write against a read only replica.")
        reply = self._keys.execute(name, args)
        if name in WRITES:
            self._replicas.hand_on(words)
        return reply

    # -- commands about the server ------------------------------------------------------------------------------

    def _save(self, args: list[str]) -> Reply:
        try:
            self._ctx.files.put(self._snapshot, self._keys.dump())
        except OSError:
            raise RedisError('ERR') from None
        return Status('OK')

    def _config(self, args: list[str]) -> Reply:
        if args[0].upper() == 'SET':
            self._settings.set(args[1], args[2])
            return Status('OK')
        if args[0].upper() == 'GET':
            return self._settings.get(*args[1:])
        raise RedisError(f"ERR unknown subcommand '{args[0]}'. Try CONFIG HELP.")

    def _replicate(self, args: list[str]) -> Reply:
        """REPLICAOF host port, or NO ONE."""
        if self._link is not None:
            self._link.close()
            self._link = None
        if [word.lower() for word in args] == ['no', 'one']:
            self._log('*', 'MASTER MODE enabled (user request)')
            return Status('OK')
        host, port = args[0], args[1]
        if not port.isdigit():
            raise RedisError('ERR value is not an integer or out of range')
        self._link = Link(self._ctx, host, int(port), self._settings['masterauth'], self._keys, self._log)
        self._link.start()
        return Status('OK')

    def _role(self, args: list[str]) -> Reply:
        if self._link is None:
            return ['master', self._replicas.offset, [[host, '6379', str(self._replicas.offset)]
                                                      for host in self._replicas.hosts()]]
        return ['slave', self._link.host, self._link.port, 'connected' if self._link.up else 'connect', 0]

    def _info(self, args: list[str]) -> Reply:
        sections = {
            'Server': {'redis_version': self._version, 'redis_mode': 'standalone', 'os': 'Linux 6.8.0 x86_64',
                       'tcp_port': self._settings['port'], 'config_file': self._settings.file},
            'Clients': {'connected_clients': 1},
            'Memory': {name.replace('-', '_'): self._settings[name] for name in ('maxmemory', 'maxmemory-policy')},
            'Replication': {**({'role': 'master'} if self._link is None else self._link.info()),
                            **self._replicas.info(self._version)},
            'Keyspace': {'db0': f'keys={len(self._keys)},expires={self._keys.expiring},avg_ttl=0'}
            if len(self._keys) else {}}
        wanted = {word.lower() for word in args} - {'all', 'default', 'everything'}
        return '\r\n'.join(
            ''.join((f'# {title}\r\n', *(f'{name}:{value}\r\n' for name, value in values.items())))
            for title, values in sections.items() if not wanted or title.lower() in wanted)

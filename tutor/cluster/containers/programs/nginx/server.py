"""nginx's master process: its options, its life, its signals."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from tutor.cluster.containers.container import ContainerHost
from tutor.cluster.containers.http import HttpService
from tutor.cluster.containers.programs.nginx import build, conf, tls
from tutor.cluster.containers.programs.nginx.answers import Answers
from tutor.cluster.containers.programs.nginx.conf import ConfigError
from tutor.cluster.containers.programs.nginx.surroundings import files_of, log_stamp, shared, version, writable
from tutor.shell.process import IO, Context, Process

WORKERS = 2
"""`worker_processes auto` on two cores."""
WORKER_USER = 101
SCRIPTS = 28
"""Processes that the image's entry point has had before nginx starts its workers."""


async def main(argv: list[str], io: IO, ctx: Context) -> int:
    """nginx itself, as master process."""
    options = argv[1:]
    if '-v' in options or '-V' in options:
        io.stderr.write(f'nginx version: nginx/{version(ctx)}\n' + (build.DETAILS if '-V' in options else ''))
        return 0
    if '-s' in options:
        return _send_signal(options, io, ctx)
    server = Nginx(io, ctx)
    try:
        server.load()
        await server.resolve()
    except ConfigError as problem:
        return server.refuse(str(problem), '-t' in options)
    if '-t' in options or '-T' in options:
        io.stderr.write('nginx: the configuration file /etc/nginx/nginx.conf syntax is ok\n'
                        'nginx: configuration file /etc/nginx/nginx.conf test is successful\n')
        if '-T' in options:
            io.stdout.write(''.join(f'# configuration file {path}:\n{text}\n' for path, text in conf.files(
                files_of(ctx, '/etc/nginx'))))
        return 0
    process = ctx.host.processes.get(ctx.pid)
    if process is not None:
        process.argv = [f'nginx: master process {" ".join(argv)}']
    return await server.run()


def _send_signal(options: list[str], io: IO, ctx: Context) -> int:
    names = {'stop': 'TERM', 'quit': 'QUIT', 'reload': 'HUP', 'reopen': 'USR1'}
    wanted = options[options.index('-s') + 1:][:1]
    if not wanted or wanted[0] not in names:
        io.stderr.write(f'nginx: invalid option: "-s {"".join(wanted)}"\n')
        return 1
    io.stderr.write(f'{log_stamp(ctx)} [notice] {ctx.pid}#{ctx.pid}: signal process started\n')
    master = ctx.host.processes.get(1)
    if master is not None:
        master.signal(names[wanted[0]])
    return 0


class Nginx:
    """One running nginx."""

    def __init__(self, io: IO, ctx: Context) -> None:
        self._io = io
        self._ctx = ctx
        self._listeners: dict[int, Any] = {}
        self._answers = Answers(io, ctx)
        self._workers: list[int] = []
        self._service = HttpService(self._answers.respond)
        self._service.repeat = self._answers.repeat
        self._ended = ctx.simulation.future()

    # -- life ---------------------------------------------------------------------------------------------------

    def load(self) -> None:
        """Read the configuration. Raises ConfigError."""
        found = files_of(self._ctx, '/etc/nginx')
        settings = (conf.load_shared if shared(self._ctx, found) else conf.load)(found)
        for name in settings.upstreams:
            if not settings.upstreams[name]:
                raise ConfigError(f'no servers are inside upstream in /etc/nginx/nginx.conf: {name}')
        self._answers.settings = settings

    async def resolve(self) -> None:
        """Look up the upstreams' names. Raises ConfigError for one that is not found."""
        network = self._ctx.host.network
        for server, place in self._answers.settings.hosts:
            name = server.partition(':')[0]
            if network is None or name == 'unix':
                continue
            try:
                await network.resolve(name)
            except OSError:
                raise ConfigError(f'host not found in upstream "{server}" in {place}') from None

    def refuse(self, problem: str, test: bool) -> int:
        self._log('emerg', problem)
        self._io.stderr.write(f'nginx: [emerg] {problem}\n')
        if test:
            self._io.stderr.write('nginx: configuration file /etc/nginx/nginx.conf test failed\n')
        return 1

    async def run(self) -> int:
        problem = self._cannot_write()
        if problem:
            return self.refuse(problem, False)
        try:
            self._listen()
        except ConfigError as failure:
            return self.refuse(str(failure), False)
        signals = self._ctx.signals
        signals['TERM'] = lambda: self._ended.resolve('signal 15 (SIGTERM) received, exiting')
        signals['INT'] = lambda: self._ended.resolve('signal 2 (SIGINT) received, exiting')
        signals['QUIT'] = lambda: self._ended.resolve('signal 3 (SIGQUIT) received, shutting down')
        signals['HUP'] = self._reload
        self._fork()
        if isinstance(self._ctx.host, ContainerHost):
            self._ctx.host.on_touch = self._answers.ask_again
        self._notice_start()
        try:
            why = await self._ended
            self._notice_end(why)
            return 0
        finally:
            self._answers.ask_again()
            for pid in self._workers:
                self._ctx.host.processes.pop(pid, None)
            for listener in self._listeners.values():
                listener.close()

    def _fork(self) -> None:
        """The workers, which do the master's work here; the entry point's scripts have used the numbers between."""
        host = self._ctx.host
        first = max(host.next_pid, self._ctx.pid + SCRIPTS)
        user = {'uid': WORKER_USER, 'gid': WORKER_USER, 'user': 'nginx'} if self._ctx.uid == 0 else {}
        for pid in range(first, first + WORKERS):
            context = replace(self._ctx, pid=pid, signals={}, **user)
            host.processes[pid] = Process(pid, ['nginx: worker process'], context, self._ctx.pid)
            self._workers.append(pid)
        host.next_pid = first + WORKERS
        self._answers.worker = first

    def _cannot_write(self) -> str:
        """Why nginx cannot make its temporary folders, '' when it can."""
        ctx = self._ctx
        folder = '/var/cache/nginx'
        if isinstance(ctx.host, ContainerHost) and not shared(ctx, ctx.host.peek(folder)):
            place = ctx.files.find(f'{folder}/client_temp')
            if place.read_only:
                return f'mkdir() "{folder}/client_temp" failed (30: Read-only file system)'
        if ctx.uid != 0 and not writable(ctx, folder):
            return f'mkdir() "{folder}/client_temp" failed (13: Permission denied)'
        return ''

    def _listen(self) -> None:
        servers, network = self._answers.settings.servers, self._ctx.host.network
        wanted = {port for server in servers for port in server.ports}
        encrypted = {port for server in servers for port in server.encrypted_on}
        if encrypted:
            self._service.plain = tls.plain_request(f'nginx/{version(self._ctx)}')
        for port in [port for port in self._listeners if port not in wanted]:
            self._listeners.pop(port).close()
        for port in sorted(wanted):
            if port in self._listeners or network is None:
                continue
            chains = tls.certificates(servers, port, self._ctx.files) if port in encrypted else None
            try:
                self._listeners[port] = network.listen(port, self._service, tls=chains)
            except OSError:
                raise ConfigError(f'bind() to 0.0.0.0:{port} failed (98: Address already in use)') from None

    def _reload(self) -> None:
        self._answers.ask_again()
        self._log('notice', 'signal 1 (SIGHUP) received, reconfiguring')
        self._log('notice', 'reconfiguring')
        try:
            self.load()
            self._listen()
        except ConfigError as problem:
            self._log('emerg', str(problem))
            return
        old, self._workers = self._workers, []
        self._fork()
        for line in ('using the "epoll" event method', 'start worker processes',
                     *(f'start worker process {pid}' for pid in self._workers)):
            self._log('notice', line)
        self._retire(old)

    def _retire(self, workers: list[int]) -> None:
        """Those that were started with another configuration come to their end."""
        for line in ('gracefully shutting down', 'exiting', 'exit'):
            for pid in workers:
                self._io.stderr.write(f'{log_stamp(self._ctx)} [notice] {pid}#{pid}: {line}\n')
        for pid in workers:
            self._ctx.host.processes.pop(pid, None)
            self._log('notice', f'signal 17 (SIGCHLD) received from {pid}')
            self._log('notice', f'worker process {pid} exited with code 0')
            self._log('notice', 'signal 29 (SIGIO) received')

    def _notice_start(self) -> None:
        lines = ['using the "epoll" event method', f'nginx/{version(self._ctx)}',
                 build.COMPILER, 'OS: Linux 6.8.0-79-generic',
                 'getrlimit(RLIMIT_NOFILE): 1048576:1048576', 'start worker processes',
                 *(f'start worker process {pid}' for pid in self._workers)]
        for line in lines:
            self._log('notice', line)

    def _notice_end(self, why: str) -> None:
        self._log('notice', why)
        for pid in self._workers:
            words = 'gracefully shutting down' if 'QUIT' in why else 'exiting'
            for line in (words, 'exiting', 'exit') if 'QUIT' in why else (words, 'exit'):
                self._io.stderr.write(f'{log_stamp(self._ctx)} [notice] {pid}#{pid}: {line}\n')
        for pid in self._workers:
            self._log('notice', f'signal 17 (SIGCHLD) received from {pid}')
            self._log('notice', f'worker process {pid} exited with code 0')
        self._log('notice', 'exit')

    def _log(self, level: str, text: str) -> None:
        pid = self._ctx.pid
        self._io.stderr.write(f'{log_stamp(self._ctx)} [{level}] {pid}#{pid}: {text}\n')

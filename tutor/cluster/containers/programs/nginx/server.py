"""nginx's master process: its options, its life, its signals."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from tutor.cluster.containers.container import ContainerHost
from tutor.cluster.containers.http import HttpService
from tutor.cluster.containers.programs.nginx import build, conf, tls
from tutor.cluster.containers.programs.nginx.answers import Answers
from tutor.cluster.containers.programs.nginx.conf import ConfigError
from tutor.cluster.containers.programs.nginx.surroundings import files_of, log_stamp, shared, version, writable
from tutor.shell.capabilities import Capability
from tutor.shell.process import IO, Context, Process

WORKERS = 2
"""`worker_processes auto` on two cores."""
WORKER_USER = 101
MAIN_CONF = '/etc/nginx/nginx.conf'
LEVELS = ('emerg', 'alert', 'crit', 'error', 'warn', 'notice', 'info', 'debug')
TRIES, IN_USE = 5, 'bind() to {} failed (98: Address already in use)'
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
        self._level = 'notice'
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
        said = re.search(r'^\s*error_log\s+\S+\s+(\w+);', self._main_conf(), re.MULTILINE)
        self._level = said[1] if said is not None and said[1] in LEVELS else 'error'

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
        self._announce('emerg', problem)
        if test:
            self._io.stderr.write('nginx: configuration file /etc/nginx/nginx.conf test failed\n')
        return 1

    async def run(self) -> int:
        self._warn_of_user()
        problem = self._cannot_write()
        if problem:
            return self.refuse(problem, False)
        try:
            opened = await self._open()
        except ConfigError as failure:
            return self.refuse(str(failure), False)
        if not opened:
            return 1
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

    async def _open(self) -> bool:
        """ngx_open_listening_sockets: an address that is in use is tried five times."""
        for _ in range(TRIES):
            busy = self._listen()
            if not busy:
                return True
            for address in busy:
                self._announce('emerg', IN_USE.format(address))
            self._log('notice', 'try again to bind() after 500ms')
            await self._ctx.simulation.sleep(0.5)
        self._announce('emerg', 'still could not bind()')
        return False

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
        if ctx.uid == 0 and not ctx.may(Capability.CHOWN):
            return f'chown("{folder}/client_temp", {WORKER_USER}) failed (1: Operation not permitted)'
        return ''

    def _warn_of_user(self) -> None:
        """ngx_set_user: workers of a master that is not root are what it is."""
        lines = self._main_conf().splitlines()
        place = next((number for number, line in enumerate(lines, 1) if re.match(r'\s*user\s', line)), 0)
        if self._ctx.uid and place:
            self._announce('warn', 'the "user" directive makes sense only if the master process runs with super-user '
                       f'privileges, ignored in {MAIN_CONF}:{place}')

    def _main_conf(self) -> str:
        try:
            return files_of(self._ctx, MAIN_CONF).read_text(MAIN_CONF)
        except OSError:
            return ''

    def _listen(self) -> list[str]:
        """Take the ports that the configuration wants, and no others; the addresses that somebody else has."""
        busy = []
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
                busy += [f'0.0.0.0:{port}', *([f'[::]:{port}'] if port in self._on_ipv6() else ())]
        return busy

    def _on_ipv6(self) -> set[int]:
        texts = conf.files(files_of(self._ctx, '/etc/nginx'))
        return {int(port) for _, text in texts for port in re.findall(r'^\s*listen\s+\[::\]:(\d+)', text, re.MULTILINE)}

    def _reload(self) -> None:
        self._answers.ask_again()
        self._log('notice', 'signal 1 (SIGHUP) received, reconfiguring')
        self._log('notice', 'reconfiguring')
        try:
            self.load()
            busy = self._listen()
        except ConfigError as problem:
            self._log('emerg', str(problem))
            return
        if busy:
            for address in busy:
                self._log('emerg', IN_USE.format(address))
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
                self._log('notice', line, pid)
        for pid in workers:
            self._ctx.host.processes.pop(pid, None)
            self._log('notice', f'signal 17 (SIGCHLD) received from {pid}')
            self._log('notice', f'worker process {pid} exited with code 0')
            self._log('notice', 'signal 29 (SIGIO) received')

    def _notice_start(self) -> None:
        compiler = build.compiler(version(self._ctx), self._ctx.env.get('PKG_RELEASE', '~'))
        lines = ['using the "epoll" event method', f'nginx/{version(self._ctx)}', compiler,
                 'OS: Linux 6.8.0-79-generic', 'getrlimit(RLIMIT_NOFILE): 1048576:1048576', 'start worker processes',
                 *(f'start worker process {pid}' for pid in self._workers)]
        for line in lines:
            self._log('notice', line)

    def _notice_end(self, why: str) -> None:
        self._log('notice', why)
        for pid in self._workers:
            words = 'gracefully shutting down' if 'QUIT' in why else 'exiting'
            for line in (words, 'exiting', 'exit') if 'QUIT' in why else (words, 'exit'):
                self._log('notice', line, pid)
        for pid in self._workers:
            self._log('notice', f'signal 17 (SIGCHLD) received from {pid}')
            self._log('notice', f'worker process {pid} exited with code 0')
        self._log('notice', 'exit')

    def _announce(self, level: str, text: str) -> None:
        """To the log, and to the terminal as well, which nginx has until it runs."""
        self._log(level, text)
        self._io.stderr.write(f'nginx: [{level}] {text}\n')

    def _log(self, level: str, text: str, pid: int = 0) -> None:
        if LEVELS.index(level) <= LEVELS.index(self._level):
            pid = pid or self._ctx.pid
            self._io.stderr.write(f'{log_stamp(self._ctx)} [{level}] {pid}#{pid}: {text}\n')

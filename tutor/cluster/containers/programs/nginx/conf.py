"""nginx's configuration: parsed, with its includes, into servers and locations."""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache

from tutor.shell.vfs import FileSystem

MAX_INCLUDES = 64
_token = re.compile(
    r"""\s*(?:(\#[^\n]*)|([;{}])|"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)'|((?:\$\{[^}]*\}|[^\s;{}])+))""")


class ConfigError(Exception):
    """What nginx calls [emerg]; the text ends with the file and line."""


@dataclass(frozen=True, slots=True)
class Directive:
    """One directive with its arguments, and its block if it has one."""

    name: str
    args: tuple[str, ...]
    line: int
    file: str
    block: tuple[Directive, ...] | None = None


@dataclass(slots=True)
class Location:
    """One location. `kind` is '=', '^~', '~', '~*' or '' for a prefix."""

    kind: str
    pattern: str
    directives: dict[str, list[tuple[str, ...]]]
    inner: list[Location] = field(default_factory=list)

    def value(self, name: str, default: str = '') -> str:
        found = self.directives.get(name)
        return found[-1][0] if found and found[-1] else default

    def values(self, name: str) -> list[tuple[str, ...]]:
        return self.directives.get(name, [])


@dataclass(slots=True)
class Server:
    """One server block: where it listens, its names, and its locations; `top` are its own directives."""

    ports: list[int]
    default_on: set[int]
    names: list[str]
    top: Location
    locations: list[Location]
    encrypted_on: set[int]


@dataclass(slots=True)
class Settings:
    """All that the configuration says."""

    servers: list[Server]
    upstreams: dict[str, list[str]]
    types: dict[str, str]
    default_type: str
    error_level: str
    user: str
    hosts: list[tuple[str, str]]
    """Names of upstream servers, each with the file and line that wants it: they are resolved at the start."""


_DIRECTIVES = """
absolute_redirect access_log accept_mutex add_header add_trailer alias allow auth_basic auth_basic_user_file
auth_request autoindex autoindex_exact_size autoindex_localtime break charset charset_types
chunked_transfer_encoding client_body_buffer_size client_body_temp_path client_body_timeout
client_header_buffer_size client_header_timeout client_max_body_size connection_pool_size daemon default_type deny
directio env error_log error_page etag events expires fastcgi_index fastcgi_param fastcgi_pass fastcgi_temp_path geo
gzip gzip_comp_level gzip_disable gzip_min_length gzip_proxied gzip_static gzip_types gzip_vary hash http http2 if
if_modified_since ignore_invalid_headers include index internal ip_hash keepalive keepalive_requests
keepalive_timeout large_client_header_buffers least_conn limit_conn limit_conn_zone limit_except limit_rate
limit_req limit_req_zone listen load_module location log_format log_not_found log_subrequest map
map_hash_bucket_size master_process mirror msie_padding multi_accept open_file_cache pid port_in_redirect
proxy_buffer_size proxy_buffering proxy_buffers proxy_cache proxy_cache_path proxy_connect_timeout
proxy_http_version proxy_intercept_errors proxy_next_upstream proxy_pass proxy_pass_header proxy_read_timeout
proxy_redirect proxy_request_buffering proxy_send_timeout proxy_set_header proxy_temp_path random real_ip_header
recursive_error_pages reset_timedout_connection resolver resolver_timeout return rewrite root scgi_temp_path
secure_link send_timeout sendfile sendfile_max_chunk server server_name server_name_in_redirect
server_names_hash_bucket_size server_tokens set set_real_ip_from split_clients ssi ssl ssl_certificate
ssl_certificate_key ssl_ciphers ssl_prefer_server_ciphers ssl_protocols ssl_session_cache ssl_session_timeout stream
stub_status sub_filter sub_filter_once tcp_nodelay tcp_nopush thread_pool timer_resolution try_files types
types_hash_bucket_size types_hash_max_size underscores_in_headers upstream use user uwsgi_temp_path
variables_hash_bucket_size variables_hash_max_size worker_connections worker_cpu_affinity worker_priority
worker_processes worker_rlimit_nofile zone
"""
KNOWN = frozenset(_DIRECTIVES.split())


_escape = re.compile(r'\\(["\'\\trn])')
ESCAPES = {'t': '\t', 'r': '\r', 'n': '\n'}


@lru_cache(maxsize=64)
def parse(text: str, file: str) -> tuple[Directive, ...]:
    """The directives of one file. Raises ConfigError."""
    tokens = list(_tokens(text))
    found, position = _block(tokens, 0, file, False)
    assert position == len(tokens)
    return found


def _tokens(text: str) -> Iterator[tuple[str, str, int]]:
    position, line = 0, 1
    while match := _token.match(text, position):
        line += text.count('\n', position, match.start(match.lastindex or 0))
        position = match.end()
        comment, mark, double, single, word = match.groups()
        if mark:
            yield mark, mark, line
        elif comment is None:
            part = next(part for part in (double, single, word) if part is not None)
            yield 'word', _escape.sub(lambda found: ESCAPES.get(found[1], found[1]), part), line


def _block(tokens: list[tuple[str, str, int]], position: int, file: str,
           inside: bool) -> tuple[tuple[Directive, ...], int]:
    found: list[Directive] = []
    words: list[str] = []
    line = 1
    while position < len(tokens):
        kind, text, line = tokens[position]
        position += 1
        if kind == 'word':
            words.append(text)
        elif kind == ';':
            if not words:
                raise ConfigError(f'unexpected ";" in {file}:{line}')
            found.append(Directive(words[0], tuple(words[1:]), line, file))
            words = []
        elif kind == '{':
            if not words:
                raise ConfigError(f'unexpected "{{" in {file}:{line}')
            block, position = _block(tokens, position, file, True)
            found.append(Directive(words[0], tuple(words[1:]), line, file, block))
            words = []
        else:
            if words or not inside:
                raise ConfigError(f'unexpected "}}" in {file}:{line}')
            return tuple(found), position
    if words or inside:
        wanted = '";" or "}"' if words else '"}"'
        raise ConfigError(f'unexpected end of file, expecting {wanted} in {file}:{line}')
    return tuple(found), position


def load(files: FileSystem, path: str = '/etc/nginx/nginx.conf') -> Settings:
    """Read the configuration and everything it includes. Raises ConfigError."""
    return _Reader(files).settings(path)


@lru_cache(maxsize=64)
def load_shared(files: FileSystem, path: str = '/etc/nginx/nginx.conf') -> Settings:
    """The same for an image's own file system, which never changes."""
    return load(files, path)


def files(files: FileSystem, path: str = '/etc/nginx/nginx.conf') -> list[tuple[str, str]]:
    """Each file of the configuration with its text, in the order in which they are read. Raises ConfigError."""
    reader = _Reader(files)
    reader.settings(path)
    return list(reader.texts.items())


class _Reader:
    def __init__(self, files: FileSystem) -> None:
        self._files = files
        self.texts: dict[str, str] = {}
        self._included = 0
        self._hosts: list[tuple[str, str]] = []

    def settings(self, path: str) -> Settings:
        top = self._expand(self._read(path), path)
        http = next((d for d in top if d.name == 'http'), None)
        inside = self._expand(http.block or (), path) if http is not None else []
        shared = _collect(inside)
        types: dict[str, str] = {}
        for directive in inside:
            if directive.name == 'types':
                for entry in self._expand(directive.block or (), path):
                    types.update((extension, entry.name) for extension in entry.args)
        upstreams = {d.args[0]: [entry for entry in d.block or () if entry.name == 'server']
                     for d in inside if d.name == 'upstream'}
        servers = [self._server(d, shared) for d in inside if d.name == 'server']
        hosts = [(entry.args[0], f'{entry.file}:{entry.line}') for entries in upstreams.values() for entry in entries]
        level = next((d.args[1] for d in top if d.name == 'error_log' and len(d.args) > 1), 'error')
        return Settings(
            servers, {name: [entry.args[0] for entry in entries] for name, entries in upstreams.items()},
            types, shared.get('default_type', [('text/plain',)])[-1][0], level,
            next((d.args[0] for d in top if d.name == 'user'), ''),
            [*hosts, *((host, place) for host, place in self._hosts if host not in upstreams)])

    def _read(self, path: str) -> tuple[Directive, ...]:
        try:
            text = self._files.read(path).decode('utf-8', 'replace')
        except OSError:
            raise ConfigError(f'open() "{path}" failed (2: No such file or directory)') from None
        self.texts.setdefault(path, text)
        return parse(text, path)

    def _expand(self, directives: tuple[Directive, ...], base: str) -> list[Directive]:
        """Directives with includes replaced by what they include; unknown ones are refused."""
        found: list[Directive] = []
        for directive in directives:
            if directive.name == 'include':
                found += self._include(directive)
            else:
                if directive.name not in KNOWN and '/' not in directive.name:
                    raise ConfigError(f'unknown directive "{directive.name}" in {directive.file}:{directive.line}')
                found.append(directive)
        return found

    def _include(self, directive: Directive) -> list[Directive]:
        self._included += 1
        if self._included > MAX_INCLUDES:
            raise ConfigError(f'too many includes in {directive.file}:{directive.line}')
        pattern = directive.args[0] if directive.args[0].startswith('/') else f'/etc/nginx/{directive.args[0]}'
        folder, _, last = pattern.rpartition('/')
        if not any(c in last for c in '*?['):
            try:
                self._files.node(pattern)
            except OSError:
                raise ConfigError(f'open() "{pattern}" failed (2: No such file or directory) '
                                  f'in {directive.file}:{directive.line}') from None
            return self._expand(self._read(pattern), pattern)
        try:
            names = fnmatch.filter(self._files.listdir(folder), last)
        except OSError:
            return []
        return [item for name in sorted(names) if not name.startswith('.')
                for item in self._expand(self._read(f'{folder}/{name}'), f'{folder}/{name}')]

    def _server(self, directive: Directive, shared: dict[str, list[tuple[str, ...]]]) -> Server:
        block = self._expand(directive.block or (), directive.file)
        own = {**shared, **_collect(block)}
        ports, default_on, encrypted = [], set(), set()
        for args in own.get('listen') or [('80',)]:
            port = _port(args[0])
            if port not in ports:
                ports.append(port)
            if 'default_server' in args:
                default_on.add(port)
            if 'ssl' in args:
                encrypted.add(port)
        names = [name for args in own.get('server_name') or [] for name in args]
        return Server(ports, default_on, names, Location('', '/', own), self._locations(block, own), encrypted)

    def _locations(self, block: list[Directive], inherited: dict[str, list[tuple[str, ...]]]) -> list[Location]:
        found: list[Location] = []
        keep = {name: value for name, value in inherited.items() if name not in ('listen', 'return', 'rewrite')}
        for directive in block:
            if directive.name == 'proxy_pass' and '$' not in directive.args[0]:
                host = directive.args[0].partition('://')[2].partition('/')[0].partition(':')[0]
                self._hosts.append((host, f'{directive.file}:{directive.line}'))
            if directive.name == 'location':
                kind, pattern = directive.args if len(directive.args) == 2 else ('', directive.args[0])
                inner = self._expand(directive.block or (), directive.file)
                own = {**keep, **_collect(inner)}
                found.append(Location(kind, pattern, own, self._locations(inner, own)))
        return found


def _collect(directives: list[Directive]) -> dict[str, list[tuple[str, ...]]]:
    """Simple directives by name, in order."""
    found: dict[str, list[tuple[str, ...]]] = {}
    for directive in directives:
        if directive.block is None:
            found.setdefault(directive.name, []).append(directive.args)
    return found


def _port(listen: str) -> int:
    last = listen.rpartition(':')[2] if not listen.endswith(']') else '80'
    return int(last) if last.isdigit() else 80

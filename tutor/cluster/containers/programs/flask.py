"""Flask as a hello-world application uses it: routes whose functions return a text, a dictionary or jsonify(...)."""

from __future__ import annotations

import ast
import json
from collections.abc import Callable
from typing import Any

from tutor.cluster.containers.http import HttpRequest, HttpResponse, HttpService, phrase
from tutor.shell.process import IO, Context
from tutor.shell.vfs import normalize

VERSION = '3.1.2'
SITE_PACKAGES = '/usr/local/lib/python3/site-packages'
WARNING = ('WARNING: This is a development server. Do not use it in a production deployment. Use a production WSGI '
           'server instead.\n')
NOT_FOUND = ('<!doctype html>\n<html lang=en>\n<title>404 Not Found</title>\n<h1>Not Found</h1>\n<p>The requested URL '
             'was not found on the server. If you entered the URL manually please check your spelling and try '
             'again.</p>\n')
Value = Callable[[ast.expr], Any]


class Flask:
    """One application: `routes` are what its functions return, by path and method."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.routes: dict[str, tuple[tuple[str, ...], ast.expr]] = {}

    def add(self, function: ast.FunctionDef, value: Value) -> bool:
        """A function with @app.route; False when it is not as simple as this."""
        body = function.body[1:] if ast.get_docstring(function) else function.body
        if len(body) != 1 or not isinstance(body[0], ast.Return) or body[0].value is None or function.args.args:
            return False
        for decorator in function.decorator_list:
            if not isinstance(decorator, ast.Call) or not isinstance(decorator.func, ast.Attribute):
                return False
            method, options = decorator.func.attr, {word.arg: value(word.value) for word in decorator.keywords}
            if method not in ('route', 'get') or len(decorator.args) != 1 or options.keys() - {'methods'}:
                return False
            path = str(value(decorator.args[0]))
            if '<' in path:
                return False
            self.routes[path] = tuple(options.get('methods', ('GET',))), body[0].value
        return True

    async def run(self, port: int, host: str, value: Value, io: IO, ctx: Context) -> int:
        """app.run: serve until a signal ends it; Python as PID 1 dies of SIGTERM only by SIGKILL."""
        network = ctx.host.network
        assert network is not None
        io.stdout.write(f" * Serving Flask app '{self.name}'\n * Debug mode: off\n")

        async def respond(request: HttpRequest) -> HttpResponse:
            response = self._answer(request, value)
            stamp = f'{ctx.simulation.wall():%d/%b/%Y %H:%M:%S}'
            io.stderr.write(f'{request.client[0]} - - [{stamp}] "{request.method} {request.target} {request.version}" '
                            f'{response.status} -\n')
            response.headers = {'Server': f'Werkzeug/3.1.3 Python/{ctx.env.get("PYTHON_VERSION", "3.14.0")}',
                                **response.headers}
            return response

        try:
            network.listen(port, HttpService(respond), '127.0.0.1' if host in ('127.0.0.1', 'localhost') else '')
        except OSError:
            io.stderr.write(f'Address already in use\nPort {port} is in use by another program. Either identify and '
                            'stop that program, or start the server with a different port.\n')
            return 1
        everywhere = host == '0.0.0.0'
        io.stderr.write(WARNING + (' * Running on all addresses (0.0.0.0)\n' if everywhere else '')
                        + f' * Running on http://127.0.0.1:{port}\nPress CTRL+C to quit\n')
        await ctx.simulation.future()
        return 0

    def _answer(self, request: HttpRequest, value: Value) -> HttpResponse:
        html = {'Content-Type': 'text/html; charset=utf-8'}
        methods, answer = self.routes.get(request.path, ((), None))
        if answer is None:
            return HttpResponse(404, html, NOT_FOUND.encode())
        if request.method not in (*methods, *(('HEAD', 'OPTIONS') if 'GET' in methods else ())):
            return HttpResponse(405, html, phrase(405).encode())
        status, parts = 200, answer
        if isinstance(answer, ast.Tuple):
            parts, status = answer.elts[0], int(value(answer.elts[1]))
        found = _json(parts, value)
        if found is not None:
            text = json.dumps(found, sort_keys=True, separators=(',', ':'))
            return HttpResponse(status, {'Content-Type': 'application/json'}, f'{text}\n'.encode())
        return HttpResponse(status, html, str(value(parts)).encode())


def _json(node: ast.expr, value: Value) -> Any:
    """What jsonify(...) or a dictionary gives, None for a text."""
    if isinstance(node, ast.Call) and ast.unparse(node.func) == 'jsonify':
        return {str(word.arg): value(word.value) for word in node.keywords} or value(node.args[0])
    return value(node) if isinstance(node, ast.Dict) else None


async def pip(argv: list[str], io: IO, ctx: Context) -> int:
    """pip install [--no-cache-dir] flask | -r requirements.txt"""
    if argv[1:2] != ['install']:
        io.stderr.write('pip: error: only pip install is simulated here\n')
        return 1
    names, words = [], argv[2:]
    while words:
        word = words.pop(0)
        if word in ('-r', '--requirement') and words:
            path = words.pop(0)
            if not ctx.files.is_file(normalize(path, ctx.cwd)):
                io.stderr.write('ERROR: Could not open requirements file: [Errno 2] No such file or directory: '
                                f"'{path}'\n")
                return 1
            text = ctx.files.read_text(normalize(path, ctx.cwd))
            names += [line.strip() for line in text.splitlines() if line.strip() and not line.startswith('#')]
        elif not word.startswith('-'):
            names.append(word)
    for name in names:
        bare = name.split('=')[0].rstrip('<>~!').lower()
        version = name.partition('==')[2] or VERSION
        if bare != 'flask':
            io.stderr.write(f'pip: error: the package {bare} is not simulated here, only flask is\n')
            return 1
        await ctx.simulation.sleep(1.5)
        ctx.files.make_dirs(f'{SITE_PACKAGES}/flask')
        io.stdout.write(f'Collecting {name}\n  Downloading flask-{version}-py3-none-any.whl (103 kB)\n'
                        f'Installing collected packages: flask\nSuccessfully installed flask-{version}\n')
    return 0

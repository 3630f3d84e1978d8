"""python3: `-m http.server`, print, sleep, `if` and `for` on plain values, and small Flask applications. Others are
refused, clearly."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import unquote

from tutor.apimachinery.http.dates import http_date
from tutor.cluster.containers.http import HttpRequest, HttpResponse, HttpService
from tutor.cluster.containers.programs.flask import SITE_PACKAGES, Flask, pip
from tutor.shell.process import IO, Context
from tutor.shell.vfs import Directory, File, normalize

OPERATORS: dict[type[ast.AST], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv, ast.Mod: operator.mod}
COMPARISONS: dict[type[ast.AST], Callable[[Any, Any], bool]] = {
    ast.Eq: operator.eq, ast.NotEq: operator.ne, ast.Lt: operator.lt, ast.LtE: operator.le, ast.Gt: operator.gt,
    ast.GtE: operator.ge, ast.Is: operator.is_, ast.IsNot: operator.is_not,
    ast.In: lambda one, many: one in many, ast.NotIn: lambda one, many: one not in many}
STDIN = 'sys.stdin'
BIG = 10**6
IMPORTS = ('time', 'sys', 'os', 'socket')
TYPES = {'html': 'text/html', 'css': 'text/css', 'js': 'text/javascript', 'txt': 'text/plain',
         'json': 'application/json', 'png': 'image/png', 'svg': 'image/svg+xml'}
PROBLEM = """\
<!DOCTYPE HTML>
<html lang="en">
    <head>
        <meta charset="utf-8">
        <title>Error response</title>
    </head>
    <body>
        <h1>Error response</h1>
        <p>Error code: 404</p>
        <p>Message: File not found.</p>
        <p>Error code explanation: 404 - Nothing matches the given URI.</p>
    </body>
</html>
"""


class NotSimulated(Exception):
    """Python that goes beyond what is simulated."""


async def main(argv: list[str], io: IO, ctx: Context) -> int:
    """python3."""
    words = [word for word in argv[1:] if word not in ('-u', '-B', '-s', '-I')]
    if words[:1] in (['-V'], ['--version']):
        io.stdout.write(f'Python {_version(ctx)}\n')
        return 0
    if words[:2] == ['-m', 'http.server']:
        return await _http_server(words[2:], io, ctx)
    if words[:2] == ['-m', 'pip']:
        return await pip(words[1:], io, ctx)
    if words[:1] == ['-m'] and len(words) > 1:
        io.stderr.write(f'{argv[0]}: error: the module {words[1]} is not simulated here, only http.server is\n')
        return 1
    if words[:1] == ['-c'] and len(words) > 1:
        return await _run(words[1], io, ctx)
    if not words:
        return await _run((await io.stdin.read()).decode('utf-8', 'replace'), io, ctx)
    try:
        source = ctx.files.read_text(normalize(words[0], ctx.cwd))
    except OSError:
        io.stderr.write(f"{argv[0]}: can't open file '{normalize(words[0], ctx.cwd)}': "
                        '[Errno 2] No such file or directory\n')
        return 2
    return await _run(source, io, ctx, words[0].rpartition('/')[2].removesuffix('.py'))


def _version(ctx: Context) -> str:
    return ctx.env.get('PYTHON_VERSION', '3.14.0')


# -- print and sleep --------------------------------------------------------------------------------------------------

async def _run(source: str, io: IO, ctx: Context, module: str = '__main__') -> int:
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError):
        line = source.strip().splitlines()[:1] or ['']
        io.stderr.write(f'  File "<string>", line 1\n    {line[0]}\nSyntaxError: invalid syntax\n')
        return 1
    try:
        names: dict[str, Any] = {'__name__': '__main__', '__file__': module}
        if 'sys.stdin.' in source:
            names[STDIN] = (await io.stdin.read()).decode('utf-8', 'replace')
        code = await _block(_unfolded(tree.body), io, ctx, names)
        if code is not None:
            return code
    except NotSimulated as problem:
        io.stderr.write(f'python3: error: this Python is not simulated here, only print() of plain values and '
                        f'small Flask applications are: {problem}\n')
        return 1
    except (ArithmeticError, TypeError, ValueError, LookupError, ImportError) as problem:
        io.stderr.write(f'Traceback (most recent call last):\n  File "<string>", line 1, in <module>\n'
                        f'{type(problem).__name__}: {problem}\n')
        return 1
    return 0


def _unfolded(body: list[ast.stmt]) -> list[ast.stmt]:
    """The statements of a program, those under `if __name__ == '__main__'` among them."""
    found = []
    for statement in body:
        if isinstance(statement, ast.If) and ast.unparse(statement.test) == "__name__ == '__main__'":
            found += statement.body
        else:
            found.append(statement)
    return found


def _bind(statement: ast.stmt, ctx: Context, names: dict[str, Any]) -> bool:
    """Imports, assignments to one name, and the functions of a Flask application; False for other statements."""
    if isinstance(statement, ast.Import) and all(name.name in IMPORTS for name in statement.names):
        return True
    if isinstance(statement, ast.ImportFrom) and statement.module == 'flask':
        if not ctx.files.exists(f'{SITE_PACKAGES}/flask'):
            raise ModuleNotFoundError("No module named 'flask'")
        return all(name.name in ('Flask', 'jsonify') for name in statement.names)
    if isinstance(statement, ast.Assign) and len(statement.targets) == 1 and isinstance(statement.targets[0], ast.Name):
        is_flask = ast.unparse(statement.value) == 'Flask(__name__)'
        names[statement.targets[0].id] = Flask(names['__file__']) if is_flask else _value(statement.value, ctx, names)
        return True
    if isinstance(statement, ast.FunctionDef):
        app = next((each for each in names.values() if isinstance(each, Flask)), None)
        return app is not None and bool(statement.decorator_list) and app.add(
            statement, lambda node: _value(node, ctx, names))
    return False


async def _block(body: list[ast.stmt], io: IO, ctx: Context, names: dict[str, Any]) -> int | None:
    """Run some, one after the other; an exit code ends the program."""
    for statement in body:
        code = await _statement(statement, io, ctx, names)
        if code is not None:
            return code
    return None


async def _branch(statement: ast.If | ast.For, io: IO, ctx: Context, names: dict[str, Any]) -> int | None:
    """`if` with its other branches, and `for` over a range or a list."""
    if isinstance(statement, ast.If):
        return await _block(statement.body if _value(statement.test, ctx, names) else statement.orelse, io, ctx, names)
    if not isinstance(statement.target, ast.Name):
        raise NotSimulated(ast.unparse(statement).partition('\n')[0])
    for item in _items(statement.iter, ctx, names):
        names[statement.target.id] = item
        code = await _block(statement.body, io, ctx, names)
        if code is not None:
            return code
    return await _block(statement.orelse, io, ctx, names)


def _items(node: ast.expr, ctx: Context, names: Mapping[str, Any]) -> Any:
    if isinstance(node, ast.Call) and ast.unparse(node.func) == 'range':
        found = range(*(int(_value(item, ctx, names)) for item in node.args))
        if len(found) > BIG:
            raise NotSimulated(ast.unparse(node))
        return found
    return iter(_value(node, ctx, names))


async def _statement(statement: ast.stmt, io: IO, ctx: Context, names: dict[str, Any]) -> int | None:
    """Run one; an exit code ends the program."""
    if isinstance(statement, ast.Pass) or _bind(statement, ctx, names):
        return None
    if isinstance(statement, (ast.If, ast.For)):
        return await _branch(statement, io, ctx, names)
    if isinstance(statement, ast.While) and isinstance(statement.test, ast.Constant) and statement.test.value:
        return await _forever(statement.body, io, ctx, names)
    call = statement.value if isinstance(statement, ast.Expr) else None
    if not isinstance(call, ast.Call):
        raise NotSimulated(ast.unparse(statement).partition('\n')[0])
    name, values = ast.unparse(call.func), [_value(item, ctx, names) for item in call.args]
    if name == 'print':
        options = {word.arg: _value(word.value, ctx, names) for word in call.keywords if word.arg != 'flush'}
        separator, end = options.pop('sep', ' '), options.pop('end', '\n')
        if options:
            raise NotSimulated(ast.unparse(call))
        io.stdout.write(str(separator).join(str(value) for value in values) + str(end))
        return None
    if name == 'time.sleep' and len(values) == 1:
        await ctx.simulation.sleep(float(values[0]))
        return None
    if name in ('sys.exit', 'exit'):
        return int(values[0]) & 255 if values and isinstance(values[0], int) else 0
    app = names.get(name.removesuffix('.run')) if name.endswith('.run') else None
    if isinstance(app, Flask):
        options = {word.arg: _value(word.value, ctx, names) for word in call.keywords}
        return await app.run(int(options.get('port', 5000)), str(options.get('host', '127.0.0.1')),
                             lambda node: _value(node, ctx, names), io, ctx)
    raise NotSimulated(ast.unparse(call))


async def _forever(body: list[ast.stmt], io: IO, ctx: Context, names: dict[str, Any]) -> int:
    if not any('time.sleep' in ast.unparse(statement) for statement in body):
        raise NotSimulated('a loop that never sleeps')
    while True:
        code = await _block(body, io, ctx, names)
        if code is not None:
            return code


def _value(node: ast.expr, ctx: Context, names: Mapping[str, Any]) -> Any:
    """A literal, arithmetic on literals, or one of a few names of the environment."""
    if isinstance(node, ast.BinOp) and type(node.op) in OPERATORS:
        left, right = _value(node.left, ctx, names), _value(node.right, ctx, names)
        for one, other in ((left, right), (right, left)):
            if isinstance(one, (str, list, tuple)) and isinstance(other, int) and abs(other) * len(one) > BIG:
                raise NotSimulated(ast.unparse(node))
        return OPERATORS[type(node.op)](left, right)
    if isinstance(node, (ast.Compare, ast.BoolOp)) or (
            isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not)):
        return _truth(node, ctx, names)
    if isinstance(node, ast.Name) and node.id in names:
        return names[node.id]
    if isinstance(node, ast.JoinedStr):
        return ''.join(_formatted(part, ctx, names) for part in node.values)
    if isinstance(node, ast.Dict):
        return {_value(key, ctx, names): _value(value, ctx, names)
                for key, value in zip(node.keys, node.values, strict=True) if key is not None}
    if isinstance(node, ast.Call) and ast.unparse(node.func) in ('int', 'str') and len(node.args) == 1:
        value = _value(node.args[0], ctx, names)
        return int(value) if ast.unparse(node.func) == 'int' else str(value)
    text = ast.unparse(node)
    if text.startswith(f'{STDIN}.') and STDIN in names:
        return _input(node, names[STDIN])
    if isinstance(node, ast.Subscript) and ast.unparse(node.value) == 'os.environ':
        return ctx.env[str(_value(node.slice, ctx, names))]
    if text in ('socket.gethostname()', 'os.uname().nodename'):
        return ctx.host.hostname
    if isinstance(node, ast.Call) and ast.unparse(node.func) in ('os.getenv', 'os.environ.get') and node.args:
        default = _value(node.args[1], ctx, names) if node.args[1:] else None
        return ctx.env.get(str(_value(node.args[0], ctx, names)), default)
    if text == 'sys.version':
        return f'{_version(ctx)} (main) [GCC 14.2.0]'
    try:
        return ast.literal_eval(node)
    except (ValueError, RecursionError):
        raise NotSimulated(text) from None


def _input(node: ast.expr, given: str) -> Any:
    """What was written to standard input: all of it, its lines, or one of them."""
    text = ast.unparse(node)
    if text in (f'{STDIN}.read()', f'{STDIN}.readlines()'):
        return given if text.endswith('.read()') else given.splitlines(keepends=True)
    if text == f'{STDIN}.readline()':
        return given.splitlines(keepends=True)[0] if given else ''
    if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant) and isinstance(node.slice.value, int):
        return _input(node.value, given)[node.slice.value]
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == 'strip':
        return str(_input(node.func.value, given)).strip()
    raise NotSimulated(text)


def _truth(node: ast.Compare | ast.BoolOp | ast.UnaryOp, ctx: Context, names: Mapping[str, Any]) -> Any:
    """Comparisons, `and`, `or` and `not`."""
    if isinstance(node, ast.UnaryOp):
        return not _value(node.operand, ctx, names)
    if isinstance(node, ast.BoolOp):
        found: Any = None
        for operand in node.values:
            found = _value(operand, ctx, names)
            if bool(found) == isinstance(node.op, ast.Or):
                break
        return found
    left = _value(node.left, ctx, names)
    for kind, operand in zip(node.ops, node.comparators, strict=True):
        right = _value(operand, ctx, names)
        if not COMPARISONS[type(kind)](left, right):
            return False
        left = right
    return True


def _formatted(part: ast.expr, ctx: Context, names: Mapping[str, Any]) -> str:
    """A piece of an f-string."""
    if isinstance(part, ast.FormattedValue) and part.conversion == -1 and part.format_spec is None:
        return str(_value(part.value, ctx, names))
    if isinstance(part, ast.FormattedValue):
        raise NotSimulated(ast.unparse(part))
    return str(_value(part, ctx, names))


# -- http.server ------------------------------------------------------------------------------------------------------

async def _http_server(words: list[str], io: IO, ctx: Context) -> int:
    root, port = ctx.cwd, 8000
    pending = list(words)
    while pending:
        word = pending.pop(0)
        if word in ('-d', '--directory', '-b', '--bind') and pending:
            value = pending.pop(0)
            root = normalize(value, ctx.cwd) if word in ('-d', '--directory') else root
        elif word.isdigit():
            port = int(word)
        else:
            io.stderr.write('usage: server.py [-h] [--cgi] [-b ADDRESS] [-d DIRECTORY] [-p VERSION] [port]\n'
                            f"server.py: error: argument port: invalid int value: '{word}'\n")
            return 2

    async def respond(request: HttpRequest) -> HttpResponse:
        return _answer(root, request, io, ctx)

    assert ctx.host.network is not None
    try:
        ctx.host.network.listen(port, HttpService(respond))
    except OSError:
        io.stderr.write('OSError: [Errno 98] Address already in use\n')
        return 1
    io.stdout.write(f'Serving HTTP on 0.0.0.0 port {port} (http://0.0.0.0:{port}/) ...\n')
    await ctx.simulation.future()
    return 0


def _answer(root: str, request: HttpRequest, io: IO, ctx: Context) -> HttpResponse:
    response = _file(root, request, ctx)
    now = ctx.simulation.wall()
    stamp = f'[{now:%d/%b/%Y %H:%M:%S}]'
    if response.status == 404:
        io.stderr.write(f'{request.client[0]} - - {stamp} code 404, message File not found\n')
    io.stderr.write(f'{request.client[0]} - - {stamp} "{request.method} {request.target} {request.version}" '
                    f'{response.status} -\n')
    python = '.'.join(_version(ctx).split('.'))
    response.headers = {'Server': f'SimpleHTTP/0.6 Python/{python}', 'Date': http_date(now),
                        **response.headers}
    return response


def _file(root: str, request: HttpRequest, ctx: Context) -> HttpResponse:
    if request.method not in ('GET', 'HEAD'):
        return HttpResponse(501, {'Content-Type': 'text/html;charset=utf-8'}, b'',
                            f"Unsupported method ('{request.method}')")
    path = normalize(root + '/' + unquote(request.path).lstrip('/'), '/')
    if path != root and not path.startswith(root.rstrip('/') + '/'):
        path = root
    node = _node(ctx, path)
    if isinstance(node, Directory):
        if not request.path.endswith('/'):
            return HttpResponse(301, {'Location': f'{request.path}/'})
        index = _node(ctx, f'{path}/index.html')
        if not isinstance(index, File):
            return _listing(request.path, sorted(node.entries, key=str.lower))
        node, path = index, f'{path}/index.html'
    if not isinstance(node, File):
        return HttpResponse(404, {'Content-Type': 'text/html;charset=utf-8'}, PROBLEM.encode(), 'File not found')
    kind = TYPES.get(path.rpartition('.')[2], 'application/octet-stream')
    return HttpResponse(200, {'Content-type': kind}, node.data())


def _node(ctx: Context, path: str) -> object:
    try:
        return ctx.files.find(path).node
    except OSError:
        return None


def _listing(path: str, names: list[str]) -> HttpResponse:
    title = f'Directory listing for {path}'
    rows = ''.join(f'<li><a href="{name}">{name}</a></li>\n' for name in names)
    body = ('<!DOCTYPE HTML>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
            f'<title>{title}</title>\n</head>\n<body>\n<h1>{title}</h1>\n<hr>\n<ul>\n{rows}</ul>\n<hr>\n</body>\n</html>\n')
    return HttpResponse(200, {'Content-type': 'text/html; charset=utf-8'}, body.encode())

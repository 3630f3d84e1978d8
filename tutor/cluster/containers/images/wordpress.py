"""WordPress: the image's entry point, and the pages one needs to see that it works with its database."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from urllib.parse import parse_qs

from tutor.cluster.containers.executables import execute
from tutor.cluster.containers.http import HttpRequest, HttpResponse
from tutor.cluster.containers.image import PATH, Image, ImageConfig
from tutor.cluster.containers.programs.apache_php import ROOT, apache2_foreground, php_headers
from tutor.cluster.containers.programs.database import ask
from tutor.shell.process import IO, Context, Main

PHP = '8.2.29'
APACHE = '2.4.62'
SOURCES = ('index.php', 'wp-login.php', 'wp-settings.php', 'wp-load.php', 'wp-admin/install.php',
           'wp-admin/index.php', 'wp-content/index.php', 'wp-includes/version.php', 'wp-config-docker.php')
UNCACHED = {'Expires': 'Wed, 11 Jan 1984 05:00:00 GMT', 'Cache-Control': 'no-cache, must-revalidate, max-age=0'}
VARIABLES = ('DB_HOST', 'DB_NAME', 'DB_USER', 'DB_PASSWORD', 'TABLE_PREFIX', 'DEBUG')
PAGE = """\
<!DOCTYPE html>
<html lang="en-US">
<head>
	<meta http-equiv="Content-Type" content="text/html; charset=utf-8" />
	<title>{title}</title>
</head>
<body>
{body}
</body>
</html>
"""
FORM = """\
<h1>Welcome</h1>
<p>Welcome to the famous five-minute WordPress installation process!</p>
<form id="setup" method="post" action="install.php?step=2" novalidate="novalidate">
<input name="weblog_title" type="text" /><input name="user_name" type="text" />
<input name="admin_password" type="password" /><input name="admin_email" type="email" />
<input type="submit" name="Submit" value="Install WordPress" />
</form>"""


class DatabaseError(Exception):
    """The database cannot be used; the text is for the page."""


async def entrypoint(argv: list[str], io: IO, ctx: Context) -> int:
    """docker-entrypoint.sh: copies WordPress into an empty document root, then goes on as the command."""
    words = argv[1:]
    if not words or words[0] != 'apache2-foreground':
        return await execute(words, io, ctx)
    files = ctx.files
    if not files.is_file(f'{ROOT}/index.php'):
        io.stderr.write(f'WordPress not found in {ROOT} - copying now...\n')
        for name in SOURCES:
            files.make_dirs(f'{ROOT}/{name}'.rpartition('/')[0])
            files.put(f'{ROOT}/{name}', '<?php\n')
        io.stderr.write(f'Complete! WordPress has been successfully copied to {ROOT}\n')
    given = [f'WORDPRESS_{name}' for name in sorted(VARIABLES)
             if ctx.env.get(f'WORDPRESS_{name}') or ctx.env.get(f'WORDPRESS_{name}_FILE')]
    if given and not files.is_file(f'{ROOT}/wp-config.php'):
        io.stderr.write(f"No 'wp-config.php' found in {ROOT}, but 'WORDPRESS_...' variables supplied; copying "
                        f"'wp-config-docker.php' ({' '.join(given)})\n")
        files.put(f'{ROOT}/wp-config.php', '<?php\n')
    return await execute(words, io, ctx)


def _variable(ctx: Context, name: str, default: str) -> str:
    """getenv_docker of wp-config-docker.php."""
    path = ctx.env.get(f'WORDPRESS_{name}_FILE')
    return ctx.files.read_text(path).strip() if path else ctx.env.get(f'WORDPRESS_{name}') or default


async def _query(ctx: Context, *statements: str) -> list[list[list[str]]]:
    """Rows of each statement. Raises DatabaseError."""
    host, _, port = _variable(ctx, 'DB_HOST', 'mysql').partition(':')
    question = {'user': _variable(ctx, 'DB_USER', 'example username'), 'statements': list(statements),
                'password': _variable(ctx, 'DB_PASSWORD', 'example password'),
                'database': _variable(ctx, 'DB_NAME', 'wordpress')}
    try:
        answer = await ask(ctx, host, int(port or 3306), question)
    except OSError:
        raise DatabaseError('Error establishing a database connection') from None
    if 'error' in answer:
        unknown = 'Unknown database' in answer['error']
        raise DatabaseError('Cannot select database' if unknown else 'Error establishing a database connection')
    return [rows for _, rows, _ in answer['results']]


def _table(ctx: Context) -> str:
    return f'{_variable(ctx, "TABLE_PREFIX", "wp_")}options'


async def _title(ctx: Context) -> str | None:
    """The site's name, None as long as WordPress is not installed in its database."""
    tables = (await _query(ctx, 'SHOW TABLES'))[0]
    if [_table(ctx)] not in tables:
        return None
    rows = (await _query(ctx, f"SELECT option_value FROM {_table(ctx)} WHERE option_name = 'blogname'"))[0]
    return rows[0][0] if rows else ''


def _page(title: str, body: str, status: int = 200, uncached: bool = True) -> HttpResponse:
    return HttpResponse(status, {**php_headers(PHP), **(UNCACHED if uncached else {})},
                        PAGE.format(title=title, body=body).encode())


async def front(request: HttpRequest, io: IO, ctx: Context) -> HttpResponse:
    """index.php: the site, or the way to its installation."""
    try:
        title = await _title(ctx)
    except DatabaseError as problem:
        title = 'Database Error' if str(problem).startswith('Error') else 'WordPress &rsaquo; Error'
        return _page(title, f'<h1>{problem}</h1>', 500)
    if title is None:
        where = f'http://{request.headers.get("host", "localhost")}/wp-admin/install.php'
        return HttpResponse(302, {**php_headers(PHP), **UNCACHED, 'X-Redirect-By': 'WordPress', 'Location': where})
    return _page(escape(title), f'<h1>{escape(title)}</h1>\n<h2>Hello world!</h2>\n'
                 '<p>Welcome to WordPress. This is your first post. Edit or delete it, then start writing!</p>',
                 uncached=False)


async def install(request: HttpRequest, io: IO, ctx: Context) -> HttpResponse:
    """wp-admin/install.php: the form, and with step=2 the installation."""
    try:
        if await _title(ctx) is not None:
            return _page('WordPress &rsaquo; Installation', '<h1>Already Installed</h1>')
        if request.method != 'POST':
            return _page('WordPress &rsaquo; Installation', FORM)
        form = parse_qs(request.body.decode('utf-8', 'replace'))
        title = form.get('weblog_title', [''])[-1].replace("'", "''")
        await _query(ctx, f'CREATE TABLE {_table(ctx)} (option_name VARCHAR(191), option_value LONGTEXT)',
                     f"INSERT INTO {_table(ctx)} VALUES ('blogname', '{title}')")
    except DatabaseError as problem:
        return _page('Database Error', f'<h1>{problem}</h1>', 500)
    return _page('WordPress &rsaquo; Installation', '<h1>Success!</h1>\n<p>WordPress has been installed.</p>')


class Wordpress(Image):
    repository = 'wordpress'
    tags = {'latest': '6.8.3', '6': '6.8.3', '6.8': '6.8.3', 'apache': '6.8.3', '6.2.1-apache': '6.2.1',
            '6.2.1': '6.2.1', '6.4': '6.4.5', 'php8.2-apache': '6.8.3', '5': '5.9.12', '4.8-apache': '4.8.28'}
    size = 245_000_000
    memory, cpu = 32 * 1024 * 1024, 0.001

    def config(self, tag: str) -> ImageConfig:
        return ImageConfig(entrypoint=('docker-entrypoint.sh',), command=('apache2-foreground',), environment={
            'PATH': PATH, 'PHP_VERSION': PHP, 'WORDPRESS_VERSION': self.version(tag)}, working_dir=ROOT,
            ports=('80/tcp',), stop_signal='WINCH', volumes=(ROOT,))

    def directories(self, tag: str) -> tuple[str, ...]:
        return (ROOT,)

    def programs(self, tag: str) -> Mapping[str, Main]:
        pages = {'/': front, '/index.php': front, '/wp-admin/install.php': install}
        return {'/usr/local/bin/docker-entrypoint.sh': entrypoint,
                '/usr/local/bin/apache2-foreground': apache2_foreground(APACHE, PHP, pages)}

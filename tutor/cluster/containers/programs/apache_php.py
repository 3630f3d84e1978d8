"""Apache with PHP, as the image php:…-apache has it; what a page's program does is Python here."""

from __future__ import annotations

from collections.abc import Mapping

from tutor.cluster.containers.programs.httpd import Build, Httpd, Page
from tutor.shell.process import IO, Context, Main

ROOT = '/var/www/html'


def apache2_foreground(apache: str, php: str, pages: Mapping[str, Page]) -> Main:
    """apache2-foreground of an image with these versions. `pages` are the programs by their path."""
    build = Build('apache2', f'Apache/{apache} (Debian) PHP/{php}', ROOT, '/etc/apache2/ports.conf',
                  'mpm_prefork', pages=pages, index=('index.php', 'index.html'), combined=True)

    async def run(argv: list[str], io: IO, ctx: Context) -> int:
        return await Httpd(build, io, ctx).run()

    return run


def php_headers(version: str, kind: str = 'text/html; charset=UTF-8') -> dict[str, str]:
    """What PHP adds to each of its answers."""
    return {'X-Powered-By': f'PHP/{version}', 'Content-Type': kind}

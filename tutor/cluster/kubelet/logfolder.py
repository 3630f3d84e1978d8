"""/logs/ of the kubelet: the files below /var/log of its machine, as Go's http.FileServer gives them."""

from __future__ import annotations

from html import escape
from urllib.parse import quote, unquote

from tutor.cluster.containers.http import HttpResponse
from tutor.shell.vfs import Directory, File, FileSystem

FOLDER = '/var/log'
HTML = {'Content-Type': 'text/html; charset=utf-8'}
PLAIN = {'Content-Type': 'text/plain; charset=utf-8'}
HEAD = '<!doctype html>\n<meta name="viewport" content="width=device-width">\n<pre>\n'


def read(files: FileSystem, path: str) -> HttpResponse:
    """What is there; `path` begins with /logs."""
    below = f'/{unquote(path).strip("/").partition("/")[2]}'
    try:
        node = files.node(files.realpath(FOLDER + below.rstrip('/')))
    except OSError:
        return HttpResponse(404, dict(PLAIN), b'404 page not found\n')
    if isinstance(node, Directory):
        return HttpResponse(200, dict(HTML), _listing(files, FOLDER + below).encode())
    return HttpResponse(200, dict(PLAIN), node.data() if isinstance(node, File) else b'')


def _listing(files: FileSystem, folder: str) -> str:
    """dirList: folders end with a slash."""
    names = (f'{name}/' if files.is_dir(f'{folder.rstrip("/")}/{name}') else name
             for name in sorted(files.listdir(folder)))
    return HEAD + ''.join(f'<a href="{quote(name)}">{escape(name)}</a>\n' for name in names) + '</pre>\n'

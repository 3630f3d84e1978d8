"""nginx, the web server that most examples run."""

from __future__ import annotations

from collections.abc import Mapping

from tutor.cluster.containers.image import PATH, Content, Image, ImageConfig
from tutor.cluster.containers.programs.nginx import server
from tutor.cluster.containers.programs.nginx.entrypoint import entrypoint
from tutor.shell.process import Main

INDEX = """\
<!DOCTYPE html>
<html>
<head>
<title>Welcome to nginx!</title>
<style>
html { color-scheme: light dark; }
body { width: 35em; margin: 0 auto;
font-family: Tahoma, Verdana, Arial, sans-serif; }
</style>
</head>
<body>
<h1>Welcome to nginx!</h1>
<p>If you see this page, the nginx web server is successfully installed and
working. Further configuration is required.</p>

<p>For online documentation and support please refer to
<a href="http://nginx.org/">nginx.org</a>.<br/>
Commercial support is available at
<a href="http://nginx.com/">nginx.com</a>.</p>

<p><em>Thank you for using nginx.</em></p>
</body>
</html>
"""
ERROR_PAGE = """\
<!DOCTYPE html>
<html>
<head>
<title>Error</title>
<style>
html { color-scheme: light dark; }
body { width: 35em; margin: 0 auto;
font-family: Tahoma, Verdana, Arial, sans-serif; }
</style>
</head>
<body>
<h1>An error occurred.</h1>
<p>Sorry, the page you are looking for is currently unavailable.<br/>
Please try again later.</p>
<p>If you are the system administrator of this resource then you should check
the error log for details.</p>
<p><em>Faithfully yours, nginx.</em></p>
</body>
</html>
"""
ENTRYPOINT = """\
#!/bin/sh
# Prepares the configuration, then goes on as the command that was given.
set -e
case "$1" in
    nginx|nginx-debug)
        find /docker-entrypoint.d/ -follow -type f | sort -V | while read -r file; do
            case "$file" in
                *.envsh) . "$file" ;;
                *.sh) "$file" ;;
            esac
        done ;;
esac
exec "$@"
"""
MAIN_CONF = """
user  nginx;
worker_processes  auto;

error_log  /var/log/nginx/error.log notice;
pid        /run/nginx.pid;


events {
    worker_connections  1024;
}


http {
    include       /etc/nginx/mime.types;
    default_type  application/octet-stream;

    log_format  main  '$remote_addr - $remote_user [$time_local] "$request" '
                      '$status $body_bytes_sent "$http_referer" '
                      '"$http_user_agent" "$http_x_forwarded_for"';

    access_log  /var/log/nginx/access.log  main;

    sendfile        on;
    #tcp_nopush     on;

    keepalive_timeout  65;

    #gzip  on;

    include /etc/nginx/conf.d/*.conf;
}
"""
DEFAULT_CONF = """\
server {
    listen       80;
    listen  [::]:80;
    server_name  localhost;

    #access_log  /var/log/nginx/host.access.log  main;

    location / {
        root   /usr/share/nginx/html;
        index  index.html index.htm;
    }

    #error_page  404              /404.html;

    # redirect server error pages to the static page /50x.html
    #
    error_page   500 502 503 504  /50x.html;
    location = /50x.html {
        root   /usr/share/nginx/html;
    }

    # proxy the PHP scripts to Apache listening on 127.0.0.1:80
    #
    #location ~ \\.php$ {
    #    proxy_pass   http://127.0.0.1;
    #}

    # pass the PHP scripts to FastCGI server listening on 127.0.0.1:9000
    #
    #location ~ \\.php$ {
    #    root           html;
    #    fastcgi_pass   127.0.0.1:9000;
    #    fastcgi_index  index.php;
    #    fastcgi_param  SCRIPT_FILENAME  /scripts$fastcgi_script_name;
    #    include        fastcgi_params;
    #}

    # deny access to .htaccess files, if Apache's document root
    # concurs with nginx's one
    #
    #location ~ /\\.ht {
    #    deny  all;
    #}
}

"""
MIME_TYPES = """
types {
    text/html                                        html htm shtml;
    text/css                                         css;
    text/xml                                         xml;
    image/gif                                        gif;
    image/jpeg                                       jpeg jpg;
    application/javascript                           js;
    application/atom+xml                             atom;
    application/rss+xml                              rss;

    text/mathml                                      mml;
    text/plain                                       txt;
    image/avif                                       avif;
    image/png                                        png;
    image/svg+xml                                    svg svgz;
    image/webp                                       webp;
    image/x-icon                                     ico;

    font/woff                                        woff;
    font/woff2                                       woff2;

    application/java-archive                         jar war ear;
    application/json                                 json;
    application/pdf                                  pdf;
    application/wasm                                 wasm;
    application/zip                                  zip;
    application/octet-stream                         bin exe dll;
    application/octet-stream                         deb;
    audio/mpeg                                       mp3;
    video/mp4                                        mp4;
}
"""


class Nginx(Image):
    repository = 'nginx'
    tags = {
        'latest': '1.29.4', 'mainline': '1.29.4', 'stable': '1.28.1', 'alpine': '1.29.4', 'stable-alpine': '1.28.1',
        'perl': '1.29.4', '1': '1.29.4', 'alpine-slim': '1.29.4',
        '1.7.9': '1.7.9', '1.14': '1.14.2', '1.14.2': '1.14.2', '1.15': '1.15.12', '1.16': '1.16.1', '1.16.1': '1.16.1',
        '1.17': '1.17.10', '1.18': '1.18.0', '1.19': '1.19.10', '1.20': '1.20.2', '1.21': '1.21.6', '1.22': '1.22.1',
        '1.23': '1.23.4', '1.24': '1.24.0', '1.24.0': '1.24.0', '1.25': '1.25.5', '1.25.5': '1.25.5', '1.26': '1.26.3',
        '1.26.3': '1.26.3', '1.27': '1.27.5', '1.27.5': '1.27.5', '1.28': '1.28.1', '1.28.0': '1.28.0',
        '1.29': '1.29.4',
        **{f'{version}-alpine': version for version in ('1.24', '1.25', '1.26', '1.27', '1.28', '1.29')},
    }
    size = 72_319_283
    memory = 5 * 1024 * 1024
    extra = ('curl',)
    spare = ('/usr/share/nginx/html/50x.html',)

    def config(self, tag: str) -> ImageConfig:
        if self._before(tag, 19):
            return ImageConfig(command=('nginx', '-g', 'daemon off;'), ports=('80/tcp',), stop_signal='TERM',
                               environment={'PATH': PATH, 'NGINX_VERSION': self._number(tag)})
        return ImageConfig(
            entrypoint=('/docker-entrypoint.sh',), command=('nginx', '-g', 'daemon off;'),
            environment={'PATH': PATH, 'NGINX_VERSION': self._number(tag), 'NJS_VERSION': '0.9.4',
                         'PKG_RELEASE': '1' if 'alpine' in tag else '1~bookworm'},
            ports=('80/tcp',), stop_signal='QUIT')

    def _number(self, tag: str) -> str:
        version = self.version(tag).removesuffix('-alpine')
        return self.tags.get(version, version)

    def _before(self, tag: str, minor: int) -> bool:
        """Whether it is an older nginx than 1.`minor`."""
        return int(self._number(tag).split('.')[1]) < minor

    def files(self, tag: str) -> Mapping[str, Content]:
        served = {'/usr/share/nginx/html/index.html': INDEX, '/usr/share/nginx/html/50x.html': ERROR_PAGE,
                  '/etc/nginx/nginx.conf': MAIN_CONF.replace('error.log notice;', 'error.log warn;')
                  if self._before(tag, 21) else MAIN_CONF,
                  '/etc/nginx/conf.d/default.conf': DEFAULT_CONF, '/etc/nginx/mime.types': MIME_TYPES}
        if self._before(tag, 19):
            return {**served, '/etc/nginx/conf.d/default.conf': DEFAULT_CONF.replace('    listen  [::]:80;\n', '')}
        return {
            **served, '/docker-entrypoint.sh': ENTRYPOINT,
            '/docker-entrypoint.d/10-listen-on-ipv6-by-default.sh': '#!/bin/sh\n',
            '/docker-entrypoint.d/15-local-resolvers.envsh': '#!/bin/sh\n',
            '/docker-entrypoint.d/20-envsubst-on-templates.sh': '#!/bin/sh\n',
            '/docker-entrypoint.d/30-tune-worker-processes.sh': '#!/bin/sh\n',
        }

    def links(self, tag: str) -> Mapping[str, str]:
        return {'/var/log/nginx/access.log': '/dev/stdout', '/var/log/nginx/error.log': '/dev/stderr'}

    def directories(self, tag: str) -> tuple[str, ...]:
        return ('/var/cache/nginx', '/var/log/nginx')

    def programs(self, tag: str) -> Mapping[str, Main]:
        own: Mapping[str, Main] = {'/usr/sbin/nginx': server.main}
        return own if self._before(tag, 19) else {'/docker-entrypoint.sh': entrypoint, **own}

"""nginxinc/nginx-unprivileged: nginx as somebody else than root, on port 8080."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from tutor.cluster.containers.image import Content, ImageConfig
from tutor.cluster.containers.images.nginx import DEFAULT_CONF, MAIN_CONF, Nginx

USER = '101'
TEMPORARY = """\
http {
    proxy_temp_path /tmp/proxy_temp;
    client_body_temp_path /tmp/client_temp;
    fastcgi_temp_path /tmp/fastcgi_temp;
    uwsgi_temp_path /tmp/uwsgi_temp;
    scgi_temp_path /tmp/scgi_temp;
"""


class NginxUnprivileged(Nginx):
    repository = 'nginxinc/nginx-unprivileged'

    def config(self, tag: str) -> ImageConfig:
        return replace(super().config(tag), user=USER, ports=('8080/tcp',))

    def files(self, tag: str) -> Mapping[str, Content]:
        main = MAIN_CONF.replace('user  nginx;\n', '').replace('/run/nginx.pid', '/tmp/nginx.pid')
        return {**super().files(tag), '/etc/nginx/nginx.conf': main.replace('http {\n', TEMPORARY),
                '/etc/nginx/conf.d/default.conf': DEFAULT_CONF.replace('80;', '8080;')}

    def owners(self, tag: str) -> Mapping[str, int]:
        return {'/var/cache/nginx': int(USER), '/etc/nginx/conf.d': int(USER)}

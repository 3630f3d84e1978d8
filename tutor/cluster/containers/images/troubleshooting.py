"""Images that are full of network programs, to look into a cluster's network from inside."""

from __future__ import annotations

from collections.abc import Mapping

from tutor.cluster.containers.image import PATH, Content, Image, ImageConfig
from tutor.cluster.containers.images.nginx import MIME_TYPES
from tutor.cluster.containers.programs.nginx import server
from tutor.shell.process import Main

MULTITOOL_ENTRYPOINT = """\
#!/bin/sh
web=/usr/share/nginx/html
if mount | grep -q $web; then
  echo "The directory $web is a volume mount. Will not over-write index.html ."
else
  echo "The directory $web is not mounted."
  echo "Over-writing the default index.html file with some useful information."
  address=$(ip addr show eth0 | grep -w inet | awk '{print $2}')
  echo "{title} - $(hostname) - $address{ports}" | tee $web/index.html
fi
[ -n "$HTTP_PORT" ] && sed -i "s/80/$HTTP_PORT/g" /etc/nginx/nginx.conf
[ -n "$HTTPS_PORT" ] && sed -i "s/443/$HTTPS_PORT/g" /etc/nginx/nginx.conf
[ -s /certs/server.crt ] || openssl req -x509 -newkey rsa:2048 -nodes -days 3650 -subj /CN=localhost \\
  -keyout /certs/server.key -out /certs/server.crt 2> /dev/null
exec "$@"
"""
MULTITOOL_CONF = """\
user  nginx;
events {
    worker_connections  1024;
}
http {
    include       /etc/nginx/mime.types;
    default_type  application/octet-stream;
    access_log    /dev/stdout;
    error_log     /dev/stderr;
    server {
        listen       80;
        listen       443 ssl;
        server_name  localhost;
        ssl_certificate      /certs/server.crt;
        ssl_certificate_key  /certs/server.key;
        location / {
            root   /usr/share/nginx/html;
            index  index.html index.htm;
        }
    }
}
"""
PORTS = ' - HTTP: ${HTTP_PORT:-80} , HTTPS: ${HTTPS_PORT:-443} . (Formerly praqma/network-multitool)'


class Netshoot(Image):
    repository = 'nicolaka/netshoot'
    tags = {'latest': 'v0.14', 'v0.14': 'v0.14', 'v0.13': 'v0.13'}
    size = 201_400_000
    memory = 2 * 1024 * 1024
    extra = ('bash', 'conntrack', 'curl', 'dig', 'host', 'iptables', 'iptables-save', 'ipvsadm', 'jq', 'nslookup',
             'openssl', 'ss', 'tcpdump',
             'vim')

    def userland(self, tag: str) -> str:
        return 'alpine'

    def config(self, tag: str) -> ImageConfig:
        return ImageConfig(command=('bash',), environment={'PATH': PATH}, working_dir='/root')


class DnsUtils(Image):
    repository = 'registry.k8s.io/e2e-test-images/jessie-dnsutils'
    tags = {version: version for version in ('1.3', '1.5', '1.7')}
    size = 95_000_000
    memory = 1024 * 1024
    extra = ('curl', 'dig', 'host', 'nslookup')

    def userland(self, tag: str) -> str:
        return 'debian'

    def config(self, tag: str) -> ImageConfig:
        return ImageConfig(command=('/bin/bash',), environment={'PATH': PATH})


class PraqmaMultitool(Image):
    """Network programs, and a web server that says where it runs."""

    repository = 'praqma/network-multitool'
    tags = {'latest': 'latest', 'alpine-extra': 'extra', 'extra': 'extra', 'minimal': 'minimal',
            'alpine-minimal': 'minimal'}
    size = 39_600_000
    memory = 5 * 1024 * 1024
    extra = ('bash', 'curl', 'dig', 'host', 'jq', 'nslookup', 'openssl', 'ss', 'tcpdump', 'git', 'ssh', 'iptables')
    title, ports = 'Praqma Network MultiTool (with NGINX)', ''

    def userland(self, tag: str) -> str:
        return 'alpine'

    def config(self, tag: str) -> ImageConfig:
        return ImageConfig(('/bin/sh', '/docker/entrypoint.sh'), ('/usr/sbin/nginx', '-g', 'daemon off;'),
                           {'PATH': PATH}, ports=('80/tcp', '443/tcp', '1180/tcp', '11443/tcp'))

    def files(self, tag: str) -> Mapping[str, Content]:
        script = MULTITOOL_ENTRYPOINT.replace('{title}', self.title).replace('{ports}', self.ports)
        return {'/docker/entrypoint.sh': script, '/etc/nginx/nginx.conf': MULTITOOL_CONF,
                '/etc/nginx/mime.types': MIME_TYPES, '/usr/share/nginx/html/index.html': f'{self.title}\n'}

    def directories(self, tag: str) -> tuple[str, ...]:
        return ('/certs', '/var/log/nginx', '/var/cache/nginx')

    def programs(self, tag: str) -> Mapping[str, Main]:
        return {'/usr/sbin/nginx': server.main}


class WbittMultitool(PraqmaMultitool):
    repository = 'wbitt/network-multitool'
    title, ports = 'WBITT Network MultiTool (with NGINX)', PORTS

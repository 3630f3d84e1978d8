"""How nginx was built, as `nginx -V` tells it."""

from __future__ import annotations

COMPILER = 'built by gcc 12.2.0 (Debian 12.2.0-14+deb12u1) '
ALPINE_COMPILERS = {
    24: '12.2.1 20220924 (Alpine 12.2.1_git20220924-r4)', 25: '13.2.1 20231014 (Alpine 13.2.1_git20231014)',
    26: '13.2.1 20240309 (Alpine 13.2.1_git20240309)', 27: '14.2.0 (Alpine 14.2.0)', 28: '14.2.0 (Alpine 14.2.0)',
    29: '15.2.0 (Alpine 15.2.0)'}
"""By the minor version of nginx, for images that are Alpine below."""
_PATHS = """
prefix=/etc/nginx sbin-path=/usr/sbin/nginx modules-path=/usr/lib/nginx/modules conf-path=/etc/nginx/nginx.conf
error-log-path=/var/log/nginx/error.log http-log-path=/var/log/nginx/access.log pid-path=/run/nginx.pid
lock-path=/run/nginx.lock http-client-body-temp-path=/var/cache/nginx/client_temp
http-proxy-temp-path=/var/cache/nginx/proxy_temp http-fastcgi-temp-path=/var/cache/nginx/fastcgi_temp
http-uwsgi-temp-path=/var/cache/nginx/uwsgi_temp http-scgi-temp-path=/var/cache/nginx/scgi_temp user=nginx group=nginx
"""
_PARTS = """
compat file-aio threads http_addition_module http_auth_request_module http_dav_module http_flv_module
http_gunzip_module http_gzip_static_module http_mp4_module http_random_index_module http_realip_module
http_secure_link_module http_slice_module http_ssl_module http_stub_status_module http_sub_module http_v2_module
http_v3_module mail mail_ssl_module stream stream_realip_module stream_ssl_module stream_ssl_preread_module
"""
_ARGUMENTS = [*(f'--{word}' for word in _PATHS.split()), *(f'--with-{word}' for word in _PARTS.split())]
DETAILS = (f'{COMPILER}\nbuilt with OpenSSL 3.0.16 11 Feb 2025 (running with OpenSSL 3.0.17 1 Jul 2025)\n'
           f'TLS SNI support enabled\nconfigure arguments: {" ".join(_ARGUMENTS)}\n')


def compiler(version: str, release: str) -> str:
    """What built an nginx, by its version and the release of its package."""
    minor = int(version.split('.')[1])
    found = ALPINE_COMPILERS.get(minor) if '~' not in release else None
    return f'built by gcc {found} ' if found else COMPILER

"""/docker-entrypoint.sh of the image."""

from __future__ import annotations

from tutor.cluster.containers.executables import execute
from tutor.cluster.containers.programs.nginx import server
from tutor.cluster.containers.programs.nginx.surroundings import files_of, shared
from tutor.shell.process import IO, Context

ENTRYPOINT_LINES = """\
/docker-entrypoint.sh: /docker-entrypoint.d/ is not empty, will attempt to perform configuration
/docker-entrypoint.sh: Looking for shell scripts in /docker-entrypoint.d/
/docker-entrypoint.sh: Launching /docker-entrypoint.d/10-listen-on-ipv6-by-default.sh
{ipv6}/docker-entrypoint.sh: Sourcing /docker-entrypoint.d/15-local-resolvers.envsh
/docker-entrypoint.sh: Launching /docker-entrypoint.d/20-envsubst-on-templates.sh
/docker-entrypoint.sh: Launching /docker-entrypoint.d/30-tune-worker-processes.sh
/docker-entrypoint.sh: Configuration complete; ready for start up
"""
IPV6_OK = """\
10-listen-on-ipv6-by-default.sh: info: Getting the checksum of /etc/nginx/conf.d/default.conf
10-listen-on-ipv6-by-default.sh: info: Enabled listen on IPv6 in /etc/nginx/conf.d/default.conf
"""
IPV6_DENIED = ('10-listen-on-ipv6-by-default.sh: info: can not modify /etc/nginx/conf.d/default.conf '
               '(read-only file system?)\n')
IPV6_MISSING = '10-listen-on-ipv6-by-default.sh: info: /etc/nginx/conf.d/default.conf is not a file or does not exist\n'
IPV6_DIFFERS = ('10-listen-on-ipv6-by-default.sh: info: Getting the checksum of /etc/nginx/conf.d/default.conf\n'
                '10-listen-on-ipv6-by-default.sh: info: /etc/nginx/conf.d/default.conf differs from the packaged '
                'version\n')


async def entrypoint(argv: list[str], io: IO, ctx: Context) -> int:
    """/docker-entrypoint.sh: prepares the configuration, then goes on as the command."""
    if len(argv) > 1 and argv[1] in ('nginx', 'nginx-debug'):
        io.stdout.write(ENTRYPOINT_LINES.format(ipv6=_ipv6_lines(ctx)))
        return await server.main(argv[1:], io, ctx)
    return await execute(argv[1:], io, ctx)


def _ipv6_lines(ctx: Context) -> str:
    found = files_of(ctx, '/etc/nginx')
    if not shared(ctx, found):
        if found.read_only or ctx.uid != 0:
            return IPV6_DENIED
        if not found.is_file('/etc/nginx/conf.d/default.conf'):
            return IPV6_MISSING
        if 'listen       80;' not in found.read_text('/etc/nginx/conf.d/default.conf'):
            return IPV6_DIFFERS
    return IPV6_OK if ctx.uid == 0 else IPV6_DENIED

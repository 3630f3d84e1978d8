"""The guestbook of the Kubernetes tutorials: a PHP frontend, and a Redis that follows another."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import parse_qs

from tutor.cluster.containers.http import HttpRequest, HttpResponse
from tutor.cluster.containers.image import PATH, Content, Image, ImageConfig
from tutor.cluster.containers.images.redis import Redis
from tutor.cluster.containers.programs.apache_php import ROOT, apache2_foreground, php_headers
from tutor.cluster.containers.programs.redis.protocol import RedisError, encode_request, read_reply
from tutor.cluster.simulation import BrokenPipe
from tutor.shell.process import IO, Context, Main, NameNotFound

PHP = '7.4.33'
REDIS = 6379
INDEX = """\
<html ng-app="redis">
  <head>
    <title>Guestbook</title>
    <script src="controllers.js"></script>
  </head>
  <body ng-controller="RedisCtrl">
    <h2>Guestbook</h2>
    <form>
      <input ng-model="msg" placeholder="Messages" type="text" name="input"><br>
      <button type="button" ng-click="controller.onRedis()">Submit</button>
    </form>
    <div ng-repeat="msg in messages track by $index">{{msg}}</div>
  </body>
</html>
"""
FOLLOW = """\
#!/bin/bash
if [ "${GET_HOSTS_FROM:-dns}" = env ]; then
  redis-server --replicaof "${REDIS_LEADER_SERVICE_HOST}" 6379
else
  redis-server --replicaof redis-leader 6379
fi
"""


class PageError(Exception):
    """What ends a PHP page, as PHP logs it."""


async def guestbook(request: HttpRequest, io: IO, ctx: Context) -> HttpResponse:
    """guestbook.php?cmd=set&key=…&value=… and ?cmd=get&key=…"""
    asked = {name: values[-1] for name, values in parse_qs(request.query, keep_blank_values=True).items()}
    key = asked.get('key', '')
    try:
        if asked.get('cmd') == 'set':
            await _redis('leader', ['SET', key, asked.get('value', '')], ctx)
            body = '{"message": "Updated"}'
        else:
            body = f'{{"data": "{await _redis("follower", ["GET", key], ctx) or ""}"}}'
    except PageError as problem:
        io.stderr.write(f'PHP Fatal error:  Uncaught {problem} in {ROOT}/guestbook.php\n')
        return HttpResponse(500, php_headers(PHP))
    return HttpResponse(200, php_headers(PHP, 'application/json'), body.encode())


async def _redis(role: str, words: list[str], ctx: Context) -> str | None:
    """Predis' client: one command to the leader or to a follower. Raises PageError."""
    by_name = ctx.env.get('GET_HOSTS_FROM') != 'env'
    host = f'redis-{role}' if by_name else ctx.env.get(f'REDIS_{role.upper()}_SERVICE_HOST', '')
    network = ctx.host.network
    assert network is not None
    failed = 'Predis\\Connection\\ConnectionException: '
    try:
        connection = await network.connect((await network.resolve(host))[0], REDIS, 5)
        try:
            connection.writer.write(encode_request(words))
            reply = await read_reply(connection.reader)
        finally:
            connection.close()
    except NameNotFound:
        raise PageError(f'{failed}php_network_getaddresses: getaddrinfo failed: Name or service not known '
                        f'[tcp://{host}:{REDIS}]') from None
    except (OSError, BrokenPipe) as problem:
        why = problem.strerror if isinstance(problem, OSError) else 'Error while reading line from the server.'
        raise PageError(f'{failed}{why} [tcp://{host}:{REDIS}]') from None
    if isinstance(reply, RedisError):
        raise PageError(f'Predis\\Response\\ServerException: {reply}')
    return reply


class GuestbookFrontend(Image):
    repository = 'us-docker.pkg.dev/google-samples/containers/gke/gb-frontend'
    tags = {'v4': 'v4', 'v5': 'v5', 'v6': 'v6'}
    size = 172_800_000
    memory, cpu = 12 * 1024 * 1024, 0.001

    def config(self, tag: str) -> ImageConfig:
        return ImageConfig(command=('apache2-foreground',), environment={'PATH': PATH, 'PHP_VERSION': PHP},
                           working_dir=ROOT, ports=('80/tcp',), stop_signal='WINCH')

    def files(self, tag: str) -> Mapping[str, Content]:
        return {f'{ROOT}/index.html': INDEX, f'{ROOT}/controllers.js': '/* guestbook */\n',
                f'{ROOT}/guestbook.php': '<?php\n/* see index.html */\n'}

    def programs(self, tag: str) -> Mapping[str, Main]:
        return {'/usr/local/bin/apache2-foreground': apache2_foreground(
            '2.4.54', PHP, {'/guestbook.php': guestbook})}


class GuestbookRedisFollower(Redis):
    repository = 'us-docker.pkg.dev/google-samples/containers/gke/gb-redis-follower'
    tags = {'v1': '6.0.5', 'v2': '6.0.5'}

    def config(self, tag: str) -> ImageConfig:
        base = super().config(tag)
        return ImageConfig(base.entrypoint, ('/run.sh',), base.environment, base.working_dir, ports=base.ports,
                           volumes=base.volumes)

    def files(self, tag: str) -> Mapping[str, Content]:
        return {'/run.sh': FOLLOW}


class OldGuestbookFrontend(GuestbookFrontend):
    """The same at its former address."""

    repository = 'gcr.io/google-samples/gb-frontend'


class OldGuestbookRedisFollower(GuestbookRedisFollower):
    """The same at its former addresses."""

    repository = 'gcr.io/google_samples/gb-redis-follower'

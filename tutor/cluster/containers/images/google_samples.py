"""gcr.io/google-samples: the small servers of the Kubernetes tutorials."""

from __future__ import annotations

from collections.abc import Mapping

from tutor.cluster.containers.http import HttpRequest, HttpResponse
from tutor.cluster.containers.image import PATH, Image, ImageConfig
from tutor.cluster.containers.programs.serving import go_stamp, serve, serve_go, text
from tutor.shell.process import IO, Context, Main

BOOTCAMP = """\
var http = require('http');
var host = process.env.HOSTNAME, requests = 0, started;
var server = http.createServer(function (request, response) {
  response.writeHead(200, {'Content-Type': 'text/plain'});
  response.end('Hello Kubernetes bootcamp! | Running on: ' + host + ' | v=VERSION\\n');
  requests += 1;
  console.log('Running On:', host, '| Total Requests:', requests,
    '| App Uptime:', (new Date() - started) / 1000, 'seconds', '| Log Time:', new Date());
});
server.listen(8080, function () {
  started = new Date();
  console.log('Kubernetes Bootcamp App Started At:', started, '| Running On: ', host, '\\n');
});
"""
NODE_HELLO = """\
var http = require('http');
http.createServer(function (request, response) {
  console.log('Received request for URL: ' + request.url);
  response.writeHead(200);
  response.end('Hello Kubernetes!');
}).listen(8080);
"""


class HelloApp(Image):
    """us-docker.pkg.dev/google-samples' hello-app, version 1.0 or 2.0."""

    repository = 'gcr.io/google-samples/hello-app'
    tags = {'1.0': '1.0.0', '2.0': '2.0.0'}
    size = 11_517_220

    def userland(self, tag: str) -> str:
        return 'scratch'

    def config(self, tag: str) -> ImageConfig:
        return ImageConfig(command=('/hello-app',), environment={'PATH': PATH, 'PORT': '8080'}, user='65532:65532')

    def programs(self, tag: str) -> Mapping[str, Main]:
        version = self.version(tag)

        async def run(argv: list[str], io: IO, ctx: Context) -> int:
            port = int(ctx.env.get('PORT') or 8080)

            async def respond(request: HttpRequest) -> HttpResponse:
                io.stderr.write(f'{go_stamp(ctx.simulation)} Serving request: {request.path}\n')
                return text(f'Hello, world!\nVersion: {version}\nHostname: {ctx.host.hostname}\n')

            io.stderr.write(f'{go_stamp(ctx.simulation)} Server listening on port {port}\n')
            return await serve_go(ctx, io, respond, port)
        return {'/hello-app': run}


class HelloAppRegistry(HelloApp):
    """The same image at its newer address."""

    repository = 'us-docker.pkg.dev/google-samples/containers/gke/hello-app'


class KubernetesBootcamp(Image):
    repository = 'gcr.io/google-samples/kubernetes-bootcamp'
    tags = {'v1': '1', 'v2': '2'}
    size = 83_608_880
    memory = 12 * 1024 * 1024

    def userland(self, tag: str) -> str:
        return 'debian'

    extra = ('curl',)

    def config(self, tag: str) -> ImageConfig:
        return ImageConfig(command=('/bin/sh', '-c', 'node server.js'), environment={
            'PATH': PATH, 'NPM_CONFIG_LOGLEVEL': 'info', 'NODE_VERSION': '6.3.1'}, ports=('8080/tcp',))

    def files(self, tag: str) -> Mapping[str, str]:
        return {'/server.js': BOOTCAMP.replace('VERSION', self.version(tag))}

    def programs(self, tag: str) -> Mapping[str, Main]:
        version = self.version(tag)

        async def run(argv: list[str], io: IO, ctx: Context) -> int:
            begun, count = ctx.simulation.now, 0

            async def respond(request: HttpRequest) -> HttpResponse:
                nonlocal count
                count += 1
                io.stdout.write(f'Running On: {ctx.host.hostname} | Total Requests: {count} | App Uptime: '
                                f'{ctx.simulation.now - begun:.3f} seconds | Log Time: '
                                f'{ctx.simulation.wall().isoformat()[:23]}Z\n')
                answer = text(f'Hello Kubernetes bootcamp! | Running on: {ctx.host.hostname} | v={version}\n')
                answer.headers['Content-Type'] = 'text/plain'
                return answer

            io.stdout.write(f'Kubernetes Bootcamp App Started At: {ctx.simulation.wall().isoformat()[:23]}Z '
                            f'| Running On:  {ctx.host.hostname} \n\n')
            return await serve(ctx, io, respond, 8080)
        return {'/usr/local/bin/node': run}


class NodeHello(Image):
    repository = 'gcr.io/google-samples/node-hello'
    tags = {'1.0': '1.0'}
    size = 262_300_000
    memory = 12 * 1024 * 1024

    def config(self, tag: str) -> ImageConfig:
        return ImageConfig(command=('/bin/sh', '-c', 'node server.js'), environment={
            'PATH': PATH, 'NODE_VERSION': '4.4.2'}, ports=('8080/tcp',))

    def files(self, tag: str) -> Mapping[str, str]:
        return {'/server.js': NODE_HELLO}

    def programs(self, tag: str) -> Mapping[str, Main]:
        async def run(argv: list[str], io: IO, ctx: Context) -> int:
            async def respond(request: HttpRequest) -> HttpResponse:
                io.stdout.write(f'Received request for URL: {request.target}\n')
                return HttpResponse(200, {}, b'Hello Kubernetes!')

            return await serve(ctx, io, respond, 8080)
        return {'/usr/local/bin/node': run}

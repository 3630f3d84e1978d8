"""The backend and the frontend of "Connect a Frontend to a Backend Using Services", and other greetings."""

from __future__ import annotations

from collections.abc import Mapping

from tutor.cluster.containers.http import HttpRequest, HttpResponse
from tutor.cluster.containers.image import PATH, Content, Image, ImageConfig
from tutor.cluster.containers.images.google_samples import KubernetesBootcamp
from tutor.cluster.containers.images.nginx import Nginx
from tutor.cluster.containers.programs.serving import serve_go, text
from tutor.shell.process import IO, Context, Main

FRONTEND = """\
# The identifier Backend is internal to nginx, and used to name this specific upstream
upstream Backend {
    # hello is the internal DNS name used by the backend Service inside Kubernetes
    server hello;
}

server {
    listen 80;

    location / {
        # The following statement will proxy traffic to the upstream named Backend
        proxy_pass http://Backend;
    }
}
"""
HELLO_WORLD = """\

Hello from Docker!
This message shows that your installation appears to be working correctly.

To generate this message, Docker took the following steps:
 1. The Docker client contacted the Docker daemon.
 2. The Docker daemon pulled the "hello-world" image from the Docker Hub.
    (amd64)
 3. The Docker daemon created a new container from that image which runs the
    executable that produces the output you are currently reading.
 4. The Docker daemon streamed that output to the Docker client, which sent it
    to your terminal.

To try something more ambitious, you can run an Ubuntu container with:
 $ docker run -it ubuntu bash

Share images, automate workflows, and more with a free Docker ID:
 https://hub.docker.com/

For more examples and ideas, visit:
 https://docs.docker.com/get-started/

"""


async def hello_go(argv: list[str], io: IO, ctx: Context) -> int:
    """hello-go-gke's program."""
    async def respond(request: HttpRequest) -> HttpResponse:
        return HttpResponse(200, {'Content-Type': 'application/json'}, b'{"message":"Hello"}\n')

    return await serve_go(ctx, io, respond, 80)


class HelloGo(Image):
    repository = 'gcr.io/google-samples/hello-go-gke'
    tags = {'1.0': '1.0'}
    size = 4_600_000
    memory = 3 * 1024 * 1024

    def userland(self, tag: str) -> str:
        return 'alpine'

    def config(self, tag: str) -> ImageConfig:
        return ImageConfig(command=('/bin/hello-go',), environment={'PATH': PATH}, ports=('80/tcp',))

    def programs(self, tag: str) -> Mapping[str, Main]:
        return {'/bin/hello-go': hello_go}


class HelloFrontend(Nginx):
    repository = 'gcr.io/google-samples/hello-frontend'
    tags = {'1.0': '1.14.2'}

    def files(self, tag: str) -> Mapping[str, Content]:
        found = dict(super().files(tag))
        del found['/etc/nginx/conf.d/default.conf']
        return {**found, '/etc/nginx/conf.d/frontend.conf': FRONTEND}


class JocatalinBootcamp(KubernetesBootcamp):
    """The version that the tutorial's rolling update goes to."""

    repository = 'jocatalin/kubernetes-bootcamp'


async def hello_world(argv: list[str], io: IO, ctx: Context) -> int:
    """/hello of Docker's hello-world."""
    io.stdout.write(HELLO_WORLD)
    return 0


class HelloWorld(Image):
    repository = 'hello-world'
    tags = {'latest': '1.0', 'linux': '1.0'}
    size = 2_400
    memory = 64 * 1024

    def userland(self, tag: str) -> str:
        return 'scratch'

    def config(self, tag: str) -> ImageConfig:
        return ImageConfig(command=('/hello',), environment={'PATH': PATH})

    def programs(self, tag: str) -> Mapping[str, Main]:
        return {'/hello': hello_world}


async def zone_printer(argv: list[str], io: IO, ctx: Context) -> int:
    """zone-printer: where it runs, as the metadata server of Google's cloud would say; there is none here."""
    async def respond(request: HttpRequest) -> HttpResponse:
        if request.path == '/healthz':
            return text('ok')
        if request.path == '/ping':
            return text('pong')
        return text('Error getting zone: Get "http://169.254.169.254/computeMetadata/v1/instance/zone": '
                    'dial tcp 169.254.169.254:80: i/o timeout\n', 500)

    return await serve_go(ctx, io, respond, int(ctx.env.get('PORT') or 8080))


class ZonePrinter(Image):
    repository = 'us-docker.pkg.dev/google-samples/containers/gke/zone-printer'
    tags = {version: version for version in ('0.1', '0.2', '0.4')}
    size = 6_900_000
    memory = 4 * 1024 * 1024

    def userland(self, tag: str) -> str:
        return 'scratch'

    def config(self, tag: str) -> ImageConfig:
        return ImageConfig(command=('/zone-printer',), environment={'PATH': PATH}, ports=('80/tcp',))

    def programs(self, tag: str) -> Mapping[str, Main]:
        return {'/zone-printer': zone_printer}

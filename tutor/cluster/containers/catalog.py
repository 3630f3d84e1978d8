"""All images of the simulated registries, one line each."""

from __future__ import annotations

from collections.abc import Callable

from tutor.cluster.containers.image import Image
from tutor.cluster.containers.images.agnhost import Agnhost
from tutor.cluster.containers.images.alpine import Alpine
from tutor.cluster.containers.images.bash import Bash
from tutor.cluster.containers.images.busybox import Busybox
from tutor.cluster.containers.images.curl import Curl
from tutor.cluster.containers.images.databases import Mysql, Postgres
from tutor.cluster.containers.images.debian import Debian
from tutor.cluster.containers.images.echoserver import Echoserver
from tutor.cluster.containers.images.google_samples import HelloApp, HelloAppRegistry, KubernetesBootcamp, NodeHello
from tutor.cluster.containers.images.hpa_example import HpaExample
from tutor.cluster.containers.images.http_echo import HttpEcho
from tutor.cluster.containers.images.httpd import Httpd
from tutor.cluster.containers.images.kubernetes import (
    CoreDns,
    Etcd,
    IngressNginxController,
    KubeApiserver,
    KubeControllerManager,
    KubeProxy,
    KubeScheduler,
    LocalPathProvisioner,
    MetalLbController,
    MetalLbSpeaker,
    MetricsServer,
    NginxGateway,
    NginxGatewayDataPlane,
)
from tutor.cluster.containers.images.languages import Node, Perl, Python
from tutor.cluster.containers.images.memcached import Memcached
from tutor.cluster.containers.images.mirrors import KubernetesBusybox, TestBusybox, TestHttpd, TestNginx
from tutor.cluster.containers.images.nginx import Nginx
from tutor.cluster.containers.images.nginx_slim import NginxSlim
from tutor.cluster.containers.images.pause import Pause
from tutor.cluster.containers.images.redis import Redis
from tutor.cluster.containers.images.stress import Stress
from tutor.cluster.containers.images.troubleshooting import DnsUtils, Netshoot
from tutor.cluster.containers.images.ubuntu import Ubuntu
from tutor.cluster.containers.images.whoami import Whoami

IMAGES: tuple[Callable[[], Image], ...] = (
    Agnhost,
    Alpine,
    Bash,
    Busybox,
    CoreDns,
    Curl,
    Debian,
    DnsUtils,
    Echoserver,
    Etcd,
    HelloApp,
    HelloAppRegistry,
    HpaExample,
    HttpEcho,
    Httpd,
    IngressNginxController,
    KubeApiserver,
    KubeControllerManager,
    KubeProxy,
    KubeScheduler,
    KubernetesBootcamp,
    KubernetesBusybox,
    LocalPathProvisioner,
    Memcached,
    MetalLbController,
    MetalLbSpeaker,
    MetricsServer,
    Mysql,
    Netshoot,
    Nginx,
    NginxGateway,
    NginxGatewayDataPlane,
    NginxSlim,
    Node,
    NodeHello,
    Pause,
    Perl,
    Postgres,
    Python,
    Redis,
    Stress,
    TestBusybox,
    TestHttpd,
    TestNginx,
    Ubuntu,
    Whoami,
)


def all_images() -> list[Image]:
    """A new one of each."""
    return [image() for image in IMAGES]

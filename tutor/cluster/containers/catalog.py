"""All images of the simulated registries, one line each."""

from __future__ import annotations

from collections.abc import Callable

from tutor.cluster.containers.image import Image
from tutor.cluster.containers.images.agnhost import Agnhost
from tutor.cluster.containers.images.alpine import Alpine
from tutor.cluster.containers.images.applications import APPLICATIONS
from tutor.cluster.containers.images.artifacts import CrioArtifact
from tutor.cluster.containers.images.bash import Bash
from tutor.cluster.containers.images.busybox import Busybox
from tutor.cluster.containers.images.cassandra import Cassandra
from tutor.cluster.containers.images.curl import Curl
from tutor.cluster.containers.images.databases import Mariadb, Mysql, Postgres, XtraBackup
from tutor.cluster.containers.images.debian import Debian
from tutor.cluster.containers.images.distributions import DISTRIBUTIONS
from tutor.cluster.containers.images.echoserver import Echoserver
from tutor.cluster.containers.images.google_samples import HelloApp, HelloAppRegistry, KubernetesBootcamp, NodeHello
from tutor.cluster.containers.images.guestbook import (
    GuestbookFrontend,
    GuestbookRedisFollower,
    OldGuestbookFrontend,
    OldGuestbookRedisFollower,
)
from tutor.cluster.containers.images.hello_samples import (
    HelloFrontend,
    HelloGo,
    HelloWorld,
    JocatalinBootcamp,
    ZonePrinter,
)
from tutor.cluster.containers.images.hpa_example import HpaExample
from tutor.cluster.containers.images.http_echo import HttpEcho
from tutor.cluster.containers.images.httpd import Httpd
from tutor.cluster.containers.images.kuard import Kuard
from tutor.cluster.containers.images.kubectl import KUBECTL
from tutor.cluster.containers.images.kubernetes import (
    CoreDns,
    DraExampleDriver,
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
    ProportionalAutoscaler,
)
from tutor.cluster.containers.images.languages import Node, Perl, Python
from tutor.cluster.containers.images.log_collectors import Fluentd, FluentdElasticsearch, FluentdGcp
from tutor.cluster.containers.images.memcached import Memcached
from tutor.cluster.containers.images.mirrors import (
    ContainousWhoami,
    KubernetesBusybox,
    KubernetesDebian,
    KubernetesNginx,
    TestBusybox,
    TestHttpd,
    TestNginx,
)
from tutor.cluster.containers.images.mongo import Mongo
from tutor.cluster.containers.images.nginx import Nginx
from tutor.cluster.containers.images.nginx_slim import NginxSlim
from tutor.cluster.containers.images.nginx_unprivileged import NginxUnprivileged
from tutor.cluster.containers.images.outdated import OUTDATED
from tutor.cluster.containers.images.pause import Pause
from tutor.cluster.containers.images.platforms import PLATFORMS
from tutor.cluster.containers.images.rabbitmq import RabbitMq
from tutor.cluster.containers.images.redis import ExamplesRedis, Redis
from tutor.cluster.containers.images.stress import Stress, VishStress
from tutor.cluster.containers.images.test_servers import (
    Goproxy,
    NoNewPrivileges,
    ResourceConsumer,
    ServeHostname,
    TestWebserver,
)
from tutor.cluster.containers.images.toolchains import TOOLCHAINS
from tutor.cluster.containers.images.troubleshooting import DnsUtils, Netshoot, PraqmaMultitool, WbittMultitool
from tutor.cluster.containers.images.ubuntu import Ubuntu
from tutor.cluster.containers.images.whoami import Whoami
from tutor.cluster.containers.images.wordpress import Wordpress
from tutor.cluster.containers.images.work_queue import JobWorker
from tutor.cluster.containers.images.zookeeper import ZooKeeper

IMAGES: tuple[Callable[[], Image], ...] = (
    Agnhost,
    Alpine,
    Bash,
    Busybox,
    Cassandra,
    ContainousWhoami,
    CrioArtifact,
    CoreDns,
    Curl,
    Debian,
    DnsUtils,
    DraExampleDriver,
    Echoserver,
    Etcd,
    ExamplesRedis,
    Fluentd,
    FluentdElasticsearch,
    FluentdGcp,
    Goproxy,
    GuestbookFrontend,
    GuestbookRedisFollower,
    HelloApp,
    HelloAppRegistry,
    HelloFrontend,
    HelloGo,
    HelloWorld,
    HpaExample,
    Httpd,
    HttpEcho,
    IngressNginxController,
    JobWorker,
    JocatalinBootcamp,
    Kuard,
    KubeApiserver,
    KubeControllerManager,
    KubeProxy,
    KubernetesBootcamp,
    KubernetesBusybox,
    KubeScheduler,
    LocalPathProvisioner,
    Mariadb,
    Memcached,
    MetalLbController,
    MetalLbSpeaker,
    MetricsServer,
    Mongo,
    Mysql,
    Netshoot,
    Nginx,
    NginxGateway,
    NginxGatewayDataPlane,
    NginxSlim,
    NginxUnprivileged,
    Node,
    NodeHello,
    NoNewPrivileges,
    OldGuestbookFrontend,
    OldGuestbookRedisFollower,
    Pause,
    Perl,
    Postgres,
    PraqmaMultitool,
    ProportionalAutoscaler,
    Python,
    RabbitMq,
    Redis,
    ResourceConsumer,
    ServeHostname,
    Stress,
    TestBusybox,
    TestHttpd,
    KubernetesDebian,
    KubernetesNginx,
    TestNginx,
    TestWebserver,
    Ubuntu,
    VishStress,
    WbittMultitool,
    Whoami,
    Wordpress,
    XtraBackup,
    ZonePrinter,
    ZooKeeper,
)


def all_images() -> list[Image]:
    """A new one of each; those that are data alone are shared."""
    return [*(image() for image in IMAGES), *APPLICATIONS, *PLATFORMS, *DISTRIBUTIONS, *TOOLCHAINS, *KUBECTL, *OUTDATED]

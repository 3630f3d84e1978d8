"""Platforms that people deploy beside their applications: queues, search, secrets, identities, consoles."""

from __future__ import annotations

from tutor.cluster.containers.images.application import HTML, JSON, Application, leads_to, page

_SECURED = ('error: Elasticsearch with its own security is not simulated here: set xpack.security.enabled=false')
_ELASTIC = """\
{"@timestamp":"{time}", "log.level": "INFO", "message":"version[8.19.5], pid[1]", "ecs.version": "1.2.0"}
{"@timestamp":"{time}", "log.level": "INFO", "message":"started", "ecs.version": "1.2.0"}"""
_KAFKA = """\
===> User
uid=1000(appuser) gid=1000(appuser) groups=1000(appuser)
===> Setting default values of environment variables if not already set.
===> Configuring ...
===> Launching ...
===> Using provided cluster id {env:CLUSTER_ID}
[{time}] INFO Awaiting socket connections on 0.0.0.0:9092. (kafka.network.DataPlaneAcceptor)
[{time}] INFO [KafkaRaftServer nodeId=1] Kafka Server started (kafka.server.KafkaRaftServer)"""
_DUB = 'Command [/usr/local/bin/dub ensure {name}] FAILED !'
_VAULT = """\
==> Vault server configuration:

             Api Address: http://0.0.0.0:8200
              Listener 1: tcp (addr: "0.0.0.0:8200", cluster address: "0.0.0.0:8201", tls: "disabled")
                 Storage: inmem

==> Vault server started! Log data will stream in below:

WARNING! dev mode is enabled! In this mode, Vault runs entirely in-memory
and starts unsealed with a single unseal key."""
_SEARCH = page('{\n  "name" : "{hostname}",\n  "cluster_name" : "docker-cluster",\n  "version" : {\n    "number" : '
               '"8.19.5"\n  },\n  "tagline" : "You Know, for Search"\n}\n', JSON)
_HEALTH = page('{"cluster_name":"docker-cluster","status":"green","timed_out":false,"number_of_nodes":1}', JSON)
_NO_UPSTREAM = page('upstream connect error or disconnect/reset before headers. reset reason: connection failure',
                    status=503, Server='envoy')


def _elasticsearch(name: str) -> Application:
    return Application(
        name, '9.1.5 8.19.5 8.15.0 8.14.0 8.13.4 8.5.1 7.17.29 7.17.0 7.10.1',
        '/bin/tini -- docker-entrypoint.sh eswrapper',
        base='ubuntu', size='600M', memory='500Mi', start=8, user='1000', ports=(9300,), code=143,
        logs=_ELASTIC, http={9200: {'/': _SEARCH, '/_cluster/health': _HEALTH}},
        needs={'env': ['xpack.security.enabled'], 'files': [], 'text': _SECURED},
        variants={'7': {'needs': {'env': [], 'files': [], 'text': ''}}})


def _kibana(name: str) -> Application:
    return Application(
        name, '9.1.5 8.19.5 8.15.0 7.17.29 7.17.0 7.10.1', '/bin/tini -- /usr/local/bin/kibana-docker', base='ubuntu',
        size='400M', memory='300Mi', start=9, user='1000',
        http={5601: {'/': leads_to('/app/home'), '/app/home': page('<!DOCTYPE html>\n<title>Elastic</title>\n', HTML),
                     '/api/status': page('{"status":{"overall":{"level":"available"}}}', JSON)}},
        logs='[{time}][INFO ][http.server.Kibana] http server running at http://0.0.0.0:5601')


def _phpmyadmin(name: str) -> Application:
    return Application(
        name, 'latest 5 5.2 apache', '/docker-entrypoint.sh apache2-foreground', size='210M', memory='30Mi',
        http={80: {'/': page('<!doctype html>\n<html lang="en" dir="ltr">\n<title>phpMyAdmin</title>\n', HTML,
                             X_Powered_By='PHP/8.3.26')}},
        errors="AH00094: Command line: 'apache2 -D FOREGROUND'", workdir='/var/www/html')


PLATFORMS: tuple[Application, ...] = (
    _elasticsearch('elasticsearch'),
    _elasticsearch('docker.elastic.co/elasticsearch/elasticsearch'),
    _kibana('kibana'),
    _kibana('docker.elastic.co/kibana/kibana'),
    _phpmyadmin('phpmyadmin'),
    _phpmyadmin('phpmyadmin/phpmyadmin'),
    Application(
        'docker.elastic.co/beats/filebeat', '9.1.5 8.19.5 8.15.0 7.17.29', '/usr/bin/tini -- filebeat -e',
        base='ubuntu', size='140M', memory='40Mi',
        errors='{"log.level":"info","@timestamp":"{time}","message":"filebeat start running."}'),
    Application(
        'mongo-express', 'latest 1 1.0.2', '/sbin/tini -- /docker-entrypoint.sh mongo-express', base='alpine',
        size='60M', memory='60Mi', start=2, env={'ME_CONFIG_MONGODB_URL': 'mongodb://mongo:27017'},
        http={8081: {'/': page('Unauthorized', status=401, WWW_Authenticate='Basic realm="Authorization Required"'),
                     '/status': page('{"status":"ok"}', JSON)}},
        logs='Mongo Express server listening at http://0.0.0.0:8081'),
    Application(
        'apache/kafka', 'latest 4.1.0 4.0.0 3.9.1 3.7.0', '/__cacert_entrypoint.sh /etc/kafka/docker/run',
        base='alpine', size='200M', memory='330Mi', start=5, ports=(9092, 9093), user='appuser', logs=_KAFKA, code=143),
    Application(
        'confluentinc/cp-zookeeper', 'latest 7.9.0 7.5.0 7.4.0 7.3.0', '/etc/confluent/docker/run', size='400M',
        memory='90Mi', start=3, ports=(2181, 2888, 3888), logs='===> User\n===> Configuring ...\n===> Launching ...',
        needs={'env': ['ZOOKEEPER_CLIENT_PORT'], 'files': [], 'text': _DUB.format(name='ZOOKEEPER_CLIENT_PORT')}),
    Application(
        'confluentinc/cp-kafka', 'latest 7.9.0 7.5.0 7.4.0 7.3.0', '/etc/confluent/docker/run', size='420M',
        memory='330Mi', start=5, ports=(9092, 29092), logs=_KAFKA, code=143,
        needs={'env': ['KAFKA_ADVERTISED_LISTENERS'], 'files': [],
               'text': _DUB.format(name='KAFKA_ADVERTISED_LISTENERS')}),
    Application(
        'hashicorp/vault', 'latest 1.20 1.20.4 1.19 1.18', 'docker-entrypoint.sh server -dev', base='alpine',
        size='150M', memory='60Mi', logs=_VAULT, ports=(8201,),
        http={8200: {'/': leads_to('/ui/'), '/ui/': page('<!DOCTYPE html>\n<title>Vault</title>\n', HTML),
                     '/v1/sys/health': page('{"initialized":true,"sealed":false,"standby":false}\n', JSON)}}),
    Application(
        'hashicorp/consul', 'latest 1.21 1.20 1.15', 'docker-entrypoint.sh agent -dev -client 0.0.0.0', base='alpine',
        size='70M', memory='50Mi', ports=(8300, 8301, 8302, 8600),
        logs='==> Starting Consul agent...\n{time} [INFO]  agent: Started HTTP server: address=[::]:8500',
        http={8500: {'/': leads_to('/ui/'), '/ui/': page('<!DOCTYPE html>\n<title>Consul</title>\n', HTML),
                     '/v1/status/leader': page('"127.0.0.1:8300"', JSON)}}),
    Application(
        'telegraf', 'latest 1.36 1.35 alpine', '/entrypoint.sh telegraf', size='140M', memory='50Mi',
        ports=(8094,),
        errors='{time} I! Starting Telegraf 1.36.2\n{time} I! Loaded inputs: cpu disk diskio kernel mem'),
    Application(
        'envoyproxy/envoy', 'v1.36-latest v1.35-latest v1.34-latest distroless-v1.36-latest',
        '/docker-entrypoint.sh envoy -c /etc/envoy/envoy.yaml', base='ubuntu', size='70M', memory='30Mi', user='envoy',
        http={9901: {'/ready': 'LIVE\n', '/server_info': page('{"state":"LIVE"}', JSON)}, 10000: {'/': _NO_UPSTREAM}},
        errors='[{time}][1][info][main] starting main dispatch loop'),
    Application(
        'varnish', 'latest 8 7 stable alpine', '/usr/local/bin/docker-varnish-entrypoint', size='90M', memory='90Mi',
        user='varnish', ports=(8443,),
        http={80: {'/': page('<!DOCTYPE html>\n<title>503 Backend fetch failed</title>\n', HTML, 503,
                             Via='1.1 varnish')}},
        errors='Info: Child (21) Started\nInfo: Child (21) said Child starts'),
    Application(
        'sonarqube', 'latest lts community lts-community', '/opt/sonarqube/docker/entrypoint.sh', base='ubuntu',
        size='560M', memory='500Mi', start=20, user='sonarqube', code=143,
        http={9000: {'/': page('<!DOCTYPE html>\n<title>SonarQube</title>\n', HTML),
                     '/api/system/status': page('{"status":"UP"}', JSON)}},
        logs='{time} INFO  app[][o.s.a.SchedulerImpl] Process[ce] is up\n'
             '{time} INFO  app[][o.s.a.SchedulerImpl] SonarQube is operational'),
    Application(
        'gitea/gitea', 'latest 1 1.24 1.23', '/usr/bin/entrypoint /usr/bin/s6-svscan /etc/s6', base='alpine',
        size='70M', memory='90Mi', start=2, ports=(22,),
        http={3000: {'/': page('<!DOCTYPE html>\n<title>Installation - Gitea: Git with a cup of tea</title>\n', HTML),
                     '/api/healthz': page('{"status":"pass"}', JSON)}},
        logs='{time} cmd/web.go:261:runWeb() [I] Starting Gitea on PID: 17\n'
             '{time} cmd/web.go:325:listen() [I] Listen: http://0.0.0.0:3000'),
    Application(
        'quay.io/keycloak/keycloak', 'latest 26.4.0 26.3 26.0 25.0 24.0', '/opt/keycloak/bin/kc.sh start-dev',
        base='none', size='230M', memory='330Mi', start=10, user='1000', code=143,
        http={8080: {'/': leads_to('/admin/'), '/admin/': page('<!doctype html>', HTML),
                     '/realms/master': page('{"realm":"master"}', JSON)},
              9000: {'/health/ready': page('{"status":"UP"}', JSON), '/health/live': page('{"status":"UP"}', JSON)}},
        logs='{time} INFO  [io.quarkus] (main) Keycloak 26.4.0 on JVM started in 9.412s. Listening on: '
             'http://0.0.0.0:8080\n{time} WARN  [org.keycloak.quarkus.runtime.KeycloakMain] (main) Running the '
             'server in development mode. DO NOT use this configuration in production.'),
    Application(
        'jaegertracing/all-in-one', 'latest 1.74.0 1.57', '/go/bin/all-in-one-linux', base='alpine', size='30M',
        memory='20Mi', ports=(4317, 4318, 14268), http={16686: {'/': page('<!doctype html>\n<title>Jaeger UI</title>\n',
                                                                             HTML)},
                                                14269: {'/': 'Server available\n'}},
        logs='{"level":"info","msg":"Query server started"}'),
    Application(
        'prom/pushgateway', 'latest v1.11.1', '/bin/pushgateway', base='busybox', size='10M', memory='10Mi',
        user='nobody', http={9091: {'/': page('<!DOCTYPE html>', HTML), '/-/healthy': 'OK', '/-/ready': 'OK'}},
        errors='time={time} level=INFO msg="starting pushgateway"'),
    Application(
        'portainer/portainer-ce', 'latest lts 2.33.2', '/portainer', base='scratch', size='60M', memory='40Mi',
        ports=(8000, 9443), http={9000: {'/': page('<!doctype html>\n<title>Portainer</title>\n', HTML)}},
        logs='{time} INF main.go > starting Portainer | version=2.33.2'),
    Application(
        'couchdb', 'latest 3 3.5', '/usr/bin/tini -- /docker-entrypoint.sh /opt/couchdb/bin/couchdb', size='110M',
        memory='60Mi', ports=(4369, 9100), http={5984: {'/': page('{"couchdb":"Welcome","version":"3.5.0"}\n', JSON),
                                                      '/_up': page('{"status":"ok"}\n', JSON)}},
        needs={'env': ['COUCHDB_USER', 'COUCHDB_PASSWORD'], 'files': [], 'text': (
            '*************************************************************\n'
            'ERROR: CouchDB 3.0+ will no longer run in "Admin Party"\n'
            '       mode. You *MUST* specify an admin user and\n       password, either via your own .ini file mapped\n'
            '       into the container at /opt/couchdb/etc/local.ini\n       or inside /opt/couchdb/etc/local.d, or '
            'with\n'
            '       "-e COUCHDB_USER=admin -e COUCHDB_PASSWORD=password"\n       to set it via "docker run".\n'
            '*************************************************************')}),
    Application(
        'neo4j', 'latest 5 5.26 4.4 community', 'tini -g -- /startup/docker-entrypoint.sh neo4j', size='330M',
        memory='330Mi', start=6, ports=(7473, 7687),
        http={7474: {'/': page('{"bolt_routing":"neo4j://{hostname}:7687","neo4j_version":"5.26.0"}', JSON)}},
        logs='{time} INFO  Starting...\n{time} INFO  Bolt enabled on 0.0.0.0:7687.\n{time} INFO  Started.'),
)

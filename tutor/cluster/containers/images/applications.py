"""Servers that people deploy besides those of Kubernetes' own documentation, one entry each. Their own protocols and
clients are not simulated."""

from __future__ import annotations

from tutor.cluster.containers.images.application import HTML, JSON, Application, leads_to, page

_JENKINS = """\
Running from: /usr/share/jenkins/jenkins.war
webroot: /var/jenkins_home/war
INFO\twinstone.Logger#logInternal: Beginning extraction from war file
INFO\torg.eclipse.jetty.server.Server#doStart: jetty started
INFO\thudson.lifecycle.Lifecycle#onReady: Jenkins is fully up and running"""
_TOMCAT = """\
INFO [main] org.apache.coyote.AbstractProtocol.init Initializing ProtocolHandler ["http-nio-8080"]
INFO [main] org.apache.coyote.AbstractProtocol.start Starting ProtocolHandler ["http-nio-8080"]
INFO [main] org.apache.catalina.startup.Catalina.start Server startup in [412] milliseconds"""
_NO_HAPROXY = """\
[NOTICE]   (1) : haproxy version is 3.2
[NOTICE]   (1) : path to executable is /usr/local/sbin/haproxy
[ALERT]    (1) : config : Cannot open configuration file/directory /usr/local/etc/haproxy/haproxy.cfg : No such file \
or directory"""
_HELLO = """\
<!DOCTYPE html>
<html>
<head><title>Hello World</title></head>
<body>
<p><span>Server name:</span> <span>{hostname}</span></p>
<p><span>Date:</span> <span>{time}</span></p>
<p><span>URI:</span> <span>{path}</span></p>
</body>
</html>
"""
_NOT_FOUND = page(
    '<!doctype html><html lang="en"><head><title>HTTP Status 404 – Not Found</title></head><body><h1>HTTP '
    'Status 404 – Not Found</h1></body></html>',
    HTML,
    404,
)
_ECHO = page('{"path":"{path}","method":"{method}","body":"{body}","os":{"hostname":"{hostname}"}}', JSON)

APPLICATIONS: tuple[Application, ...] = (
    # -- web servers and proxies --------------------------------------------------------------------------------------
    Application(
        'caddy',
        'latest 2 2.10 alpine 2-alpine',
        '/usr/bin/caddy run --config /etc/caddy/Caddyfile',
        base='alpine',
        size='17M',
        memory='18Mi',
        ports=(443, 2019),
        http={80: {'/': page('<html><head><title>Caddy works!</title></head></html>\n', HTML, Server='Caddy')}},
        errors='{"level":"info","ts":"{time}","msg":"serving initial configuration"}',
    ),
    Application(
        'haproxy',
        'latest lts 3.2 3.0 2.8 alpine lts-alpine',
        '/usr/local/sbin/haproxy -W -db -f /usr/local/etc/haproxy/haproxy.cfg',
        size='43M',
        user='haproxy',
        needs={'env': [], 'files': ['/usr/local/etc/haproxy/haproxy.cfg'], 'text': _NO_HAPROXY},
        errors='[NOTICE]   (1) : New worker (8) forked\n[NOTICE]   (1) : Loading success.',
    ),
    Application(
        'traefik',
        'latest v3 v3.5 v3.0 v2.11',
        '/usr/local/bin/traefik',
        base='alpine',
        size='45M',
        memory='40Mi',
        http={80: {'/': page('404 page not found\n', status=404)}},
        logs='{time} INF Traefik version 3.5.3\n{time} INF Starting provider aggregator',
    ),
    Application(
        'tomcat',
        'latest 11 11.0 10 10.1 9 9.0 10-jdk17 9-jdk17',
        'catalina.sh run',
        size='190M',
        memory='120Mi',
        start=1.5,
        http={8080: {'/': _NOT_FOUND}},
        errors=_TOMCAT,
        code=143,
        workdir='/usr/local/tomcat',
    ),
    # -- databases, queues, storage -----------------------------------------------------------------------------------
    Application(
        'nats',
        'latest 2 2.12 2.11 alpine 2-alpine',
        '/nats-server --config nats-server.conf',
        base='alpine',
        size='7M',
        memory='12Mi',
        ports=(4222, 6222),
        http={8222: {'/healthz': page('{"status":"ok"}', JSON), '/varz': page('{"server_name":"{hostname}"}', JSON)}},
        errors='[1] {time} [INF] Starting nats-server\n[1] {time} [INF] Server is ready',
    ),
    Application(
        'eclipse-mosquitto',
        'latest 2 2.0',
        '/usr/sbin/mosquitto -c /mosquitto/config/mosquitto.conf',
        base='alpine',
        size='8M',
        memory='4Mi',
        ports=(1883,),
        errors='{time}: mosquitto version 2.0.22 running',
    ),
    Application(
        'influxdb',
        'latest 2 2.7 1.8',
        'influxd',
        size='130M',
        memory='80Mi',
        http={8086: {'/ping': page('', status=204), '/health': page('{"status":"pass","name":"influxdb"}', JSON)}},
        logs='ts={time} lvl=info msg="Welcome to InfluxDB"\nts={time} lvl=info msg=Listening transport=http addr=:8086',
    ),
    Application(
        'minio/minio',
        'latest RELEASE.2025-09-07T16-13-09Z',
        'minio',
        base='scratch',
        size='60M',
        memory='90Mi',
        ports=(9001,),
        http={
            9000: {
                '/minio/health/live': '',
                '/minio/health/ready': '',
                '/': page('<Error><Code>AccessDenied</Code></Error>', 'application/xml', 403),
            }
        },
        logs='MinIO Object Storage Server\nAPI: http://{hostname}:9000',
    ),
    Application(
        'registry',
        'latest 3 2 2.8',
        '/bin/registry serve /etc/docker/registry/config.yml',
        base='alpine',
        size='10M',
        memory='10Mi',
        http={
            5000: {
                '/v2/': page('{}', JSON, Docker_Distribution_Api_Version='registry/2.0'),
                '/v2/_catalog': page('{"repositories":[]}\n', JSON),
            }
        },
        errors='time="{time}" level=info msg="listening on [::]:5000"',
    ),
    # -- monitoring ---------------------------------------------------------------------------------------------------
    Application(
        'prom/prometheus',
        'latest v3.7.1 v3.6.0 v2.55.1',
        '/bin/prometheus --config.file=/etc/prometheus/prometheus.yml',
        base='busybox',
        size='120M',
        memory='60Mi',
        user='nobody',
        errors=(
            'time={time} level=INFO msg="Starting Prometheus Server"\n'
            'time={time} level=INFO msg="Server is ready to receive web requests."'
        ),
        http={
            9090: {
                '/': leads_to('/query'),
                '/-/healthy': 'Prometheus Server is Healthy.\n',
                '/-/ready': 'Prometheus Server is Ready.\n',
                '/query': page('<!doctype html>', HTML),
            }
        },
    ),
    Application(
        'prom/alertmanager',
        'latest v0.28.1 v0.27.0',
        '/bin/alertmanager --config.file=/etc/alertmanager/alertmanager.yml',
        base='busybox',
        size='32M',
        memory='20Mi',
        user='nobody',
        ports=(9094,),
        http={9093: {'/': page('<!DOCTYPE html>', HTML), '/-/healthy': 'OK', '/-/ready': 'OK'}},
        errors='time={time} level=INFO msg="Starting Alertmanager"\n'
        'time={time} level=INFO msg="Listening on" address=[::]:9093',
    ),
    *(
        Application(
            name,
            'latest v1.9.1 v1.8.2',
            '/bin/node_exporter',
            base='busybox',
            size='12M',
            memory='10Mi',
            user='nobody',
            http={
                9100: {
                    '/': page('<html><head><title>Node Exporter</title></head></html>', HTML),
                    '/metrics': '# TYPE node_time_seconds gauge\nnode_time_seconds {uptime}\n',
                }
            },
            errors='time={time} level=INFO msg="Listening on" address=[::]:9100',
        )
        for name in ('prom/node-exporter', 'quay.io/prometheus/node-exporter')
    ),
    Application(
        'grafana/grafana',
        'latest 12.2.0 12.1.0 11.6.0',
        '/run.sh',
        base='alpine',
        size='200M',
        memory='110Mi',
        start=2,
        user='472',
        http={
            3000: {
                '/': leads_to('/login'),
                '/login': page('<!DOCTYPE html>', HTML),
                '/api/health': page('{"database":"ok","version":"12.2.0"}', JSON),
            }
        },
        logs='logger=http.server t={time} level=info msg="HTTP Server Listen" address=[::]:3000 protocol=http',
    ),
    Application(
        'fluent/fluent-bit',
        'latest 4.1 4.0 3.2',
        '/fluent-bit/bin/fluent-bit -c /fluent-bit/etc/fluent-bit.conf',
        base='scratch',
        size='40M',
        memory='12Mi',
        http={2020: {'/': page('{"fluent-bit":{"version":"4.1.0"}}', JSON)}},
        errors='[{time}] [ info] [fluent bit] version=4.1.0, pid=1\n[{time}] [ info] [sp] stream processor started',
    ),
    # -- applications -------------------------------------------------------------------------------------------------
    Application(
        'jenkins/jenkins',
        'latest lts lts-jdk21 lts-jdk17',
        '/usr/bin/tini -- /usr/local/bin/jenkins.sh',
        size='250M',
        memory='400Mi',
        start=8,
        user='jenkins',
        ports=(50000,),
        code=143,
        logs=_JENKINS,
        http={
            8080: {
                '/': page(
                    "<html><head><meta http-equiv='refresh' content='1;url=/login?from=%2F'/></head></html>",
                    HTML,
                    403,
                    X_Jenkins='2.528.1',
                ),
                '/login': page('<!DOCTYPE html>', HTML),
            }
        },
    ),
    Application(
        'adminer',
        'latest 5 4',
        'entrypoint.sh docker-php-entrypoint php -S [::]:8080 -t /var/www/html',
        base='alpine',
        size='45M',
        memory='12Mi',
        http={8080: {'/': page('<!DOCTYPE html>\n<title>Login - Adminer</title>\n', HTML)}},
        errors='[{time}] PHP 8.4 Development Server (http://[::]:8080) started',
    ),
    Application(
        'ghost',
        'latest 6 5 alpine 5-alpine',
        'docker-entrypoint.sh node current/index.js',
        size='180M',
        memory='150Mi',
        env={'NODE_ENV': 'production'},
        start=3,
        http={2368: {'/': page('<!DOCTYPE html>', HTML)}},
        needs={
            'env': ['database__connection__host'],
            'files': [],
            'text': ('[{time}] ERROR connect ECONNREFUSED 127.0.0.1:3306\n\nError ID:\n    500'),
        },
    ),
    Application(
        'drupal',
        'latest 11 10 apache 11-apache',
        'docker-php-entrypoint apache2-foreground',
        size='190M',
        memory='60Mi',
        http={80: {'/': leads_to('/core/install.php')}},
        workdir='/opt/drupal',
        errors="AH00094: Command line: 'apache2 -D FOREGROUND'",
    ),
    Application(
        'nextcloud',
        'latest 32 31 apache fpm',
        '/entrypoint.sh apache2-foreground',
        size='480M',
        memory='90Mi',
        start=5,
        http={80: {'/': page('<!DOCTYPE html>\n<title>Nextcloud</title>\n', HTML)}},
        errors="AH00094: Command line: 'apache2 -D FOREGROUND'",
        workdir='/var/www/html',
    ),
    # -- what shows that requests arrive ------------------------------------------------------------------------------
    Application(
        'nginxdemos/hello',
        'latest 0.4 0.3',
        'nginx -g "daemon off;"',
        base='alpine',
        size='17M',
        memory='4Mi',
        http={80: {'/': page(_HELLO, HTML)}},
    ),
    Application(
        'nginxdemos/nginx-hello',
        'latest plain-text',
        'nginx -g "daemon off;"',
        base='alpine',
        size='17M',
        memory='4Mi',
        user='nginx',
        http={8080: {'/': 'Server name: {hostname}\nDate: {time}\nURI: {path}\n'}},
    ),
    Application(
        'paulbouwer/hello-kubernetes',
        '1 1.10 1.8 1.5',
        'docker-entrypoint.sh npm start',
        base='alpine',
        size='42M',
        memory='40Mi',
        http={8080: {'/': page('<h1>Hello world!</h1>\n<td>pod:</td><td>{hostname}</td>\n', HTML)}},
        logs='> hello-kubernetes@1.10.1 start\nListening on: http://{hostname}:8080',
    ),
    Application(
        'jmalloc/echo-server',
        'latest 0.3.7',
        '/bin/echo-server',
        base='scratch',
        size='3M',
        memory='3Mi',
        http={8080: {'/': 'Request served by {hostname}\n\n{method} {path} HTTP/1.1\n\n{body}'}},
        logs='Echo server listening on port 8080.',
    ),
    Application(
        'ealen/echo-server',
        'latest 0.9.2',
        'node --expose-gc webserver',
        base='alpine',
        size='38M',
        memory='30Mi',
        http={80: {'/': _ECHO}},
        logs='Listening on port 80.',
    ),
    Application(
        'mendhak/http-https-echo',
        'latest 38 37 31',
        'docker-entrypoint.sh node ./index.js',
        base='alpine',
        size='40M',
        memory='30Mi',
        ports=(8443,),
        http={8080: {'/': _ECHO}},
        logs='Listening on ports 8080 for http, and 8443 for https.',
    ),
    Application(
        'kennethreitz/httpbin',
        'latest',
        'gunicorn -b 0.0.0.0:80 httpbin:app -k gevent',
        base='ubuntu',
        size='190M',
        memory='50Mi',
        errors='[{time}] [1] [INFO] Listening at: http://0.0.0.0:80 (1)',
        http={
            80: {
                '/': page('<!DOCTYPE html>\n<title>httpbin.org</title>\n', HTML),
                '/get': page('{\n  "args": {}, \n  "url": "http://{hostname}/get"\n}\n', JSON),
                '/ip': page('{\n  "origin": "{client}"\n}\n', JSON),
                '/status/200': '',
                '/status/404': page('', status=404),
                '/status/500': page('', status=500),
                '/delay/1': {**page('{}\n', JSON), 'takes': 1},
                '/delay/3': {**page('{}\n', JSON), 'takes': 3},
            }
        },
    ),
    *(
        Application(
            name,
            'latest 6.9.2 6.7.1 6.5.4',
            '/home/app/podinfo',
            base='alpine',
            size='22M',
            memory='16Mi',
            user='app',
            workdir='/home/app',
            ports=(9999,),
            http={
                9898: {
                    '/': page(
                        '{\n  "hostname": "{hostname}",\n  "version": "6.9.2",\n'
                        '  "message": "greetings from podinfo v6.9.2"\n}',
                        JSON,
                    ),
                    '/healthz': page('{\n  "status": "OK"\n}', JSON),
                    '/readyz': page('{\n  "status": "OK"\n}', JSON),
                }
            },
            logs='{"level":"info","ts":"{time}","msg":"Starting HTTP Server.","addr":":9898"}',
        )
        for name in ('stefanprodan/podinfo', 'ghcr.io/stefanprodan/podinfo')
    ),
)

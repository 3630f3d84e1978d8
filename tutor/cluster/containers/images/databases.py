"""mysql, mariadb and postgres, the databases, and what MySQL's replicas are copied with."""

from __future__ import annotations

from collections.abc import Mapping

from tutor.cluster.containers.image import PATH, Content, Image, ImageConfig
from tutor.cluster.containers.programs import ncat, postgres
from tutor.cluster.containers.programs.mysql import client, entrypoint, mariadb, server, xtrabackup
from tutor.cluster.containers.programs.mysql.settings import is_old
from tutor.shell.process import Main


class Mysql(Image):
    repository = 'mysql'
    tags = {'latest': '9.5.0', '9': '9.5.0', '9.5': '9.5.0', 'lts': '8.4.7', '8': '8.4.7', '8.4': '8.4.7',
            '8.0': '8.0.44', '8.0.36': '8.0.36', '8.0.44': '8.0.44', '5.7': '5.7.44', '5.6': '5.6.51', '5': '5.7.44'}
    size = 234_000_000
    memory = 420 * 1024 * 1024

    def userland(self, tag: str) -> str:
        return 'oracle'

    def files(self, tag: str) -> Mapping[str, Content]:
        old = 'NAME="Oracle Linux Server"\nVERSION="7.9"\nID="ol"\nID_LIKE="fedora"\nVERSION_ID="7.9"\n'
        return {'/etc/os-release': f'{old}PRETTY_NAME="Oracle Linux Server 7.9"\n'} if is_old(self.version(tag)) else {}

    def config(self, tag: str) -> ImageConfig:
        number = self.version(tag)
        return ImageConfig(entrypoint=('docker-entrypoint.sh',), command=('mysqld',), environment={
            'PATH': PATH, 'MYSQL_VERSION': f'{number}-1.el{7 if is_old(number) else 9}', 'MYSQL_MAJOR': number[:3]},
            ports=('3306/tcp', '33060/tcp'), volumes=('/var/lib/mysql',))

    def directories(self, tag: str) -> tuple[str, ...]:
        return ('/var/lib/mysql', '/var/run/mysqld', '/etc/mysql/conf.d', '/docker-entrypoint-initdb.d')

    def programs(self, tag: str) -> Mapping[str, Main]:
        return {'/usr/local/bin/docker-entrypoint.sh': entrypoint.entrypoint, '/usr/sbin/mysqld': server.server,
                '/usr/bin/mysql': client.client, '/usr/bin/mysqladmin': client.admin}


class Mariadb(Mysql):
    """MariaDB, which goes on understanding what MySQL is told."""

    repository = 'mariadb'
    tags = {'latest': '12.0.2', '12': '12.0.2', '11': '11.8.3', 'lts': '11.8.3', '11.8': '11.8.3', '11.4': '11.4.8',
            '10': '10.11.14', '10.11': '10.11.14', '10.6': '10.6.23'}
    size = 106_000_000
    memory = 90 * 1024 * 1024

    def userland(self, tag: str) -> str:
        return 'ubuntu'

    def files(self, tag: str) -> Mapping[str, Content]:
        return {}

    def config(self, tag: str) -> ImageConfig:
        return ImageConfig(entrypoint=('docker-entrypoint.sh',), command=('mariadbd',), environment={
            'PATH': PATH, 'MARIADB_VERSION': f'1:{self.version(tag)}+maria~ubu2404'}, ports=('3306/tcp',),
            volumes=('/var/lib/mysql',))

    def programs(self, tag: str) -> Mapping[str, Main]:
        return {'/usr/local/bin/docker-entrypoint.sh': mariadb.entrypoint, '/usr/sbin/mariadbd': server.server,
                '/usr/bin/mariadb': client.client, '/usr/bin/mariadb-admin': client.admin}


class Postgres(Image):
    repository = 'postgres'
    tags = {tag: version for major, version in (
        ('latest', '18.0'), ('18', '18.0'), ('17', '17.6'), ('16', '16.10'), ('15', '15.14'), ('14', '14.19'),
        ('13', '13.22'), ('12', '12.22'), ('11', '11.22'), ('10', '10.23'))
        for tag, version in ((major, version), ('alpine' if major == 'latest' else f'{major}-alpine', version))}
    size = 154_000_000
    memory = 28 * 1024 * 1024

    def config(self, tag: str) -> ImageConfig:
        version = self.version(tag)
        return ImageConfig(entrypoint=('docker-entrypoint.sh',), command=('postgres',), environment={
            'PATH': PATH, 'PG_MAJOR': version.partition('.')[0], 'PG_VERSION': version,
            'PGDATA': '/var/lib/postgresql/data'}, stop_signal='INT', ports=('5432/tcp',),
            volumes=('/var/lib/postgresql/data',))

    def directories(self, tag: str) -> tuple[str, ...]:
        return ('/var/lib/postgresql/data', '/var/run/postgresql', '/docker-entrypoint-initdb.d')

    def programs(self, tag: str) -> Mapping[str, Main]:
        return {'/usr/local/bin/docker-entrypoint.sh': postgres.entrypoint, '/usr/local/bin/postgres': postgres.server,
                '/usr/local/bin/psql': postgres.client, '/usr/local/bin/pg_isready': postgres.is_ready}


class XtraBackup(Image):
    """Percona XtraBackup, as the documentation's replicated MySQL uses it."""

    repository = 'gcr.io/google-samples/xtrabackup'
    tags = {'1.0': '2.4.4'}
    size = 265_000_000
    memory = 4 * 1024 * 1024

    def config(self, tag: str) -> ImageConfig:
        return ImageConfig(command=('bash',), environment={'PATH': PATH, 'MYSQL_VERSION': '5.7.44'})

    def directories(self, tag: str) -> tuple[str, ...]:
        return ('/var/lib/mysql',)

    def programs(self, tag: str) -> Mapping[str, Main]:
        return {'/usr/bin/mysql': client.client, '/usr/bin/ncat': ncat.main,
                '/usr/bin/xtrabackup': xtrabackup.xtrabackup, '/usr/bin/xbstream': xtrabackup.xbstream}

"""The Apache HTTP server."""

from __future__ import annotations

from collections.abc import Mapping

from tutor.cluster.containers.image import PATH, Content, Image, ImageConfig
from tutor.cluster.containers.programs import httpd
from tutor.shell.process import Main

INDEX = """\
<html>
<head>
<title>It works! Apache httpd</title>
</head>
<body>
<p>It works!</p>
</body>
</html>
"""
CONF = """\
ServerRoot "/usr/local/apache2"
Listen 80
User www-data
Group www-data
ServerAdmin you@example.com
DocumentRoot "/usr/local/apache2/htdocs"
DirectoryIndex index.html
ErrorLog /proc/self/fd/2
LogLevel warn
CustomLog /proc/self/fd/1 common
"""


class Httpd(Image):
    repository = 'httpd'
    tags = {'latest': '2.4.66', '2': '2.4.66', '2.4': '2.4.66', '2.4.66': '2.4.66', '2.4.65': '2.4.65',
            'alpine': '2.4.66', '2-alpine': '2.4.66', '2.4-alpine': '2.4.66'}
    size = 45_189_234
    memory = 9 * 1024 * 1024

    def config(self, tag: str) -> ImageConfig:
        return ImageConfig(
            command=('httpd-foreground',),
            environment={'PATH': f'/usr/local/apache2/bin:{PATH}', 'HTTPD_PREFIX': '/usr/local/apache2',
                         'HTTPD_VERSION': self.version(tag)},
            working_dir='/usr/local/apache2', ports=('80/tcp',), stop_signal='WINCH')

    def files(self, tag: str) -> Mapping[str, Content]:
        return {'/usr/local/apache2/htdocs/index.html': INDEX, '/usr/local/apache2/conf/httpd.conf': CONF}

    def programs(self, tag: str) -> Mapping[str, Main]:
        return {'/usr/local/bin/httpd-foreground': httpd.foreground, '/usr/local/apache2/bin/httpd': httpd.main}

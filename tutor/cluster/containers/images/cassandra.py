"""Cassandra, as the StatefulSet tutorial of the Kubernetes documentation runs it."""

from __future__ import annotations

from collections.abc import Mapping

from tutor.cluster.containers.image import PATH, Content, Image, ImageConfig
from tutor.cluster.containers.programs.cassandra import nodetool, server
from tutor.shell.process import Main

READY = """\
#!/bin/bash
if [[ $(nodetool status | grep "$POD_IP") == *"UN"* ]]; then
  if [[ $DEBUG ]]; then echo "UN"; fi
  exit 0
else
  if [[ $DEBUG ]]; then echo "Not Up"; fi
  exit 1
fi
"""


class Cassandra(Image):
    repository = 'gcr.io/google-samples/cassandra'
    tags = {'v12': '3.11.1', 'v13': '3.11.2', 'v14': '3.11.2'}
    size = 121_000_000
    memory, cpu = 620 * 1024 * 1024, 0.03

    def config(self, tag: str) -> ImageConfig:
        return ImageConfig(command=('/bin/bash', '/run.sh'), environment={
            'PATH': f'{PATH}:/usr/local/apache-cassandra/bin', 'CASSANDRA_DATA': server.DATA},
            ports=('7000/tcp', '7001/tcp', '7199/tcp', '9042/tcp'), volumes=(server.DATA,))

    def files(self, tag: str) -> Mapping[str, Content]:
        return {'/ready-probe.sh': READY, '/run.sh': '#!/bin/bash\nexec cassandra -R -f\n'}

    def directories(self, tag: str) -> tuple[str, ...]:
        return (server.DATA,)

    def programs(self, tag: str) -> Mapping[str, Main]:
        return {'/usr/local/bin/cassandra': server.run, '/usr/local/bin/nodetool': nodetool.main}

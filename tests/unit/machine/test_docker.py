"""docker on the learner's machine: build, run, push, and pods from what was pushed."""

from __future__ import annotations

import json

import pytest

from tests.unit.machine.conftest import Desk

DOCKERFILE = """\
FROM nginx:alpine
ENV WHO=world
RUN echo "hello $WHO" > /greeting && cat /greeting
WORKDIR /usr/share/nginx/html
COPY index.html .
EXPOSE 80
"""


@pytest.fixture
def app(desk: Desk) -> Desk:
    """A folder with a Dockerfile, and the shell in it."""
    desk.files.put('/home/learner/app/Dockerfile', DOCKERFILE)
    desk.files.put('/home/learner/app/index.html', '<h1>mine</h1>\n')
    desk.out('sudo chown -R learner app; cd app')
    return desk


def test_a_build_shows_its_steps_and_uses_them_again(app: Desk) -> None:
    shown = app.out('docker build -t app:1 .')
    assert app.code == 0
    for text in ('#1 [internal] load build definition from Dockerfile\n',
                 ' [1/4] FROM docker.io/library/nginx:alpine@sha256:', '#6 [2/4] RUN echo "hello $WHO" > /greeting',
                 ' hello world\n', '#8 [4/4] COPY index.html .\n', ' naming to docker.io/library/app:1 done\n'):
        assert text in shown
    assert app.out('docker build -t app:1 .').count(' CACHED\n') == 3
    app.out('echo other > index.html')
    again = app.out('docker build -t app:2 .')
    assert again.count(' CACHED\n') == 2
    assert app.out('docker run --rm app:1 cat /greeting index.html') == 'hello world\n<h1>mine</h1>\n'
    assert app.out('docker run --rm app:2 cat index.html') == 'other\n'


def test_stages_arguments_and_commands(desk: Desk) -> None:
    desk.files.put('/home/learner/Dockerfile', (
        'ARG TAG=latest\nFROM alpine:$TAG AS build\nARG NAME=nobody\nRUN echo built for $NAME > /out\n'
        'FROM busybox\nCOPY --from=build /out /result\nUSER 1000\nLABEL kind=test\n'
        'ENTRYPOINT ["cat"]\nCMD ["/result"]\n'))
    desk.out('docker build -t two --build-arg NAME=me .')
    assert desk.out('docker run --rm two') == 'built for me\n'
    assert desk.out('docker run --rm two /etc/hostname').strip().isalnum()
    assert desk.out('docker run --rm --entrypoint id two -u') == '1000\n'
    facts = json.loads(desk.out('docker inspect two'))[0]
    assert facts['Config']['Entrypoint'] == ['cat']
    assert facts['Config']['Labels'] == {'kind': 'test'}
    assert 'COPY /out /result # buildkit' in desk.out('docker history --no-trunc two')
    assert desk.out('docker build -q --target build .').startswith('sha256:')


@pytest.mark.parametrize(('text', 'said'), [
    ('FROM alpine\nRUN exit 3\n', 'process "/bin/sh -c exit 3" did not complete successfully: exit code: 3\n'),
    ('FROM alpine\nCOPY nope /\n', '"/nope": not found\n'),
    ('FROM alpine\nRUNN x\n', 'dockerfile parse error on line 2: unknown instruction: RUNN (did you mean RUN?)\n'),
    ('RUN x\n', 'no build stage in current context\n'),
    ('FROM nosuchimage\n', 'pull access denied for nosuchimage'),
    ('', 'file with no instructions\n'),
])
def test_a_build_that_fails_says_where(shared: Desk, text: str, said: str) -> None:
    shared.files.put('/home/learner/bad/Dockerfile', text)
    shown = shared.out('docker build bad')
    assert 'ERROR: failed to build: failed to solve: ' in shown
    assert said in shown
    assert shared.code == 1


def test_a_container_is_run_looked_at_and_removed(desk: Desk) -> None:
    identity = desk.out('docker run -d --name web -p 8080:80 -e A=b nginx 2>/dev/null').strip()
    assert len(identity) == 64
    desk.wait(2)
    assert 'Welcome to nginx!' in desk.out('curl -s localhost:8080')
    row = desk.out('docker ps').splitlines()[1].split()
    assert row[0] == identity[:12]
    assert '0.0.0.0:8080->80/tcp' in row
    assert desk.out("docker exec -e C=d web sh -c 'echo $A$C'") == 'bd\n'
    assert 'GET / HTTP/1.1' in desk.out('docker logs --tail 1 web')
    assert desk.out('docker port web') == '80/tcp -> 0.0.0.0:8080\n'
    assert 'container is running: stop the container before removing or force remove' in desk.out('docker rm web')
    assert desk.out('docker stop web; docker ps -q; docker ps -aq').split() == ['web', identity[:12]]
    assert 'Exited (0)' in desk.out('docker ps -a')
    assert desk.out('docker start web; docker rm -f web; docker ps -aq') == 'web\nweb\n'


@pytest.mark.parametrize(('command', 'said', 'code'), [
    ('docker run --rm alpine sh -c "exit 7"', '', 7),
    ('docker run --rm alpine nosuch', 'exec: "nosuch": executable file not found in $PATH', 127),
    ('docker run nosuchimage', "Unable to find image 'nosuchimage:latest' locally\n", 125),
    ('docker run --nosuch alpine', 'unknown flag: --nosuch\n', 125),
    ('docker rm nosuch', 'Error response from daemon: No such container: nosuch\n', 1),
    ('docker rmi nosuch', 'Error response from daemon: No such image: nosuch:latest\n', 1),
    ('docker push mine', 'An image does not exist locally with the tag: mine\n', 1),
    ('docker swarm init', 'docker: error: docker swarm is not simulated\n', 1),
    ('docker ps --format {{.Nope', 'failed to parse template: template: :1: ', 1),
    ('docker inspect busybox -f {{.Nope}}; docker run -d --name seen busybox sleep 9 2>/dev/null >/dev/null; '
     'docker inspect seen -f {{.Nope}}', 'executing "" at <.Nope>: map has no entry for key "Nope"\n', 1),
    ('docker create', "docker: 'docker create' requires at least 1 argument\n", 1),
    ('docker run -d --name web nginx 2>/dev/null >/dev/null; docker logs --since zz web',
     'invalid argument "zz" for "--since" flag: time: invalid duration "zz"\n', 1),
    ('docker nosuch', 'docker: unknown command: docker nosuch\n', 1),
    ('docker run --network nosuch alpine', 'network nosuch not found', 125),
    ('sudo -u nobody docker ps', 'permission denied while trying to connect to the Docker daemon socket', 1),
    ('ssh node01 docker ps', 'Cannot connect to the Docker daemon', 1),
])
def test_what_cannot_be_done_is_said_in_docker_s_words(shared: Desk, command: str, said: str, code: int) -> None:
    assert said in shared.out(command)
    assert shared.code == code


def test_pods_run_what_was_pushed(app: Desk) -> None:
    app.out('docker build -t registry.local:5000/app:1 .')
    app.out('kubectl run early --image=registry.local:5000/app:1')
    app.wait(5)
    assert 'ErrImagePull' in app.out('kubectl get pod early')
    assert '1: digest: sha256:' in app.out('docker push registry.local:5000/app:1')
    app.out('kubectl run app --image=registry.local:5000/app:1')
    app.wait(15)
    assert app.out('kubectl exec app -- cat index.html') == '<h1>mine</h1>\n'
    app.out('docker rmi registry.local:5000/app:1')
    assert 'Downloaded newer image for registry.local:5000/app:1' in app.out('docker pull registry.local:5000/app:1')


def test_containers_on_a_network_know_each_other_by_name(desk: Desk) -> None:
    desk.out('docker network create net; docker run -d --network net --name one nginx')
    desk.wait(2)
    assert 'Welcome to nginx!' in desk.out('docker run --rm --network net alpine wget -qO- http://one')
    assert 'bad address' in desk.out('docker run --rm alpine wget -qO- http://one')
    assert 'has active endpoints' in desk.out('docker network rm net')


def test_volumes_outlive_containers(desk: Desk) -> None:
    desk.out('docker run --rm -v data:/d alpine sh -c "echo kept > /d/f"')
    assert desk.out('docker run --rm -v data:/d alpine cat /d/f') == 'kept\n'
    desk.out('mkdir here; docker run --rm -v ./here:/d alpine sh -c "echo out > /d/f"')
    assert desk.out('cat here/f') == 'out\n'
    assert desk.out('docker volume ls -q; docker volume rm data') == 'data\ndata\n'


def test_somebody_talks_to_a_container(desk: Desk) -> None:
    assert desk.out('echo words | docker run -i --rm alpine cat 2>/dev/null') == 'words\n'
    shown = desk.type('docker run -it --rm --hostname box alpine sh', 'hostname', 'exit')
    assert '/ # hostname\nbox\n' in shown


def test_without_its_daemon_docker_says_so(desk: Desk) -> None:
    desk.out('docker run -d --name web nginx; sudo systemctl stop docker')
    assert desk.out('docker ps') == ('Cannot connect to the Docker daemon at unix:///var/run/docker.sock. '
                                     'Is the docker daemon running?\n')
    desk.out('sudo systemctl start docker')
    assert 'Exited' in desk.out('docker ps -a')


def test_a_stage_takes_programs_and_links_from_other_images(desk: Desk) -> None:
    desk.files.put('/home/learner/Dockerfile', (
        'FROM alpine AS build\nRUN mkdir -p /x && echo hi > /x/a && ln -s a /x/b\n'
        'FROM gcr.io/distroless/static-debian12\nCOPY --from=busybox /bin/cat /bin/cat\nCOPY --from=build /x /x\n'
        'ENTRYPOINT ["/bin/cat", "/x/b"]\n'))
    built = desk.out('docker build -t far .')
    assert '[internal] load metadata for docker.io/library/busybox:latest' in built
    assert desk.out('docker run --rm far') == 'hi\n'
    assert 'executable file not found' in desk.out('docker run --rm --entrypoint sh far')


def test_onbuild_waits_for_who_begins_with_the_image(desk: Desk) -> None:
    desk.files.put('/home/learner/Dockerfile', (
        'FROM alpine\nONBUILD RUN echo later > /when\nHEALTHCHECK CMD ["true"]\n'))
    desk.out('docker build -t first .')
    assert 'No such file' in desk.out('docker run --rm first cat /when')
    assert json.loads(desk.out('docker inspect first'))[0]['Config']['Healthcheck']['Test'] == ['CMD', 'true']
    desk.files.put('/home/learner/Dockerfile', 'FROM first\n')
    assert '[2/2] RUN echo later > /when' in desk.out('docker build -t second .')
    assert desk.out('docker run --rm second cat /when') == 'later\n'


def test_a_compiler_that_is_not_simulated_fails_the_build(desk: Desk) -> None:
    desk.files.put('/home/learner/Dockerfile', 'FROM golang:1.24 AS build\nRUN go version\nRUN go build -o /app\n'
                                               'FROM scratch\nCOPY --from=build /app /app\n')
    built = desk.out('docker build -t app .')
    assert 'go version go1.24.9 linux/amd64' in built
    assert 'go: error: compiling and running go programs is not simulated here' in built
    assert desk.code == 1


def test_a_small_flask_application_runs(desk: Desk) -> None:
    desk.files.put('/home/learner/app.py', (
        'import os\nimport socket\nfrom flask import Flask, jsonify\n\napp = Flask(__name__)\n'
        "WHO = os.getenv('WHO', 'World')\n\n@app.route('/')\ndef hello():\n"
        "    return f'Hello, {WHO} from {socket.gethostname()}!\\n'\n\n"
        "@app.route('/health')\ndef health():\n    return jsonify(status='ok'), 201\n\n"
        "if __name__ == '__main__':\n    app.run(host='0.0.0.0', port=5000)\n"))
    desk.files.put('/home/learner/requirements.txt', 'flask==3.0.3\n')
    desk.files.put('/home/learner/Dockerfile', (
        'FROM python:3.12-slim\nWORKDIR /app\nCOPY requirements.txt .\n'
        'RUN pip install --no-cache-dir -r requirements.txt\nCOPY app.py .\nCMD ["python", "app.py"]\n'))
    assert 'Successfully installed flask-3.0.3' in desk.out('docker build -t web .')
    desk.out('docker run -d --name web --hostname box -e WHO=me -p 5000:5000 web; sleep 1')
    assert desk.out('curl -s localhost:5000') == 'Hello, me from box!\n'
    shown = desk.out('curl -si localhost:5000/health')
    assert shown.startswith('HTTP/1.1 201 ')
    assert shown.endswith('{"status":"ok"}\n')
    assert '404' in desk.out('curl -si localhost:5000/nothing')
    assert " * Serving Flask app 'app'" in desk.out('docker logs web 2>&1')
    assert "No module named 'flask'" in desk.out('docker run --rm -v /home/learner:/w python python /w/app.py 2>&1')
    assert 'pip: error: the package fastapi is not simulated' in desk.out('docker run --rm python pip install fastapi')


def test_a_healthcheck_says_how_a_container_is(desk: Desk) -> None:
    desk.files.put('/home/learner/Dockerfile', (
        'FROM alpine\nHEALTHCHECK --interval=5s --retries=2 CMD test -f /ok || exit 1\nCMD ["sleep", "1d"]\n'))
    desk.out('docker build -t checked .')
    desk.out('docker run -d --name c checked; docker exec c touch /ok')
    assert '(health: starting)' in desk.out('docker ps')
    assert '(healthy)' in desk.out('sleep 6; docker ps')
    desk.out('docker exec c rm /ok')
    assert '(healthy)' in desk.out('sleep 5; docker ps')
    assert '(unhealthy)' in desk.out('sleep 6; docker ps')
    assert desk.out("docker inspect -f '{{.State.Health.Status}}' c") == 'unhealthy\n'
    desk.out('docker stop -t 0 c')
    assert 'health' not in desk.out('docker ps -a')


def test_an_image_without_a_command(app: Desk) -> None:
    """The engine has nothing to run, unless it is told what."""
    app.files.put('/home/learner/app/Dockerfile', 'FROM scratch\nCOPY index.html /\n')
    app.out('docker build -t bare .')
    assert 'no command specified' in app.out('docker run bare 2>&1')
    assert app.code == 125
    assert app.out('docker ps --all --quiet') == ''

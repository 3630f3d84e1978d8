"""docker compose: a project goes up, is looked at, changes and goes away."""

from __future__ import annotations

import json

import pytest

from tests.unit.machine.conftest import Desk

FILE = '''\
services:
  web:
    image: nginx:${NGINX:-1.27}
    ports: ["8088:80"]
    depends_on: [db]
    environment:
      GREETING: hello
    volumes:
    - ./site:/usr/share/nginx/html:ro
  db:
    image: redis:7
    command: redis-server --appendonly no
    volumes: [data:/data]
    healthcheck:
      test: [CMD, redis-cli, ping]
  tool:
    image: busybox
    profiles: [debug]
    command: sleep 1000
volumes:
  data:
'''


@pytest.fixture
def shop(desk: Desk) -> Desk:
    home = desk.out('mkdir -p shop/site && cd shop && pwd').strip()
    desk.files.put(f'{home}/compose.yaml', FILE)
    desk.out('echo page > site/index.html')
    return desk


def test_a_project_goes_up_and_down(shop: Desk) -> None:
    said = [line.split() for line in shop.out('docker compose up -d').splitlines()]
    assert ['Network', 'shop_default', 'Created'] in said
    assert ['Volume', 'shop_data', 'Created'] in said
    assert said.index(['Container', 'shop-db-1', 'Started']) < said.index(['Container', 'shop-web-1', 'Starting'])
    shop.wait(2)
    assert shop.out('curl -s localhost:8088') == 'page\n'
    assert [line.split()[0] for line in shop.out('docker compose ps').splitlines()] == [
        'NAME', 'shop-db-1', 'shop-web-1']
    assert shop.out('docker compose exec db redis-cli -h db ping') == 'PONG\n'
    assert shop.out('docker compose exec web sh -c "echo \\$GREETING; curl -s db:6379 >/dev/null; echo \\$?"') == (
        'hello\n1\n')
    assert 'db-1  | 1:M' in shop.out('docker compose logs db')
    assert ' Container shop-web-1  Running\n' in shop.out('docker compose up -d')
    down = shop.out('docker compose down')
    assert down.index('shop-web-1  Removed') < down.index('shop-db-1  Stopping')
    assert 'shop_data' in shop.out('docker volume ls')
    assert shop.out('docker compose up -d >/dev/null 2>&1; docker compose down -v').count('shop_data') == 2


def test_what_has_changed_is_made_anew_and_the_rest_stays(shop: Desk) -> None:
    shop.out('docker compose up -d')
    said = shop.out('NGINX=1.28 docker compose up -d')
    assert ' Container shop-db-1  Running\n' in said
    assert ' Container shop-web-1  Recreated\n' in said
    assert 'nginx:1.28' in shop.out('docker compose ps web')
    assert shop.out('docker compose up -d --scale db=2 2>&1').count('shop-db-2  Started') == 1
    assert shop.out('docker compose --profile debug up -d tool 2>&1').count('shop-tool-1  Started') == 1
    assert shop.out('docker compose run --rm -T tool echo once 2>/dev/null') == 'once\n'


def test_one_that_is_to_be_healthy_is_waited_for(shop: Desk) -> None:
    text = FILE.replace('depends_on: [db]', 'depends_on: {db: {condition: service_healthy}}')
    shop.files.put(f'{shop.out("pwd").strip()}/compose.yaml', text)
    assert ' Container shop-db-1  Healthy\n' in shop.out('docker compose up -d')
    sick = text.replace('redis-cli, ping', '"false"')
    shop.files.put(f'{shop.out("pwd").strip()}/compose.yaml', sick)
    assert 'dependency failed to start: container shop-db-1 is unhealthy\n' in shop.out('docker compose up -d')


@pytest.mark.parametrize(('change', 'said'), [
    (('image: busybox', 'imag: busybox'), "services.tool additional properties 'imag' not allowed"),
    (('depends_on: [db]', 'depends_on: [cache]'), 'service "web" depends on undefined service "cache"'),
    (('[data:/data]', '[nothing:/data]'), 'service "db" refers to undefined volume nothing: invalid compose project'),
    (('image: busybox', 'secrets: [x]'), 'secrets are not simulated here'),
    (('${NGINX:-1.27}', '${NGINX:?say which}'), 'required variable NGINX is missing a value: say which'),
])
def test_a_wrong_file_is_refused(shop: Desk, change: tuple[str, str], said: str) -> None:
    shop.files.put(f'{shop.out("pwd").strip()}/compose.yaml', FILE.replace(*change))
    assert said in shop.out('docker compose up -d')
    assert shop.code == 1
    assert shop.out('cd /tmp; docker compose ps').endswith('no configuration file provided: not found\n')


def test_images_are_saved_loaded_and_committed(desk: Desk) -> None:
    desk.out('docker run -d --name box busybox sleep 1000; docker exec box sh -c "echo kept > /note"')
    assert desk.out('docker commit -m note box mine:1').startswith('sha256:')
    assert desk.out('docker run --rm mine:1 cat /note') == 'kept\n'
    assert 'sleep 1000' in desk.out('docker history mine:1 --no-trunc') or 'note' in desk.out('docker history mine:1')
    desk.out('docker save -o mine.tar mine:1; docker rmi -f mine:1')
    assert desk.out('docker load -i mine.tar') == 'Loaded image: mine:1\n'
    assert desk.out('docker run --rm mine:1 cat /note') == 'kept\n'
    assert desk.out('docker load -i /etc/hostname').endswith('archive/tar: invalid tar header\n')
    desk.out('docker rename box crate')
    rows = desk.out('docker stats --no-stream crate').splitlines()
    assert rows[0].split()[:3] == ['CONTAINER', 'ID', 'NAME']
    assert rows[1].split()[1] == 'crate'
    assert json.loads(desk.out('docker stats --no-stream --format json'))['PIDs'] == '1'


def test_what_is_mounted_is_shown_and_covers_the_image_s_volumes(desk: Desk) -> None:
    desk.out('docker run -d --name r -v named:/data redis:7; docker run -d --name s -v /srv:/srv:ro redis:7')
    assert json.loads(desk.out("docker inspect r -f '{{json .Mounts}}'"))[0]['Name'] == 'named'
    assert desk.out("docker inspect s -f '{{range .Mounts}}{{.Type}}:{{.Destination}}:{{.RW}} {{end}}'") == (
        'bind:/srv:false volume:/data:true \n')
    assert len(desk.out('docker volume ls -q').split()) == 2
    assert desk.out("docker ps --format '{{upper .Names}}' | sort") == 'R\nS\n'
    desk.out('docker rm -fv r s')
    assert desk.out('docker volume ls -q') == 'named\n'

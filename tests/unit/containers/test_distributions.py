"""What an image of a distribution says that it is, and which accounts it brings."""

from __future__ import annotations

import pytest


@pytest.mark.parametrize(('image', 'shell', 'command', 'said'), [
    ('alpine:3.20', 'sh', '. /etc/os-release; echo $PRETTY_NAME; head -1 /etc/issue; cat /etc/alpine-release',
     'Alpine Linux v3.20\nWelcome to Alpine Linux 3.20\n3.20.8\n'),
    ('alpine', 'sh', 'cat /etc/alpine-release; apk --version; apk info | head -2; apk info -e curl; echo $?',
     '3.22.2\napk-tools 2.14.9, compiled for x86_64.\nalpine-baselayout\nalpine-baselayout-data\n1\n'),
    ('alpine:3.20', 'sh', 'apk add curl | grep -e main -e OK; apk info -e curl',
     'fetch https://dl-cdn.alpinelinux.org/alpine/v3.20/main/x86_64/APKINDEX.tar.gz\nOK: 9 MiB in 17 packages\ncurl\n'),
    ('debian:11', 'bash', '. /etc/os-release; echo $VERSION; cat /etc/debian_version', '11 (bullseye)\n11.11\n'),
    ('debian', 'bash', 'apt-get update | grep -o "[a-z]* InRelease"', 'trixie InRelease\nupdates InRelease\n'),
    ('ubuntu:22.04', 'bash', '. /etc/lsb-release; echo $DISTRIB_DESCRIPTION; apt update | grep -o "jammy InRelease"',
     'Ubuntu 22.04.5 LTS\njammy InRelease\n'),
    ('nginx', 'bash', 'grep -c . /etc/passwd; getent group sudo', '18\nsudo:x:27:\n')])
def test_releases(node, image: str, shell: str, command: str, said: str) -> None:
    container = node.run(image, *([] if image == 'nginx' else ['sleep', '3600']))
    assert node.exec(container, shell, '-c', command)[1] == said

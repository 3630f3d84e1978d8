"""Images that are full of network programs, to look into a cluster's network from inside."""

from __future__ import annotations

from tutor.cluster.containers.image import PATH, Image, ImageConfig


class Netshoot(Image):
    repository = 'nicolaka/netshoot'
    tags = {'latest': 'v0.14', 'v0.14': 'v0.14', 'v0.13': 'v0.13'}
    size = 201_400_000
    memory = 2 * 1024 * 1024
    extra = ('bash', 'conntrack', 'curl', 'dig', 'host', 'iptables', 'iptables-save', 'ipvsadm', 'jq', 'nslookup',
             'openssl', 'ss', 'tcpdump',
             'vim')

    def userland(self, tag: str) -> str:
        return 'alpine'

    def config(self, tag: str) -> ImageConfig:
        return ImageConfig(command=('bash',), environment={'PATH': PATH}, working_dir='/root')


class DnsUtils(Image):
    repository = 'registry.k8s.io/e2e-test-images/jessie-dnsutils'
    tags = {version: version for version in ('1.3', '1.5', '1.7')}
    size = 95_000_000
    memory = 1024 * 1024
    extra = ('curl', 'dig', 'host', 'nslookup')

    def userland(self, tag: str) -> str:
        return 'debian'

    def config(self, tag: str) -> ImageConfig:
        return ImageConfig(command=('/bin/bash',), environment={'PATH': PATH})

"""kube-proxy works as its configuration says, in each of its modes, and says what is wrong with it."""

from __future__ import annotations

import pytest

from tutor.session.workbench import Workbench

CONFIGURE = ("kubectl -n kube-system get configmap kube-proxy -o yaml | sed '{}' | kubectl replace -f - && "
             'kubectl -n kube-system rollout restart daemonset kube-proxy')
MODE = 's/^    mode: .*/    mode: "{}"/'


@pytest.fixture
def bench() -> Workbench:
    bench = Workbench()
    bench.run('kubectl create deployment web --image=nginx --replicas=3')
    bench.run('kubectl create service clusterip none --tcp=80')
    bench.run("kubectl expose deployment web --port=80 --overrides='"
              '{"spec":{"type":"NodePort","ports":[{"port":80,"nodePort":30080}]}}'
              "'; kubectl wait --for=condition=Available deployment/web")
    bench.simulation.advance(10)
    return bench


def configure(bench: Workbench, change: str) -> None:
    assert bench.run(CONFIGURE.format(change)).code == 0
    bench.simulation.advance(30)


def said(bench: Workbench) -> str:
    return bench.run('kubectl -n kube-system logs daemonset/kube-proxy').stdout


def fetched(bench: Workbench, url: str) -> int:
    return bench.run(f'ssh node01 curl -s -o /dev/null --max-time 3 {url}').code


def test_iptables_opens_node_ports_on_the_machine_itself_too(bench: Workbench) -> None:
    assert fetched(bench, 'localhost:30080') == fetched(bench, '172.30.2.2:30080') == 0
    listed = bench.run("ssh node01 'sudo iptables -t nat -L KUBE-NODEPORTS -n'").stdout.splitlines()
    assert listed[2].endswith('  6    --  0.0.0.0/0            127.0.0.0/8          /* default/web */ tcp dpt:30080 '
                              'nfacct-name  localhost_nps_accepted_pkts')
    saved = bench.run("ssh node01 'sudo iptables-save'").stdout
    assert '-m statistic --mode random --probability 0.33333333349 -j KUBE-SEP-' in saved
    assert '-A KUBE-MARK-MASQ -j MARK --set-xmark 0x4000/0x4000\n' in saved
    chains = [line.split()[0][1:] for line in saved.partition('*nat')[2].splitlines() if line.startswith(':KUBE')]
    assert chains == sorted(chains)


def test_traffic_that_stays_on_the_node_has_chains_of_its_own(bench: Workbench) -> None:
    bench.run("""kubectl patch service web -p '{"spec":{"externalTrafficPolicy":"Local"}}'""")
    bench.run('kubectl scale deployment web --replicas=1')
    bench.simulation.advance(40)
    home = bench.run('kubectl get pod -l app=web -o jsonpath={.items[0].spec.nodeName}').stdout
    other = next(name for name in ('node01', 'node02') if name != home)
    rules = bench.run(f"ssh {home} 'sudo iptables -t nat -S'").stdout
    assert '--comment "pod traffic for default/web external destinations" -j KUBE-SVC-' in rules
    assert ' -j KUBE-SVL-' in rules
    away = bench.run(f"ssh {other} 'sudo iptables-save'").stdout
    assert ' -j KUBE-SVL-' not in away
    assert ('-A KUBE-EXTERNAL-SERVICES -p tcp -m comment --comment "default/web has no local endpoints" -m addrtype '
            '--dst-type LOCAL -m tcp --dport 30080 -j DROP\n') in away


def test_ipvs_has_virtual_servers_in_turn(bench: Workbench) -> None:
    configure(bench, MODE.format('ipvs'))
    assert 'Using ipvs Proxier' in said(bench)
    assert "Please use 'nftables' instead." in said(bench)
    address = bench.run("kubectl get service web -o jsonpath='{.spec.clusterIP}'").stdout
    lines = bench.run(f"ssh node01 'sudo ipvsadm -Ln -t {address}:80'").stdout.splitlines()
    assert lines[2] == f'TCP  {address}:80 rr'
    assert [line.split()[2:] for line in lines[3:]] == [['Masq', '1', '0', '0']] * 3
    for _ in range(6):
        assert fetched(bench, address) == 0
    lines = bench.run(f"ssh node01 'sudo ipvsadm -Ln -t {address}:80'").stdout.splitlines()
    assert [line.split()[-1] for line in lines[3:]] == ['2', '2', '2']
    shown = bench.run('ssh node01 ip addr show kube-ipvs0').stdout
    assert '<BROADCAST,NOARP> mtu 1500 qdisc noop state DOWN' in shown
    assert f'    inet {address}/32 scope global kube-ipvs0\n' in shown
    assert '--match-set KUBE-CLUSTER-IP dst,dst -j ACCEPT' in bench.run("ssh node01 'sudo iptables-save'").stdout
    assert bench.run('ssh node01 ipvsadm -Ln').code != 0


def test_nftables_has_a_table_of_its_own(bench: Workbench) -> None:
    configure(bench, MODE.format('nftables'))
    assert 'Using nftables Proxier' in said(bench)
    shown = bench.run("ssh node01 'sudo nft list table ip kube-proxy'").stdout
    assert '10.96.0.10 . tcp . 53 : goto service-NWBZK7IH-kube-system/kube-dns/tcp/dns-tcp,\n' in shown
    assert '\t\telements = { tcp . 30080 : goto external-' in shown
    assert ' comment "default/none:80" : goto reject-chain }' in shown
    assert 'numgen random mod 3 vmap { 0 : goto endpoint-' in shown
    assert 'KUBE-SVC' not in bench.run("ssh node01 'sudo iptables-save'").stdout
    assert (fetched(bench, 'localhost:30080'), fetched(bench, '172.30.2.2:30080')) == (7, 0)
    one = bench.run("ssh node01 'sudo nft list chain ip kube-proxy mark-for-masquerade'").stdout
    assert one == ('table ip kube-proxy {\n\tchain mark-for-masquerade {\n\t\tmeta mark set meta mark | 0x00004000\n'
                   '\t}\n}\n')
    assert bench.run("ssh node01 'sudo nft list chain ip kube-proxy nope'").stderr.startswith(
        'Error: No such file or directory\nlist chain ip kube-proxy nope\n                         ^^^^\n')


@pytest.mark.parametrize(('change', 'told'), [
    (MODE.format('foo'), 'failed validate: KubeProxyConfiguration.Mode.ProxyMode: Invalid value: \\"foo\\": must be '
                         'iptables, ipvs, nftables or blank (blank means the best-available proxy [currently '
                         'iptables])'),
    ('s/kubeconfig.conf$/config/', 'stat /var/lib/kube-proxy/config: no such file or directory'),
    ('s/config.conf: |/settings.conf: |/', 'failed complete: open /var/lib/kube-proxy/config.conf: no such file or '
                                           'directory')])
def test_what_is_wrong_with_the_configuration_ends_it(change: str, told: str) -> None:
    bench = Workbench()
    configure(bench, change)
    assert 'run.go:72] "command failed" err="' in said(bench)
    assert told in said(bench)
    assert bench.run('kubectl -n kube-system get pods -l k8s-app=kube-proxy').stdout.count('0/1') >= 1


def test_without_the_api_server_it_waits_and_has_no_rules_to_follow() -> None:
    bench = Workbench()
    configure(bench, 's/:6443/:6444/')
    assert ':6444: connect: connection refused' in said(bench)
    bench.run('kubectl create service clusterip late --tcp=80')
    bench.simulation.advance(5)
    assert 'default/late' not in bench.run("ssh node01 'sudo iptables-save'").stdout
    configure(bench, 's/:6444/:6443/')
    assert 'default/late' in bench.run("ssh node01 'sudo iptables-save'").stdout


def test_a_balancer_lets_only_its_sources_in() -> None:
    bench = Workbench()
    bench.run('kubectl run web --image=nginx --port=80; kubectl wait --for=condition=Ready pod/web')
    bench.run("kubectl expose pod web --overrides='"
              '{"spec":{"externalIPs":["10.9.9.9"],"type":"LoadBalancer","loadBalancerSourceRanges":["203.0.113.0/24"]}}'
              "'")
    bench.run("""kubectl patch service web --subresource=status --type=merge -p """
              """'{"status":{"loadBalancer":{"ingress":[{"ip":"10.9.9.8","ipMode":"VIP"}]}}}'; sleep 1""")
    assert fetched(bench, '10.9.9.9') == 0
    assert fetched(bench, '10.9.9.8') == 28
    saved = bench.run("ssh node01 'sudo iptables-save'").stdout
    assert '-s 203.0.113.0/24 -m comment --comment "default/web loadbalancer IP" -j KUBE-EXT-' in saved
    assert 'traffic not accepted by KUBE-FW-' in saved

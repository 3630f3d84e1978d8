"""openssl s_client shows what servers of the cluster present, and whether it is believed."""

from __future__ import annotations

import pytest

CA = '-CAfile /etc/kubernetes/pki/ca.crt'


def test_the_api_server_shows_its_certificate(shared):
    shown = shared.out('echo | openssl s_client -connect controlplane:6443')
    assert ' 0 s:CN = kube-apiserver\n   i:CN = kubernetes\n' in shown
    assert 'verify error:num=20:unable to get local issuer certificate' in shown
    assert 'Verify return code: 21 (unable to verify the first certificate)\n---\n' in shown
    assert shown.endswith('DONE\n') and shared.code == 0
    pipe = 'echo | openssl s_client -connect controlplane:6443 2>/dev/null | openssl x509 -noout -subject -enddate'
    assert shared.out(pipe) == 'subject=CN = kube-apiserver\nnotAfter=May  4 08:55:00 2027 GMT\n'


def test_who_is_trusted_is_believed(shared):
    shown = shared.out(f'openssl s_client -connect controlplane:6443 {CA} < /dev/null')
    assert shown.startswith('CONNECTED(00000003)\n---\n') and 'Verify return code: 0 (ok)' in shown
    assert shown.endswith('depth=1 CN = kubernetes\nverify return:1\n'
                          'depth=0 CN = kube-apiserver\nverify return:1\nDONE\n')
    assert 'Verify return code: 62 (hostname mismatch)' in shared.out(
        f'openssl s_client -connect controlplane:6443 {CA} -verify_hostname other < /dev/null')
    assert shared.out('openssl s_client -connect 10.96.0.1:443 -verify_return_error < /dev/null').endswith(
        'certificate verify failed:../ssl/statem/statem_clnt.c:1889:\n')
    assert shared.code == 1


def test_what_is_typed_goes_to_the_server(shared):
    found = shared.out(f'printf "GET /version HTTP/1.0\\r\\n\\r\\n" | '
                       f'openssl s_client -quiet -connect controlplane:6443 {CA} 2> /dev/null')
    assert found.startswith('HTTP/1.1 200 OK') and '"gitVersion": "v1.36.1"' in found


@pytest.mark.parametrize(('target', 'ending'), [
    ('controlplane:1', 'connect:errno=111\n'), ('nosuch:443', 'Name or service not known\nconnect:errno=22\n'),
    ('controlplane:22', 'wrong version number:../ssl/record/ssl3_record.c:354:\n')])
def test_where_no_tls_is_spoken_it_fails(target, ending, shared):
    assert shared.out(f'openssl s_client -connect {target} < /dev/null').endswith(ending)
    assert shared.code == 1

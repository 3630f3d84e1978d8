"""openssl makes real keys, requests and certificates, the same ones each time."""

from __future__ import annotations

from tests.unit.shell.conftest import Machine

REQUEST = 'openssl genrsa -out jane.key 1024; openssl req -new -key jane.key -subj "/CN=jane/O=dev" -out jane.csr; '
AUTHORITY = 'openssl req -x509 -newkey rsa:1024 -nodes -keyout ca.key -subj /CN=ca -days 10 -out ca.crt 2> err; '
SIGN = 'openssl x509 -req -in jane.csr -CA ca.crt -CAkey ca.key -CAcreateserial -days 30 -out jane.crt; '


def test_a_request_is_signed_and_verified(machine):
    machine.run(REQUEST + AUTHORITY)
    assert machine.run(SIGN).stderr == 'Certificate request self-signature ok\nsubject=CN = jane, O = dev\n'
    found = machine.run('openssl x509 -in jane.crt -noout -subject -issuer -enddate; '
                        'openssl verify -CAfile ca.crt jane.crt')
    assert found.stdout == ('subject=CN = jane, O = dev\nissuer=CN = ca\nnotAfter=Jun  3 09:00:00 2026 GMT\n'
                            'jane.crt: OK\n')
    assert machine.run('openssl verify -CAfile jane.crt ca.crt').code == 2


def test_other_programs_can_read_what_it_writes(machine):
    from cryptography.x509 import load_pem_x509_csr
    machine.run(REQUEST)
    request = load_pem_x509_csr(machine.files.read('/root/jane.csr'))
    assert request.is_signature_valid
    assert request.subject.rfc4514_string() == 'O=dev,CN=jane'
    assert machine.run('stat -c %a jane.key').stdout == '600\n'


def test_a_request_is_shown_as_openssl_shows_it(machine):
    machine.run(REQUEST)
    lines = machine.run('openssl req -in jane.csr -noout -text').stdout.splitlines()
    assert lines[:8] == [
        'Certificate Request:', '    Data:', '        Version: 1 (0x0)', '        Subject: CN = jane, O = dev',
        '        Subject Public Key Info:', '            Public Key Algorithm: rsaEncryption',
        '                Public-Key: (1024 bit)', '                Modulus:']
    assert '                Exponent: 65537 (0x10001)' in lines


def test_extensions_come_from_the_command_line_and_from_files(machine):
    machine.run(AUTHORITY + REQUEST)
    machine.run('printf "subjectAltName=DNS:x.y,IP:1.2.3.4\\nextendedKeyUsage=clientAuth\\n" > ext; ' + SIGN.replace(
        '-days', '-extfile ext -days'))
    assert machine.run('openssl x509 -in jane.crt -noout -ext subjectAltName,extendedKeyUsage').stdout == (
        'X509v3 Subject Alternative Name: \n    DNS:x.y, IP Address:1.2.3.4\n'
        'X509v3 Extended Key Usage: \n    TLS Web Client Authentication\n')


def test_what_it_refuses(machine):
    assert machine.run('openssl foo').stderr == 'Invalid command \'foo\'; type "help" for a list.\n'
    assert 'This name is not in that format' in machine.run(
        'openssl genrsa -out k 1024; openssl req -new -key k -subj CN=x').stderr
    assert machine.run('openssl x509 -in nosuch').code == 1
    assert machine.run('openssl enc -aes-256-cbc -k x').stderr.startswith('openssl: error: ')


def test_the_same_session_makes_the_same_key():
    script = 'openssl genrsa 1024; openssl rand -hex 8; openssl ecparam -name prime256v1 -genkey -noout'
    made = [Machine().run(script).stdout
            for _ in range(2)]
    assert made[0] == made[1]


def test_several_certificates_are_looked_at_as_one_structure(machine):
    machine.run(REQUEST + AUTHORITY + SIGN + 'cat jane.crt ca.crt > chain.pem')
    found = machine.run('openssl crl2pkcs7 -nocrl -certfile chain.pem | openssl pkcs7 -print_certs -noout')
    assert set(found.stdout.split('\n\n')[:2]) == {'subject=CN = jane, O = dev\nissuer=CN = ca',
                                                   'subject=CN = ca\nissuer=CN = ca'}


def test_a_private_key_is_printed_with_its_numbers(machine):
    found = machine.run('openssl ecparam -name prime256v1 -genkey -noout -out k; openssl ec -in k -noout -text')
    assert found.stderr == 'read EC key\n'
    assert [line for line in found.stdout.splitlines() if not line.startswith(' ')] == [
        'Private-Key: (256 bit)', 'priv:', 'pub:', 'ASN1 OID: prime256v1', 'NIST CURVE: P-256']
    assert machine.run('openssl req -new -key k -subj /CN=x -out r; openssl req -in r -noout -pubkey').stdout == \
        machine.run('openssl pkey -in k -pubout').stdout


def test_a_device_takes_what_is_written_for_nobody(machine):
    found = machine.run('openssl genrsa -out /dev/null 1024; echo $?; openssl genrsa -out /dev/stdout 1024 | head -1')
    assert found.stdout == '0\n-----BEGIN PRIVATE KEY-----\n'

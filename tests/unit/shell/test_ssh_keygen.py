"""ssh-keygen's files can be read by others, and its words are OpenSSH's."""

from __future__ import annotations

import pytest

from tests.unit.shell.conftest import Machine

KEY = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKxrliufMty31trlEhX20gUf11V1h3aGK7jKJnnkngi0 me@x'
SHOWN = """\
256 SHA256:H3dLg/GqOjD2cFCKmsn2pDifnFjrMwNMmL9SiKqnNBY me@x (ED25519)
+--[ED25519 256]--+
|                 |
|        .        |
|..   . o    .    |
|o.  . o      +   |
|+E +   .S . o =  |
|+.X . = .. o + o |
|.O.= . *  . . .  |
|B+O+.   o  .     |
|=BB+    .o.      |
+----[SHA256]-----+
"""
"""What the real ssh-keygen prints of that key."""


def test_a_fingerprint_and_its_picture(machine: Machine) -> None:
    assert machine.run(f'echo {KEY} > k.pub; ssh-keygen -lvf k.pub').stdout == SHOWN
    assert machine.run('ssh-keygen -l -E md5 -f k.pub').stdout == (
        '256 MD5:35:f8:83:fc:c7:13:e7:9e:af:54:dc:05:1b:7f:f8:90 me@x (ED25519)\n')


@pytest.mark.parametrize(('options', 'kind'), [
    ('-t ed25519', 'ssh-ed25519'), ('-t rsa -b 2048', 'ssh-rsa'), ('-t ecdsa', 'ecdsa-sha2-nistp256'),
    ('-t ecdsa -b 521', 'ecdsa-sha2-nistp521'), ('-t rsa -b 2048 -m PEM', 'ssh-rsa'),
])
def test_a_key_and_its_public_half(machine: Machine, options: str, kind: str) -> None:
    from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_ssh_private_key
    made = machine.run(f"ssh-keygen {options} -f k -N '' -C 'me at home' -q; stat -c %a k k.pub")
    assert (made.stdout, made.stderr, made.code) == ('600\n644\n', '', 0)
    private = machine.run('cat k').stdout.encode()
    (load_pem_private_key if 'PEM' in options else load_ssh_private_key)(private, None)
    public = machine.run('cat k.pub').stdout
    assert public.startswith(f'{kind} ') and public.endswith(' me at home\n')
    assert public.startswith(machine.run('ssh-keygen -y -f k').stdout.strip())
    assert machine.run('ssh-keygen -lf k | cut -d" " -f1,2').stdout == (
        machine.run('ssh-keygen -lf k.pub | cut -d" " -f1,2').stdout)


def test_the_same_session_makes_the_same_key() -> None:
    first, second = (Machine().run("ssh-keygen -t ed25519 -f k -N '' -q; cat k").stdout for _ in range(2))
    assert first == second and first.startswith('-----BEGIN OPENSSH PRIVATE KEY-----\n')


def test_what_it_asks_where_nothing_is_said(machine: Machine) -> None:
    asked = machine.run('ssh-keygen -t ed25519', b'\n\n\n').stdout
    assert asked.startswith('Generating public/private ed25519 key pair.\n'
                            'Enter file in which to save the key (/root/.ssh/id_ed25519): '
                            "Created directory '/root/.ssh'.\n"
                            'Enter passphrase (empty for no passphrase): Enter same passphrase again: '
                            'Your identification has been saved in /root/.ssh/id_ed25519\n')
    again = machine.run("ssh-keygen -t ed25519 -f .ssh/id_ed25519 -N ''", b'n\n')
    assert again.stdout.endswith('.ssh/id_ed25519 already exists.\nOverwrite (y/n)? ') and again.code == 1


@pytest.mark.parametrize(('words', 'said', 'code'), [
    ('-t foo', 'unknown key type foo\n', 255), ('-lf nope', 'ssh-keygen: nope: No such file or directory\n', 255),
    ('-lf /etc/passwd', '/etc/passwd is not a public key file.\n', 255),
    ("-t rsa -b 100 -f z -N ''", 'Invalid RSA key length: minimum is 1024 bits\n', 255),
    ('-y -f nope', 'nope: No such file or directory\n', 255),
    ('-f z -N word', "ssh-keygen: error: passphrases are not simulated here; leave it empty (-N '')\n", 1),
    ('-R host', 'ssh-keygen: error: -R is not simulated here\n', 1),
])
def test_what_it_refuses(machine: Machine, words: str, said: str, code: int) -> None:
    ran = machine.run(f'ssh-keygen {words}')
    assert (ran.stderr, ran.code) == (said, code)

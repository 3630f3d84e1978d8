"""What the files of a release of Alpine, Debian and Ubuntu say that it is."""

from __future__ import annotations

from collections.abc import Mapping

ALPINE, DEBIAN, UBUNTU = '3.22.2', '12.12', '24.04'
"""The releases that other images are built on."""
_PATCHES = {'3.12': '12', '3.13': '12', '3.14': '10', '3.15': '11', '3.16': '9', '3.17': '10', '3.18': '12',
            '3.19': '9', '3.20': '8', '3.21': '5', '3.22': '2', '3.23': '0'}
_DEBIANS = {'11': ('bullseye', '11.11'), '12': ('bookworm', '12.12'), '13': ('trixie', '13.1')}
_UBUNTUS = {
    '16.04': ('16.04.7 LTS', 'Xenial Xerus', 'stretch/sid'),
    '18.04': ('18.04.6 LTS', 'Bionic Beaver', 'buster/sid'),
    '20.04': ('20.04.6 LTS', 'Focal Fossa', 'bullseye/sid'),
    '22.04': ('22.04.5 LTS', 'Jammy Jellyfish', 'bookworm/sid'),
    '24.04': ('24.04.3 LTS', 'Noble Numbat', 'trixie/sid'), '25.10': ('25.10', 'Questing Quokka', 'forky/sid'),
    '26.04': ('26.04 LTS', 'Resolute Raccoon', 'forky/sid')}


def alpine(version: str) -> Mapping[str, str]:
    """The files of Alpine, by path: `3.22.2`, or `3.22` for the last of its line."""
    line = '.'.join(version.split('.')[:2])
    whole = version if version.count('.') == 2 else f'{line}.{_PATCHES[line]}'
    return {
        '/etc/os-release': f'NAME="Alpine Linux"\nID=alpine\nVERSION_ID={whole}\nPRETTY_NAME="Alpine Linux v{line}"\n'
                           'HOME_URL="https://alpinelinux.org/"\n'
                           'BUG_REPORT_URL="https://gitlab.alpinelinux.org/alpine/aports/-/issues"\n',
        '/etc/alpine-release': f'{whole}\n',
        '/etc/issue': f'Welcome to Alpine Linux {line}\nKernel \\r on an \\m (\\l)\n\n'}


def debian(version: str) -> Mapping[str, str]:
    """The files of Debian, by path; `version` begins with its number."""
    number = version.partition('.')[0]
    name, whole = _DEBIANS[number]
    return {
        '/etc/os-release': f'PRETTY_NAME="Debian GNU/Linux {number} ({name})"\nNAME="Debian GNU/Linux"\n'
                           f'VERSION_ID="{number}"\nVERSION="{number} ({name})"\nVERSION_CODENAME={name}\nID=debian\n'
                           'HOME_URL="https://www.debian.org/"\nSUPPORT_URL="https://www.debian.org/support"\n'
                           'BUG_REPORT_URL="https://bugs.debian.org/"\n',
        '/etc/debian_version': f'{whole}\n',
        '/etc/issue': f'Debian GNU/Linux {number} \\n \\l\n\n'}


def ubuntu(version: str) -> Mapping[str, str]:
    """The files of Ubuntu, by path: `24.04`."""
    whole, name, base = _UBUNTUS[version]
    code = name.partition(' ')[0].lower()
    return {
        '/etc/os-release': f'PRETTY_NAME="Ubuntu {whole}"\nNAME="Ubuntu"\nVERSION_ID="{version}"\n'
                           f'VERSION="{whole} ({name})"\nVERSION_CODENAME={code}\nID=ubuntu\nID_LIKE=debian\n'
                           'HOME_URL="https://www.ubuntu.com/"\nSUPPORT_URL="https://help.ubuntu.com/"\n'
                           'BUG_REPORT_URL="https://bugs.launchpad.net/ubuntu/"\n'
                           'PRIVACY_POLICY_URL="https://www.ubuntu.com/legal/terms-and-policies/privacy-policy"\n'
                           f'UBUNTU_CODENAME={code}\nLOGO=ubuntu-logo\n',
        '/etc/debian_version': f'{base}\n',
        '/etc/issue': f'Ubuntu {whole} \\n \\l\n\n',
        '/etc/lsb-release': f'DISTRIB_ID=Ubuntu\nDISTRIB_RELEASE={version}\nDISTRIB_CODENAME={code}\n'
                            f'DISTRIB_DESCRIPTION="Ubuntu {whole}"\n'}

"""--version of GNU's programs: the package that each comes in, and its version in a release of Debian or Ubuntu."""

from __future__ import annotations

import re

from tutor.shell.process import Context
from tutor.shell.programs.complaint import Answered

_COREUTILS = """
arch b2sum base32 base64 basename cat chgrp chmod chown cksum comm cp csplit cut date dd df dirname du echo env expand
expr factor false fmt fold groups head hostid id install join ln logname ls md5sum mkdir mkfifo mktemp mv nice nl nohup
nproc numfmt od paste pathchk pr printenv printf pwd readlink realpath rm rmdir seq sha1sum sha256sum sha512sum shred
shuf sleep sort split stat stty sum sync tac tail tee test timeout touch tr true truncate tsort tty uname unexpand uniq
unlink uptime users wc who whoami yes
"""
PACKAGES = {
    **dict.fromkeys(_COREUTILS.split(), ('GNU coreutils', {'12': '9.1'}, '9.4')),
    **dict.fromkeys(('grep', 'egrep', 'fgrep'), ('GNU grep', {'12': '3.8'}, '3.11')),
    **dict.fromkeys(('find', 'xargs'), ('GNU findutils', {}, '4.9.0')),
    'tar': ('GNU tar', {'12': '1.34'}, '1.35'), 'diff': ('GNU diffutils', {'12': '3.8'}, '3.10'),
}
"""By program: the package, its version where that is another one by the release's VERSION_ID, and otherwise."""
PROCPS = frozenset(('free', 'kill', 'pgrep', 'pkill', 'ps', 'sysctl', 'top', 'uptime', 'vmstat', 'w', 'watch'))
OTHERS = {'gzip': 'gzip 1.12', 'wget': 'GNU Wget 1.21.4 built on linux-gnu.', 'man': 'man 2.12.0',
          'less': 'less 590 (GNU regular expressions)', 'tcpdump': 'tcpdump version 4.99.4'}
LICENSE = ('Copyright (C) 2023 Free Software Foundation, Inc.\n'
           'License GPLv3+: GNU GPL version 3 or later <https://gnu.org/licenses/gpl.html>.\n'
           'This is free software: you are free to change and redistribute it.\n'
           'There is NO WARRANTY, to the extent permitted by law.\n')


class Version(Answered):
    """--version was asked for."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self._name = name

    def words(self, ctx: Context) -> str:
        """What the program prints."""
        if self._name in PACKAGES:
            package, elsewhere, version = PACKAGES[self._name]
            return f'{self._name} ({package}) {elsewhere.get(_release(ctx), version)}\n{LICENSE}'
        return f'{self._name} from procps-ng 4.0.4\n' if self._name in PROCPS else f'{OTHERS[self._name]}\n'


def known(name: str) -> bool:
    """Whether a program tells its version in this way."""
    return name in PACKAGES or name in PROCPS or name in OTHERS


def _release(ctx: Context) -> str:
    try:
        found = re.search(r'^VERSION_ID="?([^"\n]*)', ctx.files.read_text('/etc/os-release'), re.MULTILINE)
    except OSError:
        return ''
    return found[1] if found is not None else ''

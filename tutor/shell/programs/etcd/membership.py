"""member list, add, promote, remove (etcdctl/ctlv3/command/member_command.go)."""

from __future__ import annotations

from tutor.shell.etcd import EtcdService
from tutor.shell.process import IO
from tutor.shell.programs.etcd import output
from tutor.shell.programs.etcd.connection import Failure
from tutor.shell.programs.options import Options

BAD_ARGUMENTS = 128
COMMANDS = ('list', 'add', 'promote', 'remove')


def check(words: list[str], options: Options) -> None:
    """What is wrong with the arguments, before anything is asked. Raises Failure."""
    match words:
        case ['add']:
            raise Failure('member name not provided', BAD_ARGUMENTS)
        case ['add', _, _, *_]:
            raise Failure('too many arguments', BAD_ARGUMENTS)
        case ['add', _] if not options.get('peer-urls'):
            raise Failure('member peer urls not provided', BAD_ARGUMENTS)
        case ['remove' | 'promote', *rest] if len(rest) != 1:
            raise Failure('member ID is not provided', BAD_ARGUMENTS)
        case ['remove' | 'promote', text]:
            _identity(text)


def run(service: EtcdService, words: list[str], form: str, options: Options, io: IO) -> None:
    """Do what the words say. Raises Failure and EtcdError."""
    cluster = output.hexadecimal(service.cluster_id)
    match words:
        case ['add', name]:
            _add(service, name, options.get('peer-urls'), 'learner' in options, cluster, io)
        case ['remove', text]:
            service.remove_member(_identity(text))
            io.stdout.write(f'Member {_identity(text):16x} removed from cluster {cluster:>16}\n')
        case ['promote', text]:
            service.promote_member(_identity(text))
            io.stdout.write(f'Member {_identity(text):16x} promoted in cluster {cluster:>16}\n')
        case _:
            output.members(service.members(), form, service, io)


def _add(service: EtcdService, name: str, peer_url: str, learner: bool, cluster: str, io: IO) -> None:
    member = service.add_member(peer_url, learner)
    everyone = ','.join(f'{each.name or name}={each.peer_url}' for each in service.members()
                        if each.name or each.id == member.id)
    io.stdout.write(f'Member {member.id:16x} added{" as learner" if learner else ""} to cluster {cluster:>16}\n\n'
                    f'ETCD_NAME="{name}"\nETCD_INITIAL_CLUSTER="{everyone}"\n'
                    f'ETCD_INITIAL_ADVERTISE_PEER_URLS="{peer_url}"\nETCD_INITIAL_CLUSTER_STATE="existing"\n')


def _identity(text: str) -> int:
    try:
        return int(text, 16)
    except ValueError:
        raise Failure(f'bad member ID arg (strconv.ParseUint: parsing "{text}": invalid syntax), expecting ID in Hex',
                      BAD_ARGUMENTS) from None

"""etcdctl (API version 3) and etcdutl."""

from __future__ import annotations

from tutor.shell.etcd import EtcdError, EtcdService, KeyValue
from tutor.shell.process import IO, Context
from tutor.shell.programs.etcd import keys, leases, membership, output, snapshots, transactions, usage
from tutor.shell.programs.etcd.connection import GLOBAL, Endpoint, Failure, connect, endpoints, reach, security
from tutor.shell.programs.etcd.utl_help import HELP
from tutor.shell.programs.options import Options, parse

NODE_VERSION, IMAGE_VERSION = '3.5.24', '3.6.8'
"""The client that a node's distribution packs is older than the one in etcd's image."""
MEMBER_FLAGS = {'peer-urls': '=', 'learner': '?'}
FILE_FLAGS = {'data-dir': '=', 'name': '=', 'initial-cluster': '=', 'initial-advertise-peer-urls': '=',
              'initial-cluster-token': '=', 'skip-hash-check': '?', 'wal-dir': '=', 'bump-revision': '=',
              'mark-compacted': '', 'data-dir-only': ''}
METHODS = {'get': 'KV/Range', 'put': 'KV/Put', 'del': 'KV/DeleteRange', 'compaction': 'KV/Compact',
           'member': 'Cluster/MemberList', 'alarm': 'Maintenance/Alarm', 'snapshot': 'Maintenance/Snapshot',
           'defrag': 'Maintenance/Defragment', 'endpoint': 'Maintenance/Status', 'watch': 'Watch/Watch',
           'lease': 'Lease/LeaseGrant', 'txn': 'KV/Txn'}
ABSENT = ('auth', 'check', 'completion', 'downgrade', 'elect', 'lock', 'make-mirror', 'move-leader', 'role',
          'user', 'version')


def _version(ctx: Context) -> str:
    return NODE_VERSION if ctx.host.machine is not None else IMAGE_VERSION


async def etcdctl(argv: list[str], io: IO, ctx: Context) -> int:
    """etcdctl [--endpoints URL,…] [--cacert FILE --cert FILE --key FILE] COMMAND"""
    options = parse(argv, ctx, 'w:hi', {**GLOBAL, **keys.FLAGS, **FILE_FLAGS, **MEMBER_FLAGS, 'interactive': 'i'},
                    status=128)
    api = ctx.env.get('ETCDCTL_API', '3')
    if api != '3':
        raise Failure(f'unsupported API version "{api}": this etcdctl speaks version 3 only; unset ETCDCTL_API')
    form = options.get('w', 'simple')
    if form not in output.FORMS:
        raise Failure(f'unsupported output format "{form}"', 128)
    command, *words = options.args or ['']
    command = _whole(command)
    if not command or 'h' in options:
        whole = _version(ctx).rpartition('.')[0]
        shown = usage.of([command, *words], whole) if command else None
        io.stdout.write(shown or usage.root(_version(ctx), whole))
        return 0
    if command == 'version':
        io.stdout.write(f'etcdctl version: {_version(ctx)}\nAPI version: 3.{_version(ctx).split(".")[1]}\n')
        return 0
    if command == 'snapshot' and words[:1] in (['restore'], ['status']):
        return _snapshot_file(words[0], words[1:], form, options, io, ctx)
    if command in ABSENT:
        raise Failure(f'etcdctl {command} is not simulated')
    if command not in METHODS:
        raise Failure(f'unknown command "{command}" for "etcdctl"\nRun \'etcdctl --help\' for usage.')
    try:
        return await _ask(command, words, form, options, io, ctx)
    except EtcdError as error:
        raise Failure(str(error)) from None


def _whole(beginning: str) -> str:
    """cobra's EnablePrefixMatching: the command that a beginning means, when there is but one."""
    found = [name for name in (*METHODS, *ABSENT) if name.startswith(beginning)]
    return found[0] if beginning and beginning not in found and len(found) == 1 else beginning


def _snapshot_file(verb: str, words: list[str], form: str, options: Options, io: IO, ctx: Context) -> int:
    """Since 3.6 only etcdutl works on files."""
    if '3.6' in _version(ctx):
        raise Failure(f'unknown command "{verb}" for "etcdctl snapshot"\nRun \'etcdctl snapshot --help\' for usage.')
    io.stderr.write(f'Deprecated: Use `etcdutl snapshot {verb}` instead.\n\n')
    _files(verb, words, form, options, io, ctx)
    return 0


def _files(verb: str, words: list[str], form: str, options: Options, io: IO, ctx: Context) -> None:
    if verb == 'status':
        snapshots.status(words, form, io, ctx)
    else:
        snapshots.restore(words, options, io, ctx)


async def etcdutl(argv: list[str], io: IO, ctx: Context) -> int:
    """etcdutl snapshot status FILE [-w table]; etcdutl snapshot restore FILE --data-dir FOLDER"""
    options = parse(argv, ctx, 'w:h', {'write-out': 'w', 'help': 'h', **FILE_FLAGS}, status=128)
    words = options.args
    named = ' '.join(words[1:] if words[:1] == ['help'] else words[:2])
    if named in HELP and ('h' in options or words[:1] == ['help'] or named in ('', 'snapshot')):
        io.stdout.write(HELP[named])
    elif words[:1] == ['version']:
        io.stdout.write(f'etcdutl version: {_version(ctx)}\nAPI version: 3.{_version(ctx).split(".")[1]}\n')
    elif words[:1] == ['snapshot'] and words[1:2] in (['status'], ['restore']):
        _files(words[1], words[2:], options.get('w', 'simple'), options, io, ctx)
    elif words[0] in ('defrag', 'hashkv', 'migrate', 'completion'):
        raise Failure(f'etcdutl {words[0]} is not simulated')
    else:
        raise Failure(f'unknown command "{words[0]}" for "etcdutl"\nRun \'etcdutl --help\' for usage.')
    return 0


async def _ask(command: str, words: list[str], form: str, options: Options, io: IO, ctx: Context) -> int:
    if command == 'endpoint':
        return await _endpoint(words, form, options, io, ctx)
    _check_words(command, words, options)
    found = await connect(options, io, ctx, f'/etcdserverpb.{METHODS[command]}')
    service = found.service
    match command:
        case 'get' | 'put' | 'del':
            await keys.run(command, service, words, form, options, io)
        case 'lease':
            await leases.run(service.leases(), words, options, io, ctx)
        case 'txn':
            await transactions.run(service, 'i' in options, io, ctx)
        case 'watch':
            await _watch(service, words, options, io, ctx)
        case 'compaction':
            service.compact(int(words[0]))
            io.stdout.write(f'compacted revision {words[0]}\n')
        case 'member':
            membership.run(service, words, form, options, io)
        case 'defrag':
            io.stdout.write(f'Finished defragmenting etcd member[{found.text}]. took 21.480102ms\n')
        case 'snapshot':
            snapshots.save(service, found.text, words[1:], io, ctx)
            if '3.6' in _version(ctx):
                io.stdout.write('Server version 3.6.0\n')
    return 0


def _check_words(command: str, words: list[str], options: Options) -> None:
    """What is wrong with a command's arguments, before anything is asked. Raises Failure."""
    if command == 'get' and not words:
        raise Failure('get command needs one argument as key and an optional argument as range_end', 128)
    if command == 'put' and not words:
        raise Failure('put command needs 1 argument and input from stdin or 2 arguments', 128)
    if command == 'del' and not words:
        raise Failure('del command needs one argument as key and an optional argument as range_end', 128)
    if command == 'txn' and words:
        raise Failure('txn command does not accept argument', 128)
    if command == 'lease':
        leases.check(words)
    if command == 'member':
        membership.check(words, options)
    if command == 'compaction' and (len(words) != 1 or not words[0].isdigit()):
        raise Failure('compaction command needs 1 argument' if len(words) != 1 else
                      f'strconv.ParseInt: parsing "{words[0]}": invalid syntax', 128)
    wanted = {'member': membership.COMMANDS, 'alarm': ('list', 'disarm'), 'snapshot': ('save',)}.get(command)
    if wanted and words[:1] and words[0] not in wanted:
        raise Failure(f'etcdctl {command} {words[0]} is not simulated')
    if wanted and not words:
        raise Failure(f'etcdctl {command} needs a command: {", ".join(wanted)}', 128)


async def _watch(service: EtcdService, words: list[str], options: Options, io: IO, ctx: Context) -> None:
    """Print what changes until interrupted."""
    if not words:
        raise Failure('watch needs a key', 128)
    start, end = keys.span(words, options)

    def deliver(kind: str, entry: KeyValue) -> None:
        io.stdout.write(kind.encode() + b'\n' + keys.line(entry, options))
    cancel = service.watch(start, end, deliver)
    try:
        await ctx.simulation.future()
    finally:
        cancel()


async def _endpoint(words: list[str], form: str, options: Options, io: IO, ctx: Context) -> int:
    """endpoint health, endpoint status: every endpoint by itself."""
    if words[:1] not in (['health'], ['status']):
        raise Failure('etcdctl endpoint needs a command: health, status')
    tls, answers, bad = security(options, ctx), [], False
    given = endpoints(options, ctx)
    if 'cluster' in options:
        first = await connect(options, io, ctx, '/etcdserverpb.Cluster/MemberList')
        given = [member.client_url for member in first.service.members()]
    for text in given:
        service, _ = await reach(text, tls, ctx)
        if service is not None and (words[0] == 'status' or _commits(service)):
            answers.append(Endpoint(text, service))
            continue
        bad = True
        await ctx.simulation.sleep(5)
        if words[0] == 'health':
            io.stderr.write(f'{text} is unhealthy: failed to commit proposal: context deadline exceeded\n')
        else:
            io.stderr.write(f'Failed to get the status of endpoint {text} (context deadline exceeded)\n')
    if words[0] == 'health':
        _health(answers, form, io)
        if bad:
            raise Failure('unhealthy cluster')
        return 0
    if answers:
        output.statuses([(each.text, each.service.status()) for each in answers], form, answers[0].service, io)
    if bad:
        raise Failure('context deadline exceeded')
    return 0


def _commits(service: EtcdService) -> bool:
    """epHealthCommandFunc: whether a read that a quorum has to confirm is answered."""
    try:
        service.range('health')
    except EtcdError:
        return False
    return True


def _health(answers: list[Endpoint], form: str, io: IO) -> None:
    took = '9.481602ms'
    if form == 'table':
        output.table(('ENDPOINT', 'HEALTH', 'TOOK', 'ERROR'), [(each.text, 'true', took, '') for each in answers], io)
    elif form == 'json':
        output.as_json([{'endpoint': each.text, 'health': True, 'took': took} for each in answers], io)
    else:
        io.stdout.write(''.join(f'{each.text} is healthy: successfully committed proposal: took = {took}\n'
                                for each in answers))

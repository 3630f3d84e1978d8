"""`raft`: watch how the members of etcd agree: who leads, what is in their logs, what they say to each other."""

from __future__ import annotations

from tutor.client import control
from tutor.client.control import Raft, RaftLine
from tutor.shell.process import IO, Context
from tutor.shell.programs.manual import usage
from tutor.shell.speech import Said, complain

REAL = Said('this cluster is real: look with etcdctl endpoint status',
            '这是真实的集群：请用 etcdctl endpoint status 查看')
ALONE = Said('etcd has one member here; a cluster file with three nodes of the role control-plane gives it three',
             '这里的 etcd 只有一个成员；在集群文件里写三个角色为 control-plane 的节点，就有三个成员')
LINES = 12
EVERY = 0.25
HEADER = ('MEMBER', 'ROLE', 'TERM', 'LAST', 'COMMIT', 'LEADER')


async def raft(argv: list[str], io: IO, ctx: Context) -> int:
    """raft [N], raft -f"""
    found = control.of(ctx.extras)
    if found is None:
        return complain('raft', REAL, io, ctx)
    if found.raft is None:
        return complain('raft', ALONE, io, ctx)
    match argv[1:]:
        case ['-f']:
            return await _follow(found.raft, io, ctx)
        case [] | [_] if all(word.isdecimal() for word in argv[1:]):
            count = int(argv[1]) if argv[1:] else LINES
            io.stdout.write(_table(found.raft) + ''.join(map(_line, found.raft.heard(count))))
            return 0
    io.stderr.write(f'usage: {usage("raft")}\n')
    return 2


async def _follow(group: Raft, io: IO, ctx: Context) -> int:
    """Print each new line until interrupted."""
    io.stdout.write(_table(group))
    seen: RaftLine | None = next(iter(group.heard(1)), None)
    while True:
        await ctx.simulation.sleep(EVERY)
        lines = list(group.heard(200))
        places = [place for place, line in enumerate(lines) if line is seen]
        for line in lines[places[-1] + 1 if places else 0:]:
            io.stdout.write(_line(line))
            seen = line


def _table(group: Raft) -> str:
    rows = [HEADER, *((member.name, member.role, str(member.term), str(member.last), str(member.commit),
                       member.leader or '-') for member in group.view())]
    widths = [max(len(row[place]) for row in rows) for place in range(len(HEADER))]
    return ''.join('   '.join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() + '\n'
                   for row in rows)


def _line(line: RaftLine) -> str:
    where = f'{line.sender} → {line.receiver}' if line.receiver else line.sender
    return f'{line.at:10.3f}  {where}: {line.text}{"  ✗" if line.lost else ""}\n'

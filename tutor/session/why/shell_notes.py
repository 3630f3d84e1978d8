"""Errors of the shell and of the programs around kubectl."""

from tutor.session.why.notes import Note

NOTES: tuple[Note, ...] = (
    Note(r"^bash: (?:line \d+: )?(\S+): ambiguous redirect",
         '重定向的目标 `{0}` 展开以后是空的，或者是好几个词，Shell 不知道要写进哪个文件。给变量加上引号，并先看看它的值。',
         'The target `{0}` of the redirection expands to nothing, or to several words, so the shell cannot tell which file '
         'is meant. Quote the variable, and look at its value first.', look=('echo "{0}"',)),
    Note(r'^bash: (?:line \d+: )?(\./\S+|/\S+|\S+/\S+): Permission denied',
         '`{0}` 在那里，但没有执行（或写入）权限。脚本要先有可执行位；系统的文件要用 `sudo`。',
         '`{0}` is there, but may not be run (or written) by you. A script needs its executable bit first; files of the '
         'system need `sudo`.', look=('ls -l {0}',), mend=('chmod +x {0}',)),
    Note(r"^\S+: (?:cannot \w+ |can't open )?(?:directory )?['‘]?(/\S+?)['’]?: Permission denied",
         '你不是 root，不能动 `{0}`。需要管理员权限的命令前面加 `sudo`。',
         'You are not root and may not touch `{0}`. Put `sudo` before a command that needs an administrator.',
         likely=('sudo {command}',), look=('ls -ld {0}',)),
    Note(r'^bash: (?:line \d+: )?(\S+): Is a directory',
         '`{0}` 是文件夹，不是程序也不是普通文件。要进去就用 `cd`，要看里面有什么就用 `ls`。',
         '`{0}` is a folder, neither a program nor a plain file. `cd` enters it and `ls` shows what is inside.',
         look=('ls {0}',)),
    Note(r'^bash: (?:line \d+: )?(\S+): No such file or directory',
         '从当前文件夹找不到 `{0}`。路径不对，或者文件还没有写；注意这里的文件是课程自己的，不是你电脑上的。',
         'From this folder there is no `{0}`. The path is wrong, or the file was never written; these are the files of the '
         'course, not those of your machine.', look=('pwd', 'ls')),
    Note(r"^(?:cat|ls|cp|mv|rm|head|tail|grep|sed|awk|wc|diff|source|vi|less): (?:cannot \w+ |can't open |can't read )?"
         r"(?:')?([^':]+)(?:')?: No such file or directory",
         '没有 `{0}` 这个文件。看看当前在哪个文件夹，里面有什么。',
         'There is no file `{0}`. Look which folder this is and what it holds.', look=('pwd', 'ls')),
    Note(r'^bash: (?:line \d+: )?(\w+): unbound variable',
         '`set -u` 打开着，而变量 `{0}` 没有赋过值。先赋值，或者写 `${{{0}:-默认值}}`。',
         '`set -u` is on and the variable `{0}` was never given a value. Give it one, or write `${{{0}:-default}}`.',
         look=('set +u',)),
    Note(r'^bash: (?:line \d+: )?(\w+): readonly variable',
         '变量 `{0}` 是只读的（`readonly` 或 `declare -r`），这个 Shell 里不能再改它。',
         'The variable `{0}` is read-only (`readonly`, `declare -r`); this shell cannot change it any more.',
         look=('declare -p {0}',)),
    Note(r'(?:integer expression expected|unary operator expected|binary operator expected)',
         '`[ … ]` 里有一边是空的，或者不是数字。变量要加引号；比较数字用 `-eq`、`-gt`，比较文字用 `=`。',
         'One side of `[ … ]` is empty, or no number. Quote the variables; compare numbers with `-eq` or `-gt`, text with '
         '`=`.'),
    Note(r'(\S+): syntax error.*\(error token is "(.*)"\)',
         '算术表达式在 `{1}` 这里读不下去。`$(( ))` 里只能是整数、变量和运算符。',
         'The arithmetic cannot be read at `{1}`. `$(( ))` holds whole numbers, variables and operators only.'),
    Note(r'division by 0', '除数是零。先检查变量的值。', 'Something is divided by zero. Check the value of the variable first.'),
    Note(r'(\S+): bad substitution',
         '`{0}` 不是 bash 能展开的写法。大括号里是变量名，后面才是 `:-`、`%`、`#` 之类的操作。',
         '`{0}` is nothing that bash can expand. The name of a variable comes first in the braces, then `:-`, `%`, `#` and '
         'the like.'),
    Note(r"(\S+): can't be found in PATH|exec: (\S+): not found", '没有这个程序。', 'There is no such program.', look=('help',)),
    Note(r'jq: (?:parse )?error.*', 'jq 读不懂：输入不是 JSON（忘了 `-o json`？），或者过滤器写错了。',
         'jq cannot go on: its input is no JSON (was `-o json` forgotten?), or the filter is wrong.',
         look=('{command} | head -3',)),
    Note(r'curl: \(28\)|Connection timed out|Operation timed out|download timed out',
         '没有人回答：包被丢掉了。多半是 NetworkPolicy 挡住了，或者地址上已经没有 Pod，或者 Pod 所在的节点断了网。',
         'Nobody answered: the packets were dropped. Mostly a NetworkPolicy is in the way, or no Pod has this address any '
         'more, or the node is cut off.', look=('kubectl get networkpolicies -A', 'kubectl get pods -o wide')),
    Note(r'curl: \(60\)|certificate (?:signed by unknown authority|verify failed)|unable to get local issuer certificate',
         '对方的证书不是由已知的 CA 签发的。集群的 API 服务器用自己的 CA：用 `--cacert` 指明，或者（只在练习时）用 `-k`。',
         'The certificate was not issued by a known CA. The API server has a CA of its own: name it with `--cacert`, or, for '
         'practice only, use `-k`.', look=('ls /etc/kubernetes/pki',)),
    Note(r'curl: \(52\)|Empty reply from server', '连接上了，但对方什么也没有回答：多半是用 HTTP 访问了 HTTPS 端口，或者反过来。',
         'Connected, but nothing came back: mostly http:// was used for an https port, or the other way round.'),
    Note(r'^(\w+): (?:invalid|unrecognized|illegal) option', '程序 `{0}` 没有这个选项。', 'The program `{0}` has no such option.',
         look=('man {0}',)),
)

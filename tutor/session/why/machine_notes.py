"""Errors of the tools of a machine: transfers, files, units, images, containers, etcd."""

from tutor.session.why.notes import Note

NOTES: tuple[Note, ...] = (
    # -- transfers --------------------------------------------------------------------------------------------------
    Note(r'curl: \(22\)|server returned error: HTTP/',
         '连上了，服务器用错误状态回答：4xx 是请求不对（路径、权限），5xx 是它自己出了错。去掉 `-f` 可以看到回答的内容。',
         'Connected, and the server answers with an error status: 4xx is about the request (path, permission), 5xx about the '
         'server. Without `-f` the answer itself is shown.'),
    Note(r'communications error to \S+: timed out|no servers could be reached',
         'DNS 服务器没有回答。节点用的不是集群的 DNS：Service 的名字要在 Pod 里查，或者写明 `10.96.0.10`（CoreDNS 的 Service）。',
         'The DNS server does not answer. A node does not ask the cluster DNS: look Services up from a Pod, or name 10.96.0.10, '
         'the Service of CoreDNS.', look=('kubectl run look --rm -it --image=busybox --restart=Never -- nslookup kubernetes',
                                           'kubectl get pods -n kube-system -l k8s-app=kube-dns')),
    Note(r'(\d+) packets transmitted, 0 (?:packets )?received', '没有一个包回来。ClusterIP 是虚拟地址，不回答 ping：用 `curl` 或 `nc` 试端口。',
         'No packet came back. A ClusterIP is virtual and answers no ping: try its port with `curl` or `nc`.'),
    # -- files ------------------------------------------------------------------------------------------------------
    Note(r'failed to read dockerfile: open (\S+): no such file', '这个文件夹里没有 `{0}`。先写一个，或者用 `-f` 说明它在哪里。',
         'This folder holds no `{0}`. Write one first, or say with `-f` where it is.', look=('ls',)),
    Note(r'^(?:bash: )?(?:\S+: )?(?:cd|tar|chmod|chown|touch|mkdir|rmdir|scp|stat|tee|openssl|base64|wc|sort|du|ln): .*?'
         r"['‘]?([^\s:'‘’]+)['’]?: (?:Cannot open: )?No such file or directory|open (\S+): no such file or directory|Could not open "
         r'file or uri for loading \w+ from (\S+)',
         '没有 `{0}{1}{2}`。看看当前在哪个文件夹，里面有什么；一次建好几层文件夹用 `mkdir -p`。',
         'There is no `{0}{1}{2}`. Look which folder this is and what it holds; `mkdir -p` makes several levels at once.',
         look=('pwd', 'ls')),
    Note(r"sed: -e expression #\d+, char \d+: (.*)", 'sed 的命令写错了：{0}。替换是 `s/旧/新/g`，三个分隔符一个也不能少。',
         'The sed command is wrong: {0}. A substitution is `s/old/new/g`, with all three separators.'),
    Note(r'^awk: (.*)', 'awk 程序读不下去：{0}。整个程序放在单引号里，动作在 `{{ }}` 里。',
         'The awk program cannot be read: {0}. It stands in single quotes, its actions in `{{ }}`.'),
    Note(r"`([^']+)': not a valid identifier", '`{0}` 不能做变量名：名字由字母、数字和下划线组成，不以数字开头，等号两边没有空格。',
         '`{0}` is no name for a variable: letters, digits and underscores, no digit first, and no spaces around the equals sign.'),
    Note(r'^grep: \(1\)', 'grep 没有出错：退出码 1 表示没有一行符合。大小写不同也不算，除非加 `-i`。',
         'grep did its work: exit code 1 says that no line matches. Upper and lower case differ unless you add `-i`.'),
    Note(r'base64: invalid input', '输入不是 Base64。Secret 的值在 `.data` 里，取出来的时候不要带引号和换行。',
         'The input is no Base64. The values of a Secret stand in `.data`; take them without quotes or line ends.'),
    Note(r'\((\d+)\) - No such process|kill: can\'t kill pid (\d+)', '没有进程 {0}{1}：它已经结束了，或者号码不对。',
         'There is no process {0}{1}: it has ended, or the number is wrong.', look=('ps aux', 'jobs')),
    # -- units, images, containers ----------------------------------------------------------------------------------
    Note(r'Unit (\S+?)(?:\.service)? could not be found|Unit (\S+?)(?:\.service)? not found',
         '这台机器上没有单元 `{0}{1}`。控制平面的组件是静态 Pod，不是 systemd 的单元：用 `crictl` 和 `/etc/kubernetes/manifests` 看它们。',
         'This machine has no unit `{0}{1}`. The components of the control plane are static Pods, not units of systemd: see them '
         'with `crictl` and in `/etc/kubernetes/manifests`.', look=('systemctl list-units --type=service', 'sudo crictl ps')),
    Note(r'Interactive authentication required|unix:///run/containerd/containerd.sock.*permission denied|permission denied while '
         r'trying to connect to the Docker daemon',
         '这要 root 权限。', 'Only root may do this.', likely=('sudo {command}',)),
    Note(r'manifest for (\S+) not found|pull access denied for (\S+?),', '镜像仓库里没有 `{0}{1}`：名称或标签写错了，或者它是私有的。',
         'The registry has no `{0}{1}`: the name or the tag is wrong, or it is private.', look=('docker images',)),
    Note(r'^\[ERROR ([\w.-]+)\]|\[ERROR ([\w.-]+)\]', 'kubeadm 先检查机器，`{0}{1}` 没有通过。这台机器多半已经是集群的一员；要重来，先 `kubeadm reset`。',
         'kubeadm first checks the machine, and `{0}{1}` did not pass. Most likely it is part of a cluster already; to begin '
         'again, `kubeadm reset` comes first.', look=('ls /etc/kubernetes/manifests', 'kubectl get nodes')),
    Note(r'user is not running as root', '这要 root 权限。', 'Only root may do this.', likely=('sudo {command}',)),
    Note(r'retrying of unary invoker failed|context deadline exceeded|etcdserver: ',
         'etcd 没有回答。集群的 etcd 只接受带证书的 HTTPS：`--endpoints=https://127.0.0.1:2379`，再加 `--cacert`、`--cert`、`--key`（都在 '
         '`/etc/kubernetes/pki/etcd` 里，只有 root 能读）。',
         'etcd does not answer. That of a cluster takes HTTPS with certificates only: `--endpoints=https://127.0.0.1:2379` and '
         '`--cacert`, `--cert`, `--key`, all in `/etc/kubernetes/pki/etcd`, which only root may read.',
         look=('man etcdctl', 'sudo crictl ps --name etcd')),
)

"""What init says at its end: how to use the cluster and how nodes join it (phases/init/showjoincommand.go)."""

from __future__ import annotations

from tutor.cluster.addons.kubeadm import public_key_hash
from tutor.cluster.machine.kubeadm_files import PKI
from tutor.kubeadm.data import InitData
from tutor.kubeadm.workflow import Phase

DONE = """
Your Kubernetes control-plane has initialized successfully!

To start using your cluster, you need to run the following as a regular user:

  mkdir -p $HOME/.kube
  sudo cp -i /etc/kubernetes/admin.conf $HOME/.kube/config
  sudo chown $(id -u):$(id -g) $HOME/.kube/config

Alternatively, if you are the root user, you can run:

  export KUBECONFIG=/etc/kubernetes/admin.conf

You should now deploy a pod network to the cluster.
Run "kubectl apply -f [podnetwork].yaml" with one of the options listed at:
  https://kubernetes.io/docs/concepts/cluster-administration/addons/
"""
MORE = """
You can now join any number of control-plane nodes by copying certificate authorities
and service account keys on each node and then running the following as root:

  kubeadm join {server} --token {token} \\
\t--discovery-token-ca-cert-hash {hash} \\
\t--control-plane {nothing}
"""
UPLOADED = """
You can now join any number of control-plane nodes running the following command on each as root:

  kubeadm join {server} --token {token} \\
\t--discovery-token-ca-cert-hash {hash} \\
\t--control-plane --certificate-key {key}

Please note that the certificate-key gives access to cluster sensitive data, keep it secret!
As a safeguard, uploaded-certs will be deleted in two hours; If necessary, you can use
"kubeadm init phase upload-certs --upload-certs" to reload certs afterward.
"""
WORKERS = """
Then you can join any number of worker nodes by running the following on each as root:

kubeadm join {server} --token {token} \\
\t--discovery-token-ca-cert-hash {hash} """


async def run(data: InitData) -> None:
    """printJoinCommand."""
    environment, flags = data.environment, data.environment.flags
    parts = [DONE]
    if data.cluster.get('controlPlaneEndpoint'):
        parts.append(UPLOADED if data.certificate_key else MORE)
    shown = {'nothing': '', 'server': data.server.partition('://')[2],
             'token': '<value withheld>' if flags['skip-token-print'] or not data.token else data.token,
             'hash': public_key_hash(environment.files.read_text(f'{PKI}/ca.crt')),
             'key': '<value withheld>' if flags['skip-certificate-key-print'] else data.certificate_key}
    environment.say(''.join((*parts, WORKERS)).format(**shown))


PHASE: Phase[InitData] = Phase('show-join-command', 'Show the join command for control-plane and worker node', run)

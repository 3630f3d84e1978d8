"""How anything talks to an API server: a Transport (in process, or HTTP by kubeconfig), REST verbs, informers."""

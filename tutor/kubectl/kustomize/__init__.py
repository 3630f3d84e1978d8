"""kustomize, as far as kubectl has it: from a folder with a kustomization.yaml to objects (kustomize/api)."""

"""What `kubectl rollout` and `describe` know of the revisions of a workload (kubectl/pkg/polymorphichelpers)."""

"""What lies below an object: status, scale, binding, eviction, logs, exec and the like; one module each."""

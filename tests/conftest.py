"""How Hypothesis tries things here: no test hangs on how fast the machine is just now."""

from __future__ import annotations

from hypothesis import HealthCheck, settings

settings.register_profile('tutor', deadline=None, suppress_health_check=[
    HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
settings.load_profile('tutor')

"""How long hypothesis searches: a quarter in the everyday run, all of it where slow tests run too."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, settings

# No deadline: a slow or busy machine is no failure.
settings.register_profile("thorough", max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("everyday", parent=settings.get_profile("thorough"), max_examples=25)


def load_profile(config: pytest.Config) -> None:
    """Choose the profile for a run, before any test is read, unless the command line has named one."""
    if config.getoption("--hypothesis-profile") is None:
        settings.load_profile("everyday" if config.option.markexpr == "not slow" else "thorough")


def examples(many: int) -> settings:
    """Search another number of examples than 100; of these, too, the everyday run takes a quarter."""
    return settings(max_examples=many * settings.default.max_examples // 100)

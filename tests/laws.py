"""How many examples a law is tried on."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

#: Few while one works, many where a change is judged. Choose with ``pytest
#: --hypothesis-profile ci``.
EXAMPLES = {"dev": 5, "ci": 100}


def register() -> None:
    """Register both profiles, and load the first.

    Whether a law holds has nothing to do with how busy the machine is: no
    example has a deadline, and no health check measures time. Where ``CI``
    is set, the examples are the same each time, so that a change is judged
    by what it changed.
    """
    for name, count in EXAMPLES.items():
        settings.register_profile(
            name,
            max_examples=count,
            deadline=None,
            derandomize="CI" in os.environ,
            suppress_health_check=[
                HealthCheck.too_slow,
                # mutmut runs a test again and again in one process.
                HealthCheck.differing_executors,
            ],
        )
    settings.load_profile("dev")


def examples(times: int) -> settings:
    """Return settings for so many times the examples of the profile.

    More than five times would take minutes, in the session ``laws`` and when
    the tests of one folder are run.
    """
    return settings(max_examples=times * settings().max_examples)

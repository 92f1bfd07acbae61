"""What the tests of the embedded AWS share."""

from collections.abc import Iterator

import pytest

from embedded_aws.launcher import EmbeddedAws


@pytest.fixture(scope="session")
def running_aws() -> Iterator[EmbeddedAws]:
    """One embedded AWS for the whole session."""
    with EmbeddedAws() as aws:
        yield aws


@pytest.fixture
def aws(running_aws: EmbeddedAws) -> EmbeddedAws:
    """The embedded AWS with an empty call log."""
    running_aws.reset_calls()
    return running_aws

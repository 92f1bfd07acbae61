"""What an endpoint's methods add to it: made as a whole, or not at all."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from ..arguments import describe, said_by_the_cdk
from ..errors import EndpointConfigurationError
from ..served import ServedEndpoint
from ..tokens import is_token


@contextmanager
def adding(endpoint: ServedEndpoint, id: str, call: str) -> Iterator[None]:
    """Let a child be made. If it is refused, nothing of it stays, and the CDK's words come as an error of ours.

    Args:
        endpoint: The parent.
        id: The child's id.
        call: The method, as an error message names it.

    Raises:
        EndpointConfigurationError: If the id cannot be used, or the CDK refuses what is made.
    """
    check_id(endpoint, id, call, is_taken=isinstance(id, str) and endpoint.node.try_find_child(id) is not None)
    try:
        yield
    except (TypeError, RuntimeError) as refused:
        endpoint.node.try_remove_child(id)
        raise refused_by_the_cdk(endpoint, call, refused) from refused
    except BaseException:
        endpoint.node.try_remove_child(id)
        raise


def check_id(endpoint: ServedEndpoint, id: object, call: str, *, is_taken: bool) -> None:
    """Whether what a method adds can have this id.

    Raises:
        EndpointConfigurationError: If it is no id, or another one has it.
    """
    if not isinstance(id, str) or not id or is_token(id):
        message = f"is {describe(id)}, expected a string that is known at synth"
        raise endpoint._refusal(f"{call}: id", message, "give it an id of its own")
    if is_taken:
        message = f"is {id!r}, which the endpoint has already"
        raise endpoint._refusal(f"{call}: id", message, "give it an id of its own")


def refused_by_the_cdk(endpoint: ServedEndpoint, call: str, refused: Exception) -> EndpointConfigurationError:
    """What the CDK said of what a method would add."""
    return endpoint._refusal(call, f"is refused by the CDK: {said_by_the_cdk(refused)}", "correct this")

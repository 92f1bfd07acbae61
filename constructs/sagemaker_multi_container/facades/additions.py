"""What an endpoint's methods add to it: made as a whole, or not at all."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from ..arguments import describe, said_by_the_cdk
from ..served import ServedEndpoint


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
    if not isinstance(id, str) or not id:
        raise endpoint._refusal(f"{call}: id", f"is {describe(id)}, expected a string", "give it an id of its own")
    if endpoint.node.try_find_child(id) is not None:
        message = f"is {id!r}, which the endpoint has already"
        raise endpoint._refusal(f"{call}: id", message, "give it an id of its own")
    try:
        yield
    except (TypeError, RuntimeError) as refused:
        endpoint.node.try_remove_child(id)
        raise endpoint._refusal(call, f"is refused by the CDK: {said_by_the_cdk(refused)}", "correct this") from refused
    except BaseException:
        endpoint.node.try_remove_child(id)
        raise

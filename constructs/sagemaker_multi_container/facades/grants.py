"""Who may call an endpoint, and describe it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from aws_cdk import aws_iam as iam

from ..arguments import describe, offers
from ..modes import InferenceExecutionMode
from ..served import ServedEndpoint, check_hostname

_INVOKE = "sagemaker:InvokeEndpoint"
_CONTAINER = "sagemaker:TargetContainerHostname"


class EndpointGrants:
    """Gives permissions on an endpoint, to call all of its containers or some of them.

    See https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonsagemaker.html
    """

    def __init__(self, endpoint: ServedEndpoint, *, may_have_other_containers: bool = False) -> None:
        self._endpoint = endpoint
        self._may_have_other_containers = may_have_other_containers

    def invoke(self, grantee: iam.IGrantable, *, containers: Sequence[str] | None = None) -> iam.Grant:
        """Allow calls of the endpoint (InvokeEndpoint).

        With `containers`, a call must name one of them (`TargetContainerHostname`), by an Allow with the condition
        `StringEquals` on `sagemaker:TargetContainerHostname`. AWS's pages disagree on that condition key: the text of
        the multi-container security page names it, today's example policies and the service authorization reference
        print another one, and it was not verified against AWS. If SageMaker does not know the key, such calls are
        denied, not allowed. The containers of an endpoint share an instance: this is no isolation between them.

        See https://docs.aws.amazon.com/sagemaker/latest/dg/multi-container-security.html

        Args:
            grantee: A role, a function, or whatever else acts as a principal.
            containers: The hostnames of the containers that may be called, of an endpoint in Direct mode. Add them to
                the endpoint first. Default: all.

        Raises:
            EndpointConfigurationError: If the endpoint has no such container (yet), or is a pipeline, or if nothing can
                be allowed to the grantee.
        """
        return self._allow(grantee, [_INVOKE], containers)

    def invoke_with_response_stream(
        self, grantee: iam.IGrantable, *, containers: Sequence[str] | None = None
    ) -> iam.Grant:
        """Allow calls of the endpoint, also those that stream their response (InvokeEndpointWithResponseStream).

        SageMaker asks for both permissions of who streams. For `containers` see `invoke`: the service authorization
        reference lists no condition key at all for streaming calls, so that they may be denied where it is given.

        Args:
            grantee: A role, a function, or whatever else acts as a principal.
            containers: The hostnames of the containers that may be called, of an endpoint in Direct mode. Add them to
                the endpoint first. Default: all.

        Raises:
            EndpointConfigurationError: If the endpoint has no such container (yet), or is a pipeline, or if nothing can
                be allowed to the grantee.
        """
        return self._allow(grantee, [_INVOKE, "sagemaker:InvokeEndpointWithResponseStream"], containers)

    def invoke_async(self, grantee: iam.IGrantable) -> iam.Grant:
        """Allow asynchronous calls of the endpoint (InvokeEndpointAsync).

        The caller also needs to write its requests to S3, which the bucket grants.

        Args:
            grantee: A role, a function, or whatever else acts as a principal.

        Raises:
            EndpointConfigurationError: If nothing can be allowed to the grantee.
        """
        return self._allow(grantee, ["sagemaker:InvokeEndpointAsync"])

    def describe(self, grantee: iam.IGrantable) -> iam.Grant:
        """Allow to see the endpoint's status and what is deployed (DescribeEndpoint).

        Args:
            grantee: A role, a function, or whatever else acts as a principal.

        Raises:
            EndpointConfigurationError: If nothing can be allowed to the grantee.
        """
        return self._allow(grantee, ["sagemaker:DescribeEndpoint"])

    def _allow(self, grantee: iam.IGrantable, actions: list[str], containers: Sequence[str] | None = None) -> iam.Grant:
        endpoint = self._endpoint
        if not offers(grantee, "grant_principal"):
            message = f"is {describe(grantee)}, expected an iam.IGrantable"
            raise endpoint._refusal("grantee", message, "give a role, a user, a function, ...")
        endpoint._check_grantee(grantee)
        grant = iam.Grant.add_to_principal(
            grantee=grantee,
            actions=actions,
            resource_arns=[endpoint.endpoint_arn],
            conditions=None if containers is None else {"StringEquals": {_CONTAINER: self._hostnames(containers)}},
        )
        if not grant.success:
            message = f"is a principal without a policy ({type(grantee).__name__}), and SageMaker endpoints have none"
            fix = "give the role, user or group that calls; import it with its from_* method where it is made elsewhere"
            raise endpoint._refusal("grantee", message, fix)
        return grant

    def _hostnames(self, containers: Sequence[str]) -> Any:
        endpoint = self._endpoint
        if isinstance(containers, str) or not isinstance(containers, Sequence):
            message = f"is {describe(containers)}, expected a list of hostnames"
            fix = (
                f"write containers=[{containers!r}]"
                if isinstance(containers, str)
                else "write containers=['...', '...']"
            )
            raise endpoint._refusal("containers", message, fix)
        if not containers:
            fix = "name the containers that may be called, or leave the argument out to allow all"
            raise endpoint._refusal("containers", "is empty, which would allow no call", fix)
        variants = endpoint.served_variants
        if any(variant.mode == InferenceExecutionMode.SERIAL for variant in variants):
            message = "are given for a pipeline, and a call of a pipeline names no container"
            raise endpoint._refusal("containers", message, "leave the argument out, or use Direct mode", "MCE-I02")
        if not self._may_have_other_containers and not all(variant.hostnames for variant in variants):
            message = "are given before the endpoint has containers"
            raise endpoint._refusal("containers", message, "add the containers first, with add_container", "MCE-I02")
        return [
            check_hostname(endpoint, f"containers[{index}]", hostname, variants)
            for index, hostname in enumerate(containers)
        ]

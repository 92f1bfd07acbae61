"""The construct."""

from __future__ import annotations

import functools
import sys
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import aws_cdk as cdk
import jsii
from aws_cdk import aws_iam as iam
from aws_cdk.interfaces import ResourceEnvironment
from aws_cdk.interfaces.aws_sagemaker import EndpointReference, IEndpointRef
from constructs import Construct

from .acknowledgements import read_acknowledged_rules
from .arguments import WRONG_ARGUMENT, ArgumentReader
from .containers import ContainerDefinition
from .declaration import Declaration
from .declared import DeclaredEndpoint
from .endpoint_base import MultiContainerEndpointBase
from .errors import EndpointConfigurationError, Problem
from .execution_role import given_role, own_role
from .features.destinations import A_KEY
from .features.feature import bind_feature
from .features.rollback_alarms import read_alarms
from .fleet import read_fleet
from .modes import InferenceExecutionMode
from .network import Network
from .readings import environment_of, stack_of
from .variants import ProductionVariant

if TYPE_CHECKING:
    from aws_cdk import aws_ec2 as ec2
    from aws_cdk import aws_kms as kms
    from aws_cdk.interfaces.aws_cloudwatch import IAlarmRef

    from .features.async_inference import AsyncInference
    from .features.data_capture import DataCapture
    from .features.deployment import Deployment
    from .features.explainer import ClarifyExplainer
    from .features.metrics_config import MetricsConfig


@jsii.implements(IEndpointRef, iam.IGrantable)
class MultiContainerEndpoint(DeclaredEndpoint):
    """A SageMaker endpoint that hosts 2 to 15 containers on the same instances.

    Synthesizes an `AWS::SageMaker::Model`, `AWS::SageMaker::EndpointConfig` and `AWS::SageMaker::Endpoint`, and a role
    that allows what these containers need. Updates are CloudFormation's own: a changed Model or EndpointConfig is
    replaced, the Endpoint is updated in place, and callers keep one stable name. That is why there is no model name and
    no endpoint config name: a resource with a name of its own cannot be replaced.

    See https://docs.aws.amazon.com/sagemaker/latest/dg/multi-container-endpoints.html
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        containers: Sequence[ContainerDefinition] | None = None,
        mode: InferenceExecutionMode = InferenceExecutionMode.SERIAL,
        instance_type: str | None = None,
        initial_instance_count: int | None = None,
        variants: Sequence[ProductionVariant] | None = None,
        shadow_variant: ProductionVariant | None = None,
        endpoint_name: str | None = None,
        role: iam.IRole | None = None,
        vpc: ec2.IVpc | None = None,
        vpc_subnets: ec2.SubnetSelection | None = None,
        security_groups: Sequence[ec2.ISecurityGroup] | None = None,
        allow_all_outbound: bool | None = None,
        network_isolation: bool = False,
        encryption_key: kms.IKey | None = None,
        deployment: Deployment | None = None,
        rollback_alarms: Sequence[IAlarmRef] = (),
        retain_instance_counts: bool | None = None,
        retain_weights: bool = False,
        data_capture: DataCapture | None = None,
        async_inference: AsyncInference | None = None,
        explainer: ClarifyExplainer | None = None,
        metrics_config: MetricsConfig | None = None,
        acknowledged_rules: Mapping[str, str] | None = None,
    ) -> None:
        """Declare an endpoint.

        Args:
            scope: The parent construct.
            id: The construct's id.
            containers: 2 to 15 containers, in the order in which a Serial pipeline runs them. Default: none yet; add
                them all with `add_container`.
            mode: How the containers are called. Default: Serial, as in SageMaker.
            instance_type: The instance type, such as `ml.m5.xlarge`, of the one variant that the endpoint has unless
                `variants` are given. That variant is named `AllTraffic`.
            initial_instance_count: How many instances it starts with. Default: 1.
            variants: Up to 10 variants, instead of `instance_type`.
            shadow_variant: Is sent a copy of the one variant's requests, as its weight says; its answers are dropped.
                AWS lists multi-container endpoints among those that shadow tests exclude, so this is refused (MCE-E15)
                unless you acknowledge that rule. Default: none.
            endpoint_name: The endpoint's name, 63 characters at most; lower case is best, since the ARN is lower case
                and calls are not. Changing it replaces the endpoint. Default: CloudFormation makes one.
            role: The role that SageMaker assumes. It must trust `sagemaker.amazonaws.com`, and is given the permissions
                that the containers need (not if it is immutable). Default: a new role.
            vpc: The VPC that the containers reach their network through. Default: none.
            vpc_subnets: Which of its subnets. Default: the private ones or, if there are none, the isolated ones.
            security_groups: 1 to 5 security groups. Default: a new one.
            allow_all_outbound: Whether the new security group lets all traffic out. Default: True.
            network_isolation: Whether the containers have no network at all, nor AWS credentials. SageMaker still
                fetches images and model data for them. Default: False.
            encryption_key: The key that encrypts the instances' storage volumes. Whoever deploys needs
                `kms:CreateGrant` on it. Default: a key of SageMaker's.
            deployment: How an update moves the traffic to the new instances. Default: SageMaker's, all at once.
            rollback_alarms: Up to 10 alarms; if one goes off during an update, SageMaker goes back to the old
                instances and CloudFormation rolls the stack back. For alarms on this endpoint's own metrics use
                `add_rollback_alarm`. Default: none.
            retain_instance_counts: Whether an update keeps the number of instances that a variant has by then, rather
                than what the template says. Default: True once a variant is scaled, else False.
            retain_weights: Whether an update keeps the weights that the variants have by then, rather than what the
                template says. Default: False.
            data_capture: Records calls in S3. Default: no calls are recorded.
            async_inference: Makes the endpoint asynchronous; for Serial mode. Default: calls are answered at once.
            explainer: Has predictions explained. Default: none is.
            metrics_config: More metrics than SageMaker publishes by itself. Default: none.
            acknowledged_rules: Rules to switch off for this endpoint, by id, each with the reason. Only rules that are
                inferred, not documented by AWS, can be switched off. Default: none.

        Raises:
            EndpointConfigurationError: If SageMaker would refuse the endpoint. It lists everything that is wrong.
        """
        if "aws_cdk.aws_ec2" in sys.modules:
            _become_connectable()
        super().__init__(scope, id)
        try:
            problems: list[Problem] = []
            read = ArgumentReader(problems)
            self._stack = stack_of(scope)
            self._env = environment_of(self._stack)
            self._fleet = read_fleet(
                self,
                containers=containers,
                mode=mode,
                instance_type=instance_type,
                initial_instance_count=initial_instance_count,
                variants=variants,
                shadow_variant=shadow_variant,
                problems=problems,
            )
            role_arn = read.construct("role", role, "role_arn", "an iam.IRole", "use iam.Role.from_role_arn(...)")
            self._role = own_role(self, self._stack) if role is None else given_role(self, role, self._stack)
            self._declaration = Declaration(
                models=self._fleet.models,
                variants=self._fleet.variants,
                shadow=self._fleet.shadow,
                role_arn=self._role.arn if role is None else role_arn,
                network=Network.of(self, vpc, vpc_subnets, security_groups, allow_all_outbound, self._env.region, read),
                network_isolation=read.read("network_isolation", network_isolation, bool),
                encryption_key_arn=read.construct("encryption_key", encryption_key, "key_arn", *A_KEY),
                features={
                    "DataCaptureConfig": bind_feature("data_capture", data_capture, read),
                    "AsyncInferenceConfig": bind_feature("async_inference", async_inference, read),
                    "ExplainerConfig": bind_feature("explainer", explainer, read),
                    "MetricsConfig": bind_feature("metrics_config", metrics_config, read),
                },
                endpoint_name=read.read("endpoint_name", endpoint_name, str),
                deployment=bind_feature("deployment", deployment, read),
                rollback_alarms=read_alarms(rollback_alarms, self._env, read),
                retain_instance_counts=read.literal("retain_instance_counts", retain_instance_counts, bool),
                retain_weights=read.literal("retain_weights", retain_weights, bool),
                region=self._env.region,
                account=self._env.account,
                problems=problems,
                acknowledged=read_acknowledged_rules(acknowledged_rules, read),
            )
            verdict = self._judge()
            self._create_resources(verdict)
            self._allow()
            for cfn_model in self._cfn_models.values():
                self._role.be_ready_before(cfn_model)
        except BaseException:
            # A refused endpoint leaves no constructs behind, so that a program that catches the error can go on.
            scope.node.try_remove_child(self.node.id)
            raise

    @staticmethod
    def from_endpoint_name(
        scope: Construct,
        id: str,
        endpoint_name: str,
        *,
        mode: InferenceExecutionMode | None = None,
        hostnames: Sequence[str] | None = None,
        variant_names: Sequence[str] | None = None,
    ) -> MultiContainerEndpointBase:
        """An endpoint in this account and region that was deployed elsewhere.

        Args:
            scope: The parent construct.
            id: The construct's id.
            endpoint_name: The name, in upper and lower case as it was given. The ARN has it in lower case: if the name
                is only known at deployment and is not all lower case, use `from_endpoint_arn` with both.
            mode: How the containers are called. Default: not known, and not checked.
            hostnames: The names of its containers. Default: not known, and not checked.
            variant_names: The names of its variants. Default: not known; metrics and scaling must then name one.

        Raises:
            EndpointConfigurationError: If an argument is of a wrong type.
        """
        from .imported import import_by_name  # noqa: PLC0415 - most apps never need it

        return import_by_name(scope, id, endpoint_name, mode=mode, hostnames=hostnames, variant_names=variant_names)

    @staticmethod
    def from_endpoint_arn(
        scope: Construct,
        id: str,
        endpoint_arn: str,
        *,
        endpoint_name: str | None = None,
        mode: InferenceExecutionMode | None = None,
        hostnames: Sequence[str] | None = None,
        variant_names: Sequence[str] | None = None,
    ) -> MultiContainerEndpointBase:
        """An endpoint that was deployed elsewhere, also in another account or region.

        Args:
            scope: The parent construct.
            id: The construct's id.
            endpoint_arn: The ARN.
            endpoint_name: The name, if it is not all lower case as it is in the ARN: clients and metrics need it as it
                was given. Default: as in the ARN.
            mode: How the containers are called. Default: not known, and not checked.
            hostnames: The names of its containers. Default: not known, and not checked.
            variant_names: The names of its variants. Default: not known; metrics and scaling must then name one.

        Raises:
            EndpointConfigurationError: If this is not the ARN of an endpoint, or an argument is of a wrong type.
        """
        from .imported import import_by_arn  # noqa: PLC0415 - most apps never need it

        return import_by_arn(
            scope,
            id,
            endpoint_arn,
            endpoint_name=endpoint_name,
            mode=mode,
            hostnames=hostnames,
            variant_names=variant_names,
        )

    @property
    def env(self) -> ResourceEnvironment:
        """The account and region that the endpoint is in."""
        return self._env

    @property
    def endpoint_ref(self) -> EndpointReference:
        """A reference to the endpoint, for whatever takes an `IEndpointRef`."""
        return super().endpoint_ref

    @property
    def grant_principal(self) -> iam.IPrincipal:
        """The principal that permissions are granted to when the endpoint is the grantee: its role."""
        return self.role.grant_principal

    @property
    def connections(self) -> ec2.Connections:
        """Opens ports between the containers and others.

        Raises:
            EndpointConfigurationError: If the endpoint is not in a VPC.
        """
        network = self._declaration.network
        if network is None:
            message = "has no connections to manage, since it is not in a VPC"
            problem = Problem(WRONG_ARGUMENT, "endpoint", message, "give the endpoint a vpc=...")
            raise EndpointConfigurationError(self.node.path, [problem])
        return network.connections


@functools.cache
def _become_connectable() -> None:
    """Let the CDK know that endpoints have `connections`.

    Importing EC2 takes longer than importing all of this package, and who does not import it connects nothing.
    """
    jsii.implements(cdk.aws_ec2.IConnectable)(MultiContainerEndpoint)

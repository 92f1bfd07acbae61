"""The construct."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import cast

import aws_cdk as cdk
import jsii
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_sagemaker as sagemaker
from constructs import Construct, IValidation

from . import l1, permissions
from .arguments import WRONG_ARGUMENT, ArgumentReader
from .containers import ContainerDefinition
from .declaration import CONFIG_NAME, ENDPOINT, ENDPOINT_CONFIG, Declaration, Model, Verdict
from .errors import Caution, EndpointConfigurationError, Problem
from .models import bind_container, construct_ids, version_of
from .modes import InferenceExecutionMode
from .network import Network
from .reading import WARNING_ID, read_acknowledged_rules, read_models_and_variants
from .rules import Reference
from .variants import ProductionVariant


@jsii.implements(iam.IGrantable, ec2.IConnectable)
class MultiContainerEndpoint(Construct):
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
        endpoint_name: str | None = None,
        role: iam.IRole | None = None,
        vpc: ec2.IVpc | None = None,
        vpc_subnets: ec2.SubnetSelection | None = None,
        security_groups: Sequence[ec2.ISecurityGroup] | None = None,
        allow_all_outbound: bool | None = None,
        network_isolation: bool = False,
        encryption_key: kms.IKey | None = None,
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
            endpoint_name: The endpoint's name, 63 characters at most; lower case is best, since the ARN is lower case
                and calls are not. Changing it replaces the endpoint. Default: CloudFormation makes one.
            role: The role that SageMaker assumes. It must trust `sagemaker.amazonaws.com`, and is given the permissions
                that the containers need (not if it is immutable). Default: a new role.
            vpc: The VPC that the containers reach their network through. Default: none.
            vpc_subnets: Which of its subnets. Default: the private ones.
            security_groups: 1 to 5 security groups. Default: a new one.
            allow_all_outbound: Whether the new security group lets all traffic out. Default: True.
            network_isolation: Whether the containers have no network at all, nor AWS credentials. SageMaker still
                fetches images and model data for them. Default: False.
            encryption_key: The key that encrypts the instances' storage volumes. Whoever deploys needs
                `kms:CreateGrant` on it. Default: a key of SageMaker's.
            acknowledged_rules: Rules to switch off for this endpoint, by id, each with the reason. Only rules that are
                inferred, not documented by AWS, can be switched off. Default: none.

        Raises:
            EndpointConfigurationError: If SageMaker would refuse the endpoint. It lists everything that is wrong.
        """
        super().__init__(scope, id)
        self._warned: set[Caution] = set()
        self._added_statements: list[iam.PolicyStatement] = []
        try:
            problems: list[Problem] = []
            read = ArgumentReader(problems)
            self._stack = cdk.Stack.of(self)
            models, bound_variants = read_models_and_variants(
                self,
                containers=containers,
                mode=mode,
                instance_type=instance_type,
                initial_instance_count=initial_instance_count,
                variants=variants,
                problems=problems,
            )
            role_arn = read.construct("role", role, "role_arn", "an iam.IRole", "use iam.Role.from_role_arn(...)")
            self._owns_role = role is None
            self._role = role or cast("iam.IRole", iam.Role(self, "Role", assumed_by=_sagemaker()))
            self._declaration = Declaration(
                models=models,
                variants=bound_variants,
                role_arn=self._role.role_arn if role is None else role_arn,
                network=Network.of(self, vpc, vpc_subnets, security_groups, allow_all_outbound, read),
                network_isolation=read.read("network_isolation", network_isolation, bool),
                encryption_key_arn=read.construct(
                    "encryption_key", encryption_key, "key_arn", "a kms.IKey", "use kms.Key.from_key_arn(...)"
                ),
                endpoint_name=read.read("endpoint_name", endpoint_name, str),
                region=self._stack.region,
                account=self._stack.account,
                problems=problems,
                acknowledged=read_acknowledged_rules(acknowledged_rules, read),
            )
            verdict = self._judge()
        except EndpointConfigurationError:
            # A refused endpoint leaves nothing behind, so that a program that catches the error can go on.
            scope.node.try_remove_child(id)
            raise
        self._policy = iam.Policy(
            self,
            "Policy",
            # The default name repeats in other stacks, whose policies would replace each other on a shared role.
            policy_name=None if role is None else cdk.Names.unique_resource_name(self, max_length=128),
            document=self._policy_document(),
        )
        self._role.attach_inline_policy(self._policy)
        self._create_resources(verdict)
        if role is not None:
            # Permissions that the user gives the role elsewhere must be there before the models, too.
            for model in self._cfn_models.values():
                model.node.add_dependency(role)
        if any(model.is_open for model in models):
            self.node.add_validation(_Completeness(self._declaration))

    @property
    def endpoint_name(self) -> str:
        """The endpoint's name, as clients, metrics and scaling know it.

        The ARN has it in lower case, and calls match upper and lower case: never derive one from the other.
        """
        return self._cfn_endpoint.attr_endpoint_name

    @property
    def endpoint_arn(self) -> str:
        """The endpoint's ARN, as IAM policies know it."""
        return self._cfn_endpoint.ref

    @property
    def role(self) -> iam.IRole:
        """The role that SageMaker assumes to fetch images and model data, and that the containers act as."""
        return self._role

    @property
    def grant_principal(self) -> iam.IPrincipal:
        """The principal that permissions are granted to when the endpoint is the grantee: its role."""
        return self._role.grant_principal

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

    @property
    def cfn_models(self) -> tuple[sagemaker.CfnModel, ...]:
        """The Model resources: the endpoint's own, and one for each variant with containers of its own."""
        return tuple(self._cfn_models.values())

    @property
    def cfn_endpoint_config(self) -> sagemaker.CfnEndpointConfig:
        """The EndpointConfig resource."""
        return self._cfn_endpoint_config

    @property
    def cfn_endpoint(self) -> sagemaker.CfnEndpoint:
        """The Endpoint resource; also the construct's default child."""
        return self._cfn_endpoint

    def add_container(self, container: ContainerDefinition) -> None:
        """Add a container after the others.

        Args:
            container: The container. In a Serial pipeline it becomes the last one.

        Raises:
            EndpointConfigurationError: If SageMaker would refuse the endpoint with it; the endpoint stays as it was.
        """
        model = next((model for model in self._declaration.models if not model.owner), None)
        if model is None or model.containers is None:
            message = "is served by no variant, since each variant has its own containers"
            problem = Problem(WRONG_ARGUMENT, "container", message, "give it to a variant with containers=[...]")
            raise EndpointConfigurationError(self.node.path, [problem])
        before = model.containers
        problems = self._declaration.problems
        added = bind_container(container, self, model.argument(len(before)), problems)
        model.containers = [*before, added]
        try:
            self._judge()
        except EndpointConfigurationError:
            model.containers = before
            problems.clear()
            for child in construct_ids(model.argument(len(before))):
                self.node.try_remove_child(child)
            raise
        cfn_model = self._cfn_models[model.id]
        properties = l1.keywords(self._declaration.model_properties(model), {})
        cfn_model.containers = properties["containers"]
        self._name_by_version(model, cfn_model)
        self._renew_policy()

    def add_to_role_policy(self, statement: iam.PolicyStatement) -> None:
        """Allow the containers more, before the models are made.

        Args:
            statement: Added to the policy of the endpoint's role; without effect if the role is immutable.
        """
        self._added_statements.append(statement)
        self._renew_policy()

    def _judge(self) -> Verdict:
        """Raise what is wrong, warn of what is doubtful."""
        verdict = self._declaration.judge(complete=False)
        too_long = permissions.problem_of_size(self._statements()) if self._owns_role else None
        if too_long is not None:
            verdict.problems.append(too_long)
        if verdict.problems:
            raise EndpointConfigurationError(self.node.path, verdict.problems)
        for caution in verdict.cautions:
            if caution not in self._warned:
                self._warned.add(caution)
                text = f"{caution.where}: {caution.message}; {caution.fix}"
                cdk.Annotations.of(self).add_warning_v2(WARNING_ID + caution.rule, text)
        return verdict

    def _statements(self) -> list[permissions.Statement]:
        declaration = self._declaration
        containers = [container for model in declaration.models for container in model.containers or ()]
        return [
            *permissions.for_containers(containers),
            *permissions.for_logs_and_metrics(declaration.endpoint_name),
            *(permissions.for_vpc(declaration.network) if declaration.network else ()),
        ]

    def _policy_document(self) -> iam.PolicyDocument:
        document = iam.PolicyDocument.from_json({"Version": "2012-10-17", "Statement": self._statements()})
        if self._added_statements:
            document.add_statements(*self._added_statements)
        return document

    def _renew_policy(self) -> None:
        cfn_policy = cast("iam.CfnPolicy", self._policy.node.default_child)
        cfn_policy.policy_document = self._policy_document()

    def _create_resources(self, verdict: Verdict) -> None:
        names: dict[Reference, str] = {}
        self._cfn_models: dict[str, sagemaker.CfnModel] = {}
        for model in self._declaration.models:
            properties = l1.keywords(verdict.resources[model.id].properties, names)
            cfn_model = sagemaker.CfnModel(self, model.id, **properties)
            # SageMaker checks the role's permissions when it makes the model: the policy must be there by then.
            cfn_model.node.add_dependency(self._policy)
            self._name_by_version(model, cfn_model)
            names[model.name] = cfn_model.attr_model_name
            self._cfn_models[model.id] = cfn_model
        self._cfn_endpoint_config = sagemaker.CfnEndpointConfig(
            self, ENDPOINT_CONFIG, **l1.keywords(verdict.resources[ENDPOINT_CONFIG].properties, names)
        )
        names[CONFIG_NAME] = self._cfn_endpoint_config.attr_endpoint_config_name
        # "Resource" makes it the construct's default child.
        self._cfn_endpoint = sagemaker.CfnEndpoint(
            self, "Resource", **l1.keywords(verdict.resources[ENDPOINT].properties, names)
        )
        if self._declaration.network is not None:
            # The instances fetch images and model data as soon as they start.
            self._cfn_endpoint.node.add_dependency(self._declaration.network.ready)

    def _name_by_version(self, model: Model, cfn_model: sagemaker.CfnModel) -> None:
        logical_id = self._stack.get_logical_id(cfn_model)
        cfn_model.override_logical_id(logical_id + version_of(model.containers or []))


def _sagemaker() -> iam.IPrincipal:
    # Without the condition, SageMaker could be tricked into using the role on behalf of another account.
    condition = {"StringEquals": {"aws:SourceAccount": cdk.Aws.ACCOUNT_ID}}
    return cast("iam.IPrincipal", iam.ServicePrincipal("sagemaker.amazonaws.com", conditions=condition))


@jsii.implements(IValidation)
class _Completeness:
    """Judges at synth an endpoint whose containers came one by one."""

    def __init__(self, declaration: Declaration) -> None:
        self._declaration = declaration

    def validate(self) -> list[str]:
        return [str(problem) for problem in self._declaration.judge().problems]

"""An endpoint that this app declares: its resources, and what may be added to it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import aws_cdk as cdk
import jsii
from aws_cdk import aws_iam as iam
from aws_cdk import aws_sagemaker as sagemaker
from aws_cdk.interfaces import ResourceEnvironment
from constructs import Construct, IValidation

from . import l1, permissions
from .acknowledgement_ids import WARNING_ID
from .acknowledgements import ignore, record_acknowledged_warnings
from .arguments import WRONG_ARGUMENT, ArgumentReader, describe
from .containers import ContainerDefinition
from .declaration import CONFIG_NAME, ENDPOINT, ENDPOINT_CONFIG, Declaration, Model, Verdict
from .endpoint_base import MultiContainerEndpointBase
from .errors import EndpointConfigurationError, Problem
from .execution_role import ExecutionRole
from .features.rollback_alarms import RollbackAlarm, read_alarm
from .fleet import OWN_MODEL, Fleet
from .models import bind_container, version_of
from .node_members import unknown_to_node
from .readings import attribute
from .rules import Reference, Resource
from .rules.description import Properties
from .rules.limits import ALARMS
from .served import ServedVariant
from .variants import ProductionVariant

if TYPE_CHECKING:
    from aws_cdk.interfaces.aws_cloudwatch import IAlarmRef

_MOST_ALARMS = ALARMS.maximum or 0


@unknown_to_node
class DeclaredEndpoint(MultiContainerEndpointBase):
    """The resources of an endpoint, which follow what is declared of it."""

    _stack: cdk.Stack
    _env: ResourceEnvironment
    _fleet: Fleet
    _role: ExecutionRole
    _declaration: Declaration
    _cfn_endpoint_config: sagemaker.CfnEndpointConfig
    _cfn_endpoint: sagemaker.CfnEndpoint

    def __init__(self, scope: Construct, id: str) -> None:
        super().__init__(scope, id)
        self._versions: dict[str, str] = {}
        self._is_judged_at_synth = False
        self._needed: list[permissions.Statement] = []
        self._names: dict[Reference, str] = {}
        self._endpoint_keywords: dict[str, Any] = {}
        self._cfn_models: dict[str, sagemaker.CfnModel] = {}

    @property
    def endpoint_name(self) -> str:
        """The endpoint's name, as clients, metrics and scaling know it.

        The ARN has it in lower case, and calls match upper and lower case: never derive one from the other.
        """
        return str(attribute(self._cfn_endpoint, "attr_endpoint_name"))

    @property
    def endpoint_arn(self) -> str:
        """The endpoint's ARN, as IAM policies know it."""
        return self._cfn_endpoint.ref

    @property
    def _name_in_metrics(self) -> str:
        """The endpoint's name as a metric's dimension: the name that you gave it, else the generated one."""
        name = self._declaration.endpoint_name
        return name if isinstance(name, str) else self.endpoint_name

    @property
    def served_variants(self) -> tuple[ServedVariant, ...]:
        """The production variants and the containers that they serve."""
        return self._declaration.served_variants()

    @property
    def _is_asynchronous(self) -> bool:
        """Whether calls are queued and answered in S3."""
        return self._declaration.features["AsyncInferenceConfig"].properties is not None

    @property
    def role(self) -> iam.IRole:
        """The role that SageMaker assumes to fetch images and model data, and that the containers act as."""
        self._role.expect_more(self._cfn_models.values())
        return self._role.role

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
            EndpointConfigurationError: If SageMaker would refuse the endpoint with it, or it cannot have the alarms of
                `add_alarms`; the endpoint stays as it was.
        """
        model = next((model for model in self._fleet.models if not model.owner), None)
        if model is None or model.containers is None:
            message = "is served by no variant, since each variant has its own containers"
            problem = Problem(WRONG_ARGUMENT, "container", message, "give it to a variant with containers=[...]")
            raise EndpointConfigurationError(self.node.path, [problem])
        cfn_model = self._cfn_models[model.id]
        with self._all_or_nothing():
            before = model.containers
            added = bind_container(container, self, model.argument(len(before)), self._declaration.problems)
            model.containers = [*before, added]
            self._judge()
            with self._alarm_sets.following():
                cfn_model.containers = l1.keywords(self._declaration.model_properties(model), {})["containers"]
                self._name_by_version(model, cfn_model)
        self._allow()

    def add_variant(self, variant: ProductionVariant) -> None:
        """Add a variant after the others.

        Args:
            variant: The variant. It serves the endpoint's containers unless it has its own.

        Raises:
            EndpointConfigurationError: If SageMaker would refuse the endpoint with it, or it cannot have the alarms of
                `add_alarms`; the endpoint stays as it was.
        """
        variants = self._declaration.variants or []
        models = len(self._fleet.models)
        with self._all_or_nothing():
            variants.append(self._fleet.bind(f"variants[{len(variants)}]", variant))
            verdict = self._judge()
            with self._alarm_sets.following():
                for model in self._fleet.models[models:]:
                    self._create_model(model, verdict.resources[model.id].properties)
                    self._role.be_ready_before(self._cfn_models[model.id])
                config = l1.keywords(verdict.resources[ENDPOINT_CONFIG].properties, self._names)
                self._cfn_endpoint_config.production_variants = config["production_variants"]
                ignore(self._declaration.acknowledged, self)
        self._allow()

    def add_rollback_alarm(self, *alarms: IAlarmRef) -> None:
        """Have SageMaker roll an update back when one of these alarms goes off while it is under way.

        The alarm is made before the endpoint, which names it. So an alarm on this endpoint's own metrics must know the
        endpoint by a name that you gave it with `endpoint_name`: a generated name would make the two wait for each
        other.

        Args:
            *alarms: Alarms of the endpoint's account and region, such as those of `add_alarms`. There may be 10.
                CloudWatch shows composite alarms to nobody who may not see all alarms: of one that is imported, allow
                that with `add_to_role_policy`.

        Raises:
            EndpointConfigurationError: If SageMaker would refuse the endpoint with one, or an alarm needs the endpoint;
                none is added then.
        """
        problems: list[Problem] = []
        read = ArgumentReader(problems)
        bound = [read_alarm(f"alarms[{index}]", alarm, self._env, read) for index, alarm in enumerate(alarms)]
        for index, alarm in enumerate(alarms):
            if not problems and self._is_needed_by(alarm):
                message = "refers to this endpoint, so that alarm and endpoint would wait for each other"
                fix = "give the endpoint an endpoint_name, and use endpoint.metrics or that name in the alarm"
                read.refuse(f"alarms[{index}]", message, fix)
        if problems:
            raise EndpointConfigurationError(self.node.path, problems)
        with self._all_or_nothing():
            self._declaration.rollback_alarms += bound
            # As if the own ones came last: the order of the calls makes no difference.
            self._declaration.rollback_alarms.sort(key=lambda alarm: alarm.is_own)
            self._judge()
        self._update_cfn_endpoint()
        self._allow()

    def add_to_role_policy(self, statement: iam.PolicyStatement) -> None:
        """Allow the containers more, before the models are made.

        Args:
            statement: Added to the role's own policy; without effect if the role is immutable.

        Raises:
            EndpointConfigurationError: If it is no `iam.PolicyStatement`.
        """
        if not isinstance(statement, iam.PolicyStatement):
            message = f"is {describe(statement)}, expected an iam.PolicyStatement"
            problem = Problem(WRONG_ARGUMENT, "statement", message, "write iam.PolicyStatement(actions=[...], ...)")
            raise EndpointConfigurationError(self.node.path, [problem])
        if self._is_referred_to_in(statement.to_json()):
            message = "names this endpoint, which can only be made when its role may do what it must"
            raise self._refusal("statement", message, "allow it to a role of the callers, with endpoint.grants")
        self.role.add_to_principal_policy(statement)

    def _check_is_here(self, call: str) -> None:
        """It is in its own stack."""

    def _check_rollback(self, count: int) -> None:
        """Whether as many alarms on the endpoint's own metrics can roll its updates back.

        Raises:
            EndpointConfigurationError: If the endpoint's name is generated, or there would be more than 10.
        """
        if self._declaration.endpoint_name is None:
            message = "needs alarms that know the endpoint's name before it is made, and the name is generated"
            raise self._refusal("rollback", message, "give the endpoint an endpoint_name")
        there = sum(not alarm.is_own for alarm in self._declaration.rollback_alarms)
        if there + count > _MOST_ALARMS:
            message = f"needs {count} rollback alarms beside {there} others; SageMaker takes {ALARMS}"
            raise self._refusal(
                "rollback", message, "leave some out, or combine several into a composite alarm", "MCE-P14"
            )

    @contextmanager
    def _rolled_back_by(self, alarms: Sequence[RollbackAlarm]) -> Iterator[None]:
        """Have updates rolled back on all of these alarms of `add_alarms`, unless that is refused.

        Raises:
            EndpointConfigurationError: If SageMaker would refuse the endpoint with them, or what is done within this
                context is refused; the endpoint stays as it was.
        """
        with self._all_or_nothing():
            given = [alarm for alarm in self._declaration.rollback_alarms if not alarm.is_own]
            self._declaration.rollback_alarms[:] = [*given, *alarms]
            self._judge()
            yield
        self._update_cfn_endpoint()
        self._allow()

    def _check_grantee(self, grantee: iam.IGrantable) -> None:
        """Whether this principal can be allowed to call the endpoint.

        Raises:
            EndpointConfigurationError: If it is the endpoint's own role, whose permissions the endpoint waits for.
        """
        own = self._declaration.role_arn
        this: object = self  # type checkers know no grantee of this class, only of its subclass
        if grantee is this or getattr(grantee.grant_principal, "role_arn", None) == own:
            message = "is the endpoint's own role, whose permissions must be there before the endpoint is"
            raise self._refusal("grantee", message, "give the callers a role of their own")

    @contextmanager
    def _scaled_by(self, call: str, resource: Resource) -> Iterator[None]:
        """Take note of a scalable target or a scaling policy, unless it cannot be made within this context.

        Args:
            call: What an error message names it by, such as `auto_scale(variant='main')`. Noted again, it is replaced.
            resource: Its CloudFormation properties.

        Raises:
            EndpointConfigurationError: If SageMaker would refuse the endpoint with it; the endpoint stays as it was.
        """
        with self._all_or_nothing():
            self._declaration.scaling = {**self._declaration.scaling, call: resource}
            self._judge()
            yield
        self._update_cfn_endpoint()

    @contextmanager
    def _all_or_nothing(self) -> Iterator[None]:
        """If what is added within this context is refused, the endpoint stays as it was."""
        declaration, fleet = self._declaration, self._fleet
        models = {model.id: model.containers for model in fleet.models}
        variants = [*(declaration.variants or ())]
        alarms, scaling = [*declaration.rollback_alarms], declaration.scaling
        try:
            yield
        except BaseException:
            for model in [*fleet.models]:
                if model.id in models:
                    model.containers = models[model.id]
                else:
                    fleet.models.remove(model)
                    self._cfn_models.pop(model.id, None)
                    self.node.try_remove_child(_id_of(model))
            self._forget_assets_beyond(models, len(variants))
            if declaration.variants is not None:
                declaration.variants[:] = variants
            declaration.rollback_alarms[:] = alarms
            declaration.scaling = scaling
            declaration.problems.clear()
            raise

    def _update_cfn_endpoint(self) -> None:
        """Let the Endpoint resource follow the declaration."""
        before = self._endpoint_keywords
        self._endpoint_keywords = l1.keywords(self._declaration.endpoint_properties(), self._names)
        for name in before | self._endpoint_keywords:
            value = self._endpoint_keywords.get(name)
            if value != before.get(name):
                setattr(self._cfn_endpoint, name, value)

    def _judge(self) -> Verdict:
        """Raise what is wrong; what is doubtful, or still missing, is judged at synth, when nothing more can come."""
        verdict = self._declaration.judge(complete=False)
        self._needed = self._statements()
        too_long = permissions.problem_of_size(self._needed) if self._role.is_own else None
        if too_long is not None:
            verdict.problems.append(too_long)
        if verdict.problems:
            raise EndpointConfigurationError(self.node.path, verdict.problems)
        if not self._is_judged_at_synth and (verdict.cautions or any(model.is_open for model in self._fleet.models)):
            self._is_judged_at_synth = True
            self.node.add_validation(_AtSynth(self, self._declaration))
        return verdict

    def _forget_assets_beyond(self, models: Mapping[str, Sequence[object] | None], variants: int) -> None:
        """Remove the constructs that images and model data of refused containers and variants have made."""
        own = len(models.get(OWN_MODEL) or ())
        refused = (f"Containers{own}", f"Variants{variants}")
        for child in self.node.children:
            if re.match(rf"({'|'.join(refused)})(?!\d)", child.node.id):
                self.node.try_remove_child(child.node.id)

    def _is_needed_by(self, alarm: IAlarmRef) -> bool:
        """Whether an alarm of this stack can only be made after the endpoint, as far as its own properties tell."""
        resource = alarm if isinstance(alarm, cdk.CfnResource) else alarm.node.default_child
        return isinstance(resource, cdk.CfnResource) and self._is_needed_by_resource(resource)

    def _is_needed_by_resource(self, alarm: cdk.CfnResource, within: frozenset[str] = frozenset()) -> bool:
        """Whether that is so of an alarm within these composite ones (by logical id), which are not looked at again."""
        if cdk.Stack.of(alarm).node.path != self._stack.node.path:
            return False
        if isinstance(alarm, cdk.aws_cloudwatch.CfnAlarm):
            return self._is_referred_to_in([alarm.alarm_name, alarm.alarm_description, alarm.dimensions, alarm.metrics])
        if isinstance(alarm, cdk.aws_cloudwatch.CfnCompositeAlarm):
            given = [alarm.alarm_name, alarm.alarm_description, alarm.alarm_rule, alarm.actions_suppressor]
            resolved = json.dumps(self._stack.resolve(given))
            kinds = (cdk.aws_cloudwatch.CfnAlarm, cdk.aws_cloudwatch.CfnCompositeAlarm)
            alarms = {each: self._logical_id(each) for each in self._stack.node.find_all() if isinstance(each, kinds)}
            within |= {self._logical_id(alarm)}
            return self._is_referred_to_in(given) or any(
                logical_id in resolved and logical_id not in within and self._is_needed_by_resource(each, within)
                for each, logical_id in alarms.items()
            )
        return False

    def _logical_id(self, resource: cdk.CfnResource) -> str:
        return f'"{self._stack.resolve(resource.logical_id)}"'

    def _is_referred_to_in(self, value: object) -> bool:
        """Whether a value of this stack holds a reference to the endpoint."""
        own = self._stack.resolve(self._cfn_endpoint.logical_id)
        resolved = json.dumps(self._stack.resolve(value))
        return f'{{"Ref": "{own}"}}' in resolved or f'"Fn::GetAtt": ["{own}", ' in resolved

    def _statements(self) -> list[permissions.Statement]:
        declaration = self._declaration
        containers = [container for model in self._fleet.models for container in model.containers or ()]
        return permissions.merged(
            [
                *permissions.for_containers(containers),
                *permissions.for_logs_and_metrics(declaration.endpoint_name),
                *(permissions.for_vpc(declaration.network) if declaration.network else ()),
                *declaration.statements(),
            ]
        )

    def _allow(self) -> None:
        """Let the role's policy follow the declaration, once it is judged."""
        self._role.allow(self._needed)

    def _create_resources(self, verdict: Verdict) -> None:
        for model in self._fleet.models:
            self._create_model(model, verdict.resources[model.id].properties)
        self._cfn_endpoint_config = sagemaker.CfnEndpointConfig(
            self, ENDPOINT_CONFIG, **l1.keywords(verdict.resources[ENDPOINT_CONFIG].properties, self._names)
        )
        self._names[CONFIG_NAME] = self._cfn_endpoint_config.attr_endpoint_config_name
        # "Resource" makes it the construct's default child.
        self._endpoint_keywords = l1.keywords(verdict.resources[ENDPOINT].properties, self._names)
        self._cfn_endpoint = sagemaker.CfnEndpoint(self, "Resource", **self._endpoint_keywords)
        ignore(self._declaration.acknowledged, self)
        if self._declaration.network is not None:
            # The instances fetch images and model data as soon as they start.
            self._cfn_endpoint.node.add_dependency(self._declaration.network.ready)

    def _create_model(self, model: Model, properties: Properties) -> None:
        cfn_model = sagemaker.CfnModel(self, _id_of(model), **l1.keywords(properties, self._names))
        self._names[model.name] = cfn_model.attr_model_name
        self._cfn_models[model.id] = cfn_model

    def _name_by_version(self, model: Model, cfn_model: sagemaker.CfnModel) -> None:
        """Give a model that has got another container the logical id that it would have had with it from the start."""
        current = self._stack.resolve(cfn_model.logical_id)
        if current not in (self._stack.get_logical_id(cfn_model), self._versions.get(model.id)):
            return  # named by the user, who is right
        asked = cdk.CfnResource(self, _id_of(model), type=cfn_model.cfn_resource_type)
        self._versions[model.id] = self._stack.get_logical_id(asked)
        self.node.try_remove_child(_id_of(model))
        cfn_model.override_logical_id(self._versions[model.id])


def _id_of(model: Model) -> str:
    """The id of a model's construct. It carries the version, and so does the logical id that the CDK makes of it."""
    return model.id + version_of(model.containers or [])


@jsii.implements(IValidation)
class _AtSynth:
    """Judges an endpoint once more when nothing more can come."""

    def __init__(self, scope: Construct, declaration: Declaration) -> None:
        self._scope = scope
        self._declaration = declaration

    def validate(self) -> list[str]:
        verdict = self._declaration.judge()
        for caution in dict.fromkeys(verdict.cautions):
            text = f"{caution.where}: {caution.message}; {caution.fix}"
            cdk.Annotations.of(self._scope).add_warning_v2(WARNING_ID + caution.rule, text)
        record_acknowledged_warnings(self._scope, [caution.rule for caution in verdict.cautions])
        return [str(problem) for problem in verdict.problems]

"""What is planned of templates that somebody wrote by hand, and why others are refused."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from sagemaker_multi_container.local import stub
from sagemaker_multi_container.local.errors import LocalEndpointError
from sagemaker_multi_container.local.plan import Attached, Command, ContainerPlan, EndpointPlan, NamedImage, VariantPlan
from sagemaker_multi_container.local.planning import Overrides, plan
from tests.review import templates
from tests.review.templates import ABSENT, REGISTRY, attribute, edited, resource, variant

SERVER = Attached(url="http://127.0.0.1:8081")
REGIONAL = {"Fn::Sub": "${AWS::AccountId}.dkr.ecr.${AWS::Region}.${AWS::URLSuffix}/ranker:1"}


def container(hostname: str, **properties: Any) -> dict[str, Any]:
    """A container without model data."""
    return {"ContainerHostname": hostname, "Image": f"{REGISTRY}/{hostname}:1.0", **properties}


DIRECT = edited(templates.DIRECT, {"Model.Containers": [container("ranker"), container("tagger")]})
"""An endpoint that runs here as it stands."""

CANDIDATE = edited(
    DIRECT,
    {
        "Candidate": resource(
            "Model",
            {
                "Containers": [container("ranker"), container("labeller")],
                "InferenceExecutionConfig": {"Mode": "Serial"},
            },
        ),
        "Config.ProductionVariants": [variant(), variant("next", "Candidate")],
    },
)
"""Two variants that serve different models, of which each has a container of the same hostname."""


class Planned:
    """Plans changed templates."""

    def __init__(self, folder: Path) -> None:
        self.file = folder / "app.json"

    def __call__(
        self, changes: Mapping[str, Any] | None = None, *, of: Mapping[str, Any] = DIRECT, **arguments: Any
    ) -> EndpointPlan:
        """The plan of a template with these changes."""
        self.file.write_text(json.dumps(edited(of, changes or {})))
        return plan(self.file, **arguments)

    def refused(
        self, changes: Mapping[str, Any] | None = None, *, of: Mapping[str, Any] = DIRECT, **arguments: Any
    ) -> list[str]:
        """Why there is no plan of a template with these changes."""
        with pytest.raises(LocalEndpointError) as refused:
            self(changes, of=of, **arguments)
        assert str(refused.value) == "\n".join(refused.value.problems)
        return list(refused.value.problems)

    def container(self, changes: Mapping[str, Any] | None = None, **arguments: Any) -> ContainerPlan:
        """The first container."""
        return self(changes, **arguments).models[0].containers[0]


@pytest.fixture(name="planned")
def _planned(tmp_path: Path) -> Planned:
    return Planned(tmp_path)


def test_an_endpoint_is_planned_as_it_is_written(planned: Planned) -> None:
    environment = {"LEVEL": "info", "WORKERS": 4, "EMPTY": ""}
    found = planned({"Model.Containers[0].Environment": environment})

    assert (found.name, found.title, found.notes) == ("search", "search", ())
    assert found.variants == (
        VariantPlan(name="main", weight=1.0, model="Model", startup_timeout=480.0, instance_types=("ml.m5.xlarge",)),
    )
    (model,) = found.models
    assert (model.key, model.mode) == ("Model", "Direct")
    assert model.containers == (
        ContainerPlan(
            hostname="ranker",
            workload=NamedImage(name=f"{REGISTRY}/ranker:1.0"),
            environment={"LEVEL": "info", "WORKERS": "4", "EMPTY": ""},
        ),
        ContainerPlan(hostname="tagger", workload=NamedImage(name=f"{REGISTRY}/tagger:1.0")),
    )


def test_yaml_is_read_too(tmp_path: Path) -> None:
    file = tmp_path / "search.yaml"
    file.write_text(
        """
Parameters:
  Tag: {Type: String}
Resources:
  Model:
    Type: AWS::SageMaker::Model
    Properties:
      Containers:
        - Image: !Sub registry/ranker:${Tag}
        - Image: !Join [":", [registry/tagger, !Ref Tag]]
  Config:
    Type: AWS::SageMaker::EndpointConfig
    Properties:
      ProductionVariants:
        - VariantName: main
          ModelName: !GetAtt Model.ModelName
          InitialVariantWeight: 0
          ContainerStartupHealthCheckTimeoutInSeconds: 60
  Search:
    Type: AWS::SageMaker::Endpoint
    Properties:
      EndpointConfigName: !GetAtt Config.EndpointConfigName
"""
    )
    found = plan(file, values={"Tag": "2"})

    assert (found.name, found.title) == ("Search", "Search")
    assert found.variants == (VariantPlan(name="main", weight=0.0, model="Model", startup_timeout=60.0),)
    assert [(each.hostname, str(each.workload)) for each in found.models[0].containers] == [
        ("container-1", "image registry/ranker:2"),
        ("container-2", "image registry/tagger:2"),
    ]


@pytest.mark.parametrize(
    ("config", "mode"), [(ABSENT, "Serial"), ({"Mode": "Serial"}, "Serial"), ({"Mode": "Direct"}, "Direct")]
)
def test_the_mode_is_that_of_the_template(planned: Planned, config: Any, mode: str) -> None:
    assert planned({"Model.InferenceExecutionConfig": config}).models[0].mode == mode


def test_a_model_with_a_primary_container_runs_alone(planned: Planned) -> None:
    changes = {
        "Model.Containers": ABSENT,
        "Model.InferenceExecutionConfig": ABSENT,
        "Model.PrimaryContainer": {"Image": "registry/only:1"},
    }
    (model,) = planned(changes).models

    assert model.mode == "Serial"
    assert [each.hostname for each in model.containers] == ["primary"]


class TestNames:
    """What callers call the endpoint here."""

    def test_a_generated_name_is_the_logical_id_and_it_is_said(self, planned: Planned) -> None:
        found = planned({"Endpoint.EndpointName": ABSENT})

        assert found.name == "Endpoint"
        assert found.notes == ("its name is only known at deployment; here it is Endpoint (see --endpoint-name)",)

    def test_a_name_that_is_not_wholly_known_is_not_guessed(self, planned: Planned) -> None:
        name = {"Fn::Sub": "${AWS::StackName}-search"}

        assert planned({"Endpoint.EndpointName": name}).name == "Endpoint"
        assert planned({"Endpoint.EndpointName": name}, values={"AWS::StackName": "my"}).name == "my-search"

    def test_a_given_name_counts(self, planned: Planned) -> None:
        found = planned(endpoint_name="mine")

        assert (found.name, found.notes) == ("mine", ())

    def test_a_name_that_boto3_could_not_call_is_refused(self, planned: Planned) -> None:
        assert planned.refused(endpoint_name="my_endpoint") == [
            (
                "--endpoint-name: 'my_endpoint' is no name of an endpoint: letters, digits and inner hyphens only, at "
                "most 63; give another one"
            )
        ]


class TestVariants:
    """Production variants and what cannot run of them."""

    @pytest.mark.parametrize("weight", [0, 0.5, "3"])
    def test_a_weight_is_what_is_written(self, planned: Planned, weight: Any) -> None:
        (found,) = planned({"Config.ProductionVariants[0].InitialVariantWeight": weight}).variants

        assert found.weight == float(weight)

    def test_variants_of_one_model_share_it_and_it_is_said(self, planned: Planned) -> None:
        found = planned({"Config.ProductionVariants": [variant("a"), variant("b", InitialVariantWeight=2)]})

        assert [(each.name, each.weight, each.model) for each in found.variants] == [
            ("a", 1.0, "Model"),
            ("b", 2.0, "Model"),
        ]
        assert [each.key for each in found.models] == ["Model"]
        assert found.notes == ("the variants a, b serve one model, and share one instance here",)

    def test_shadow_variants_get_no_requests_and_it_is_said(self, planned: Planned) -> None:
        found = planned({"Config.ShadowProductionVariants": [variant("shadow", "Elsewhere")]})

        assert [each.name for each in found.variants] == ["main"]
        assert found.notes == ("shadow variant 'shadow': it gets no requests here",)

    def test_models_of_instance_pools_do_not_run_and_it_is_said(self, planned: Planned) -> None:
        pools = [{"InstanceType": "ml.m5.xlarge", "ModelNameOverride": attribute("Model", "ModelName")}]
        found = planned({"Config.ProductionVariants[0].InstancePools": pools})

        assert found.notes == ("variant main: the models of its instance pools do not run here, only its own",)

    def test_a_name_that_is_not_known_is_its_place_and_it_is_said(self, planned: Planned) -> None:
        """Some name variants after generated names of models."""
        found = planned({"Config.ProductionVariants[0].VariantName": attribute("Model", "ModelName")})

        assert [each.name for each in found.variants] == ["variant-1"]
        assert found.notes == ("ProductionVariants[0]: its name is only known at deployment; here it is variant-1",)

    def test_a_timeout_that_is_not_known_is_said(self, planned: Planned) -> None:
        name = "ContainerStartupHealthCheckTimeoutInSeconds"
        found = planned({f"Config.ProductionVariants[0].{name}": {"Fn::ImportValue": "timeout"}})

        assert found.variants[0].startup_timeout == 480
        assert found.notes == (f"variant main: its {name} is not known; it is 480 here",)

    @pytest.mark.parametrize(
        ("changes", "problem"),
        [
            pytest.param(
                {"ServerlessConfig": {"MaxConcurrency": 5, "MemorySizeInMB": 2048}},
                "variant main: it is serverless, which does not run here; give it an instance type",
                id="serverless",
            ),
            pytest.param(
                {"ModelName": ABSENT},
                "variant main: names no model: it hosts inference components, which do not run here; give it a "
                "ModelName",
                id="inference components",
            ),
            pytest.param(
                {"ModelName": "models-of-others"},
                "variant main: its model 'models-of-others' is not declared beside it; give a template that declares "
                "both",
                id="a model elsewhere",
            ),
            pytest.param(
                {"ModelName": {"Fn::ImportValue": "model"}},
                "variant main: its model is not declared beside it; give a template that declares both",
                id="an imported model",
            ),
            pytest.param(
                {"InitialVariantWeight": {"Ref": "Weight"}},
                "variant main: its weight is only known at deployment; give --set Weight=VALUE",
                id="a parameter as weight",
            ),
            pytest.param(
                {"InitialVariantWeight": {"Fn::ImportValue": "weight"}},
                "variant main: its weight is only known at deployment; write it into the template",
                id="an imported weight",
            ),
            pytest.param(
                {"InitialVariantWeight": -1},
                "variant main: its weight is -1; give a number, 0 or more",
                id="a negative weight",
            ),
            pytest.param(
                {"InitialVariantWeight": "much"},
                "variant main: its weight is 'much'; give a number, 0 or more",
                id="a weight in words",
            ),
            pytest.param(
                {"VariantName": ABSENT}, "ProductionVariants[0]: has no VariantName; give it one", id="no name"
            ),
            pytest.param(
                {"VariantName": "my_variant"},
                "ProductionVariants[0]: 'my_variant' is no name of a variant: letters, digits and inner hyphens only, "
                "at most 63; give it another one",
                id="a wrong name",
            ),
        ],
    )
    def test_what_cannot_run_is_refused(self, planned: Planned, changes: dict[str, Any], problem: str) -> None:
        with_parameter = edited(DIRECT, {"/Parameters": {"Weight": {"Type": "String"}}, "Config": ABSENT})
        properties = {key: value for key, value in (variant() | changes).items() if value is not ABSENT}
        config = resource("EndpointConfig", {"ProductionVariants": [properties]})

        assert planned.refused({"Config": config}, of=with_parameter) == [problem]

    def test_two_variants_of_one_name_are_refused(self, planned: Planned) -> None:
        problems = planned.refused({"Config.ProductionVariants": [variant(), variant()]})

        assert problems == ["search: two variants are called main; rename one of them"]

    def test_variants_that_are_not_known_are_refused(self, planned: Planned) -> None:
        assert planned.refused({"Config.ProductionVariants": {"Fn::ImportValue": "variants"}}) == [
            "search: which variants it has is only known at deployment; write it into the template"
        ]
        assert planned.refused({"Config.ProductionVariants": [variant(), {"Fn::ImportValue": "variant"}]}) == [
            "search: the variant at ProductionVariants[1] is only known at deployment; write it into the template"
        ]

    def test_asynchronous_endpoints_are_refused(self, planned: Planned) -> None:
        problems = planned.refused({"Config.AsyncInferenceConfig": {"OutputConfig": {"S3OutputPath": "s3://b/o"}}})

        assert problems == [
            (
                "search: it is asynchronous, and takes InvokeEndpointAsync only, which does not run here; leave "
                "AsyncInferenceConfig out"
            )
        ]

    @pytest.mark.parametrize(
        ("place", "what"),
        [
            ("Config.AsyncInferenceConfig", "search: whether it is asynchronous"),
            ("Config.ProductionVariants[0].ServerlessConfig", "variant main: whether it is serverless"),
        ],
    )
    def test_what_a_condition_decides_is_asked_for(self, planned: Planned, place: str, what: str) -> None:
        """And what is left out, or null, is as if it had not been written."""
        is_live = {"Fn::Equals": [{"Ref": "Stage"}, "live"]}
        of = edited(DIRECT, {"/Parameters": {"Stage": {"Type": "String"}}, "/Conditions": {"IsLive": is_live}})
        changes = {place: {"Fn::If": ["IsLive", {"MaxConcurrency": 1}, {"Ref": "AWS::NoValue"}]}}

        assert planned.refused(changes, of=of) == [f"{what} is only known at deployment; give --set Stage=VALUE"]
        assert planned(changes, of=of, values={"Stage": "dev"}).name == "search"
        assert planned({place: None}).name == "search"
        assert len(planned.refused(changes, of=of, values={"Stage": "live"})) == 1

    def test_a_logical_id_that_could_lead_out_of_a_folder_is_refused(self, planned: Planned) -> None:
        model = {"../Model": DIRECT["Resources"]["Model"]}
        changes = {"/Resources": DIRECT["Resources"] | model, "Config.ProductionVariants": [variant(model="../Model")]}

        assert planned.refused(changes) == [
            "variant main: its model has the logical id '../Model'; give the model one of letters and digits"
        ]

    def test_a_config_elsewhere_is_refused(self, planned: Planned) -> None:
        problems = planned.refused({"Endpoint.EndpointConfigName": "config-of-others"})

        assert problems == [
            (
                "search: its endpoint config 'config-of-others' is not declared beside it; give a template that "
                "declares both"
            )
        ]


class TestModels:
    """Models, and containers that are not as they must be."""

    @pytest.mark.parametrize(
        ("changes", "problem"),
        [
            pytest.param(
                {"Model.Containers[0].ContainerHostname": ABSENT},
                "model Model: Containers[0] has no ContainerHostname, by which Direct mode calls it; give it one",
                id="no hostname in Direct mode",
            ),
            pytest.param(
                {"Model.Containers[0].ContainerHostname": "../ranker"},
                "model Model: '../ranker' is no hostname: letters, digits and inner hyphens only, at most 63; give the "
                "container another one",
                id="a hostname that is none",
            ),
            pytest.param(
                {"Model.Containers[0].ContainerHostname": {"Ref": "AWS::StackName"}},
                "model Model: the hostname at Containers[0] is only known at deployment; give --set "
                "AWS::StackName=VALUE",
                id="an unknown hostname",
            ),
            pytest.param(
                {"Model.Containers[1].ContainerHostname": "ranker"},
                "model Model: two containers have the hostname ranker; give one of them another one",
                id="the same hostname twice",
            ),
            pytest.param(
                {"Model.Containers[1]": {"Fn::ImportValue": "container"}},
                "model Model: Containers[1] is only known at deployment; write it into the template",
                id="an unknown container",
            ),
            pytest.param(
                {"Model.Containers": {"Fn::ImportValue": "containers"}},
                "model Model: which containers it has is only known at deployment; write it into the template",
                id="unknown containers",
            ),
            pytest.param(
                {"Model.Containers": ABSENT}, "model Model: has no containers; give it some", id="no containers"
            ),
            pytest.param(
                {"Model.InferenceExecutionConfig": {"Mode": {"Ref": "AWS::StackName"}}},
                "model Model: its mode is only known at deployment; give --set AWS::StackName=VALUE",
                id="an unknown mode",
            ),
            pytest.param(
                {"Model.InferenceExecutionConfig": {"Mode": "Parallel"}},
                "model Model: its mode is 'Parallel'; give Serial or Direct",
                id="no such mode",
            ),
            pytest.param(
                {"Model.Containers[0].Mode": "MultiModel"},
                "container ranker: it hosts several models (MultiModel mode), which does not run here; give it one "
                "model",
                id="several models",
            ),
        ],
    )
    def test_what_cannot_run_is_refused(self, planned: Planned, changes: dict[str, Any], problem: str) -> None:
        assert planned.refused(changes) == [problem]

    def test_the_container_of_a_variant_is_named_so_that_no_other_is_meant(self, planned: Planned) -> None:
        changes = {"Candidate.Containers[0].Image": {"Fn::ImportValue": "image"}}

        assert planned.refused(changes, of=CANDIDATE) == [
            "container next/ranker: its image is only known at deployment; give --image next/ranker=REFERENCE"
        ]


class TestImages:
    """Images that no assembly staged."""

    def test_an_unknown_one_is_a_problem_with_the_values_that_would_make_it_known(self, planned: Planned) -> None:
        assert planned.refused({"Model.Containers[0].Image": REGIONAL}) == [
            (
                "container ranker: its image '…/ranker:1' is only known at deployment; give --set AWS::AccountId=VALUE "
                "--set AWS::Region=VALUE, or --image ranker=REFERENCE"
            )
        ]

    @pytest.mark.parametrize(
        ("keys", "option"),
        [
            (["Accounts", {"Ref": "AWS::Region"}, "Id"], "--set AWS::Region=VALUE"),
            (["Accounts", {"Ref": "Stage"}, "Id"], "--set Stage=VALUE"),
        ],
    )
    def test_a_mapping_that_needs_a_value_asks_for_it(self, planned: Planned, keys: list[Any], option: str) -> None:
        """As templates find the account that has an image in each region."""
        changes = {
            "/Parameters": {"Stage": {"Type": "String", "AllowedValues": ["live", "test"]}},
            "/Mappings": {"Accounts": {"us-east-1": {"Id": "683313688378"}, "live": {"Id": "1"}}},
            "Model.Containers[0].Image": {"Fn::Join": ["", [{"Fn::FindInMap": keys}, "/ranker:1"]]},
        }

        assert planned.refused(changes) == [
            (
                f"container ranker: its image '…/ranker:1' is only known at deployment; give {option}, or --image "
                "ranker=REFERENCE"
            )
        ]

    def test_those_values_make_it_known(self, planned: Planned) -> None:
        values = {"AWS::AccountId": "111122223333", "AWS::Region": "cn-north-1"}
        found = planned({"Model.Containers[0].Image": REGIONAL}, values=values)

        image = "111122223333.dkr.ecr.cn-north-1.amazonaws.com.cn/ranker:1"
        assert found.models[0].containers[0].workload == NamedImage(name=image)
        assert (found.region, found.account) == ("cn-north-1", "111122223333")

    def test_a_model_package_is_a_problem(self, planned: Planned) -> None:
        changes = {"Model.Containers[0].Image": ABSENT, "Model.Containers[0].ModelPackageName": "ranker/1"}
        model_data = (
            "container ranker: its model data is in the model package 'ranker/1'; give --model-data ranker=PATH, a "
            "directory or an archive; --model-data ranker= to run without"
        )

        assert planned.refused(changes) == [
            (
                "container ranker: gets its image from the model package 'ranker/1'; give --image ranker=REFERENCE, or "
                "--container ranker=URL|COMMAND"
            ),
            model_data,
        ]
        assert planned.refused(changes, overrides=Overrides(containers={"ranker": NamedImage(name="r")})) == [
            model_data
        ]
        assert planned.container(changes, overrides=Overrides(containers={"ranker": SERVER})).workload == SERVER

    def test_no_image_is_a_problem(self, planned: Planned) -> None:
        assert planned.refused({"Model.Containers[0].Image": ABSENT}) == [
            "container ranker: has no image; give --image ranker=REFERENCE, or --container ranker=URL|COMMAND"
        ]


class TestModelData:
    """Model data that no assembly staged."""

    @pytest.mark.parametrize(
        ("properties", "what"),
        [
            ({"ModelDataUrl": "s3://b/ranker.tar.gz"}, "its model data 's3://b/ranker.tar.gz' is not in the assembly"),
            (
                {"ModelDataUrl": {"Fn::Sub": "s3://${Bucket}/ranker.tar.gz"}},
                "its model data 's3://…/ranker.tar.gz' is not in the assembly",
            ),
            (
                {
                    "ModelDataSource": {
                        "S3DataSource": {"S3Uri": "s3://b/p/", "S3DataType": "S3Prefix", "CompressionType": "None"}
                    }
                },
                "its model data 's3://b/p/' is not in the assembly",
            ),
            ({"ModelDataSource": {"Fn::ImportValue": "source"}}, "its model data is only known at deployment"),
        ],
    )
    def test_it_is_a_problem_unless_something_else_is_given(
        self, planned: Planned, tmp_path: Path, properties: dict[str, Any], what: str
    ) -> None:
        changes = {"Model.Containers[0]": container("ranker", **properties)}

        assert planned.refused(changes) == [
            (
                f"container ranker: {what}; give --model-data ranker=PATH, a directory or an archive; --model-data "
                "ranker= to run without"
            )
        ]
        for path in (tmp_path, None):
            assert planned.container(changes, overrides=Overrides(model_data={"ranker": path})).model_data == path
        for other in (SERVER, Command(arguments=("serve",)), stub()):
            assert planned.container(changes, overrides=Overrides(containers={"ranker": other})).model_data is None

    def test_a_path_that_leads_nowhere_is_refused(self, planned: Planned, tmp_path: Path) -> None:
        path = tmp_path / "missing"

        assert planned.refused(overrides=Overrides(model_data={"ranker": path})) == [
            f"--model-data ranker={path}: there is no such file; give a directory or an archive"
        ]


class TestEnvironment:
    """Environment variables that are only known at deployment, or given."""

    CHANGES: Mapping[str, Any] = {
        "/Parameters": {"Level": {"Type": "String"}},
        "Bucket": resource("AWS::S3::Bucket", {}),
        "Model.Containers[0].Environment": {
            "BUCKET": {"Ref": "Bucket"},
            "LEVEL": {"Ref": "Level"},
            "REGION": {"Ref": "AWS::Region"},
            "PATHS": {"Fn::Sub": "${AWS::Region}/${Bucket}"},
            "KNOWN": "yes",
        },
    }

    def test_unknown_ones_are_problems_with_how_to_give_them(self, planned: Planned) -> None:
        """A value that needs more than a parameter is not asked for by parameter."""
        what = "is only known at deployment; give"

        assert planned.refused(self.CHANGES) == [
            f"container ranker: its environment variable BUCKET {what} --env ranker.BUCKET=VALUE",
            f"container ranker: its environment variable LEVEL {what} --set Level=VALUE, or --env ranker.LEVEL=VALUE",
            (
                f"container ranker: its environment variable REGION {what} --set AWS::Region=VALUE, or --env "
                "ranker.REGION=VALUE"
            ),
            f"container ranker: its environment variable PATHS {what} --env ranker.PATHS=VALUE",
        ]

    def test_given_values_make_them_known(self, planned: Planned) -> None:
        found = planned.container(
            self.CHANGES,
            values={"Level": "debug", "AWS::Region": "eu-west-1"},
            overrides=Overrides(environment={"ranker": {"BUCKET": "b", "PATHS": "", "KNOWN": "no", "MORE": "1"}}),
        )

        assert found.environment == {
            "BUCKET": "b",
            "LEVEL": "debug",
            "REGION": "eu-west-1",
            "PATHS": "",
            "KNOWN": "no",
            "MORE": "1",
        }

    def test_what_is_not_run_needs_none(self, planned: Planned) -> None:
        """What is known of it stays, since the data plane looks at some of it."""
        found = planned.container(self.CHANGES, overrides=Overrides(containers={"ranker": stub()}))

        assert found.environment == {"KNOWN": "yes"}

    def test_an_environment_that_is_not_known_is_refused(self, planned: Planned) -> None:
        problems = planned.refused({"Model.Containers[0].Environment": {"Fn::ImportValue": "environment"}})

        assert problems == ["container ranker: its environment is only known at deployment; write it into the template"]


class TestOverrides:
    """What runs otherwise than the template says."""

    def test_nothing_but_what_is_given_stands_in_for_an_image(self, planned: Planned) -> None:
        given = Overrides(containers={"tagger": SERVER})

        assert [each.workload for each in planned(overrides=given).models[0].containers] == [
            NamedImage(name=f"{REGISTRY}/ranker:1.0"),
            SERVER,
        ]

    def test_a_hostname_means_every_container_of_it_and_a_variant_before_it_one(self, planned: Planned) -> None:
        answers, command = stub(), Command(arguments=("serve",))
        given = Overrides(
            containers={"ranker": answers, "next/ranker": command},
            environment={"main/tagger": {"A": "1"}, "next/ranker": {"B": "2"}},
        )
        found = {
            (model.key, each.hostname): (each.workload, dict(each.environment))
            for model in planned(of=CANDIDATE, overrides=given).models
            for each in model.containers
        }

        assert found["Model", "ranker"] == (answers, {})
        assert found["Candidate", "ranker"] == (command, {"B": "2"})
        assert found["Model", "tagger"][1] == {"A": "1"}

    def test_the_environment_of_one_variant_goes_before_that_of_all(self, planned: Planned) -> None:
        given = Overrides(environment={"ranker": {"A": "1", "B": "1"}, "next/ranker": {"B": "2"}})
        main, candidate = planned(of=CANDIDATE, overrides=given).models

        assert main.containers[0].environment == {"A": "1", "B": "1"}
        assert candidate.containers[0].environment == {"A": "1", "B": "2"}

    def test_a_container_that_does_not_exist_is_refused_with_those_that_do(self, planned: Planned) -> None:
        given = Overrides(
            containers={"rankr": SERVER, "next/tagger": NamedImage(name="i")},
            model_data={"labels": None},
            environment={"main": {}},
        )
        there = "there is no such container; there are main/ranker, tagger, next/ranker, labeller"

        assert planned.refused(of=CANDIDATE, overrides=given) == [
            f"--container rankr: {there}",
            f"--image next/tagger: {there}",
            f"--model-data labels: {there}",
            f"--env main: {there}",
        ]

    def test_one_container_of_two_variants_cannot_be_two_things(self, planned: Planned) -> None:
        given = Overrides(containers={"a/ranker": SERVER, "b/ranker": stub()})
        problems = planned.refused({"Config.ProductionVariants": [variant("a"), variant("b")]}, overrides=given)

        assert problems == [
            (
                "container ranker: a/ranker and b/ranker are one container here, for these variants serve the same "
                "model; give a/ranker alone, or ranker"
            )
        ]

    @pytest.mark.parametrize(
        ("workload", "it_is"), [(SERVER, "it is a server at http://127.0.0.1:8081"), (stub(), "it is a stub")]
    )
    def test_what_is_not_run_here_gets_neither_environment_nor_model_data(
        self, planned: Planned, workload: Any, it_is: str, tmp_path: Path
    ) -> None:
        given = Overrides(
            containers={"ranker": workload}, environment={"ranker": {"A": "1"}}, model_data={"ranker": tmp_path}
        )

        assert planned.refused(overrides=given) == [
            f"container ranker: {it_is}, which gets no environment; leave --env ranker.A out",
            f"container ranker: {it_is}, which gets no model data; leave --model-data ranker out",
        ]


class TestChoice:
    """Which endpoint is meant."""

    TWO = edited(
        DIRECT, {"Other": resource("Endpoint", {"EndpointConfigName": attribute("Config", "EndpointConfigName")})}
    )

    def test_several_are_listed(self, planned: Planned) -> None:
        assert planned.refused(of=self.TWO) == [
            (
                f"{planned.file}: declares several endpoints: app/Endpoint (named search), app/Other; choose one with "
                "--endpoint"
            )
        ]

    @pytest.mark.parametrize("name", ["Endpoint", "search", "app/Endpoint"])
    def test_one_is_chosen_by_what_it_is_called(self, planned: Planned, name: str) -> None:
        assert planned(of=self.TWO, endpoint=name).name == "search"

    def test_one_that_does_not_exist_is_refused(self, planned: Planned) -> None:
        assert planned.refused(of=self.TWO, endpoint="serach") == [
            "--endpoint serach: there is no such endpoint; there are app/Endpoint (named search), app/Other"
        ]
        assert planned.refused(of=self.TWO, stack="other") == [
            "--stack other: there is no such stack with an endpoint; there are app"
        ]

    def test_where_there_is_none_it_is_said_what_there_is(self, planned: Planned) -> None:
        assert planned.refused({"Endpoint": ABSENT}) == [
            (
                f"{planned.file}: declares no endpoint; it has the stacks app with 1 Model, 1 EndpointConfig; give the "
                "app that declares one"
            )
        ]

    def test_one_that_a_condition_leaves_out_is_named(self, planned: Planned) -> None:
        changes = {
            "/Parameters": {"Stage": {"Type": "String", "Default": "dev"}},
            "/Conditions": {"IsLive": {"Fn::Equals": [{"Ref": "Stage"}, "live"]}},
            "/Resources.Endpoint.Condition": "IsLive",
        }

        assert planned.refused(changes) == [
            (
                f"{planned.file}: declares no endpoint; it has the stacks app with 1 Model, 1 EndpointConfig, and "
                "conditions that do not hold leave out Endpoint; give the app that declares one"
            )
        ]
        assert planned(changes, values={"Stage": "live"}).name == "search"


def test_a_value_of_no_parameter_is_refused_with_those_that_there_are(planned: Planned) -> None:
    changes = {"/Parameters": {"Level": {"Type": "String", "Default": "info"}}}

    assert planned.refused(changes, values={"Levle": "debug"}) == [
        (
            "--set Levle: there is no such parameter; there are AWS::AccountId, AWS::Partition, AWS::Region, "
            "AWS::StackId, AWS::StackName, AWS::URLSuffix, Level"
        )
    ]


def test_a_macro_is_said(planned: Planned) -> None:
    found = planned({"/Transform": "Expand"})

    assert found.notes == ("a macro may change the template at deployment, which is not seen: Expand",)


def test_names_that_would_break_a_line_do_not(planned: Planned) -> None:
    name = "A\nall is well\x1b[2J"
    (problem,) = planned.refused({"Model.Containers[0].Environment": {name: {"Fn::ImportValue": "a"}}})

    assert problem.isprintable()


def test_what_cannot_be_read_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(LocalEndpointError, match=r"missing: no such file or directory"):
        plan(tmp_path / "missing")


def test_all_problems_are_said_at_once(planned: Planned) -> None:
    changes = {
        "Config.AsyncInferenceConfig": {},
        "Config.ProductionVariants[0].ServerlessConfig": {},
        "Model.Containers[0].Mode": "MultiModel",
        "Model.Containers[1].Image": {"Fn::ImportValue": "image"},
    }
    problems = planned.refused(
        changes, endpoint_name="_", values={"No": ""}, overrides=Overrides(model_data={"x": None})
    )

    assert len(problems) == 7
    assert all("\n" not in each for each in problems)

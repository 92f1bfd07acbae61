"""What is planned of apps of the CDK: images and model data that their assemblies staged, stages, nested stacks."""

from __future__ import annotations

import json
import shutil
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import aws_ecr_assets as ecr_assets
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_s3_assets as s3_assets
from constructs import Construct

from sagemaker_multi_container import (
    ContainerDefinition,
    ContainerImage,
    InferenceExecutionMode,
    ModelData,
    MultiContainerEndpoint,
)
from sagemaker_multi_container.local.errors import LocalEndpointError
from sagemaker_multi_container.local.plan import BuiltImage, EndpointPlan, NamedImage
from sagemaker_multi_container.local.planning import Overrides, parse_overrides, plan

EUROPE = cdk.Environment(account="111122223333", region="eu-west-1")
IMAGE = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/tagger:1"


class Sources:
    """What an app makes its assets of."""

    def __init__(self, folder: Path) -> None:
        self.image, self.artefacts, self.archive = folder / "image", folder / "artefacts", folder / "model.tar.gz"
        self.image.mkdir()
        for name in ("Dockerfile", "Dockerfile.gpu"):
            (self.image / name).write_text("FROM scratch\n")
        self.artefacts.mkdir()
        (self.artefacts / "weights").write_text("1 2 3")
        with tarfile.open(self.archive, "w:gz") as archive:
            archive.add(self.artefacts, ".")


def serve(scope: Construct, sources: Sources) -> None:
    """Declare an endpoint, one container of which comes from assets."""
    MultiContainerEndpoint(
        scope,
        "Search",
        mode=InferenceExecutionMode.DIRECT,
        instance_type="ml.m5.xlarge",
        containers=[
            ContainerDefinition(
                hostname="ranker",
                image=ContainerImage.from_asset(str(sources.image)),
                model_data=ModelData.from_asset(str(sources.archive)),
            ),
            ContainerDefinition(hostname="tagger", image=ContainerImage.from_uri(IMAGE)),
        ],
    )


class Nested(cdk.NestedStack):
    """An endpoint in a nested stack."""

    def __init__(self, scope: Construct, sources: Sources) -> None:
        super().__init__(scope, "Nested")
        serve(self, sources)


def fill(app: cdk.App, sources: Sources) -> None:
    """Declare the same endpoint wherever an app may have one."""
    serve(cdk.Stack(app, "Anywhere"), sources)
    serve(cdk.Stack(app, "Europe", env=EUROPE, stack_name="search-europe"), sources)
    Nested(cdk.Stack(app, "Around"), sources)
    stage = cdk.Stage(app, "Prod", env=EUROPE)
    serve(cdk.Stack(stage, "Live"), sources)
    Nested(cdk.Stack(stage, "LiveAround"), sources)
    cdk.Stack(app, "Empty")


PATHS = [
    "Anywhere/Search",
    "Europe/Search",
    "Around/Nested/Search",
    "Prod/Live/Search",
    "Prod/LiveAround/Nested/Search",
]


@pytest.fixture(scope="module", name="sources")
def _sources(tmp_path_factory: pytest.TempPathFactory) -> Sources:
    return Sources(tmp_path_factory.mktemp("sources"))


@pytest.fixture(scope="module", name="assembly")
def _assembly(tmp_path_factory: pytest.TempPathFactory, sources: Sources) -> Path:
    folder = tmp_path_factory.mktemp("assembly")
    app = cdk.App(outdir=str(folder))
    fill(app, sources)
    app.synth()
    return folder


Synthesizes = Callable[[Callable[[cdk.Stack], Any]], Path]


@pytest.fixture(name="synthesized")
def _synthesized(tmp_path: Path) -> Synthesizes:
    """Synthesizes a stack with one endpoint."""

    def synthesized(declare: Callable[[cdk.Stack], Any]) -> Path:
        app = cdk.App(outdir=str(tmp_path / "assembly"))
        declare(cdk.Stack(app, "App"))
        app.synth()
        return tmp_path / "assembly"

    return synthesized


def endpoint(scope: Construct, image: ContainerImage, **arguments: Any) -> MultiContainerEndpoint:
    """An endpoint whose first container, `ranker`, is as given."""
    first = ContainerDefinition(hostname="ranker", image=image, **arguments)
    second = ContainerDefinition(hostname="tagger", image=ContainerImage.from_uri(IMAGE))
    return MultiContainerEndpoint(scope, "Search", instance_type="ml.m5.xlarge", containers=[first, second])


def refused(folder: Path, **arguments: Any) -> list[str]:
    """Why there is no plan."""
    with pytest.raises(LocalEndpointError) as found:
        plan(folder, **arguments)
    return list(found.value.problems)


def first_image(found: EndpointPlan) -> BuiltImage:
    """The image of the first container, which is built."""
    workload = found.models[0].containers[0].workload
    assert isinstance(workload, BuiltImage)
    return workload


@pytest.mark.parametrize("path", PATHS)
def test_what_the_assembly_staged_is_taken_from_there(assembly: Path, sources: Sources, path: str) -> None:
    """In stages and nested stacks, with and without a known environment."""
    found = plan(assembly, endpoint=path)

    assert found.title == path
    ranker, tagger = found.models[0].containers
    image = first_image(found)
    assert image.directory.parent == assembly.resolve()
    assert (image.directory / "Dockerfile").read_text() == "FROM scratch\n"
    assert str(image) == "image of Search/Containers0Image"
    assert ranker.model_data is not None
    assert ranker.model_data.read_bytes() == sources.archive.read_bytes()
    assert (tagger.workload, tagger.model_data) == (NamedImage(name=IMAGE), None)


def test_region_and_account_are_those_of_the_stack_where_known(assembly: Path) -> None:
    """Else they are examples, that are only shown."""
    europe, anywhere = (plan(assembly, endpoint=each) for each in ("Europe/Search", "Anywhere/Search"))

    assert (europe.region, europe.account) == ("eu-west-1", "111122223333")
    assert (anywhere.region, anywhere.account) == ("us-east-1", "123456789012")


def test_given_values_go_before_those_of_the_stack(assembly: Path) -> None:
    found = plan(assembly, endpoint="Anywhere/Search", values={"AWS::Region": "ap-south-1"})

    assert found.region == "ap-south-1"
    assert first_image(found)


def test_several_endpoints_are_listed_by_their_paths(assembly: Path) -> None:
    (problem,) = refused(assembly)

    assert problem == f"{assembly}: declares several endpoints: {', '.join(PATHS)}; choose one with --endpoint"


@pytest.mark.parametrize(
    ("stack", "path"),
    [
        ("Europe", "Europe/Search"),
        ("search-europe", "Europe/Search"),
        ("Around", "Around/Nested/Search"),
        ("Around/Nested", "Around/Nested/Search"),
        ("Prod/Live", "Prod/Live/Search"),
        ("Prod-LiveAround", None),
    ],
)
def test_a_stack_is_chosen_as_the_cdk_shows_it_or_by_its_name(assembly: Path, stack: str, path: str | None) -> None:
    if path is None:
        stacks = "Anywhere, Europe, Around/Nested, Prod/Live, Prod/LiveAround/Nested"
        assert refused(assembly, stack=stack) == [
            f"--stack {stack}: there is no such stack with an endpoint; there are {stacks}"
        ]
    else:
        assert plan(assembly, stack=stack).title == path


def test_a_construct_inside_of_a_stack_is_chosen_by_its_id(assembly: Path) -> None:
    assert plan(assembly, stack="Europe", endpoint="Search").title == "Europe/Search"


def test_a_stage_can_be_planned_alone(assembly: Path) -> None:
    """What it needs of the whole assembly is found beside it."""
    found = plan(assembly / "assembly-Prod", stack="Prod/Live")

    assert (first_image(found).directory / "Dockerfile").is_file()


def test_a_relative_path_gives_absolute_ones(assembly: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever runs the containers may work elsewhere."""
    monkeypatch.chdir(assembly.parent)
    found = plan(Path(assembly.name), endpoint="Prod/Live/Search")

    assert first_image(found).directory.is_absolute()


def test_an_assembly_without_an_endpoint_says_what_it_has(assembly: Path, tmp_path: Path) -> None:
    manifest = json.loads((assembly / "manifest.json").read_text())
    manifest["artifacts"] = {key: value for key, value in manifest["artifacts"].items() if key.startswith("Empty")}
    (tmp_path / "manifest.json").write_text(json.dumps(manifest))
    for name in ("Empty.template.json", "Empty.assets.json"):
        shutil.copy(assembly / name, tmp_path / name)

    assert refused(tmp_path) == [
        (
            f"{tmp_path}: declares no endpoint; it has the stacks Empty with nothing of SageMaker; give the app that "
            "declares one"
        )
    ]


def test_every_option_of_a_build_is_kept(synthesized: Synthesizes, sources: Sources) -> None:
    """But those of caches, which make no other image; outputs are, and it is said."""

    def declare(stack: cdk.Stack) -> None:
        asset = ecr_assets.DockerImageAsset(
            stack,
            "Image",
            directory=str(sources.image),
            file="Dockerfile.gpu",
            target="serving",
            build_args={"BASE": "debian"},
            build_contexts={"shared": "/srv/shared"},
            build_secrets={"token": "env=TOKEN"},
            build_ssh="default",
            platform=ecr_assets.Platform.LINUX_ARM64,
            network_mode=ecr_assets.NetworkMode.HOST,
            cache_from=[ecr_assets.DockerCacheOption(type="gha")],
            cache_disabled=True,
            outputs=["type=docker"],
            asset_name="ranking",
        )
        endpoint(stack, ContainerImage.from_image_asset(asset))

    found = plan(synthesized(declare))
    image = first_image(found)

    assert image == BuiltImage(
        directory=image.directory,
        dockerfile="Dockerfile.gpu",
        target="serving",
        build_args={"BASE": "debian"},
        build_contexts={"shared": "/srv/shared"},
        build_secrets={"token": "env=TOKEN"},
        ssh="default",
        platform="linux/arm64",
        network_mode="host",
        asset=image.asset,
        title="ranking",
    )
    assert image.asset.startswith("ranking-")
    assert found.notes[-1] == "container ranker: its image is built without the options dockerOutputs"


def test_a_command_of_the_assembly_is_not_run(synthesized: Synthesizes, sources: Sources) -> None:
    def declare(stack: cdk.Stack) -> None:
        asset = ecr_assets.TarballImageAsset(stack, "Image", tarball_file=str(sources.archive))
        endpoint(stack, ContainerImage.from_uri(asset.image_uri))

    folder = synthesized(declare)

    assert refused(folder) == [
        (
            "container ranker: its image is loaded by a command of the assembly, which is not run; load it yourself "
            "and give --image ranker=REFERENCE"
        )
    ]
    loaded = plan(folder, overrides=parse_overrides(images=["ranker=loaded:1"]))
    assert loaded.models[0].containers[0].workload == NamedImage(name="loaded:1")


def test_the_same_tag_in_another_repository_is_another_image(synthesized: Synthesizes, sources: Sources) -> None:
    """What stands in an assembly is not taken for an image that only looks like it."""

    def declare(stack: cdk.Stack) -> None:
        asset = ecr_assets.DockerImageAsset(stack, "Image", directory=str(sources.image))
        endpoint(stack, ContainerImage.from_uri(f"123456789012.dkr.ecr.us-east-1.amazonaws.com/x:{asset.asset_hash}"))

    assert isinstance(plan(synthesized(declare)).models[0].containers[0].workload, NamedImage)


def test_a_staged_directory_that_is_gone_is_a_problem(synthesized: Synthesizes, sources: Sources) -> None:
    folder = synthesized(
        lambda stack: endpoint(
            stack,
            ContainerImage.from_asset(str(sources.image)),
            model_data=ModelData.from_asset(str(sources.archive)),
        )
    )
    for each in folder.glob("asset.*"):
        shutil.rmtree(each) if each.is_dir() else each.unlink()
    image, model_data = refused(folder)

    assert image.startswith(f"container ranker: its image is built from '{folder}/asset.")
    assert image.endswith("which is not there; synthesize again, or give --image ranker=REFERENCE")
    assert f"is not where the assembly says, '{folder}/asset." in model_data
    assert model_data.endswith(
        "give --model-data ranker=PATH, a directory or an archive; --model-data ranker= to run without"
    )


def test_a_directory_that_would_be_uploaded_as_zip_is_a_problem(synthesized: Synthesizes, sources: Sources) -> None:
    """SageMaker could not unpack it, so that nothing else should be seen here."""

    def declare(stack: cdk.Stack) -> None:
        asset = s3_assets.Asset(stack, "Artefacts", path=str(sources.artefacts))
        url = f"s3://{asset.s3_bucket_name}/{asset.s3_object_key}"
        made = endpoint(stack, ContainerImage.from_uri(IMAGE))
        made.cfn_models[0].add_property_override("Containers.0.ModelDataUrl", url)

    (problem,) = refused(synthesized(declare))

    assert "would be uploaded as a zip archive, and SageMaker unpacks .tar.gz only; give --model-data" in problem


@pytest.mark.parametrize("compression", ["Gzip", "None"])
def test_a_staged_object_as_data_source(synthesized: Synthesizes, sources: Sources, compression: str) -> None:
    """An archive is unpacked; an object that SageMaker leaves as it is, is a problem."""

    def declare(stack: cdk.Stack) -> None:
        asset = s3_assets.Asset(stack, "Artefacts", path=str(sources.archive))
        uri = f"s3://{asset.s3_bucket_name}/{asset.s3_object_key}"
        source = {"S3Uri": uri, "S3DataType": "S3Object", "CompressionType": compression}
        made = endpoint(stack, ContainerImage.from_uri(IMAGE))
        made.cfn_models[0].add_property_override("Containers.0.ModelDataSource", {"S3DataSource": source})

    folder = synthesized(declare)

    if compression == "Gzip":
        found = plan(folder).models[0].containers[0].model_data
        assert found is not None
        assert found.read_bytes() == sources.archive.read_bytes()
    else:
        (problem,) = refused(folder)
        assert "is one object that SageMaker does not unpack, which is not done here; give --model-data" in problem


def test_what_only_exists_in_s3_and_at_deployment_is_a_problem(synthesized: Synthesizes, tmp_path: Path) -> None:
    def declare(stack: cdk.Stack) -> None:
        bucket = s3.Bucket(stack, "Bucket")
        endpoint(
            stack,
            ContainerImage.from_uri(IMAGE),
            model_data=ModelData.from_prefix(bucket, "models/"),
            environment={"BUCKET": bucket.bucket_name, "REGION": cdk.Aws.REGION},
        )

    folder = synthesized(declare)

    assert refused(folder) == [
        "container ranker: its environment variable BUCKET is only known at deployment; give --env ranker.BUCKET=VALUE",
        (
            "container ranker: its environment variable REGION is only known at deployment; give --set "
            "AWS::Region=VALUE, or --env ranker.REGION=VALUE"
        ),
        (
            "container ranker: its model data 's3://…/models/' is not in the assembly; give --model-data ranker=PATH, "
            "a directory or an archive; --model-data ranker= to run without"
        ),
    ]
    given = Overrides(model_data={"ranker": tmp_path}, environment={"ranker": {"BUCKET": "b"}})
    found = plan(folder, values={"AWS::Region": "eu-west-1"}, overrides=given).models[0].containers[0]
    assert (found.environment, found.model_data) == ({"BUCKET": "b", "REGION": "eu-west-1"}, tmp_path)


def test_a_manifest_of_assets_that_is_broken_is_one_line(synthesized: Synthesizes) -> None:
    folder = synthesized(lambda stack: endpoint(stack, ContainerImage.from_uri(IMAGE)))
    (folder / "App.assets.json").write_text("{")

    (problem,) = refused(folder)
    assert problem.startswith(f"{folder}/App.assets.json: is no JSON: line 1")

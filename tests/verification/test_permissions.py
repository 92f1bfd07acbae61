"""`mce verify` where AWS refuses to say something."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from sagemaker_multi_container.cli.commands import mce
from tests.invocation.server import Answer, Answered, Asked, data_plane, error

from .examples import container, deployed, model, template

DENIED = error("AccessDeniedException", "User is not authorized", 400)


def sagemaker(**refused: Answered) -> Answer:
    """A control plane that describes an endpoint, and answers otherwise where it is said so."""
    there = deployed()
    answers = {"DescribeEndpoint": there.endpoint, "DescribeEndpointConfig": there.config}

    def answer(asked: Asked) -> Answered:
        operation = asked.headers["x-amz-target"].partition(".")[2]
        content = answers.get(operation, there.models["Model"])
        return refused.get(operation) or Answered(body=json.dumps(content).encode())

    return answer


def verify(answer: Answer, *arguments: str) -> Result:
    """Run the command where this is AWS."""
    with data_plane(answer) as plane:
        environment = {
            "AWS_ENDPOINT_URL": plane.url,
            "AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME": None,
            "AWS_ACCESS_KEY_ID": "id",
            "AWS_SECRET_ACCESS_KEY": "secret",
            "AWS_DEFAULT_REGION": "us-east-1",
            "AWS_CONFIG_FILE": os.devnull,
        }
        return CliRunner().invoke(mce, ["verify", "search", *arguments], env=environment, catch_exceptions=False)


def test_nothing_is_refused() -> None:
    """Then what is known holds."""
    assert verify(sagemaker()).exit_code == 0


def test_an_endpoint_that_may_not_be_described_is_a_line() -> None:
    result = verify(sagemaker(DescribeEndpoint=DENIED))

    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith("Error: not allowed: sagemaker:DescribeEndpoint on endpoint search; let a policy")


@pytest.mark.parametrize("operation", ["DescribeEndpointConfig", "DescribeModel"])
def test_what_may_not_be_described_is_unknown(operation: str) -> None:
    """Which is no success, though the endpoint is in service."""
    result = verify(sagemaker(**{operation: DENIED}), "--format", "json")

    checks = json.loads(result.stdout)["checks"]
    assert result.exit_code == 2
    assert [(each["check"], each["outcome"]) for each in checks] == [("status", "held"), ("settings", "unknown")]
    assert f"not allowed: sagemaker:{operation}" in checks[1]["says"]


def test_a_sample_that_is_denied_is_unknown() -> None:
    """The container has not been asked, so that nothing is known of it."""

    def answer(asked: Asked) -> Answered:
        return DENIED if asked.path.endswith("/invocations") else sagemaker()(asked)

    result = verify(answer, "--body", __file__, "--content-type", "text/plain", "--format", "json")

    answers = [each for each in json.loads(result.stdout)["checks"] if each["check"] == "answer"]
    assert result.exit_code == 2
    assert {each["outcome"] for each in answers} == {"unknown"}
    assert "sagemaker:TargetContainerHostname" in answers[0]["says"]


def test_a_container_that_answers_404_has_been_asked() -> None:
    """SageMaker's words for that have `not found` and `Endpoints` in them, and the endpoint is there."""
    log = "group=/aws/sagemaker/Endpoints/search in account 123456789012 for more information."
    message = f'Received client error (404) from ranker with message "Not Found". See https://logs.invalid#{log}'

    def answer(asked: Asked) -> Answered:
        failed = error("ModelError", message, 424, OriginalStatusCode=404, OriginalMessage="Not Found")
        return failed if asked.path.endswith("/invocations") else sagemaker()(asked)

    result = verify(answer, "--body", __file__, "--content-type", "text/plain", "--format", "json")

    says = [each["says"] for each in json.loads(result.stdout)["checks"] if each["outcome"] == "failed"]
    assert result.exit_code == 1
    assert says[0].startswith('container ranker of search answered 404: "Not Found"')
    assert len(says) == 2


def test_a_container_that_the_endpoint_does_not_have_is_no_missing_endpoint() -> None:
    """Whichever words are used for it."""
    missing = error("ValidationError", "Container ranker not found for endpoint search.", 400)

    def answer(asked: Asked) -> Answered:
        return missing if asked.path.endswith("/invocations") else sagemaker()(asked)

    result = verify(answer, "--body", __file__, "--content-type", "text/plain")

    assert "there is no endpoint" not in result.output
    assert 'ranker of search refuses the request: "Container ranker not found' in result.stdout


def test_a_sample_for_a_container_that_is_declared_and_not_deployed_fails(tmp_path: Path) -> None:
    """As after an update that was rolled back, of which everything else is told, too."""
    declared = model(container("ranker"), container("tagger"), container("adder"))
    file, sample = tmp_path / "template.json", tmp_path / "rows.csv"
    file.write_text(json.dumps(template(Model=declared)))
    sample.write_text("1,2")

    result = verify(sagemaker(), "--assembly", str(file), "--sample", f"adder={sample}", "--format", "json")
    stranger = verify(sagemaker(), "--assembly", str(file), "--sample", f"other={sample}")

    says = [each["says"] for each in json.loads(result.stdout)["checks"] if each["outcome"] == "failed"]
    assert result.exit_code == 1
    assert says == [
        "it cannot be asked, for it is not deployed",
        "ranker, tagger in that order, the template says ranker, tagger, adder",
    ]
    assert stranger.exit_code == 2
    assert "has no container other" in stranger.stderr


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["verify"], "give the name of the ENDPOINT, or --assembly"),
        (["verify", "search", "--stack", "Search"], "--stack and --endpoint choose from an --assembly"),
        (["verify", "search", "--sample", "ranker"], "'ranker' is not HOSTNAME=FILE"),
        (["verify", "search", "--body", "nowhere.csv"], "cannot read nowhere.csv"),
        (["verify", "--assembly", "nowhere"], "nowhere"),
    ],
)
def test_what_cannot_be_meant_is_refused(arguments: list[str], says: str) -> None:
    """Before AWS is asked for anything."""
    result = CliRunner().invoke(mce, arguments, catch_exceptions=False)

    assert (result.exit_code, result.stdout) == (2, "")
    assert says in result.stderr

"""The benchmarks compare like with like, and the documentation shows what they measured. No test depends on a time."""

from __future__ import annotations

from dataclasses import asdict

import pytest

from benchmarks import __main__ as command
from benchmarks import chart, commands, documents, estimates, growth, large_template, ratio, rule_evaluation, start
from benchmarks import surroundings as around
from benchmarks.messages import per_endpoint
from benchmarks.peers import PEERS, TWINS
from benchmarks.processes import result_of
from benchmarks.report import as_markdown
from benchmarks.run import FULL, QUICK, Run
from benchmarks.targets import TARGETS, judge
from benchmarks.templates import resources_of_one_endpoint
from sagemaker_multi_container.rules import evaluate

PAIRS = [(ours, twin) for ours, twins in TWINS.items() for twin in twins]


@pytest.mark.parametrize(("ours", "twin"), PAIRS)
def test_what_is_written_by_hand_makes_the_same_resources(ours: str, twin: str) -> None:
    """Every resource, with every property and dependency."""
    assert resources_of_one_endpoint(PEERS[twin]) == resources_of_one_endpoint(PEERS[ours])


def test_other_resources_are_told_apart() -> None:
    """Else the test above could not fail."""
    assert resources_of_one_endpoint(PEERS["ours"]) != resources_of_one_endpoint(PEERS["ours given role"])


def test_the_control_is_what_it_controls() -> None:
    """The same function, under another name."""
    control, controlled = (PEERS[name] for name in ratio.CONTROL)

    assert (control.writes, control.name) == (controlled.writes, "control")


def test_messages_are_counted_without_those_of_the_start() -> None:
    """By hand with a given role: four resources, one dependency, and the names of the model and the config."""
    assert per_endpoint(PEERS["dicts given role"]) == 7


@pytest.mark.parametrize("name", ["objects", "ours", "alpha watched"])
def test_each_turn_is_measured(name: str) -> None:
    """Those of the round that warms up are left out."""
    rounds = ratio.take_turns([PEERS[name]], rounds=2, endpoints=1, seed=0)

    assert [list(turns) for turns in rounds] == [[name]] * 2
    assert all(turns[name].construct > 0 and turns[name].synth > 0 for turns in rounds)


def test_an_app_is_measured_in_a_process_of_its_own() -> None:
    """With the memory of Python and of Node."""
    app = growth.App(**result_of(["-m", "benchmarks.growth", "ours", "41"]))

    assert app.messages >= 41
    assert min(app.construct, app.synth) > 0
    assert min(app.python, app.node) > 10


def test_imports_are_measured_over_the_modules_that_are_needed() -> None:
    """The L1 resources of SageMaker are among them, and nothing of ours."""
    assert "aws_cdk.aws_sagemaker" in start.needed_modules()
    # No round but the one that is not counted.
    assert start.measure(0) == {"cdk": [], "needed": [], "ours": []}
    milliseconds, percent = start.added({"cdk": [1.0], "needed": [1.2], "ours": [1.26]}, "needed")
    assert [milliseconds.median, percent.median] == pytest.approx([60, 5])


def test_commands_are_measured_without_node() -> None:
    """They run, and all but cfn-lint with no program on their path."""
    assert commands.measure(0) == {"mce --help": [], "mce check": [], "mce review": [], "cfn-lint": []}


def test_rules_are_measured_on_valid_endpoints() -> None:
    """The same for each number of containers, with and without the rules about CloudFormation's schemas."""
    assert list(rule_evaluation.measure(2)) == list(rule_evaluation.CASES)
    assert [evaluate(each) for each in rule_evaluation.descriptions(15, fits_schema=False)[:2]] == [[], []]


def test_the_large_template_is_as_large_as_a_stack_can_be() -> None:
    """And changes with the tag of its images."""
    templates = [large_template.template(tag)["Resources"] for tag in ("1", "2")]

    assert [len(resources) for resources in templates] == [500, 500]
    assert templates[0] != templates[1]


@pytest.mark.parametrize("power", [0.5, 1, 2])
def test_the_exponent_is_the_power_of_growth(power: float) -> None:
    """Whatever the factor."""
    assert estimates.exponent([(size, 7 * size**power) for size in (10, 40, 400)]) == pytest.approx(power)


def test_an_estimate_is_a_median_within_its_interval() -> None:
    """The same values give the same interval; one value that is far off does not move it."""
    estimate = estimates.estimate([1.0, 1.1, 0.9, 1.05, 0.95, 50.0, 1.0])

    assert estimate == estimates.estimate([1.0, 1.1, 0.9, 1.05, 0.95, 50.0, 1.0])
    assert (estimate.median, estimate.rounds) == (1.0, 7)
    assert 0.9 <= estimate.low < estimate.median < estimate.high <= 1.1


def test_the_inverse_of_a_ratio_has_the_inverse_interval() -> None:
    """Its ends change places."""
    assert estimates.Estimate(0.5, 0.4, 0.8, 9).inverse() == estimates.Estimate(2, 1.25, 2.5, 9)


@pytest.mark.parametrize("quick", [[], ["--quick"]])
def test_a_run_is_refused_where_the_control_is_off(
    quick: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nothing is measured after that, nor written; it says what to do."""
    rounds = [{"objects": ratio.Turn(1, 1), "control": ratio.Turn(1, 1.1)}]
    monkeypatch.setattr(ratio, "measure", lambda _plan: rounds)
    monkeypatch.setattr("sys.argv", ["benchmarks", *quick])

    with pytest.raises(SystemExit, match=r"^refused: the same code took 1\.050 times .* close what else runs") as ended:
        command.main()

    assert isinstance(ended.value.code, str)  # which Python turns into 1
    assert capsys.readouterr().out == ""


def test_more_rounds_are_measured_until_the_control_is_certain(monkeypatch: pytest.MonkeyPatch) -> None:
    """At most twice as many processes as planned."""
    plan = ratio.Plan(endpoints=1, rounds=2, processes=3)
    quiet, noisy = (
        {"objects": {"construct": 1, "synth": 1}, "control": {"construct": 1, "synth": x}} for x in (1, 1.2)
    )
    monkeypatch.setattr(ratio, "result_of", lambda _program: [quiet, quiet])
    assert len(ratio.measure(plan)) == 6

    monkeypatch.setattr(ratio, "result_of", lambda _program: [quiet, noisy])
    assert len(ratio.measure(plan)) == 12


def test_targets_have_different_names() -> None:
    """By which a run says whether they are met."""
    assert len({target.says for target in TARGETS}) == len(TARGETS)


def test_the_documented_run_is_what_the_code_would_write() -> None:
    """Its JSON has the schema of today, and the page shows it: the tables, the pictures, and which targets are met."""
    document = documents.read_json("results")
    run = Run.from_json(document)

    assert asdict(run) == document
    assert run.targets == judge(TARGETS, run.measures)
    assert run.targets.keys() == {target.says for target in TARGETS}
    assert documents.read_section("results") == as_markdown(run)
    for name, palette in chart.PALETTES.items():
        assert (documents.RESULTS / f"times-{name}.svg").read_text() == chart.as_svg(run, palette)


def test_the_documented_run_is_accepted() -> None:
    """Its control is where it has to be, and it is a full one."""
    run = Run.from_json(documents.read_json("results"))

    assert ratio.is_accepted(run.measures["ratio"][" / ".join(ratio.CONTROL)])
    assert run.endpoints == FULL.ratio.endpoints > QUICK.ratio.endpoints


def test_the_documented_surroundings_are_what_the_code_would_write() -> None:
    """All settings, as the page shows them."""
    document = documents.read_json("surroundings")
    surroundings = around.Surroundings.from_json(document)

    assert asdict(surroundings) == document
    assert documents.read_section("surroundings") == around.as_markdown(surroundings)
    names = [setting.name for setting, _ in around.SETTINGS]
    assert [each.name for each in surroundings.effects][: len(names)] == names

"""The comment on the pull request: the script of the job that can write, against a server that answers as GitHub."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from subprocess import CompletedProcess
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from .workflows import FOLDER, jobs

STEP = jobs((FOLDER / "review-endpoints.yml").read_text())["comment"].step("Create or update the comment")
MARKER = "<!-- review-endpoints: endpoints -->\n"
BOT = "github-actions[bot]"
REVIEW = "<!-- mce review -->\n\n**search**: rolls in place\n\nMore of it.\n"
NOTHING = "<!-- mce review -->\n\nNo endpoint changes: 1 is the same as before.\n"


class GitHub:
    """The comments and pull requests of one repository, served over HTTP as GitHub's REST API does."""

    def __init__(self) -> None:
        self.comments: list[dict[str, Any]] = []
        self.pulls: list[dict[str, Any]] = []
        self.written: list[tuple[str, str]] = []
        """The method and path of each request that wrote."""
        self.tokens: set[str | None] = set()
        self.status = 200

    def has_comment(self, body: str, *, author: str = BOT) -> None:
        """A comment that is there already."""
        self.comments.append({"id": len(self.comments) + 1, "user": {"login": author}, "body": body})

    def has_pull_request(self, number: int, *, commit: str) -> None:
        """An open pull request of the fork's branch that ends in this commit."""
        self.pulls.append({"number": number, "head": {"sha": commit, "label": "a-fork:its-branch"}})

    def answer(self, method: str, url: str, content: dict[str, str]) -> object:
        """What GitHub would answer."""
        parts = urlsplit(url)
        path = parts.path.removeprefix("/repos/octo-org/search")
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        match method, path.split("/")[1:]:
            case "GET", ["pulls"]:
                asked = [each for each in self.pulls if each["head"]["label"] == query["head"]]
                return _page(asked, query)
            case "GET", ["issues", "7", "comments"]:
                return _page(self.comments, query)
            case "POST", ["issues", "7", "comments"]:
                self.has_comment(content["body"])
            case "PATCH", ["issues", "comments", number]:
                (comment,) = (each for each in self.comments if each["id"] == int(number))
                comment["body"] = content["body"]
            case unexpected:
                raise AssertionError(unexpected)
        self.written.append((method, path))
        return {}


def _page(items: list[dict[str, Any]], query: dict[str, str]) -> list[dict[str, Any]]:
    size = int(query["per_page"])
    start = (int(query["page"]) - 1) * size
    return items[start : start + size]


@pytest.fixture(name="github")
def _github() -> GitHub:
    return GitHub()


@pytest.fixture(name="address")
def _address(github: GitHub) -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        def handle_one_request(self) -> None:
            self.raw_requestline = self.rfile.readline()
            if not self.parse_request():
                return
            github.tokens.add(self.headers["Authorization"])
            content = json.loads(self.rfile.read(int(self.headers.get("Content-Length", 0))) or "{}")
            self.send_response(github.status)
            self.end_headers()
            self.wfile.write(json.dumps(github.answer(self.command, self.path, content)).encode())

        def log_message(self, format: str, *args: object) -> None:
            """Nothing: the tests look at what was written."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def _comment(address: str, markdown: str, *, name: str = "endpoints", fork: bool = False) -> CompletedProcess[str]:
    """Run the step for pull request 7 of the same repository, or for one of a fork that ends in commit `c0ffee`."""
    event = {
        "github.event.pull_request.number": "" if fork else "7",
        "github.event.workflow_run.head_repository.owner.login": "a-fork" if fork else "",
        "github.event.workflow_run.head_branch": "its-branch" if fork else "",
        "github.event.workflow_run.head_sha": "c0ffee" if fork else "",
    }
    contexts = event | {
        "github.token": "the-token",
        "inputs.name": name,
        "needs.review.outputs.markdown": markdown,
    }
    runner = {"GITHUB_API_URL": address, "GITHUB_REPOSITORY": "octo-org/search", "no_proxy": "127.0.0.1"}
    return STEP.run(contexts, FOLDER, runner)


def test_the_first_review_makes_a_comment(github: GitHub, address: str) -> None:
    """With the token of the job, and a marker that no reader sees."""
    done = _comment(address, REVIEW)

    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert github.written == [("POST", "/issues/7/comments")]
    assert [each["body"] for each in github.comments] == [MARKER + REVIEW]
    assert github.tokens == {"Bearer the-token"}


def test_a_review_without_changes_makes_no_comment(github: GitHub, address: str) -> None:
    """Most pull requests leave the endpoints alone."""
    done = _comment(address, NOTHING)

    assert (done.returncode, github.written) == (0, [])


def test_later_reviews_replace_what_it_says(github: GitHub, address: str) -> None:
    """Also where more comments came before it than GitHub lists on a page."""
    for number in range(130):
        github.has_comment(f"comment {number}", author="a-reviewer")
    _comment(address, REVIEW)
    _comment(address, NOTHING)

    assert github.written == [("POST", "/issues/7/comments"), ("PATCH", "/issues/comments/131")]
    assert github.comments[-1]["body"] == MARKER + NOTHING


@pytest.mark.parametrize(
    ("body", "author"),
    [
        (f"{MARKER}copied", "a-reviewer"),
        (f"> {MARKER}quoted", BOT),
        ("<!-- review-endpoints: ranking -->\nof another app", BOT),
    ],
)
def test_other_comments_are_left_alone(github: GitHub, address: str, body: str, author: str) -> None:
    """Those of people, those that quote ours, and those of another app of the repository."""
    github.has_comment(body, author=author)
    _comment(address, REVIEW)

    assert github.written == [("POST", "/issues/7/comments")]
    assert github.comments[0]["body"] == body


def test_a_forks_review_goes_to_the_pull_request_that_ends_in_the_commit(github: GitHub, address: str) -> None:
    """Not to any other of the same branch: who sends a pull request cannot choose where the comment goes."""
    github.has_pull_request(6, commit="0ther")
    github.has_pull_request(7, commit="c0ffee")
    _comment(address, REVIEW, fork=True)

    assert github.written == [("POST", "/issues/7/comments")]


def test_a_review_that_is_out_of_date_is_not_written(github: GitHub, address: str) -> None:
    """The fork was pushed to since, so that another review is on its way."""
    github.has_pull_request(7, commit="newer")
    done = _comment(address, REVIEW, fork=True)

    assert (done.returncode, github.written) == (0, [])
    assert done.stdout == "::notice::no open pull request ends in the reviewed commit any more\n"


@pytest.mark.parametrize(
    "hostile", ["'; exit 1 #", '"""\nraise SystemExit(1)\n"""', "${{ github.token }}", "$(id)", "\u2028`"]
)
def test_what_is_written_is_never_executed(github: GitHub, address: str, hostile: str) -> None:
    """Whatever the review's text may contain."""
    done = _comment(address, REVIEW + hostile)

    assert done.returncode == 0
    assert [each["body"] for each in github.comments] == [MARKER + REVIEW + hostile]


def test_a_refusal_of_github_fails_the_job(github: GitHub, address: str) -> None:
    """Rather than leaving an old comment as if it were new."""
    github.status = 403
    done = _comment(address, REVIEW)

    assert done.returncode == 1
    assert "HTTP Error 403" in done.stderr

"""Draw docs/images/review-*.png: the comment of `mce review` on a pull request, as GitHub shows it.

`make picture` runs it. It needs Debian's packages `chromium`, `fonts-liberation` and `fonts-noto-color-emoji`, and
npm's `mermaid`, `github-markdown-css` and `@primer/octicons` in `build/picture`.
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from string import Template
from typing import Final

from markdown_it import MarkdownIt

ROOT: Final = Path(__file__).parents[1]
SOURCES: Final = Path(__file__).parent / "picture"
BUILD: Final = ROOT / "build" / "picture"
ICONS: Final = BUILD / "node_modules" / "@primer" / "octicons" / "build" / "svg"
IMAGES: Final = ROOT / "docs" / "images"
ALERTS: Final = {"caution": "stop", "warning": "alert"}
"""The icons of GitHub's alerts."""
PICTURE: Final = "<details>\n<summary>The endpoint after the change"
WIDTH: Final = 860
"""Of a comment on github.com."""


def review() -> str:
    """What `mce review` says of the two sides of the example."""
    for side in ("base", "head"):
        subprocess.run([sys.executable, SOURCES / "app.py", side, BUILD / side], check=True)
    command = ["mce", "review", "base", "head", "--fail-on", "never", "--format", "markdown", "--output", "review.md"]
    subprocess.run(command, cwd=BUILD, check=True)
    return (BUILD / "review.md").read_text(encoding="utf-8")


def page(markdown: str, theme: str) -> Path:
    """The comment as a web page, with the picture of the endpoint unfolded."""
    html = MarkdownIt("commonmark", {"html": True}).enable("table").render(markdown)
    html = html.replace(PICTURE, PICTURE.replace("details", "details open"))
    html = re.sub(r"<blockquote>\n<p>\[!(\w+)\]\n(.*?)</blockquote>", _alert, html, flags=re.DOTALL)
    html = re.sub(r'<pre><code class="language-mermaid">(.*?)</code></pre>', _diagram, html, flags=re.DOTALL)
    file = BUILD / f"{theme}.html"
    template = Template((SOURCES / "page.html").read_text(encoding="utf-8"))
    file.write_text(template.substitute(theme=theme, width=WIDTH, comment=html), encoding="utf-8")
    return file


def _alert(quote: re.Match[str]) -> str:
    """What GitHub makes of a quote that begins with `[!WARNING]` or `[!CAUTION]`."""
    level = quote[1].lower()
    icon = (ICONS / f"{ALERTS[level]}-16.svg").read_text(encoding="utf-8")
    title = f'<p class="markdown-alert-title">{icon} {level.capitalize()}</p>'
    return f'<div class="markdown-alert markdown-alert-{level}">{title}<p>{quote[2]}</div>'


def _diagram(block: re.Match[str]) -> str:
    return f'<pre class="mermaid">{block[1]}</pre>'


def picture(file: Path, target: Path) -> None:
    """A picture of the page, just as high as the page is."""
    drawn = chromium("--dump-dom", file.as_uri())
    height = re.search(r'data-height="(\d+)"', drawn)
    if height is None:
        sys.exit("the page was not drawn: is the Mermaid picture of the review valid?")
    size = f"--window-size={WIDTH + 34},{height[1]}"
    chromium(size, "--force-device-scale-factor=2", f"--screenshot={target}", file.as_uri())


def chromium(*arguments: str) -> str:
    """Run the browser without a window; it waits until the scripts of the page are done."""
    options = ["--headless", "--no-sandbox", "--hide-scrollbars", "--virtual-time-budget=20000"]
    done = subprocess.run(["chromium", *options, *arguments], check=True, capture_output=True, text=True)
    return done.stdout


if __name__ == "__main__":
    BUILD.mkdir(parents=True, exist_ok=True)
    IMAGES.mkdir(exist_ok=True)
    markdown = review()
    for theme in ("light", "dark"):
        picture(page(markdown, theme), IMAGES / f"review-{theme}.png")

"""The real `cdk` command line, run in a given environment."""

import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Result:
    """How a `cdk` command ended, and all it printed."""

    exit_code: int
    output: str


@dataclass(frozen=True)
class CdkCli:
    """`cdk` commands. `synth` runs the app once; the others take the assembly that it wrote."""

    environment: Mapping[str, str]
    folder: Path = Path()
    timeout_seconds: float = 300

    def version(self) -> Result:
        """The version of the command line."""
        return self.run("--version")

    def synth(self, output: Path, *, app: str | None = None, context: Mapping[str, str] | None = None) -> Result:
        """Synthesize `app`, or else the app that cdk.json names, into the folder `output`."""
        pairs = [option for name, value in (context or {}).items() for option in ("--context", f"{name}={value}")]
        return self.run("synth", "--quiet", *(["--app", app] if app else []), "--output", str(output), *pairs)

    def bootstrap(self, account_id: str, region: str) -> Result:
        """Prepare an account and region for deployments."""
        return self.run("bootstrap", f"aws://{account_id}/{region}")

    def deploy(self, assembly: Path, *options: str) -> Result:
        """Create or update the stacks of an assembly."""
        return self.run("deploy", "--app", str(assembly), "--require-approval", "never", *options)

    def diff(self, assembly: Path, *options: str) -> Result:
        """Compare the stacks of an assembly with what is deployed."""
        return self.run("diff", "--app", str(assembly), *options)

    def destroy(self, assembly: Path, *options: str) -> Result:
        """Delete the stacks of an assembly."""
        return self.run("destroy", "--app", str(assembly), "--force", *options)

    def run(self, *arguments: str) -> Result:
        """Any other command."""
        # `cdk` and the Node that runs it are beside this interpreter, as `make setup` leaves them.
        binaries = Path(sys.executable).parent
        path = f"{binaries}{os.pathsep}{self.environment.get('PATH', '')}"
        try:
            finished = subprocess.run(
                [binaries / "cdk", *arguments, "--no-notices"],
                cwd=self.folder,
                env={**self.environment, "PATH": path, "CI": "true", "NO_COLOR": "1"},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                check=False,
                timeout=self.timeout_seconds,
            )
        except FileNotFoundError:
            return Result(127, f"{binaries / 'cdk'} is missing: run `make setup`.")
        except subprocess.TimeoutExpired as expired:
            printed = expired.stdout.decode(errors="replace") if isinstance(expired.stdout, bytes) else ""
            return Result(124, f"{printed}\ncdk {arguments[0]} did not end within {self.timeout_seconds:.0f} seconds.")
        return Result(finished.returncode, finished.stdout)

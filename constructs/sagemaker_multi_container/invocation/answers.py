"""What comes of a request."""

from __future__ import annotations

from dataclasses import dataclass

from .targets import Target


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What an endpoint answered; its body has gone where the caller wanted it."""

    target: Target
    status: int
    """The HTTP status."""
    content_type: str | None
    variant: str | None
    """The production variant that answered."""
    custom_attributes: str | None
    size: int
    """The bytes of the body."""
    seconds: float
    """From sending the request to the last byte of the body."""

    def __str__(self) -> str:
        """For people, in a line."""
        facts = [
            str(self.status),
            self.content_type or "no content type",
            f"{self.size:,} bytes",
            f"{self.seconds * 1000:,.0f} ms",
            f"variant {self.variant}" if self.variant else "",
            f"custom attributes {self.custom_attributes}" if self.custom_attributes else "",
        ]
        return ", ".join(filter(None, facts))


class RefusedError(Exception):
    """Raised where AWS, or an endpoint, does not do what it was asked. Its text is a line for the user."""

    def __init__(self, text: str, *, code: str | None = None, was_asked: bool = False) -> None:
        super().__init__(text)
        self.code = code
        """The code of AWS's error; None if there is none, since it was not reached."""
        self.was_asked = was_asked
        """Whether the endpoint had the request, so that it was the endpoint that failed."""

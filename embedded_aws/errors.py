"""How the emulated service says no."""


class ServiceError(Exception):
    """An error that the service answers with: what boto3 raises as a `ClientError`."""

    def __init__(self, message: str, code: str = "ValidationException") -> None:
        super().__init__(message)
        self.message = message
        self.code = code

"""What a file holds, as far as its name says so."""

from __future__ import annotations

import mimetypes
from pathlib import Path
from typing import Final

_OF_INFERENCE: Final = {".jsonl": "application/jsonlines", ".npy": "application/x-npy"}
"""What Python's table lacks. https://docs.aws.amazon.com/sagemaker/latest/dg/cdf-inference.html names the first; AWS's
framework containers take the second, too."""

# The table that comes with Python: what a machine has added to it must not change a request.
_BY_ENDING = mimetypes.MimeTypes()


def content_type_of(file: Path) -> str | None:
    """The content type that the ending of a file's name stands for; None if for none, or it is compressed."""
    ending = file.suffix.lower()
    if ending in _OF_INFERENCE:
        return _OF_INFERENCE[ending]
    guessed, compression = _BY_ENDING.guess_type(f"body{''.join(file.suffixes[-2:]).lower()}")
    return None if compression else guessed

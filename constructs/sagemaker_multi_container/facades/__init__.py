"""What one can do with an endpoint, declared here or imported.

A module is imported when it is needed: most endpoints need few.
"""

from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from . import additions as additions
    from . import alarm_settings as alarm_settings
    from . import alarms as alarms
    from . import dashboard as dashboard
    from . import events as events
    from . import grants as grants
    from . import logs as logs
    from . import metrics as metrics
    from . import scaling as scaling

_MODULES = frozenset(
    {"additions", "alarm_settings", "alarms", "dashboard", "events", "grants", "logs", "metrics", "scaling"}
)


def __getattr__(name: str) -> ModuleType:
    if name not in _MODULES:
        message = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(message)
    return import_module(f".{name}", __name__)

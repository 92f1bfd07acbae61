"""SageMaker's runtime API for endpoints that run on this machine: InvokeEndpoint and InvokeEndpointWithResponseStream.

`routing`, `forwarding`, `errors` and `event_stream` say what is answered, and know no HTTP library. `service` and
`invocation` do it, by what `seam` demands of HTTP. `aiohttp_server` and `aiohttp_client` are HTTP, imported when a data
plane starts. `plane` is the thread that it all runs in.
"""

from .plane import Adapter as Adapter
from .plane import DataPlane as DataPlane
from .timeouts import Timeouts as Timeouts

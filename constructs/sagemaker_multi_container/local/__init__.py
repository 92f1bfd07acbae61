"""Runs multi-container endpoints on this machine, behind the same API that boto3 calls at AWS.

Importing this package imports neither the CDK nor botocore nor the HTTP server, and starts no process.
"""

from .endpoint import LocalEndpoint as LocalEndpoint
from .errors import LocalEndpointError as LocalEndpointError
from .plan import Attached as Attached
from .plan import Command as Command
from .plan import NamedImage as NamedImage
from .served import Hop as Hop
from .served import RequestRecord as RequestRecord
from .stub import Stub as Stub
from .stub import StubRequest as StubRequest
from .stub import StubResponse as StubResponse
from .stub import stub as stub

"""Portfolio management and orchestration over HTTP."""

from prescient.api.application import Application
from prescient.runtime.http import HttpHandler

handler = HttpHandler(Application)

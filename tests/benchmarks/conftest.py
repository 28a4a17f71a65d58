"""The server and the browser of the browser tests serve the benchmarks too."""

from tests.e2e.conftest import browser, context, errors, page, server, window  # noqa: F401

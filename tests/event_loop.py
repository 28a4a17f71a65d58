"""Coroutines in a test: a browser's loop may be running in this thread, and asyncio.run would not begin another there."""

import asyncio
from concurrent.futures import ThreadPoolExecutor


def finished(coroutine):
    """What it returns, from a loop of its own in a thread of its own."""
    with ThreadPoolExecutor(1) as own:
        return own.submit(asyncio.run, coroutine).result()

"""Streamlit sessions that vote, in a process of their own: `python room_sessions.py URL SESSIONS SECONDS` prints JSON.

Each opens the page's web socket as a browser does, presses a button every two seconds and waits for the end of the run.
"""

import asyncio
import json
import random
import sys
import time

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import connect

EVERY = 2.0
PATIENCE = 30.0


async def run(socket, button=""):
    """One run of the page; the ids of its buttons."""
    message = BackMsg()
    message.rerun_script.query_string = ""
    if button:
        state = message.rerun_script.widget_states.widgets.add()
        state.id, state.trigger_value = button, True
    await socket.send(message.SerializeToString())
    buttons = []
    while True:
        said = ForwardMsg.FromString(await asyncio.wait_for(socket.recv(), PATIENCE))
        if said.delta.new_element.HasField("button"):
            buttons.append(said.delta.new_element.button.id)
        if said.HasField("script_finished"):
            return buttons


async def live(url, end, times, lost, rng):
    await asyncio.sleep(rng.uniform(0, EVERY))
    try:
        async with connect(
            f"{url.replace('http', 'ws')}/_stcore/stream", open_timeout=PATIENCE, max_size=None
        ) as socket:
            buttons = await run(socket)
            while time.monotonic() < end:
                began = time.monotonic()
                await run(socket, rng.choice(buttons))
                times.append(time.monotonic() - began)
                await asyncio.sleep(max(0.0, EVERY - (time.monotonic() - began)))
    except Exception as error:
        lost.append(type(error).__name__)


async def main(url, sessions, seconds):
    times, lost = [], []
    end = time.monotonic() + seconds
    await asyncio.gather(*(live(url, end, times, lost, random.Random(seed)) for seed in range(sessions)))
    print(json.dumps({"times": times, "lost": lost}))


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], int(sys.argv[2]), float(sys.argv[3])))

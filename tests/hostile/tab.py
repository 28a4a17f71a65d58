"""A tab without a browser: it speaks to a Streamlit server as a page does, by its web socket, at a fraction of the cost."""

from __future__ import annotations

import asyncio
import json
from contextlib import asynccontextmanager

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import connect

EVERY = 5.0  # seconds between two looks: twenty visitors who look more often keep the server busy with that
PATIENCE = 400.0  # seconds for whatever a tab waits for, on a machine that may be busy


class Tab:
    """What the last whole run of the page has drawn."""

    def __init__(self, socket):
        self._socket = socket
        self._page = self._query = self._hash = ""  # the hash is Streamlit's name of the page, once it has told it
        self._clock = ""  # the part of the page that runs by itself, if there is one
        self.buttons = {}  # by label: the id, and the part of the page that runs when it is pressed
        self.components = {}  # ids of v2 components, by the end of the id, which is the key
        self.words = []  # all texts

    async def go(self, page, query=""):
        """Open that page of the app with that query, as a link or the browser's Back does."""
        self._page, self._query, self._hash = page, query, ""
        await self._run(went_back=True)

    async def press(self, label):
        """Press the button; raises KeyError where it is not there."""
        button, part = self.buttons[label]
        await self._run(button, part=part)

    async def look(self):
        """Run the part of the page that has a clock, as a browser does at its every tick; else the page."""
        await self._run(part=self._clock)

    async def until(self, true):
        """Look again and again until `true(self)`; raises TimeoutError, with what is there, where that takes too long."""
        try:
            async with asyncio.timeout(PATIENCE):
                while not true(self):
                    await asyncio.sleep(EVERY)
                    await self.look()
        except TimeoutError as error:
            raise TimeoutError(f"{list(self.buttons)}, {self.words}") from error

    async def tell(self, key, **said):
        """What the instrument of that key says once, as its script would."""
        await self._run(component=(self.components[key], said))

    async def _run(self, button="", went_back=False, component=None, part=""):
        message = BackMsg()
        asked = message.rerun_script
        asked.query_string, asked.page_name, asked.is_history_navigation = self._query, self._page, went_back
        asked.page_script_hash, asked.fragment_id = self._hash, part
        if button:
            state = asked.widget_states.widgets.add()
            state.id, state.trigger_value = button, True
        if component:
            state = asked.widget_states.widgets.add()
            state.id, state.json_trigger_value = component[0], json.dumps(component[1])
        await self._socket.send(message.SerializeToString())
        if not part:
            self._forget()
        while True:
            said = ForwardMsg.FromString(await asyncio.wait_for(self._socket.recv(), PATIENCE))
            self._hear(said)
            if said.HasField("page_info_changed"):
                self._query = said.page_info_changed.query_string
            if said.HasField("navigation"):
                self._hash = said.navigation.page_script_hash
            if said.HasField("auto_rerun"):
                self._clock = said.auto_rerun.fragment_id
            if said.HasField("script_finished"):
                if said.script_finished != ForwardMsg.FINISHED_EARLY_FOR_RERUN:
                    return
                self._forget()  # the whole page follows

    def _forget(self):
        self.buttons, self.words, self.components, self._clock = {}, [], {}, ""

    def _hear(self, said):
        element = said.delta.new_element
        kind = element.WhichOneof("type")
        if kind == "button":
            self.buttons[element.button.label] = element.button.id, said.delta.fragment_id
        elif kind == "bidi_component":
            self.components[element.bidi_component.id.rpartition("-")[2]] = element.bidi_component.id
        elif kind == "progress":
            self.words.append(element.progress.text)
        elif kind in ("markdown", "alert", "exception", "heading"):
            part = getattr(element, kind)
            self.words.append(getattr(part, "body", "") or getattr(part, "message", ""))


@asynccontextmanager
async def tab(url):
    """A tab that is open for as long as it is needed."""
    async with connect(
        f"{url.replace('http', 'ws', 1)}/_stcore/stream", open_timeout=PATIENCE, max_size=None, ping_timeout=None
    ) as socket:
        yield Tab(socket)

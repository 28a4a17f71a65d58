"""Phones that vote, in a process of their own: `python room_phones.py URL CODE PHONES SECONDS` prints what they saw as JSON.

Plain HTTP/1.1 over connections that are kept, as a browser does it, and no more work than that.
"""

import asyncio
import json
import random
import secrets
import sys
import time
from urllib.parse import urlsplit

EVERY = 2.0  # seconds between two votes of a phone
PATIENCE = 30.0


class Phone:
    def __init__(self, url, code, rng):
        self.host, self.port = urlsplit(url).hostname, urlsplit(url).port
        self.path = f"/r/{code}/now"
        self.token = secrets.token_urlsafe(16)
        self.rng = rng
        self.done, self.pairs, self.turn, self.knows = [], [], 0, ""
        self.reader = self.writer = None

    async def post(self, message):
        """Send it until it is answered, as a phone does."""
        body = json.dumps({"phone": self.token, "knows": self.knows, "done": self.done, **message}).encode()
        gone = time.monotonic() + 2 * PATIENCE
        while True:
            try:
                return await asyncio.wait_for(self._post(body), PATIENCE)
            except (TimeoutError, OSError, EOFError):
                self.writer = None
                if time.monotonic() > gone:
                    raise
                await asyncio.sleep(0.5)

    async def _post(self, body):
        if self.writer is None:
            self.reader, self.writer = await asyncio.open_connection(self.host, self.port)
        head = f"POST {self.path} HTTP/1.1\r\nHost: {self.host}\r\nContent-Type: application/json\r\n"
        self.writer.write(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body)
        status = int((await self.reader.readline()).split()[1])
        length = 0
        while (line := await self.reader.readline()) not in (b"\r\n", b""):
            name, _, value = line.partition(b":")
            if name.lower() == b"content-length":
                length = int(value)
        answer = await self.reader.readexactly(length) if length else b"{}"
        return status, json.loads(answer)

    async def live(self, end, times, counted, refused):
        await asyncio.sleep(self.rng.uniform(0, EVERY))
        _, heard = await self.post({"more": True})
        self._hear(heard)
        while time.monotonic() < end and self.pairs:
            pair = self.pairs.pop(0)
            self.turn += 1
            self.done.append(pair["id"])
            began = time.monotonic()
            said = [{"pair": pair["id"], "answer": self.rng.randrange(3), "turn": self.turn}]
            status, heard = await self.post({"said": said, "more": not self.pairs})
            times.append(time.monotonic() - began)
            if status == 200 and heard.get("counted") == [self.turn]:
                counted.append([self.token, pair["id"], time.time()])
            else:
                refused.append(status)
            self._hear(heard)
            await asyncio.sleep(max(0.0, EVERY - (time.monotonic() - began)))

    def _hear(self, heard):
        if "asks" in heard:
            self.knows, self.pairs = heard["stamp"], heard["asks"].get("pairs", [])


async def main(url, code, phones, seconds):
    times, counted, refused = [], [], []
    end = time.monotonic() + seconds
    crowd = [Phone(url, code, random.Random(seed)) for seed in range(phones)]
    await asyncio.gather(*(phone.live(end, times, counted, refused) for phone in crowd))
    print(json.dumps({"times": times, "counted": counted, "refused": refused}))


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2], int(sys.argv[3]), float(sys.argv[4])))

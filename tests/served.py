"""A model server on loopback: Pocket's own numbers in the form of OpenAI's completions; it fails as it is told."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route


@dataclass
class Server:
    """What the server does; a test may change it while it runs."""

    pocket: Any
    told: int = 20  # at most, in one answer
    slots: int = 128  # tokens that it draws at once, at most; llama.cpp's own server has so many slots
    form: str = "lists"  # or "content", as llama.cpp's own server and Ollama write it
    key: str = ""
    damage: Callable[[dict[str, Any]], Any] | None = None  # what becomes of an answer; a Response is sent as it is
    delay: float = 0.0  # seconds before an answer
    silent_end: bool = False  # an end without a word, as llama-cpp-python has it
    asked: list[dict[str, Any]] = field(default_factory=list)
    port: int = 0
    _known: dict[str, Any] = field(default_factory=dict)

    @property
    def address(self) -> str:
        return f"openai:http://127.0.0.1:{self.port}/v1#pocket"

    def distribution(self, text: str) -> tuple[list[str], np.ndarray]:
        """Pocket's tokens in its order, as text, and their probabilities."""
        if text in self._known:
            return self._known[text]
        ids = self.pocket.encode(text)
        order = self.pocket.ranking(ids)
        z = self.pocket.logits(ids)[order].astype(np.float64)
        p = np.exp(z - z.max())
        ends = self.pocket.end_tokens
        # Only the end has no text; what else is special is told by its name.
        pieces = [
            "" if a in ends else self.pocket.pieces((*ids, a))[-1] or self.pocket.piece(a) for a in order.tolist()
        ]
        return self._known.setdefault(text, (pieces, p / p.sum()))

    def complete(self, request: dict[str, Any]) -> dict[str, Any]:
        asked = request["logprobs"]
        tokens, p = self.distribution(request["prompt"])
        rng = np.random.default_rng(request.get("seed", 0))
        draws = p ** (1 / max(request["temperature"], 1e-6))
        choices = []
        for index in range(request.get("n", 1)):
            a = int(rng.choice(len(p), p=draws / draws.sum()))
            top = dict(zip(tokens[:asked], np.log(p[:asked]).tolist(), strict=True))
            top.setdefault(tokens[a], float(np.log(p[a])))
            choices.append({"index": index, "text": tokens[a]} | self.written(tokens[a], float(np.log(p[a])), top))
        return {"object": "text_completion", "model": "pocket", "choices": choices}

    def written(self, token: str, own: float, top: dict[str, float]) -> dict[str, Any]:
        reason = "stop" if token == "" else "length"
        if self.silent_end and token == "":
            empty: dict[str, Any] = {"tokens": [], "token_logprobs": [], "top_logprobs": [], "text_offset": []}
            return {"finish_reason": reason, "logprobs": empty}
        if self.form == "content":
            entries = [{"id": i, "token": t, "logprob": v, "bytes": []} for i, (t, v) in enumerate(top.items())]
            return {
                "finish_reason": reason,
                "logprobs": {"content": [{"token": token, "logprob": own, "top_logprobs": entries}]},
            }
        lists = {"tokens": [token], "token_logprobs": [own], "top_logprobs": [top], "text_offset": [0]}
        return {"finish_reason": reason, "logprobs": lists}


def _app(server: Server) -> Starlette:
    def refused(request: Request) -> Response | None:
        if server.key and request.headers.get("authorization") != f"Bearer {server.key}":
            return JSONResponse({"error": {"message": f"Incorrect key: {server.key}"}}, 401)
        return None

    async def models(request: Request) -> Response:
        return refused(request) or JSONResponse({"object": "list", "data": [{"id": "/models/pocket"}]})

    async def completions(request: Request) -> Response:
        no = refused(request)
        if no is not None:
            return no
        asked = json.loads(await request.body())
        server.asked.append(asked)
        await asyncio.sleep(server.delay)
        if asked["logprobs"] > server.told:
            return JSONResponse({"error": {"message": f"at most {server.told} logprobs"}}, 400)
        if asked.get("n", 1) > server.slots:
            return JSONResponse({"error": {"message": f"Field 'n': between 1 and {server.slots}"}}, 400)
        answer = server.complete(asked)
        if server.damage is None:
            return JSONResponse(answer)
        damaged = server.damage(answer)
        # As Python writes it: NaN and all.
        return (
            damaged if isinstance(damaged, Response) else Response(json.dumps(damaged), media_type="application/json")
        )

    return Starlette(
        routes=[
            Route("/v1/models", models),
            Route("/v1/completions", completions, methods=["POST"]),
        ]
    )


@contextmanager
def serving(server: Server) -> Iterator[Server]:
    """The server, listening while the block runs; at the port that it had before, where it had one."""
    config = uvicorn.Config(
        _app(server), host="127.0.0.1", port=server.port, log_level="error", timeout_graceful_shutdown=1
    )
    running = uvicorn.Server(config)
    thread = threading.Thread(target=running.run, daemon=True)
    thread.start()
    while not running.started:
        assert thread.is_alive(), "the server did not start"
        thread.join(0.01)
    server.port = running.servers[0].sockets[0].getsockname()[1]
    try:
        yield server
    finally:
        running.should_exit = True
        thread.join(10)

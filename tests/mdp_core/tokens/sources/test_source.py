import socket
import subprocess
import sys
from dataclasses import replace

import pytest
import torch

from mdp_core.tokens.sources import Facts, ModelError, drain, facts, load
from mdp_core.tokens.sources.errors import NotAllowed, TooLarge, UnknownModel
from mdp_core.tokens.sources.host import Host


def test_importing_the_sources_imports_nothing_heavy():
    code = (
        "import sys, mdp_core.tokens.sources as sources; sources.facts('smollm2')\n"
        "print([name for name in ('torch', 'transformers', 'huggingface_hub', 'gguf') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_local_folder_becomes_a_language_model_without_network_or_global_changes(tiny, host, monkeypatch):
    monkeypatch.setattr(socket.socket, "connect", None)
    threads, random = torch.get_num_threads(), torch.get_rng_state()
    seen = []
    model = drain(load(str(tiny), host), seen.append)
    assert (model.name, model.id) == ("tiny", str(tiny))
    assert model.encode("the movie was good") == (2, 3, 4, 5)
    assert seen[-1].message == "loading tiny"
    assert torch.get_num_threads() == threads
    assert torch.equal(torch.get_rng_state(), random)


def test_a_folder_is_not_looked_at_where_the_host_does_not_allow_folders(tiny, host):
    host = replace(host, allow_folders=False)
    messages = set()
    for path in (tiny, tiny / "missing", "/etc"):
        with pytest.raises(NotAllowed) as error:
            drain(load(str(path), host))
        messages.add(str(error.value))
    assert len(messages) == 1  # nothing tells which of them exist


def test_the_hub_is_not_asked_where_the_host_does_not_allow_it(host, monkeypatch):
    monkeypatch.setattr(subprocess, "Popen", None)
    with pytest.raises(NotAllowed, match="no models from the hub"):
        drain(load("owner/name", replace(host, allow_hub=False)))


def test_smollm2_is_refused_before_the_download_where_it_is_too_large(host, monkeypatch):
    monkeypatch.setattr(subprocess, "Popen", None)
    with pytest.raises(TooLarge, match="needs 538 MB of memory, and this host grants 500 MB"):
        drain(load("smollm2", replace(host, max_bytes=500_000_000)))


@pytest.mark.parametrize("text", ["../../etc", "https://example.org/x", "a/b/c", "оwner/name", ""])
def test_a_malformed_id_touches_nothing(text, host, monkeypatch):
    monkeypatch.setattr(subprocess, "Popen", None)
    monkeypatch.setattr(socket, "socket", None)
    monkeypatch.setattr("mdp_core.tokens.sources.source.check", None)
    with pytest.raises(UnknownModel):
        drain(load(text, host))
    with pytest.raises(UnknownModel):
        facts(text, host)


def test_every_failure_is_a_value_error_of_the_family(tiny, host):
    (tiny / "config.json").write_text("{}")
    with pytest.raises(ModelError) as error:
        drain(load(str(tiny), host))
    assert isinstance(error.value, ValueError)


def test_pocket_is_in_the_package_and_needs_no_network(host, monkeypatch):
    monkeypatch.setattr(subprocess, "Popen", None)
    monkeypatch.setattr(socket.socket, "connect", None)
    model = drain(load("pocket", host))
    assert (model.name, model.id) == ("Pocket", "pocket")
    assert model.vocabulary_size <= 512
    assert facts("pocket", host).is_here


def test_facts_say_what_a_button_needs(host):
    smollm2 = facts("smollm2", host)
    assert str(smollm2) == ("SmolLM2-135M-Instruct, Apache-2.0: downloads 93 to 269 MB once, then takes about 25 s")
    assert facts("owner/name", host) == Facts("owner/name", "licence on its page at the hub", None, None, None, False)
    assert "its size is checked before it is downloaded" in str(facts("owner/name", host))
    assert str(facts("/models/tiny", host)).startswith("tiny, licence in its folder: nothing to download")
    assert facts("pocket", Host()).download == (0, 0)

import json
import os
import pickle
from dataclasses import replace

import pytest
import torch

from mdp_core.tokens.sources.checkpoint import read
from mdp_core.tokens.sources.errors import BrokenFolder, ModelError, TooLarge, UnknownModel, UnsafeWeights
from mdp_core.tokens.sources.folder import check


def _change(folder, file="config.json", **entries):
    content = json.loads((folder / file).read_text())
    (folder / file).write_text(json.dumps(content | entries))


def test_a_whole_model_passes_and_is_counted(tiny, host):
    checked = check(tiny, "tiny", host)
    # embedding and head 8 x 8; q and o 8 x 8, k and v 8 x 4; the MLP 3 x 8 x 16; three norms of 8
    assert checked.weights.parameters == 2 * 64 + 2 * 64 + 2 * 32 + 384 + 24


def test_pickles_are_refused_and_never_opened(tiny, host, tmp_path):
    class Trap:
        def __reduce__(self):
            return os.mkdir, (str(tmp_path / "sprung"),)

    (tiny / "model.safetensors").unlink()
    (tiny / "pytorch_model.bin").write_bytes(pickle.dumps(Trap()))
    with pytest.raises(UnsafeWeights, match="pickle only, which can run code"):
        check(tiny, "tiny", host)
    assert not (tmp_path / "sprung").exists()


def test_pickles_beside_safetensors_do_not_matter(tiny, host):
    (tiny / "pytorch_model.bin").write_bytes(b"never read")
    assert check(tiny, "tiny", host).weights.parameters == 728


@pytest.mark.parametrize(
    ("file", "entries"),
    [
        ("config.json", {"auto_map": {"AutoModelForCausalLM": "modeling_evil.Evil"}}),
        ("config.json", {"text_config": {"auto_map": {}}}),
        ("tokenizer_config.json", {"auto_map": {"AutoTokenizer": ["tokenizer_evil.Evil", None]}}),
        ("config.json", {"_attn_implementation": "somebody/kernel"}),
        ("config.json", {"attn_implementation": {"": "somebody/kernel"}}),
    ],
)
def test_a_model_that_brings_code_is_refused(tiny, host, file, entries):
    _change(tiny, file, **entries)
    with pytest.raises(UnsafeWeights, match="run code of its own"):
        check(tiny, "tiny", host)


def test_a_model_over_the_limit_is_refused_by_its_memory_in_float32(tiny, host):
    with pytest.raises(TooLarge, match="grants 0 MB"):
        check(tiny, "tiny", replace(host, max_bytes=728 * 4 - 1))
    check(tiny, "tiny", replace(host, max_bytes=728 * 4))
    half = {name: tensor.half() for name, tensor in _tensors(tiny).items()}
    _save(half, tiny)
    with pytest.raises(TooLarge):
        check(tiny, "tiny", replace(host, max_bytes=728 * 4 - 1))


def _tensors(folder):
    from safetensors.torch import load_file

    return load_file(folder / "model.safetensors")


def _save(tensors, folder, name="model.safetensors"):
    from safetensors.torch import save_file

    save_file(tensors, folder / name, metadata={"format": "pt"})


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (lambda folder: (folder / "config.json").unlink(), "has no config.json"),
        (lambda folder: (folder / "config.json").write_text("{"), "config.json of tiny is not JSON"),
        (lambda folder: (folder / "config.json").write_bytes(b"\xff\xfe"), "is not JSON"),
        (lambda folder: (folder / "config.json").write_text("[" * 100_000), "is not JSON"),
        (lambda folder: (folder / "config.json").write_text("[]"), "is not a JSON object"),
        (lambda folder: (folder / "generation_config.json").write_text("nothing"), "generation_config.json"),
        (lambda folder: (folder / "tokenizer.json").unlink(), "has no tokenizer"),
        (lambda folder: (folder / "model.safetensors").unlink(), "has no model.safetensors"),
        (lambda folder: os.truncate(folder / "model.safetensors", 2_000), "are damaged"),
        (lambda folder: os.truncate(folder / "model.safetensors", 3), "are damaged"),
        (lambda folder: (folder / "adapter_config.json").write_text("{}"), "is an adapter"),
        (lambda folder: _change(folder, quantization_config={"bits": 4}), "quantised"),
        (lambda folder: _change(folder, is_encoder_decoder=True), "encoder"),
        (lambda folder: _change(folder, num_hidden_layers=10**9), "claims num_hidden_layers = 1e\\+09"),
        (lambda folder: _change(folder, num_local_experts=10**7), "claims num_local_experts"),
    ],
)
def test_a_damaged_folder_is_named_for_what_is_wrong(tiny, host, damage, words):
    damage(tiny)
    with pytest.raises(BrokenFolder, match=words) as error:
        check(tiny, "tiny", host)
    assert str(error.value).endswith("take Pocket.")


def test_a_folder_that_is_not_there_or_is_a_file(tiny, host):
    for path in (tiny / "missing", tiny / "config.json"):
        with pytest.raises(UnknownModel, match="There is no folder"):
            check(path, "tiny", host)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes in the file system here")
def test_a_pipe_is_no_file_and_is_not_waited_for(tiny, host):
    for name in ("config.json", "model.safetensors"):
        (tiny / name).unlink()
        os.mkfifo(tiny / name)
    with pytest.raises(BrokenFolder):
        check(tiny, "tiny", host)


def test_shards_are_counted_together_and_must_all_be_there(tiny, host):
    tensors = _tensors(tiny)
    names = sorted(tensors)
    (tiny / "model.safetensors").unlink()
    shards = {"model-00001-of-00002.safetensors": names[:3], "model-00002-of-00002.safetensors": names[3:]}
    for shard, held in shards.items():
        _save({name: tensors[name] for name in held}, tiny, shard)
    index = tiny / "model.safetensors.index.json"
    index.write_text(json.dumps({"weight_map": {name: shard for shard, held in shards.items() for name in held}}))
    assert check(tiny, "tiny", host).weights.parameters == 728
    (tiny / "model-00002-of-00002.safetensors").unlink()
    with pytest.raises(BrokenFolder, match="lacks a file"):
        check(tiny, "tiny", host)
    for weight_map in ({"a": "../model.safetensors"}, {"a": "/etc/passwd"}, {"a": 3}, {}, []):
        index.write_text(json.dumps({"weight_map": weight_map}))
        with pytest.raises(BrokenFolder):
            check(tiny, "tiny", host)


def test_a_checked_folder_loads_as_it_was_saved(tiny, host):
    from mdp_core.tokens.sources import checkpoint

    _save({name: tensor.bfloat16() for name, tensor in _tensors(tiny).items()}, tiny)
    language_model = checkpoint.read(check(tiny, "tiny", host), "local/tiny", host)
    assert (language_model.name, language_model.id) == ("tiny", "local/tiny")
    model, tokenizer = language_model.model, language_model.tokenizer
    assert {parameter.dtype for parameter in model.parameters()} == {torch.float32}
    assert not model.training
    assert tokenizer("the movie was good").input_ids == [2, 3, 4, 5]
    saved = _tensors(tiny)["lm_head.weight"].float()
    assert torch.equal(model.lm_head.weight.detach(), saved)


def test_what_only_the_library_can_see_is_refused_when_it_loads(tiny, host):
    from mdp_core.tokens.sources import checkpoint

    config = (tiny / "config.json").read_text()

    def refusal(**entries):
        (tiny / "config.json").write_text(config)
        _change(tiny, **entries)
        with pytest.raises(ModelError) as error:
            checkpoint.read(check(tiny, "tiny", host), "tiny", host)
        return error.value

    assert isinstance(refusal(vocab_size=10**9), TooLarge)
    assert isinstance(refusal(hidden_size=10**9), TooLarge)
    assert "describes a model of" in str(refusal(hidden_size=10**6))
    assert "no causal language model but a LlamaForSequenceClassification" in str(
        refusal(architectures=["LlamaForSequenceClassification"])
    )
    assert isinstance(refusal(model_type="nothing-known"), BrokenFolder)
    assert "describes a model of 1,320 parameters" in str(refusal(num_hidden_layers=2))  # one more layer has 592
    assert isinstance(refusal(vocab_size=7), BrokenFolder)
    assert isinstance(refusal(hidden_size="wide"), BrokenFolder)


def test_weights_that_lack_a_tensor_are_refused_and_not_drawn_at_random(tiny, host):
    from mdp_core.tokens.sources import checkpoint

    tensors = _tensors(tiny)
    tensors["model.norm.other"] = tensors.pop("model.norm.weight")
    _save(tensors, tiny)
    with pytest.raises(BrokenFolder, match=r"The weights of tiny lack model\.norm\.weight"):
        checkpoint.read(check(tiny, "tiny", host), "tiny", host)


def test_a_tokenizer_with_more_tokens_than_the_weights_is_refused(tiny, host):
    from mdp_core.tokens.sources import checkpoint

    tokenizer = json.loads((tiny / "tokenizer.json").read_text())
    tokenizer["model"]["vocab"]["surplus"] = 8
    (tiny / "tokenizer.json").write_text(json.dumps(tokenizer))
    with pytest.raises(BrokenFolder, match="more tokens than its weights"):
        checkpoint.read(check(tiny, "tiny", host), "tiny", host)


def test_loading_writes_nothing_to_the_log(tiny, host, capfd):
    from mdp_core.tokens.sources import checkpoint

    checkpoint.read(check(tiny, "tiny", host), "tiny", host)
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("file", ["tokenizer.model", "spiece.model"])
def test_a_sentencepiece_file_alone_is_refused_in_our_own_words(tiny, host, file):
    (tiny / "tokenizer.json").unlink()
    (tiny / file).write_bytes(b"never read")
    with pytest.raises(
        BrokenFolder, match=f"its tokenizer as {file} alone, which is not read here; add its tokenizer.json"
    ):
        check(tiny, "tiny", host)


def test_json_behind_a_byte_order_mark_is_read(tiny, host):
    before = read(check(tiny, "tiny", host), "tiny", host)
    for file in ("config.json", "tokenizer.json", "tokenizer_config.json"):
        (tiny / file).write_bytes(b"\xef\xbb\xbf" + (tiny / file).read_bytes())
    after = read(check(tiny, "tiny", host), "tiny", host)
    ids = after.encode("the movie was")
    assert ids == (2, 3, 4)
    assert after.logits(ids).tolist() == before.logits(ids).tolist()


def test_a_token_outside_of_a_small_vocabulary_is_named(tiny, host):
    _change(tiny, pad_token_id=300)
    with pytest.raises(BrokenFolder, match=r"tiny has 8 tokens, and its config.json names token 300 \(pad_token_id\)"):
        read(check(tiny, "tiny", host), "tiny", host)

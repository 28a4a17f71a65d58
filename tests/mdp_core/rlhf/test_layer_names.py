"""The rules by which peft names layers: by hand, and beside peft's own code where that is installed."""

import itertools

import pytest

from mdp_core.rlhf.adapters import AdapterError
from mdp_core.rlhf.layer_names import Expressions, LayerRule, linear_layers, of_pattern
from tests.mdp_core.tokens import tiny

NETWORK = tiny.byte_level_model().model
NAMES = list(linear_layers(NETWORK))

TARGETS = (
    ("q_proj",),
    ("self_attn.q_proj", "0.mlp.up_proj"),
    ("model.layers.0.self_attn.q_proj", "v_proj"),
    ("proj",),  # no end behind a dot
    ("lm_head",),
    "q_proj",  # an expression for the whole name, which this is not
    ".*q_proj",
    "^.*$",
    r"(?:.*?(?:language|text).*?q_proj)|(?:\bmodel\.layers\.[\d]{1,}\.(?:self_attn|mlp)\.(?:q_proj|down_proj))",
    r"(?!.*layers\.0).*v_proj",
    "(?i).*Q_PROJ",
)
EXCLUDED = ((), ("q_proj",), ("layers.0.self_attn.q_proj",), ("0",), r".*\.1\..*", "lm_head")
NUMBERED = ((None, ()), ((1,), ()), ((0, 1), ("layers",)), ((0,), ("h", "lay.rs")), ((0,), ("blocks",)), ((7,), ()))


def cases():
    for targets, excluded, (numbers, stacks) in itertools.product(TARGETS, EXCLUDED, NUMBERED):
        if not (isinstance(targets, str) and numbers):  # peft refuses that
            yield targets, excluded, numbers, stacks


def found(targets, excluded, numbers, stacks):
    return LayerRule(targets, excluded, frozenset(numbers) if numbers else None, stacks).layers(NETWORK)


def test_beside_peft_s_own_code():
    tuners = pytest.importorskip("peft.tuners.tuners_utils", reason="pip install peft, to compare with its own rules")
    from peft import LoraConfig

    for targets, excluded, numbers, stacks in cases():
        config = LoraConfig(
            target_modules=targets if isinstance(targets, str) else list(targets),
            exclude_modules=excluded if isinstance(excluded, str) else list(excluded) or None,
            layers_to_transform=list(numbers) if numbers else None,
            layers_pattern=list(stacks) or None,
        )
        theirs = [
            name
            for name in NAMES
            if (match := tuners.check_target_module_exists(config, name)) and type(match).__name__ != "_ExcludedModule"
        ]
        assert found(targets, excluded, numbers, stacks) == theirs, (targets, excluded, numbers, stacks)


def short(names):
    return [".".join(name.split(".")[2:]) for name in names]


@pytest.mark.parametrize(
    ("case", "names"),
    [
        ((("q_proj",), (), None, ()), ["0.self_attn.q_proj", "1.self_attn.q_proj"]),
        ((("self_attn.q_proj", "0.mlp.up_proj"), (), (0,), ()), ["0.self_attn.q_proj", "0.mlp.up_proj"]),
        ((("proj",), (), None, ()), []),
        (("q_proj", (), None, ()), []),
        ((r"(?!.*layers\.0).*v_proj", (), None, ()), ["1.self_attn.v_proj"]),
        ((("q_proj", "v_proj"), r".*\.1\..*", None, ()), ["0.self_attn.q_proj", "0.self_attn.v_proj"]),
        ((("q_proj",), (), (0,), ("blocks",)), []),
    ],
)
def test_by_hand(case, names):
    assert short(found(*case)) == names


def test_a_pattern_s_first_expression_counts():
    patterns = {"up_proj": 1, "layers.1.*": 2, "_proj": 3, "^model.layers.0.mlp.*": 4}
    values = [
        of_pattern(patterns, f"model.layers.{i}.mlp.{name}_proj", 9, Expressions())
        for i in (0, 1)
        for name in ("up", "down")
    ]
    assert values == [1, 4, 1, 2]
    assert of_pattern(patterns, "model.q_proj", 9, Expressions()) == 9  # `_proj` is no end behind a dot


def test_an_expression_that_would_never_end_is_stopped(monkeypatch):
    monkeypatch.setattr("mdp_core.rlhf.layer_names.PATIENCE", 0.05)
    with pytest.raises(AdapterError, match="takes too long"):
        LayerRule(r"(?:(.)|(.)(.))*(?(2)!|\1!)", expressions=Expressions()).layers(NETWORK)

"""What a stranger can bring: of every kind some that are whole, how they are damaged, and all that is done with them.

A kind is asked with what it was made of; only the errors that its reader documents may come out, and they are a refusal.
"""

from __future__ import annotations

import io
import json
import struct
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from random import Random
from typing import Any

import numpy as np
from streamlit.testing.v1 import AppTest

from components.score.preferences import Preferences
from components.score.saved_choices import saved, take_in
from components.server.warmup import warmup
from components.shell.plain import plain
from mdp_core import talk
from mdp_core.grid import maps
from mdp_core.grid.diagnosis import remarks
from mdp_core.grid.presets import PRESETS
from mdp_core.grid.world import GridWorld
from mdp_core.link import from_query, to_query
from mdp_core.rlhf.adapted_model import AdaptedModel
from mdp_core.rlhf.adapter_archive import adapter_files_in, archive_of, named_base
from mdp_core.rlhf.adapter_files import WEIGHTS, adapter_from, files_of
from mdp_core.rlhf.adapters import AdapterError
from mdp_core.rlhf.peft_config import CONFIG
from mdp_core.rlhf.preference_files import PreferenceFileError, SavedPreferences, SimulatedBy, to_json
from mdp_core.rlhf.raters import Comparison
from mdp_core.scenarios import GridScenario, Scenario, TextScenario, View
from mdp_core.stage.grid import grid_frames, map_picture
from mdp_core.stage.text import text_frames_by_token
from mdp_core.tokens.formula import Formula, FormulaError
from mdp_core.tokens.formula.weights import weighted_sum
from mdp_core.tokens.prompts import PromptError
from mdp_core.tokens.sources import drain, load
from tests.components.shell.test_in_link import LINKS as SET
from tests.components.shell.test_in_link import PAGES
from tests.hostile import formulas
from tests.hostile.mutations import NASTY, NUMBERS, damaged, damaged_bytes, damaged_json
from tests.mdp_core.rlhf.test_adapters import random_adapter
from tests.mdp_core.tokens import tiny

MAPS = (
    *(preset.text for preset in PRESETS.values()),
    '["SFFF", "FHFH", "FFFH", "HFFG"]',
    "S F F F\nF H F H\nF F F G",
    "[[' ', '#', +1], ['S', ' ', -1]]",
    "%%%%%%\n%P  .%\n%%%%%%",
    "title: all\nslip: 1/3 left\nstep: -0.04\nbump: -1\npays: leaving\nedges: forbidden\nwind: 0 1 2 0\n"
    "a: jump to b, reward 10\nb: free\nx: cliff, reward -100\n\nSa.b\n.x.G\n",
    "S" + "." * 99 + "\n" + ("." * 100 + "\n") * 98 + "." * 99 + "G",
)
PROMPTS = ("the movie was", "this book is long and\nthe end", "a wonderful film !", "17+25=", "I  can't\twait: “yes”")
SOURCES = (
    'sentiment(text) - 0.1 * count(text, "!")',
    "near(words(text), 10) + 2 * rhyme(text) / (1 + letters(text)) ** 0.5",
    '1 if has(text, "good") and not words(text) > 12 else max(0, log(1 + sentences(text)), -1)',
    "repetition(text) % 3 + readability(text) / 100 - sqrt(abs(-4))",
)
OWN = SavedPreferences(
    (Comparison("a good <b>", "é", 1), Comparison("c", "d", 0, simulated=True), Comparison("e", "f", 0, weight=2.5)),
    (("a good <b>", 4), ("c", 1)),
    SimulatedBy(1, 2.5),
)
PAIRS = (
    {"prompt": "the movie was", "chosen": " good", "rejected": " bad"},
    {"chosen": [{"role": "user", "content": "Why?"}, {"role": "assistant", "content": "So."}], "rejected": "No."},
    {
        "instruction": "Why?",
        "completions": [{"response": "So.", "overall_score": 8}, {"response": "No.", "overall_score": 2}],
    },
)
TALK = talk.Talk(
    "Tuesday",
    (
        talk.Item("not a decision yet", "ask", beat="draw"),
        talk.Item("cliff", "", page="Stage", link={"seed": "7", "world": "cliff"}),
    ),
)
LINKS = (
    to_query(Scenario(), View()),
    to_query(
        Scenario(
            3,
            GridScenario(own_map=MAPS[-2], policy="epsilon", slip=0.25, forced=((0, "right"), (2, "up"))),
            TextScenario(
                top_k=5, top_p=0.9, score="formula", formula=SOURCES[0], forced=((0, 7), (3, 12)), max_tokens=6
            ),
        ),
        View(4, 0.5),
    ),
    to_query(Scenario(1, GridScenario("cliff", policy="random"), TextScenario("sums", "17+25=", score="sum")), View()),
    to_query(Scenario(1, GridScenario("cliff"), TextScenario(score="word", word="good")), View()),
)


@dataclass(frozen=True)
class Kind:
    """A kind of inputs: one that is damaged, and what is done with it, which says whether it was taken."""

    damage: Callable[[Random], Any]
    ask: Callable[[Any], bool]


def _sentence(error: Exception) -> bool:
    """False, for a refusal. What is said of it is a sentence, short enough to be read, and can be written on a page."""
    said = str(error)
    if not (said.endswith((".", "!", "?")) and len(said) <= 1_000):
        raise AssertionError(f"no sentence: {said[:300]!r}")
    plain(said).encode()
    return False


def _ask_map(text: str) -> bool:
    try:
        grid = maps.parse_map(text)
    except maps.MapError as error:
        return _sentence(error)
    if maps.parse_map(maps.to_text(grid)) != grid:
        raise AssertionError("another map is read from what was written")
    world = GridWorld(grid)
    remarks(world)
    json.dumps(map_picture(world), allow_nan=False).encode()
    return True


class Writers:
    """The models that are asked, loaded when the first one is."""

    def __init__(self) -> None:
        self.byte_level = tiny.byte_level_model()
        self.adapter = random_adapter(self.byte_level, 1)
        self.built_in = {name: drain(load(name)) for name in ("pocket", "sums")}


_writers: list[Writers] = []


def writers() -> Writers:
    """The same ones every time."""
    if not _writers:
        _writers.append(Writers())
    return _writers[0]


def _ask_prompt(text: str) -> bool:
    scenario, taken = TextScenario(prompt=text, max_tokens=2, score="sentiment"), False
    for model in (writers().byte_level, *writers().built_in.values()):
        try:
            frames = drain(text_frames_by_token(model, scenario, 7))
        except PromptError as error:
            _sentence(error)
        else:
            json.dumps(frames, allow_nan=False, ensure_ascii=False).encode()
            taken = True
    return taken


def _damaged_link(draws: Random) -> dict[str, str]:
    query = dict(draws.choice(LINKS))
    for _ in range(draws.randint(1, 3)):
        name = draws.choice(list(query))
        way = draws.random()
        if name == "map" and way < 0.5:
            packed = to_query(
                Scenario(grid=GridScenario(own_map=_writable(damaged(draws, draws.choice(MAPS))))), View()
            )
            query["map"] = packed.get("map", "")
        elif way < 0.6:
            query[name] = damaged(draws, query[name])
        elif way < 0.8:
            query[name] = draws.choice((*NUMBERS, *NASTY))
        elif name in ("moves", "words") and way < 0.9:
            t, choice = draws.choice((0, 1, -1, 10**9, 10**30)), draws.choice(("up", "fly", "7", "-1", "9" * 25))
            query[name] = f"{t}.{choice}~{query[name]}"
        else:
            query[draws.choice((name, "learned", "hologram", "__class__", ""))] = query[draws.choice(list(query))]
    return {name: _writable(value) for name, value in query.items()}


def _writable(text: str) -> str:
    """`text` without halves of characters, which no browser can send."""
    return text.encode("utf-8", "replace").decode()


def _ask_link(query: dict[str, str]) -> bool:
    scenario, view, notes = from_query(query)
    for note in notes:
        _sentence(ValueError(note))
    if to_query(*from_query(to_query(scenario, view))[:2]) != to_query(scenario, view):
        raise AssertionError("another link is read from what was written")
    taken = not notes
    grid = scenario.grid
    try:
        if grid.policy != "learned":  # that is learned in slices
            json.dumps(grid_frames(grid, scenario.seed), allow_nan=False).encode()
    except ValueError as error:
        taken = _sentence(error)
    text = replace(scenario.text, max_tokens=min(scenario.text.max_tokens, 6))
    try:
        if text.model in writers().built_in:
            frames = drain(text_frames_by_token(writers().built_in[text.model], text, scenario.seed))
            json.dumps(frames, allow_nan=False, ensure_ascii=False).encode()
    except ValueError as error:
        taken = _sentence(error)
    return taken


def _damaged_page(draws: Random) -> tuple[str, dict[str, str]]:
    """A page, and a link to what was set on it."""
    page, query = draws.choice((*SET, *((page, link) for page in (*PAGES, "stage", "room") for link in LINKS)))
    query = dict(query)
    for _ in range(draws.randint(1, 4)):
        name = draws.choice(list(query))
        values = (
            damaged(draws, query[name]),
            draws.choice(NUMBERS),
            draws.choice(NASTY),
            query[draws.choice(list(query))],
        )
        query[name] = _writable(draws.choice(values))
    return page, query


def _ask_page(case: tuple[str, dict[str, str]]) -> bool:
    page, query = case
    warmup().wait(120)
    at = AppTest.from_string(f"from components.{page} import page\npage.page()", default_timeout=120)
    for name, value in query.items():
        at.query_params[name] = value
    at.run()
    if len(at.exception):
        raise AssertionError(f"{at.exception[0].message}\n{at.exception[0].stack_trace}")
    return not at.session_state["visit"].notes


def _damaged_formula(draws: Random) -> tuple[str, str]:
    source = damaged(draws, draws.choice(SOURCES)) if draws.random() < 0.8 else draws.choice(SOURCES)
    text = damaged(draws, formulas.TEXT)
    return (source if draws.random() < 0.3 else source[:500]), (text if draws.random() < 0.3 else text[:5_000])


def _ask_formula(case: tuple[str, str]) -> bool:
    source, text = case
    try:
        formula = Formula(source)
        weighted_sum(source)
        low, high = formula.range(len(text))
        if not low <= formula(text).total <= high:
            raise AssertionError(f"{formula(text).total} is out of its range, {low} to {high}")
    except FormulaError as error:
        return _sentence(error)
    return True


def _damaged_choices(draws: Random) -> bytes:
    if draws.random() < 0.3:
        return damaged_bytes(
            draws, draws.choice((to_json(OWN), "\n".join(map(json.dumps, PAIRS)), json.dumps(PAIRS))).encode()
        )
    if draws.random() < 0.5:
        return _bytes(damaged_json(draws, json.loads(to_json(OWN))))
    records = [damaged_json(draws, pair) if draws.random() < 0.5 else json.dumps(pair) for pair in PAIRS * 2]
    return _bytes("\n".join(records) if draws.random() < 0.5 else f"[{','.join(records)}]")


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def _ask_choices(content: bytes) -> bool:
    preferences = Preferences()
    try:
        said = take_in(preferences, io.BytesIO(content))
    except PreferenceFileError as error:
        return _sentence(error)
    for sentence in (said[0], *said[1]):
        plain(sentence).encode()
    again = Preferences()
    take_in(again, io.BytesIO(saved(preferences).encode()))
    if (again.choices, again.stars) != (preferences.choices, preferences.stars):
        raise AssertionError("other choices are read from what was saved")
    return True


def _damaged_adapter(draws: Random) -> dict[str, bytes]:
    model, adapter = writers().byte_level, writers().adapter
    files = files_of(adapter, model.model)
    way = draws.random()
    if way < 0.3:
        files[CONFIG] = _bytes(damaged_json(draws, json.loads(files[CONFIG])))
    elif way < 0.6:
        files[WEIGHTS] = _damaged_tensors(draws, files[WEIGHTS])
    elif way < 0.8:
        return {_name(draws, "kind.zip"): damaged_bytes(draws, archive_of(adapter, model.model))}
    else:
        files = {draws.choice((_name(draws, name), name)): data for name, data in files.items()}
    if draws.random() < 0.5:
        return {draws.choice((name, _name(draws, name))): data for name, data in files.items()}
    return {"kind.zip": _packed(draws, files)}


def _damaged_tensors(draws: Random, content: bytes) -> bytes:
    """A safetensors file: a size, a header as JSON, numbers; each of them damaged."""
    if draws.random() < 0.3:
        return damaged_bytes(draws, content)
    size = int.from_bytes(content[:8], "little")
    header = _bytes(damaged_json(draws, json.loads(content[8 : 8 + size])))
    said = len(header) if draws.random() < 0.7 else draws.choice((0, 1, 10**8, 2**40, 2**63, 2**64 - 1))
    numbers = content[8 + size :]
    if draws.random() < 0.2:
        floats = np.frombuffer(numbers, np.float32).copy()
        floats[draws.randrange(len(floats))] = draws.choice((np.nan, np.inf, 3e38, -3e38, 1e-45))
        numbers = floats.tobytes()
    return struct.pack("<Q", said) + header + numbers


def _name(draws: Random, name: str) -> str:
    before = draws.choice(
        ("../../", "..\\..\\", "/", "C:\\", "a/" * 300, "\u202e", "\x00", "<img src=x>", ".", "", "__MACOSX/")
    )
    return before + name + draws.choice(("", "", "", " ", "/", ".pt", ".zip", "\x00", " (2)"))


def _zipped(name: str) -> str:
    """The name as Python can write it into an archive."""
    return name.split("\x00")[0] or "other"


def _packed(draws: Random, files: dict[str, bytes]) -> bytes:
    """A zip of them, with other things in it; seldom with a bomb, or with untrue sizes."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", draws.choice((zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED))) as archive:
        for name, data in files.items():
            archive.writestr(_zipped(_name(draws, name) if draws.random() < 0.3 else name), data)
        if draws.random() < 0.1:
            archive.writestr(draws.choice((WEIGHTS, CONFIG, "other")), bytes(30_000_000), zipfile.ZIP_DEFLATED)
        for i in range(draws.choice((0, 0, 0, 3, 1_200))):
            archive.writestr(_zipped(_name(draws, f"{i}")), b"")
    whole = content.getvalue()
    return damaged_bytes(draws, whole) if draws.random() < 0.2 else whole


def _ask_adapter(uploads: dict[str, bytes]) -> bool:
    model = writers().byte_level
    try:
        files = adapter_files_in(uploads, most=4_000_000)
        named_base(files)
        adapter = adapter_from(files, model.model)
    except AdapterError as error:
        return _sentence(error)
    if not adapter.is_finite:
        raise AssertionError("an adapter was taken that is not finite")
    AdaptedModel(model, adapter).logits((*model.start, 5))
    adapter_from(files_of(adapter, model.model), model.model)
    return True


def _damaged_talk(draws: Random) -> bytes:
    whole = talk.to_json(TALK)
    return (
        damaged_bytes(draws, whole.encode()) if draws.random() < 0.4 else _bytes(damaged_json(draws, json.loads(whole)))
    )


def _ask_talk(content: bytes) -> bool:
    try:
        read, notes = talk.from_json(content)
    except talk.TalkError as error:
        return _sentence(error)
    for note in notes:
        _sentence(ValueError(note))
    for item in read.items:
        plain(item.title).encode()
        from_query(item.link)
    if talk.from_json(talk.to_json(read).encode())[0] != read:
        raise AssertionError("another talk is read from what was written")
    return not notes


KINDS: dict[str, Kind] = {
    "maps": Kind(lambda draws: damaged(draws, draws.choice(MAPS)), _ask_map),
    "prompts": Kind(lambda draws: damaged(draws, draws.choice(PROMPTS)), _ask_prompt),
    "links": Kind(_damaged_link, _ask_link),
    "formulas": Kind(_damaged_formula, _ask_formula),
    "choices": Kind(_damaged_choices, _ask_choices),
    "adapters": Kind(_damaged_adapter, _ask_adapter),
    "pages": Kind(_damaged_page, _ask_page),
    "talks": Kind(_damaged_talk, _ask_talk),
}

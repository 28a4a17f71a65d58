"""Where a text can be put from outside: links, talks, choices, adapters."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import urlencode

from playwright.sync_api import Page, expect

from mdp_core.link import to_query
from mdp_core.rlhf.adapter_archive import archive_of
from mdp_core.rlhf.preference_files import SavedPreferences, to_json
from mdp_core.rlhf.raters import Comparison
from mdp_core.scenarios import GridScenario, Scenario, View
from mdp_core.tokens.sources import drain, load
from tests.hostile.watch import PATIENCE, Watch, settled
from tests.mdp_core.rlhf.test_adapters import random_adapter


def packed(title: str) -> str:
    """A map of that title, as links have it."""
    return to_query(Scenario(grid=GridScenario(own_map=f"title: {title}\n\nS.G\n")), View())["map"]


def quoted(text: str) -> str:
    """A formula that looks for a text; for any other one where the text cannot be written in a formula."""
    whole = text.isprintable() and "\\" not in text and '"' not in text
    return f'has(text, "{text}")' if whole else 'has(text, "x")'


# Links: the path, and the parameters that are payloads (with how each is written) beside those that are not.
LINKS: tuple[tuple[str, dict[str, Callable[[str], str]], dict[str, str]], ...] = (
    ("stage", {"model": str, "prompt": str, "world": str, "policy": str}, {}),
    ("stage", {"map": packed, "word": str, "moves": "0.{}".format, "gamma": str}, {"score": "word"}),
    ("stage", {"prompt": str, "formula": quoted, "step": str}, {"score": "formula"}),
    ("score", {"own": str, "score_formula": quoted, "principle_word": str, "guessed": str}, {"principle": "word"}),
    ("score", {"score_formula": str, "wished_word": str, "said": str}, {}),
    ("why", {"target": str, "principle_formula": quoted, "called": str}, {"principle": "formula", "began": "1"}),
    ("tune", {"tune_targets": str, "word": str, "tune_algorithm": str, "tune_large_targets": str}, {"score": "word"}),
    ("mdp", {"vocabulary": str, "map": packed, "gym": str, "pi_edited": str}, {}),
    ("learn", {"map": packed, "solved": str, "learners": str}, {}),
    ("return", {"map": packed, "prompt": str, "side": str}, {}),
    ("room", {"prompt": str, "word": str, "map": packed}, {"score": "word"}),
    ("", {"beat": str}, {}),
    ("speaker", {"talk": str}, {}),
)


def open_link(page: Page, watch: Watch, link: tuple[str, Any, Any], payloads: Iterable[str]) -> set[int]:
    """Open one of LINKS with the next payloads in its parameters; the payloads that are seen."""
    path, put, beside = link
    query = beside | {name: write(text) for (name, write), text in zip(put.items(), payloads, strict=False)}
    page.goto(f"/{path}?{urlencode(query)}")
    settled(page)
    return watch.look(page, f"/{path} {'+'.join(put)}")


def open_talk(page: Page, watch: Watch, payloads: list[str]) -> None:
    """A talk file whose titles, notes, pages, beats and links are payloads; then the speaker's window of it."""
    items = [{"beat": text, "title": text, "notes": text} for text in payloads[::2]]
    items += [
        {"page": text, "title": text, "notes": text, "link": {text: text, "prompt": text}} for text in payloads[1::2]
    ]
    good = {"page": "Stage", "title": payloads[0], "notes": "\n\n".join(payloads), "link": {"seed": "8"}}
    content = {"one_loop_talk": 1, "title": payloads[0], "items": [good, *items][:60]}
    page.goto("/stage?seed=7")
    settled(page)
    page.get_by_role("button", name="Talk", exact=True).click()
    page.locator("input[type=file]").set_input_files(
        {"name": "talk.json", "mimeType": "application/json", "buffer": json.dumps(content).encode()}
    )
    expect(page.get_by_role("button", name="Give the talk")).to_be_enabled()
    expect(page.locator("[class*=st-key-talk_item_]")).to_have_count(len(content["items"]), timeout=PATIENCE)
    watch.look(page, "talk, its items")
    page.get_by_role("button", name="Give the talk").click()
    speaker = page.locator('a[href*="/speaker?talk="]').first
    expect(speaker).to_be_attached(timeout=PATIENCE)
    other = watch.attend(page.context.new_page())
    other.goto(speaker.get_attribute("href") or "")
    expect(other.get_by_text("h1t").first).to_be_visible(timeout=PATIENCE)
    watch.look(other, "talk, the speaker's window")
    expect(page.locator(".clicker.talking")).to_be_attached(timeout=PATIENCE)  # listens to the keys
    page.keyboard.press("PageDown")
    page.wait_for_url(re.compile("seed=8"), timeout=PATIENCE)
    settled(page)
    page.keyboard.press("PageDown")
    expect(page.get_by_text("h1t").first).to_be_visible(timeout=PATIENCE)
    watch.look(page, "talk, what cannot be shown")
    other.close()


def open_choices(page: Page, watch: Watch, payloads: list[str]) -> None:
    """Choices between payloads, saved here and brought from elsewhere, and files that are refused."""
    pairs = list(zip(payloads, payloads[1:] + payloads[:1], strict=True))
    own = to_json(SavedPreferences(tuple(Comparison(one, other, 1) for one, other in pairs)))
    lines = "\n".join(json.dumps({"prompt": one, "chosen": other, "rejected": one}) for one, other in pairs)
    broken = "\n".join(["{" + text.replace("\n", " ") for text in payloads[:8]] + ['{"chosen": "a", "rejected": "b"}'])
    refused = "\n".join("{" + text for text in payloads[8:10])
    for name, content in (
        ("own.json", own),
        ("other.jsonl", lines),
        ("broken.jsonl", broken),
        ("refused.jsonl", refused),
    ):
        page.goto("/score?seed=7")
        settled(page)
        upload = page.locator(".st-key-choices_file input[type=file]")
        upload.set_input_files({"name": name, "mimeType": "application/json", "buffer": content.encode()})
        said = {"refused.jsonl": "No choice was found", "broken.jsonl": "is no whole JSON"}.get(name, "Loaded:")
        expect(page.get_by_text(said).first).to_be_visible(timeout=PATIENCE)
        settled(page)
        watch.look(page, f"choices, {name}")


def open_adapter(page: Page, watch: Watch, names: list[str]) -> None:
    """Adapters whose files are called like payloads; they are kept, named, compared, and some are refused."""
    pocket = drain(load("pocket"))
    page.goto("/tune?seed=7&prompt=the+movie+was")
    settled(page)
    expect(page.get_by_role("button", name="Start", exact=True)).to_be_visible(timeout=PATIENCE)
    names = [name for name in names if not {*'/\\"'} & {*name} and name.isprintable()]  # a name on its way has none
    for name in names[:-1]:
        archive = archive_of(random_adapter(pocket, names.index(name)), pocket.model)
        page.locator("input[type=file]").set_input_files(
            {"name": f"{name}.zip", "mimeType": "application/zip", "buffer": archive}
        )
        kept = page.get_by_role("button", name="Before and after")
        expect(kept).to_have_count(names.index(name) + 1, timeout=PATIENCE)
        settled(page)  # the field is another one then
    settled(page)
    watch.look(page, "adapters, kept")
    page.locator("input[type=file]").set_input_files(
        {"name": f"{names[-1]}.zip", "mimeType": "application/zip", "buffer": b"PK no zip"}
    )
    expect(page.get_by_text("damaged").first).to_be_visible(timeout=PATIENCE)
    watch.look(page, "adapters, refused")
    page.get_by_role("button", name="Before and after").first.click()
    expect(page.locator(".stage")).to_be_visible(timeout=PATIENCE)
    settled(page)
    watch.look(page, "adapters, on the Stage")

"""An instrument that Streamlit ends and begins anew in the same place: nothing of the first one is left behind."""

from pathlib import Path

from components.instruments import player
from components.instruments.kit import script
from components.server.pictures import grid_picture, stage
from mdp_core.scenarios import GridScenario

FOLDER = Path(player.__file__).parent
MOUNT = """async ([code, html, data]) => {
    const module = await import(URL.createObjectURL(new Blob([code], { type: "text/javascript" })));
    const root = document.createElement("div");
    document.body.append(root);
    root.attachShadow({ mode: "open" }).innerHTML = html;
    window.views = [];
    const component = {
        parentElement: root.shadowRoot,
        data,
        setStateValue: (name, value) => window.views.push(value),
        setTriggerValue: () => {},
    };
    window.mount = () => module.default(component);
    window.end = window.mount();
}"""


def test_the_second_one_stands_alone(page):
    page.goto("about:blank")
    left, right = (grid_picture(GridScenario(world=name), 7, None) for name in ("lake", "norvig"))
    html = f"<style>{(FOLDER / 'player.css').read_text()}</style>{(FOLDER / 'player.html').read_text()}"
    data = {"frames": stage(left, right), "view": {"step": 0, "gamma": 0.9}, "command": 0, "rows": list(player.ROWS)}
    page.evaluate(MOUNT, [script(FOLDER / "player.js"), html, data])
    bars = page.locator(".policy .side.left .bar")
    strips = page.locator(".draw .side.left .strip")
    page.wait_for_function(
        "document.querySelector('div').shadowRoot.querySelectorAll('.policy .left .bar').length === 4"
    )
    page.evaluate("() => { window.end(); window.mount(); }")
    page.wait_for_function(
        "document.querySelector('div').shadowRoot.querySelectorAll('.policy .left .bar').length === 4"
    )
    assert bars.count() == 4
    assert strips.count() == 1
    page.evaluate("window.views = []")
    page.keyboard.press("ArrowRight")
    page.wait_for_function("window.views.length > 0")
    assert page.evaluate("window.views") == [{"step": 1, "gamma": 0.9}]

"""An instrument's modules reach the browser as one script: each once, after what it imports."""

import re
import shutil
import subprocess

import pytest

from components.instruments.kit import INSTRUMENTS, modules, script

NAMES = sorted(page.stem for page in INSTRUMENTS.glob("*/*.html"))


def written(root, **sources):
    for name, source in sources.items():
        (root / f"{name}.js").write_text(source)
    return root / "entry.js"


def test_each_module_comes_once_and_after_what_it_imports(tmp_path):
    entry = written(
        tmp_path,
        entry='import { a } from "./left.js";\nimport {\n  b\n} from "./right.js";\nexport default a + b;',
        left='import { c } from "./leaf.js";\nexport const a = c;',
        right='import { c } from "./leaf.js";\nexport const b = c;',
        leaf='export const c = "import nothing from here";',
    )
    found = modules(entry, tmp_path)
    assert list(found) == ["leaf.js", "left.js", "right.js", "entry.js"]
    assert found["entry.js"].startswith('const { a } = modules["left.js"];\nconst {\n  b\n} = modules["right.js"];')
    assert found["leaf.js"] == 'export const c = "import nothing from here";'


def test_the_script_exports_what_its_entry_does(tmp_path):
    entry = written(
        tmp_path,
        entry='import { Twice, plus } from "./left.js";\nexport default plus(new Twice(3).value, 1);',
        left='import { two } from "./leaf.js";\nexport class Twice {\n  constructor(n) {\n    this.value = two * n;\n'
        "  }\n}\nexport function plus(a, b) {\n  return a + b;\n}",
        leaf="const own = 2;\nexport const two = own;",
    )
    (tmp_path / "joined.mjs").write_text(script(entry, tmp_path))
    ask = 'import found from "./joined.mjs"; process.stdout.write(String(found));'
    (tmp_path / "ask.mjs").write_text(ask)
    node = shutil.which("node")
    if node is None:
        pytest.skip("there is no Node here")
    assert subprocess.run([node, tmp_path / "ask.mjs"], capture_output=True, text=True, check=True).stdout == "7"


def test_what_is_not_of_the_project_is_refused(tmp_path):
    with pytest.raises(ValueError, match="imports d3"):
        script(written(tmp_path, entry='import { a } from "d3";\n'), tmp_path)
    with pytest.raises(ValueError, match="not in the subpath"):
        script(written(tmp_path, entry='import { a } from "../a.js";\n'), tmp_path)


def test_a_circle_is_refused(tmp_path):
    entry = written(tmp_path, entry='import { a } from "./a.js";\n', a='import { b } from "./entry.js";\n')
    with pytest.raises(ValueError, match=r"entry\.js imports itself"):
        modules(entry, tmp_path)


@pytest.mark.parametrize("name", NAMES)
def test_every_import_of_an_instrument_is_found(name):
    entry = INSTRUMENTS / name / f"{name}.js"
    found = modules(entry, INSTRUMENTS)
    assert list(found)[-1] == f"{name}/{name}.js"
    known = set()
    for path, source in found.items():
        assert {*re.findall(r'modules\["(.*?)"\];', source)} <= known, path
        assert not re.search(r'^(import|export) [^;]*from "\.', source, re.MULTILINE)
        known.add(path)

"""The files that a page under AppTest offers."""

import re

BUTTON = re.compile(r'<div class="one-loop-file \w+"><a (.*?)>(.*?)</a>')


def offered(at):
    """By what each button says whether it can be pressed, in the order of the page."""
    bodies = (BUTTON.match(element.proto.body) for element in at.get("html"))
    return {found[2]: "href=" in found[1] for found in bodies if found}

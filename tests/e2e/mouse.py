"""The mouse of the browser tests: it presses where a thing is, not where it was while the page still came."""


def press(page, thing, across):
    """Press the mouse in the middle of `thing`'s height, `across` of its width, once it has come to rest; its box."""
    thing.scroll_into_view_if_needed()
    before, box = None, thing.bounding_box()
    while box != before:
        page.wait_for_timeout(300)
        thing.scroll_into_view_if_needed()
        before, box = box, thing.bounding_box()
    page.mouse.move(box["x"] + box["width"] * across, box["y"] + box["height"] / 2)
    page.mouse.down()
    return box

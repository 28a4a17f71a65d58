// The height that the window has left: what everything else on the page does not take.

export class FreeHeight {
  /** @param {HTMLElement} box */
  constructor(box) {
    this.box = box;
    const host = /** @type {ShadowRoot} */ (box.getRootNode()).host;
    this.scroller = host.closest("[data-testid='stMain']") ?? document.documentElement;
    /** What grows and shrinks with whatever else there is. @type {Element} */
    this.page = host.closest("[data-testid='stMainBlockContainer']") ?? document.body;
  }

  /** Let the box take what is left; how little that may be, the style sheet says. */
  fill() {
    const others = this.page.getBoundingClientRect().height - this.box.getBoundingClientRect().height;
    const free = `${Math.floor(this.scroller.clientHeight - others)}px`;
    if (free !== this.box.style.getPropertyValue("--free-height")) this.box.style.setProperty("--free-height", free);
  }
}

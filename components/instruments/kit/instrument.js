// What every instrument is: an app that lives in one element, gets data from Python, and draws in the frames of the browser.

import { find } from "./dom.js";
import { placeIcons } from "./icons.js";
import { svgOf } from "./photograph.js";
import { offerPicture } from "./saving.js";

const PALETTE = ["ink", "line", "ground", "panel", "state", "policy", "action", "transition", "reward", "loss"];

/** What Streamlit hands to a component.
 *  @typedef {{parentElement: ShadowRoot, data: any, setStateValue: (name: string, value: unknown) => void,
 *    setTriggerValue: (name: string, value: unknown) => void}} Component */

/** The base of all instruments; `receive(component)` and, where it uses `invalidate`, `draw(now)` are the instrument's own. */
export class Instrument {
  /** Whether there is anything to see that is worth keeping. */
  static pictured = true;
  #frame = 0;
  #closing = new AbortController();

  /** @param {ShadowRoot} root @param {string} selector of the box that holds all of it */
  constructor(root, selector) {
    this.root = root;
    this.box = this.find(selector);
  }

  /** @param {string} selector */
  find(selector) {
    return find(this.root, selector);
  }

  /** Fires when the instrument goes: listeners outside of its box end with it. */
  get closing() {
    return this.#closing.signal;
  }

  close() {
    cancelAnimationFrame(this.#frame);
    this.#closing.abort();
  }

  /** @param {number} _now */
  draw(_now) {}

  /** Draw in the next frame, however often that is asked for. */
  invalidate() {
    this.#frame ||= requestAnimationFrame((now) => {
      this.#frame = 0;
      if (this.root.isConnected) this.draw(now);
    });
  }

  /** @param {Element} element @param {() => void} act at its first size and at every other */
  whenResized(element, act) {
    const observer = new ResizeObserver(act);
    observer.observe(element);
    this.closing.addEventListener("abort", () => observer.disconnect());
  }

  /** Whether the ground of the page is dark: a class on the box, so that the palette follows the theme. The colours of the
   *  palette as the theme has them now, for a canvas, and its font.
   *  @returns {Record<string, string>} */
  followTheme() {
    const style = getComputedStyle(this.box);
    /** @param {string} name */
    const read = (name) => style.getPropertyValue(name).trim();
    const probe = /** @type {CanvasRenderingContext2D} */ (document.createElement("canvas").getContext("2d"));
    probe.fillStyle = read("--st-background-color") || "#ffffff";
    const [r, g, b] = [1, 3, 5].map((i) => parseInt(String(probe.fillStyle).slice(i, i + 2), 16));
    this.box.classList.toggle("dark", 0.299 * r + 0.587 * g + 0.114 * b < 128);
    return { ...Object.fromEntries(PALETTE.map((name) => [name, read(`--${name}`)])), font: style.fontFamily };
  }
}

/** "GammaChoice" as a part of a file's name. @param {string} name */
const dashed = (name) => name.replace(/(?<=[a-z])(?=[A-Z])/g, "-").toLowerCase();

/** What a component's module exports: one app for each place, which gets the news and goes when its place goes.
 *  @param {(new (root: ShadowRoot) => Instrument & {receive(component: Component): void}) & {pictured: boolean}} App */
export function mounted(App) {
  const apps = new WeakMap();
  const pages = new WeakMap(); // what stood in a place before its first app: the next one must not find the first one's marks
  /** @param {Component} component */
  return (component) => {
    const root = component.parentElement;
    if (!apps.has(root)) {
      if (pages.has(root)) root.replaceChildren(pages.get(root).cloneNode(true));
      else pages.set(root, copyOf(root));
      placeIcons(root);
      const made = new App(root);
      apps.set(root, made);
      if (App.pictured) offerPicture(root, made.box, dashed(App.name), () => svgOf(root, made.box), made.closing);
    }
    const app = apps.get(root);
    app.receive(component);
    return () => {
      // A late cleanup must not hit a newer app of the same place.
      if (apps.get(root) === app) apps.delete(root);
      app.close();
    };
  };
}

/** All that is in a place, as it is now.
 *  @param {ShadowRoot} root */
function copyOf(root) {
  const copy = document.createDocumentFragment();
  for (const child of root.childNodes) copy.append(child.cloneNode(true));
  return copy;
}

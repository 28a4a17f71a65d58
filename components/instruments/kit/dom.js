// Elements, made and changed in one line. Text goes in as textContent: it may be a model's or a stranger's.

/** The element that `selector` finds: the page of an instrument has it.
 *  @param {ParentNode} root @param {string} selector @returns {any} */
export function find(root, selector) {
  const element = root.querySelector(selector);
  if (!element) throw new Error(`no ${selector} on this page`);
  return element;
}

/** A new element.
 *  @template {keyof HTMLElementTagNameMap} K
 *  @param {K} name @param {string} [className] @param {string} [text] @param {object} [properties]
 *  @returns {HTMLElementTagNameMap[K]} */
export function made(name, className = "", text = "", properties = {}) {
  return Object.assign(document.createElement(name), { className, textContent: text }, properties);
}

/** A new element at the end of `parent`.
 *  @template {keyof HTMLElementTagNameMap} K
 *  @param {Element} parent @param {K} name @param {string} [className] @param {string} [text] */
export function added(parent, name, className, text) {
  const element = made(name, className, text);
  parent.append(element);
  return element;
}

/** A new SVG element at the end of `parent`.
 *  @param {Element} parent @param {string} name @param {Record<string, unknown>} [attributes] @param {string} [text]
 *  @returns {any} */
export function shape(parent, name, attributes = {}, text) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", name);
  setAll(element, attributes);
  if (text !== undefined) element.textContent = text;
  parent.append(element);
  return element;
}

/** @param {Element} element @param {Record<string, unknown>} attributes */
export function setAll(element, attributes) {
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, String(value));
}

/** Write where it may be read aloud: the same text again is no news.
 *  @param {Element} element @param {string} text */
export function write(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/** This event is done with: neither the browser nor Streamlit acts on it.
 *  @param {Event} event */
export function swallow(event) {
  event.preventDefault();
  event.stopPropagation();
}

/** A button that says `text` and does `act`.
 *  @param {string} text @param {() => void} act */
export function button(text, act, className = "", properties = {}) {
  const element = made("button", className, text, { type: "button", ...properties });
  element.addEventListener("click", act);
  return element;
}

/** Radio buttons in `group` for `choices`, [value, label] each, with `chosen` checked; `choose` comes at every click.
 *  @param {Element} group @param {[string, string][]} choices @param {string | null} chosen
 *  @param {(value: string) => void} choose */
export function radios(group, choices, chosen, choose) {
  const buttons = choices.map(([value, label]) => {
    const radio = button(label, () => {
      for (const other of buttons) other.setAttribute("aria-checked", String(other === radio));
      choose(value);
    });
    setAll(radio, { role: "radio", "aria-checked": value === chosen });
    return radio;
  });
  group.replaceChildren(...buttons);
}

/** A slider in the hand: `moved(value)` comes while it is dragged, `rested()` when it is let go.
 *  @param {HTMLInputElement} slider @param {(value: number) => void} moved @param {() => void} rested */
export function dragged(slider, moved, rested) {
  slider.addEventListener("input", () => moved(Number(slider.value)));
  slider.addEventListener("change", rested);
}

/** Put a slider at `value`, and say in words where that is.
 *  @param {HTMLInputElement} slider @param {number} value @param {string} said */
export function put(slider, value, said) {
  slider.value = String(value);
  slider.setAttribute("aria-valuetext", said);
}

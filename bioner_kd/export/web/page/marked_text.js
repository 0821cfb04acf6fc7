// The text with its mentions marked, and the tip with a mention's score.
//
// The marks are one stop of the Tab key; the arrow keys, Home and End go from one to the next. So a
// text with a thousand mentions is no trap for those who use the keyboard.

const TIP_GAP = 6;

export class MarkedText {
  /**
   * @param {HTMLElement} box in which the text is shown.
   * @param {HTMLElement} tip
   */
  constructor(box, tip) {
    this.box = box;
    this.tip = tip;
    this.entities = [];
    const on = (name, handle) => box.addEventListener(name, handle);
    on("pointerover", ({ target }) => this.point(target.closest("mark")));
    on("pointerleave", () => this.point(document.activeElement?.closest?.("#marked mark")));
    on("focusin", ({ target }) => this.enter(target.closest("mark")));
    on("focusout", () => this.point(null));
    on("scroll", () => this.point(null));
    on("keydown", (event) => this.move(event));
    document.addEventListener("keydown", ({ key }) => key === "Escape" && this.point(null));
    window.addEventListener("scroll", () => this.point(null), { passive: true });
  }

  /**
   * @param {string} text
   * @param {object[]} entities of the text, in order.
   * @param {string[]} types all that there are; the place of a type is its colour.
   */
  show(text, entities, types) {
    this.point(null);
    this.entities = entities;
    const parts = [];
    let unit = 0;
    entities.forEach(({ type, from, to }, number) => {
      parts.push(text.slice(unit, from), mark(text.slice(from, to), type, number, types));
      unit = to;
    });
    parts.push(text.slice(unit));
    this.box.replaceChildren(...parts);
    this.marks = this.box.getElementsByTagName("mark");
    if (this.marks.length) this.marks[0].tabIndex = 0;
  }

  enter(mark) {
    if (!mark) return;
    for (const other of this.box.querySelectorAll("mark[tabindex='0']")) other.tabIndex = -1;
    mark.tabIndex = 0;
    this.point(mark);
  }

  point(mark) {
    this.pointed?.removeAttribute("aria-describedby");
    this.pointed = mark ?? null;
    this.tip.hidden = !mark;
    if (!mark) return;
    const { type, start, end, score } = this.entities[Number(mark.dataset.number)];
    this.tip.textContent = `${type}, score ${score.toFixed(4)}, characters ${start} to ${end}`;
    mark.setAttribute("aria-describedby", this.tip.id);
    const place = mark.getClientRects()[0];
    const left = Math.min(place.left, document.documentElement.clientWidth - this.tip.offsetWidth - TIP_GAP);
    this.tip.style.left = `${Math.max(TIP_GAP, left)}px`;
    this.tip.style.top = `${Math.max(TIP_GAP, place.top - this.tip.offsetHeight - TIP_GAP)}px`;
  }

  move(event) {
    const mark = event.target.closest("mark");
    if (!mark) return;
    const last = this.marks.length - 1;
    const here = Number(mark.dataset.number);
    const steps = { ArrowRight: here + 1, ArrowDown: here + 1, ArrowLeft: here - 1, ArrowUp: here - 1 };
    const next = { ...steps, Home: 0, End: last }[event.key];
    if (next === undefined) return;
    event.preventDefault();
    this.marks[Math.min(Math.max(next, 0), last)].focus();
  }
}

function mark(text, type, number, types) {
  const element = document.createElement("mark");
  element.textContent = text;
  element.className = colour(type, types);
  element.dataset.type = type;
  element.dataset.number = String(number);
  element.tabIndex = -1;
  return element;
}

const COLOURS = 8;

/** Class of a type's colour; of more types than colours, several share one and differ by label. */
export function colour(type, types) {
  return `type-${types.indexOf(type) % COLOURS}`;
}

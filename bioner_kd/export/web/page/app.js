// The page: text goes to the worker as it is typed, and what comes back is shown.

import { TaggerClient } from "./client.js";
import { EXAMPLES } from "./examples.js";
import { copy, download, toCsv, toJson } from "./export.js";
import { MarkedText } from "./marked_text.js";
import { SHOWN_CHARACTERS, legendEntries, notes, speed, summary, tableRows } from "./view.js";

const PAUSE_IN_TYPING = 120; // milliseconds

const at = (id) => document.getElementById(id);
const input = at("text");
const marked = new MarkedText(at("marked"), at("tip"));
const state = { types: [], longest: 0, text: "", entities: [] };
let typing = 0;

const client = new TaggerClient(new URL(".", location.href).href, {
  loading({ received, total }) {
    const megabytes = (bytes) => (bytes / 1e6).toFixed(1);
    at("bar").max = total || 1;
    if (total) at("bar").value = received;
    const whole = total ? ` of ${megabytes(total)}` : "";
    at("loading-label").textContent = `Loading the model: ${megabytes(received)}${whole} MB`;
  },
  ready({ types, longest }) {
    Object.assign(state, { types, longest });
    at("loading").hidden = true;
    at("finds").textContent = `A small neural network finds mentions of ${listed(types)}`;
    tag();
  },
  progress({ done }) {
    at("time").textContent = `Reading … ${Math.floor(done * 100)} %`;
  },
  result(result) {
    show(result);
  },
  failed({ message }) {
    window.sayProblem(message);
    at("marked").removeAttribute("aria-busy");
    at("time").textContent = "";
  },
});

function tag() {
  clearTimeout(typing);
  if (!state.types.length) return; // still loading; `ready` comes back here
  state.sent = input.value;
  at("marked").setAttribute("aria-busy", "true");
  client.tag(state.sent);
}

function show(result) {
  const { entities } = result;
  Object.assign(state, { text: state.sent, entities });
  const shown = entities.filter(({ to }) => to <= SHOWN_CHARACTERS);
  marked.show(state.text.slice(0, SHOWN_CHARACTERS), shown, state.types);
  at("marked").removeAttribute("aria-busy");
  at("legend").replaceChildren(...legendEntries(entities, state.types));
  at("rows").replaceChildren(...tableRows(entities, state.types));
  at("summary").textContent = summary(result);
  at("time").textContent = speed(result);
  at("done").textContent = "";
  const note = notes(result, state.text, state.longest);
  at("note").textContent = note;
  at("note").hidden = !note;
}

function setText(text) {
  input.value = text;
  tag();
}

function listed(words) {
  return words.length > 1 ? `${words.slice(0, -1).join(", ")} and ${words.at(-1)}` : words[0];
}

async function take(form, content) {
  const done = await copy(content);
  at("done").textContent = done
    ? `Copied as ${form}.`
    : `This browser does not let the page copy; use Save ${form} instead.`;
}

function addExamples() {
  const buttons = EXAMPLES.map(({ name, text }) => {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = name;
    button.addEventListener("click", () => setText(text));
    return button;
  });
  document.querySelector(".examples").append(...buttons);
}

addExamples();
if (!input.value) input.value = EXAMPLES[0].text;
input.addEventListener("input", () => {
  clearTimeout(typing);
  typing = setTimeout(tag, PAUSE_IN_TYPING);
});
at("clear").addEventListener("click", () => {
  setText("");
  input.focus();
});
at("copy-json").addEventListener("click", () => take("JSON", toJson(state.text, state.entities)));
at("copy-csv").addEventListener("click", () => take("CSV", toCsv(state.entities)));
at("save-json").addEventListener("click", () => {
  download("mentions.json", toJson(state.text, state.entities), "application/json");
});
at("save-csv").addEventListener("click", () => download("mentions.csv", toCsv(state.entities), "text/csv"));

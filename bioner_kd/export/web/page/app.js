// The page: text goes to the worker as it is typed, and what comes back is shown.

import { keptMentions } from "./calibration.js";
import { TaggerClient } from "./client.js";
import { EXAMPLES } from "./examples.js";
import { copy, download, toCsv, toJson } from "./export.js";
import { MarkedText } from "./marked_text.js";
import { SHOWN_CHARACTERS, legendEntries, notes, speed, summary, tableRows } from "./view.js";

const PAUSE_IN_TYPING = 120; // milliseconds

const CALIBRATED =
  "The score is the share of right ones among mentions like this one, as measured on annotated text.";
const RAW = "The score is the mean probability that the model gives to the tags of the mention’s words.";

const at = (id) => document.getElementById(id);
const input = at("text");
const marked = new MarkedText(at("marked"), at("tip"));
const state = { types: [], longest: 0, text: "", result: null, entities: [] };
let typing = 0;

const client = new TaggerClient(new URL(".", location.href).href, {
  loading({ received, total }) {
    const megabytes = (bytes) => (bytes / 1e6).toFixed(1);
    at("bar").max = total || 1;
    if (total) at("bar").value = received;
    const whole = total ? ` of ${megabytes(total)}` : "";
    at("loading-label").textContent = `Loading the model: ${megabytes(received)}${whole} MB`;
  },
  ready({ types, longest, calibrated }) {
    Object.assign(state, { types, longest });
    at("loading").hidden = true;
    at("precision-choice").hidden = !calibrated;
    at("score-help").textContent = calibrated ? CALIBRATED : RAW;
    at("finds").textContent = `A small neural network finds mentions of ${listed(types)}`;
    tag();
  },
  progress({ done }) {
    at("time").textContent = `Reading … ${Math.floor(done * 100)} %`;
  },
  result(result) {
    Object.assign(state, { text: state.sent, result });
    show();
    at("time").textContent = speed(result);
    at("names-problem").textContent = result.namesProblem;
    at("names-problem").hidden = !result.namesProblem;
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
  client.tag(state.sent, { always: at("always").value, never: at("never").value });
}

// Shows the mentions that are kept; the model need not read the text again for that.
function show() {
  const entities = keptMentions(state.result.entities, minPrecision());
  const result = { ...state.result, entities };
  state.entities = entities;
  const shown = entities.filter(({ to }) => to <= SHOWN_CHARACTERS);
  marked.show(state.text.slice(0, SHOWN_CHARACTERS), shown, state.types);
  at("marked").removeAttribute("aria-busy");
  at("legend").replaceChildren(...legendEntries(entities, state.types));
  at("rows").replaceChildren(...tableRows(entities, state.types));
  at("summary").textContent = summary(result);
  at("done").textContent = "";
  const note = notes(result, state.text, state.longest);
  at("note").textContent = note;
  at("note").hidden = !note;
}

// The lowest place of the slider keeps all mentions.
function minPrecision() {
  const slider = at("precision");
  return slider.value === slider.min ? 0 : Number(slider.value);
}

function choosePrecision() {
  const chosen = minPrecision() ? minPrecision().toFixed(2) : "all";
  at("precision-value").textContent = chosen;
  at("precision").setAttribute("aria-valuetext", chosen);
  if (state.result) show();
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
choosePrecision();
if (!input.value) input.value = EXAMPLES[0].text;
input.addEventListener("input", () => {
  clearTimeout(typing);
  typing = setTimeout(tag, PAUSE_IN_TYPING);
});
at("precision").addEventListener("input", choosePrecision);
for (const list of ["always", "never"]) {
  at(list).addEventListener("input", () => {
    clearTimeout(typing);
    typing = setTimeout(tag, PAUSE_IN_TYPING);
  });
}
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

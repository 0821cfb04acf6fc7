// The page's side of the worker.

/** Hands texts to the worker; what it says of an older text than the newest is dropped. */
export class TaggerClient {
  /**
   * @param {string} base URL of the page's folder.
   * @param {{loading: function, ready: function, progress: function, result: function,
   *     failed: function}} handlers called with what `worker.js` sends.
   */
  constructor(base, handlers) {
    this.handlers = handlers;
    this.newest = 0;
    this.worker = new Worker(workerUrl(base));
    this.worker.onmessage = ({ data }) => this.receive(data);
    this.worker.onerror = (event) => {
      event.preventDefault();
      handlers.failed({ message: event.message || "worker.js could not be loaded." });
    };
  }

  /** Asks for the mentions of a text; the lists of names are those of `names.js`. */
  tag(text, { always = "", never = "" } = {}) {
    this.newest += 1;
    this.worker.postMessage({ id: this.newest, text, always, never });
  }

  receive(data) {
    if (data.id !== undefined && data.id !== this.newest) return;
    this.handlers[data.kind](data);
  }
}

// A worker that is started from a Blob has the page's Content-Security-Policy, so that it too can
// talk to no other host; one that is started from its own URL would have none.
function workerUrl(base) {
  const script = new URL("worker.js", base).href;
  const source = `"use strict"; const BASE = ${JSON.stringify(base)}; importScripts(${JSON.stringify(script)});`;
  return URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
}

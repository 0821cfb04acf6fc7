// Says why the page cannot work, where modules may not even load. A classic script, so that it runs
// in any browser and from any place.

"use strict";

(function () {
  function say(message) {
    var box = document.getElementById("problem");
    document.getElementById("loading").hidden = true;
    box.textContent = message;
    box.hidden = false;
  }
  window.sayProblem = say;
  if (location.protocol === "file:") {
    say(
      "This page was opened as a file, and browsers do not let files load each other. Serve its folder instead: " +
        "run “python -m http.server 8000” in it and open http://localhost:8000/.",
    );
  } else if (typeof WebAssembly !== "object" || typeof Worker !== "function") {
    say("This browser has no WebAssembly, or it is switched off; the model needs it. Try a current browser.");
  } else if (typeof DecompressionStream !== "function" || !("noModule" in document.createElement("script"))) {
    say("This browser is too old for this page. Any browser of 2023 or later will do.");
  } else {
    window.addEventListener(
      "error",
      function (event) {
        var source = event.target && event.target.src;
        if (source) say(source.split("/").pop() + " could not be loaded. Copy the whole folder again and check its server.");
      },
      true,
    );
    var script = document.createElement("script");
    script.type = "module";
    script.src = "app.js";
    document.head.appendChild(script);
  }
})();

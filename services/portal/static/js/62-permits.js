// Permits: a file on its way shows how far it is.
"use strict";
(() => {
  document.addEventListener("submit", (event) => {
    const form = event.target;
    const bar = form.matches("[data-upload]") && form.querySelector("progress");
    if (!bar || !form.querySelector("input[type=file]").files.length) return;
    event.preventDefault();
    const request = new XMLHttpRequest();
    request.upload.addEventListener("progress", (step) => {
      if (step.lengthComputable) bar.value = (100 * step.loaded) / step.total;
    });
    request.addEventListener("load", () => {
      if (request.responseURL !== new URL(form.action, location.href).href) return location.assign(request.responseURL);
      const page = new DOMParser().parseFromString(request.responseText, "text/html");
      document.querySelector("main").replaceWith(page.querySelector("main"));
      const wrong = document.querySelector("[data-focus]");
      if (wrong) wrong.focus();
    });
    request.addEventListener("error", () => location.reload());
    bar.hidden = false;
    request.open("POST", form.action);
    request.send(new FormData(form));
  });
})();

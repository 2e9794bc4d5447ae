// Pages that ask something open in a window over the page they belong to; without this they are pages.
"use strict";
(() => {
  const failed = (address) => location.assign(address);

  const read = async (answer) => new DOMParser().parseFromString(await answer.text(), "text/html");

  const show = (dialog, page) => {
    const title = page.querySelector("main h1");
    if (title) title.id = "dialog-title";
    const close = document.createElement("button");
    close.type = "button";
    close.className = "button quiet small close";
    close.dataset.close = "";
    close.textContent = "×";
    close.setAttribute("aria-label", document.body.dataset.closeWords);
    dialog.replaceChildren(close, ...page.querySelector("main").childNodes);
    (dialog.querySelector("[data-focus]") || dialog.querySelector("[aria-invalid], [autofocus], input:not([type=hidden])") || dialog).focus();
  };

  const taken = async (dialog, answer) => {
    if (answer.redirected || !(answer.headers.get("Content-Type") || "").startsWith("text/html")) return failed(answer.url);
    show(dialog, await read(answer));
  };

  const open = async (link) => {
    const dialog = document.createElement("dialog");
    dialog.setAttribute("aria-labelledby", "dialog-title");
    dialog.dataset.address = link.href;
    document.body.append(dialog);
    dialog.addEventListener("close", () => { dialog.remove(); link.focus(); });
    dialog.addEventListener("click", (event) => {
      if (event.target.closest("[data-close]")) { event.preventDefault(); dialog.close(); }
    });
    dialog.addEventListener("submit", (event) => {
      const form = event.target;
      if (form.method !== "post") return;
      event.preventDefault();
      const body = new URLSearchParams(new FormData(form, event.submitter));
      form.querySelectorAll("button").forEach((button) => { button.disabled = true; });
      const address = form.getAttribute("action") || dialog.dataset.address;
      fetch(address, { method: "POST", body }).then((answer) => taken(dialog, answer)).catch(() => failed(dialog.dataset.address));
    });
    const answer = await fetch(link.href);
    if (answer.redirected) return failed(link.href);
    dialog.showModal();
    return taken(dialog, answer);
  };

  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-dialog]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey || !window.HTMLDialogElement) return;
    event.preventDefault();
    open(link).catch(() => failed(link.href));
  });
})();

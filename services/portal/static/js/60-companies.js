// Companies: the mask of a PIN, the counter of rows ticked, copying the PIN, a payment that is awaited.
"use strict";
(() => {
  const masked = (text) => {
    const signs = text.toUpperCase().replace(/[^A-Z0-9]/g, "").slice(0, 9);
    return [signs.slice(0, 3), signs.slice(3, 6), signs.slice(6)].filter(Boolean).join("-");
  };
  document.addEventListener("input", (event) => {
    const field = event.target;
    if (field.name !== "pin" || field.selectionStart !== field.value.length) return;
    field.value = masked(field.value);
  });

  document.querySelectorAll("form.picks").forEach((form) => {
    const deeds = form.querySelector(".deeds");
    if (!deeds) return;
    const count = () => {
      const n = form.querySelectorAll("td input[type=checkbox]:checked").length;
      deeds.classList.toggle("idle", n === 0);
      const words = n === 1 ? deeds.dataset.one : deeds.dataset.several;
      deeds.querySelector(".count").textContent = n ? words.replace("{n}", n) : "";
    };
    form.addEventListener("change", count);
    count();
  });

  document.querySelectorAll("[data-copy]").forEach((text) => {
    if (!navigator.clipboard) return;
    const button = document.createElement("button");
    button.type = "button";
    button.className = "button quiet small no-print";
    button.textContent = text.dataset.copy;
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(text.textContent);
      button.textContent = text.dataset.copied;
    });
    text.after(" ", button);
  });

  const again = document.querySelector("[data-again]");
  if (again) setTimeout(() => location.reload(), Number(again.dataset.again) * 1000);
})();

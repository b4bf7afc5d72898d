// Everything works without this. It brings parts of a page up to date when something
// changed, without taking the keyboard or the place of whoever reads.
"use strict";
(() => {
  for (const button of document.querySelectorAll("button.print")) {
    button.hidden = false;
    button.addEventListener("click", () => window.print());
  }
  for (const code of document.querySelectorAll("[data-copy]")) {
    const button = code.parentElement.querySelector("button.copy");
    if (button && navigator.clipboard) {
      button.hidden = false;
      button.addEventListener("click", async () => {
        await navigator.clipboard.writeText(code.textContent.trim());
        button.textContent = button.dataset.done;
      });
    }
  }

  for (const all of document.querySelectorAll("[data-all]")) {
    all.hidden = false;
    all.addEventListener("change", () => {
      for (const one of all.form.querySelectorAll("tbody input[type=checkbox]")) one.checked = all.checked;
    });
  }

  const address = document.body.dataset.live;
  if (!address || !window.EventSource) return;
  let stream = null;
  let busy = false;
  let again = false;

  // What a person opened, wrote or chose in a part is theirs.
  const inUse = (part) =>
    part.contains(document.activeElement) ||
    [...part.querySelectorAll("input, textarea, select")].some((field) =>
      field.type === "checkbox" ? field.checked !== field.defaultChecked
        : field.tagName === "SELECT" ? [...field.options].some((o) => o.selected !== o.defaultSelected)
        : field.type !== "hidden" && field.value !== field.defaultValue);

  const replace = (part, fresh) => {
    const open = new Set([...part.querySelectorAll("details[open]")].map((d) => d.id));
    for (const details of fresh.querySelectorAll("details")) details.open = open.has(details.id) || details.open;
    if (part.outerHTML === fresh.outerHTML) return;
    const scrolled = [...part.querySelectorAll(".scroll")].map((box) => box.scrollLeft);
    part.replaceWith(fresh);
    [...fresh.querySelectorAll(".scroll")].forEach((box, n) => { box.scrollLeft = scrolled[n] || 0; });
  };

  const refresh = async () => {
    if (busy) { again = true; return; }
    busy = true;
    try {
      const here = new URL(location.href);
      here.searchParams.delete("dit");
      const answer = await fetch(here, { headers: { accept: "text/html" } });
      if (answer.redirected) { location.reload(); return; }
      if (!answer.ok) return;
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      for (const part of document.querySelectorAll("[data-part]")) {
        const fresh = page.getElementById(part.id);
        if (!fresh) continue;
        if (inUse(part)) { again = true; continue; }
        replace(part, document.importNode(fresh, true));
      }
      const told = page.getElementById("fresh");
      const shown = document.getElementById("fresh");
      if (told && shown) shown.replaceWith(document.importNode(told, true));
    } catch {
      // The controller is away; the stream tells when it is back.
    } finally {
      busy = false;
    }
  };

  const follow = () => {
    if (stream || document.hidden) return;
    stream = new EventSource(address);
    stream.addEventListener("moved", refresh);
    stream.addEventListener("ended", () => location.reload());
  };
  const leave = () => {
    if (stream) stream.close();
    stream = null;
  };
  // A page that nobody sees takes no connection from those that are seen.
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) return leave();
    follow();
    refresh();
  });
  document.addEventListener("focusout", () => {
    if (again) { again = false; setTimeout(refresh, 500); }
  });
  // A form is on its way: what it changes is no reason to open this page again, and to sign
  // out would otherwise be told twice.
  document.addEventListener("submit", leave);
  window.addEventListener("pagehide", leave);
  window.addEventListener("pageshow", follow);
  follow();
})();

/* Small parts of the office: drawer, confirm, keys, clocks, refusals. Every page works without this file. */
"use strict";
(() => {
  const one = (selector, root = document) => root.querySelector(selector);
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const drawer = one("#drawer");
  let opener = null;

  /* ---- drawer: the list stays, the detail comes beside it */
  function openDrawer(link) {
    all("tr.is-open").forEach((row) => row.classList.remove("is-open"));
    link.closest("tr")?.classList.add("is-open");
    opener = link;
    one("[data-drawer-page]").href = link.href;
    htmx.ajax("GET", link.getAttribute("href"), { target: "#drawer-body", swap: "innerHTML" }).then(() => {
      if (drawer.hidden && one("#drawer-body").childElementCount) {
        drawer.hidden = false;
      }
      drawer.scrollTop = 0;
    });
  }
  function closeDrawer() {
    if (!drawer || drawer.hidden) return false;
    drawer.hidden = true;
    one("#drawer-body").replaceChildren();
    all("tr.is-open").forEach((row) => row.classList.remove("is-open"));
    opener?.focus();
    return true;
  }

  document.addEventListener("click", (event) => {
    const plain = !event.ctrlKey && !event.metaKey && !event.shiftKey && event.button === 0;
    const link = event.target.closest("a[data-drawer]");
    if (link && drawer && plain) {
      event.preventDefault();
      openDrawer(link);
      return;
    }
    if (event.target.closest("[data-drawer-close]")) closeDrawer();
    if (event.target.closest("[data-print]")) window.print();
    if (event.target.closest("[data-back]") && history.length > 1) {
      event.preventDefault();
      history.back();
    }
    const row = event.target.closest("[data-rows] tbody tr");
    if (row && plain && !event.target.closest("a, button, input, select, label, form") && !String(getSelection())) {
      goTo(row);
      one("a[data-drawer], a[data-open]", row)?.click();
    }
    all("details.tx-drop[open]").forEach((drop) => {
      if (!drop.contains(event.target)) drop.open = false;
    });
  });

  /* ---- one question before what cannot be undone */
  const dialog = one("#confirm");
  let asked = null;
  document.addEventListener(
    "submit",
    (event) => {
      const source = event.submitter?.dataset.confirm ? event.submitter : event.target;
      const question = source.dataset?.confirm;
      if (!question || !dialog || event.target.dataset.confirmed) {
        delete event.target.dataset.confirmed;
        return;
      }
      event.preventDefault();
      event.stopImmediatePropagation();
      asked = { form: event.target, submitter: event.submitter };
      one("#confirm-words").textContent = question;
      const yes = one("[data-confirm-yes]", dialog);
      yes.textContent = source.dataset.confirmAct || event.submitter?.textContent.trim() || yes.dataset.word;
      dialog.showModal();
    },
    true,
  );
  dialog?.addEventListener("click", (event) => {
    if (event.target.closest("[data-confirm-no]")) dialog.close();
    if (event.target.closest("[data-confirm-yes]") && asked) {
      dialog.close();
      asked.form.dataset.confirmed = "1";
      asked.form.requestSubmit(asked.submitter || undefined);
      asked = null;
    }
  });

  /* ---- keys: / j k Enter x ? Esc */
  function goTo(row) {
    all("tr.is-at").forEach((other) => other.classList.remove("is-at"));
    row.classList.add("is-at");
    row.scrollIntoView({ block: "nearest" });
  }
  function step(by) {
    const rows = all("[data-rows] tbody tr");
    if (!rows.length) return;
    const at = rows.findIndex((row) => row.classList.contains("is-at"));
    goTo(rows[Math.min(rows.length - 1, Math.max(0, at < 0 ? 0 : at + by))]);
    if (drawer && !drawer.hidden) one("tr.is-at a[data-drawer]")?.click();
  }
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !one("dialog[open]")) {
      if (closeDrawer()) event.preventDefault();
      if (location.hash === "#navigation") location.hash = "content";
      return;
    }
    if (event.target.closest("input, select, textarea, [contenteditable], dialog")) return;
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const at = one("tr.is-at");
    if (event.key === "/") {
      const field = one('[data-key="/"]');
      if (field) {
        event.preventDefault();
        field.focus();
        field.select();
      }
    } else if (event.key === "j") step(1);
    else if (event.key === "k") step(-1);
    else if (event.key === "x" && at) one("input[type=checkbox]", at)?.click();
    else if (event.key === "Enter" && at && event.target === document.body)
      one("a[data-drawer], a[data-open]", at)?.click();
    else if (event.key === "?") one("#keys")?.showModal();
  });

  /* ---- selection */
  document.addEventListener("change", (event) => {
    const table = event.target.closest("[data-rows]");
    if (table && event.target.matches("[data-select-all]"))
      all("tbody .tx-select input", table).forEach((box) => (box.checked = event.target.checked));
    const bulk = table && one("[data-bulk]", table);
    if (bulk) {
      const chosen = all("tbody .tx-select input:checked", table).length;
      one("[data-bulk-count]", bulk).textContent = chosen;
      bulk.hidden = !chosen;
    }
    if (event.target.matches("[data-autosubmit]")) event.target.form.requestSubmit();
  });

  /* ---- clocks go on by themselves; what was revealed goes away by itself */
  const chinese = document.documentElement.lang.startsWith("zh");
  function spell(seconds) {
    const parts = [
      [Math.floor(seconds / 86400), chinese ? "天" : "d"],
      [Math.floor((seconds % 86400) / 3600), chinese ? "小时" : "h"],
      [Math.floor((seconds % 3600) / 60), chinese ? "分" : "min"],
    ].filter(([count]) => count);
    if (!parts.length) return chinese ? "不到 1 分" : "under 1 min";
    return parts.slice(0, 2).map(([count, word]) => `${count} ${word}`).join(" ");
  }
  function tick() {
    const now = Date.now() / 1000;
    all("[data-until]").forEach((clock) => {
      const left = Number(clock.dataset.until) - now;
      const words = spell(Math.abs(left));
      const text = chinese ? `${left < 0 ? "已超" : "还剩"} ${words}` : `${words} ${left < 0 ? "over" : "left"}`;
      const time = one("time", clock);
      if (time.textContent !== text) time.textContent = text;
      clock.classList.toggle("is-stop", left < 0);
      clock.classList.toggle("is-attention", left >= 0 && left < 60 * Number(clock.dataset.soon));
    });
    all("[data-hide-at]").forEach((shown) => {
      if (now > Number(shown.dataset.hideAt)) shown.replaceWith(shown.dataset.masked);
    });
  }
  function arm(root) {
    all("[data-hide-after]", root).forEach((shown) => {
      shown.dataset.hideAt = String(Date.now() / 1000 + Number(shown.dataset.hideAfter));
      delete shown.dataset.hideAfter;
    });
    tick();
  }
  arm(document);
  setInterval(tick, 5000);

  /* ---- a refusal is said on the page, in the words of the server */
  function say(level, words) {
    const place = one("#messages");
    if (!place || !words) return;
    const line = document.createElement("div");
    line.className = `tx-message is-${level}`;
    line.append(Object.assign(document.createElement("span"), { textContent: words }));
    place.replaceChildren(line);
    line.scrollIntoView({ block: "nearest" });
  }
  document.addEventListener("refused", (event) => say("error", event.detail.says));
  document.addEventListener("htmx:sendError", () => say("warning", one("#words")?.dataset.refused));
  document.addEventListener("htmx:responseError", (event) => {
    if (event.detail.xhr.status >= 500) say("warning", one("#words")?.dataset.refused);
    if (event.detail.xhr.status === 404 && event.detail.target?.id === "drawer-body") location.href = one("[data-drawer-page]").href;
  });
  document.addEventListener("htmx:afterSwap", (event) => {
    arm(document);
    one("[data-focus]")?.focus();
    if (event.target.id === "drawer-body" && drawer) drawer.hidden = false;
  });
})();

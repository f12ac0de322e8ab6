/* 页面小动作: what pages need beyond HTML. Every behaviour is asked for by a data- attribute, see each heading. */
(() => {
  "use strict";
  const on = (type, act, capture = false) => document.addEventListener(type, act, capture);
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const memory = {
    get(key) { try { return localStorage.getItem(key); } catch { return null; } },
    set(key, value) { try { localStorage.setItem(key, value); } catch { /* storage off or full */ } },
    drop(key) { try { localStorage.removeItem(key); } catch { /* storage off */ } },
    keys() { try { return Object.keys(localStorage); } catch { return []; } },
  };
  const make = (tag, className, text = "") => Object.assign(document.createElement(tag), { className, textContent: text });
  const say = (text) => document.getElementById("page-status").replaceChildren(make("span", "", text));

  /* data-confirm="question" on a submit button or form: ask first, then submit with the same button. */
  const ask = (question, go) => {
    const box = make("dialog", "ask");
    const row = make("div", "ask-buttons");
    const [no, yes] = [make("button", "btn", "再想想"), make("button", "btn btn-primary", "确定")];
    row.append(no, yes);
    box.append(make("p", "ask-text", question), row);
    document.body.append(box);
    no.addEventListener("click", () => box.close());
    yes.addEventListener("click", () => { box.close(); go(); });
    box.addEventListener("close", () => box.remove());
    box.showModal();
    yes.focus();
  };

  /* Every POST form is sent once: the second press of an impatient finger is ignored. */
  const release = (form) => {
    delete form.dataset.sent;
    all(".is-busy", form).forEach((button) => button.classList.remove("is-busy"));
  };
  on("submit", (event) => {
    const form = event.target;
    const button = event.submitter;
    const question = (button && button.dataset.confirm) || form.dataset.confirm;
    if (question && !form.dataset.confirmed) {
      event.preventDefault();
      event.stopImmediatePropagation();
      ask(question, () => { form.dataset.confirmed = "yes"; form.requestSubmit(button); });
      return;
    }
    delete form.dataset.confirmed;
    if (form.method !== "post") return;
    if (form.dataset.sent) { event.preventDefault(); event.stopImmediatePropagation(); return; }
    form.dataset.sent = "yes";
    if (button) button.classList.add("is-busy");
    if ("forgetDrafts" in form.dataset) memory.keys().filter((key) => key.startsWith("draft:")).forEach(memory.drop);
    setTimeout(() => release(form), 15000);
  }, true);
  addEventListener("pageshow", () => all("form[data-sent]").forEach(release));

  /* data-text-size: large-text switch. data-copy="text": copy. details[data-menu]: closes on a click outside. */
  const resize = (large) => {
    document.documentElement.classList.toggle("large", large);
    all("[data-text-size]").forEach((button) => button.setAttribute("aria-pressed", String(large)));
  };
  const copy = (text) => {
    if (navigator.clipboard) return navigator.clipboard.writeText(text);
    const field = make("textarea", "visually-hidden");
    field.value = text;
    document.body.append(field);
    field.select();
    document.execCommand("copy"); // plain http inside an office network has no clipboard object
    field.remove();
    return Promise.resolve();
  };
  on("click", (event) => {
    all("details[data-menu][open]").forEach((menu) => { if (!menu.contains(event.target)) menu.open = false; });
    const button = event.target.closest("[data-text-size],[data-copy],[data-print]");
    if (!button) return;
    if ("print" in button.dataset) return window.print();
    if ("copy" in button.dataset) return copy(button.dataset.copy).then(() => say("已复制"), () => say("复制失败，请手工抄写"));
    const large = !document.documentElement.classList.contains("large");
    memory.set("text-size", large ? "large" : "normal");
    resize(large);
  });

  /* data-count="id of output": counts characters as a person does (an emoji is one). */
  const count = (field) => {
    const out = document.getElementById(field.dataset.count);
    const most = field.maxLength > 0 ? ` / ${field.maxLength}` : "";
    if (out) out.textContent = `已写 ${[...field.value].length}${most} 字`;
  };

  /* button[data-fill="selector"][data-value]: puts the value into that field, as if it had been typed or chosen. */
  on("click", (event) => {
    const button = event.target.closest("[data-fill]");
    const field = button && document.querySelector(button.dataset.fill);
    if (!field) return;
    field.value = button.dataset.value;
    ["input", "change"].forEach((name) => field.dispatchEvent(new Event(name, { bubbles: true })));
    button.hidden = true;
  });

  /* form[data-draft="key"]: kept in this browser for 12 hours; [data-draft-clear="key"] on the page after success drops it. */
  const DRAFT_LIFE = 12 * 3600 * 1000;
  const kept = (form) => [...form.elements].filter((field) => field.name && field.name !== "csrf_token"
    && !("noDraft" in field.dataset) && !/^(hidden|password|file|submit|button)$/.test(field.type));
  const isChoice = (field) => field.type === "radio" || field.type === "checkbox";
  const saveDraft = (form) => {
    const values = kept(form).map((field) => [field.name, isChoice(field) ? (field.checked ? field.value : null) : field.value]);
    memory.set(`draft:${form.dataset.draft}`, JSON.stringify({ at: Date.now(), values: values.filter(([, value]) => value) }));
  };
  const restoreDraft = (form) => {
    const key = `draft:${form.dataset.draft}`;
    let draft = null;
    try { draft = JSON.parse(memory.get(key)); } catch { /* written by an older page */ }
    if (!draft || Date.now() - draft.at > DRAFT_LIFE) return memory.drop(key);
    let restored = 0;
    for (const [name, value] of draft.values) {
      for (const field of kept(form).filter((candidate) => candidate.name === name)) {
        if (isChoice(field)) field.checked = field.checked || field.value === value;
        else if (!field.value || field.type === "select-one") { field.value = value; restored += 1; }
      }
    }
    if (restored) say("已恢复上次没有提交的内容");
  };

  /* data-key="1" | "/" | "ctrl+enter" | "alt+s": presses the element, or puts the cursor into a field. */
  const isWriting = (node) => node.closest("input:not([type=radio],[type=checkbox]),textarea,select,[contenteditable]");
  on("keydown", (event) => {
    const name = [event.ctrlKey && "ctrl", event.altKey && "alt", event.key.toLowerCase()].filter(Boolean).join("+");
    if (event.isComposing || event.metaKey || document.querySelector("dialog[open]")) return;
    if (!event.ctrlKey && !event.altKey && isWriting(event.target)) return;
    const target = all("[data-key]").find((node) => node.dataset.key === name && node.offsetParent !== null);
    if (!target) return;
    event.preventDefault();
    if (/^(text|search|tel|textarea|select-one)$/.test(target.type)) target.focus();
    else {
      if (target.type === "radio") target.focus(); // then Enter sends the form
      target.click();
    }
  });

  /* [data-live]: a list that htmx polls; waits while nobody looks, or while somebody works inside it. */
  on("htmx:beforeRequest", (event) => {
    const list = event.target;
    if ("live" in list.dataset && (document.hidden || list.contains(document.activeElement) || list.querySelector("input[type=checkbox]:checked"))) event.preventDefault();
  });
  on("htmx:beforeSwap", (event) => {
    const { xhr, pathInfo } = event.detail;
    const path = (address) => new URL(address, location.href).pathname;
    if (!xhr.responseURL || path(xhr.responseURL) === path(pathInfo.requestPath)) return;
    event.detail.shouldSwap = false; // a redirect means the sign-in page: keep what is on the screen
    say("登录已过期，请在新窗口重新登录后再操作");
  });
  on("htmx:afterRequest", (event) => { if (event.target.tagName === "FORM") release(event.target); });
  ["htmx:responseError", "htmx:sendError"].forEach((name) => on(name, () => say("刷新没有成功，显示的是上一次的内容")));

  /* A long row of tabs begins where the open one is. */
  const showTab = (tab) => { tab.parentNode.scrollLeft = tab.offsetLeft - tab.parentNode.offsetLeft - 24; };

  const prepare = (root) => {
    all("[data-count]", root).forEach(count);
    all(".tabs [aria-current]", root).forEach(showTab);
  };
  on("input", (event) => {
    if (event.target.dataset.count) count(event.target);
    if (event.target.form && event.target.form.dataset.draft) saveDraft(event.target.form);
  });
  on("htmx:load", (event) => prepare(event.target));
  all("[data-draft-clear]").forEach((node) => memory.drop(`draft:${node.dataset.draftClear}`));
  all("form[data-draft]").forEach(restoreDraft);
  resize(document.documentElement.classList.contains("large"));
  prepare(document);
})();

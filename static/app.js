// Small comforts on top of pages that work without any script. Nothing here is needed to save or to find.
(() => {
  const $ = (selector, root = document) => root.querySelector(selector);
  const on = (type, handler, options) => document.addEventListener(type, handler, options);
  const lost = () => !document.activeElement || document.activeElement === document.body;
  const focus = (element, options) => {
    if (!element) return;
    if (!element.matches("a[href],button,input,select,textarea,summary,[tabindex]")) element.tabIndex = -1;
    element.focus(options);
  };
  const say = (text) => { const live = $("#live"); if (live) live.textContent = text.trim().replace(/\s+/g, " "); };

  // Notices leave after 6 seconds, or 10 with something to undo, but not while somebody reads them.
  const letGo = (toast) => {
    let timer;
    const wait = () => { clearTimeout(timer); timer = setTimeout(() => toast.remove(), ($("form", toast) ? 10_000 : 6000) + toast.textContent.length * 25); };
    const stay = () => clearTimeout(timer);
    toast.addEventListener("pointerenter", stay);
    toast.addEventListener("pointerleave", wait);
    toast.addEventListener("focusin", stay);
    toast.addEventListener("focusout", wait);
    wait();
  };
  const toasts = () => document.querySelectorAll("[data-toast]").forEach((toast) => {
    if (!toast.letGo) { toast.letGo = true; letGo(toast); }
  });

  // "Copied" is said in the button and politely.
  const copies = () => document.querySelectorAll("[data-copy]").forEach((field) => {
    if (field.nextElementSibling?.matches("button") || !navigator.clipboard) return;
    const what = field.dataset.copy || "Copy", name = field.ariaLabel || field.labels[0].textContent;
    const button = Object.assign(document.createElement("button"), { type: "button", className: "button small", textContent: what, title: name });
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(field.value);
      button.textContent = "Copied";
      say("Copied");
      setTimeout(() => { button.textContent = what; }, 2000);
    });
    field.after(button);
  });

  // A key is typed unseen. A button shows it, and sending hides it, so that no browser remembers it as a text.
  const reveals = () => document.querySelectorAll("[data-reveal]").forEach((field) => {
    if (field.nextElementSibling) return;
    const button = Object.assign(document.createElement("button"), { type: "button", className: "button" });
    const show = (shown) => {
      field.type = shown ? "text" : "password";
      button.textContent = shown ? "Hide" : "Show";
      button.ariaLabel = `${button.textContent} ${field.dataset.reveal}`;
    };
    button.addEventListener("click", () => show(field.type === "password"));
    field.form.addEventListener("submit", () => show(false));
    show(false);
    field.after(button);
  });

  // What ends within a day says how long it has, told from the clock: a laptop may have slept.
  const counts = (ticking) => document.querySelectorAll("time[data-until]").forEach((time) => {
    const left = Date.parse(time.dateTime) - Date.now(), minutes = Math.floor(left / 60_000);
    if (left >= 86_400_000) return;
    time.classList.add("soon");
    time.textContent = left <= 0 ? time.dataset.until || "Expired" : minutes < 1 ? "in less than a minute"
      : minutes < 60 ? `in ${minutes} minute${minutes > 1 ? "s" : ""}` : `in ${Math.floor(minutes / 60)} h ${minutes % 60} min`;
    if (left <= 0 && ticking) document.body.dispatchEvent(new Event("expired"));
  });
  // A page that tells what is new looks again as long as somebody is there, and not in a tab that nobody sees.
  const REST = 1_800_000;
  let stirred = Date.now();
  const stir = () => { stirred = Date.now(); };
  const tick = () => {
    counts(true);
    if (!document.hidden && Date.now() - stirred < REST) document.body.dispatchEvent(new Event("look"));
  };
  setInterval(tick, 20_000);
  ["keydown", "pointermove", "visibilitychange"].forEach((type) => on(type, stir));
  on("visibilitychange", tick);

  // A form knows whether it holds something that was typed and not saved.
  const changed = (form) => "unsaved" in form.dataset || !!$("[aria-invalid=true],.conflict", form) || [...form.elements].some((field) =>
    /checkbox|radio/.test(field.type) ? field.checked !== field.defaultChecked
      : field.name && field.type !== "hidden" && "defaultValue" in field && field.value !== field.defaultValue);
  const marks = () => document.querySelectorAll("form[data-guard]").forEach((form) => {
    const mark = $("[data-unsaved-mark]", form);
    if (mark) mark.hidden = !changed(form);
  });
  // Leaving with one form must not lose what was typed in another; nor must htmx, where it takes that away.
  const typedBeside = (element, place = document) => [...place.querySelectorAll("form[data-guard]")].some((form) => !form.contains(element) && changed(form));
  let leaving = false;
  on("input", marks);
  on("submit", (event) => { if (!event.defaultPrevented) leaving = !typedBeside(event.target); });
  addEventListener("beforeunload", (event) => { if (!leaving && typedBeside()) event.preventDefault(); });

  // Single-key shortcut, with its switch on the account page.
  const off = () => { try { return localStorage.shortcuts === "off"; } catch { return false; } };
  on("keydown", (event) => {
    const typing = event.target.closest?.("input,textarea,select,[contenteditable]");
    if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey && !off()) {
      const search = $("[data-search]");
      if (search) { event.preventDefault(); search.focus(); search.select(); }
    }
    if (event.key === "Escape") {
      const menu = event.target.closest?.("details[open]");
      if (menu) { menu.open = false; $("summary", menu).focus(); }
    }
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) typing?.form?.requestSubmit();
  });
  // A browser completes a field as a whole: what can be typed comes behind the words that are there.
  on("input", ({ target }) => {
    if (!target.matches("[data-words]")) return;
    const before = target.value.replace(/\S*$/, "");
    for (const option of target.list.options) option.value = before + (option.dataset.word ??= option.value);
  });
  on("change", (event) => {
    if (event.target.matches("[data-submits]")) event.target.form.requestSubmit();
    if (event.target.matches("[data-shortcuts]")) try { localStorage.shortcuts = event.target.checked ? "on" : "off"; } catch {}
  });

  on("click", (event) => {
    const dismiss = event.target.closest("[data-dismiss]");
    if (dismiss) { dismiss.closest(".toast").remove(); if (lost()) focus($("#main"), { preventScroll: true }); }
    document.querySelectorAll("details.menu[open]").forEach((menu) => { if (!menu.contains(event.target)) menu.open = false; });
  });
  on("focusin", (event) => { if (event.target.matches("[data-copy]")) event.target.select(); });

  // htmx: busy buttons, and where the focus goes.
  let place, dirty, opened = [];
  const regionOf = ({ target }) => typeof target === "string" ? $(target) : target && (target.id ? document.getElementById(target.id) : target);
  on("htmx:before:request", (event) => {
    const { ctx } = event.detail, button = ctx.request.submitter, region = regionOf(ctx);
    ctx.source = ctx.sourceElement;
    if (region && typedBeside(ctx.source, region) && !confirm("Your changes aren’t saved. Leave anyway?")) return event.preventDefault();
    if (!button) return;
    button.ariaBusy = "true";
    ctx.said = button.innerHTML;
    ctx.timer = setTimeout(() => { if (button.dataset.busy) button.textContent = button.dataset.busy; }, 300);
  });
  // What could not be answered may have been saved: the same form sent again says so, and is done once.
  const again = new WeakMap();
  on("htmx:config:request", ({ detail: { ctx } }) => {
    const key = again.get(ctx.sourceElement);
    if (key) ctx.request.headers["Idempotency-Key"] = key;
  });
  on("htmx:after:request", ({ detail: { ctx } }) => {
    const key = ctx.response?.headers.get("Idempotency-Key");
    if (key) again.set(ctx.sourceElement, key); else again.delete(ctx.sourceElement);
  });
  on("htmx:finally:request", ({ detail: { ctx } }) => {
    const button = ctx.request.submitter;
    clearTimeout(ctx.timer);
    if (!button || !button.ariaBusy) return;
    button.ariaBusy = null;
    if (button.dataset.busy && ctx.said) button.innerHTML = ctx.said;
  });
  on("htmx:before:swap", ({ detail: { ctx } }) => {
    const row = document.activeElement?.closest("[data-row]");
    const region = regionOf(ctx);
    place = row && region?.contains(row) ? [...region.querySelectorAll("[data-row]")].indexOf(row) : -1;
    const button = ctx.request.submitter, form = $("form[data-guard]", region || document);
    dirty = ctx.response?.status >= 400 || (button?.name === "preview" ? form && changed(form) : button?.name);
    opened = [...document.querySelectorAll("details[id][open]")]
      .filter((details) => !(details.matches(".menu") && details.contains(button))).map(({ id }) => id);
    if (ctx.response?.status < 400) $("#alert")?.replaceChildren();
  });
  on("htmx:after:swap", ({ detail: { ctx } }) => {
    const region = regionOf(ctx);
    const button = ctx.request?.submitter;
    const form = region && $("form[data-guard]", region);
    if (form && dirty) form.dataset.unsaved = "";
    opened.forEach((id) => { const details = document.getElementById(id); if (details) details.open = true; });
    start();
    if (!region || region.closest(".toasts")) return;
    if (region === document.body) return focus($("#main"), { preventScroll: true });
    if (button?.dataset.says) say(button.dataset.says);
    const source = ctx.source || ctx.sourceElement;
    if (source.matches("[data-announce]")) say($(source.dataset.announce || ".empty :is(h2,h3),[data-result]", region)?.textContent || "");
    if (source === region) return;
    const summary = $("[data-focus]", region) || (source.dataset.next && $(source.dataset.next, region));
    if (summary) return focus(summary);
    if (button?.name === "add_domain") return focus([...region.querySelectorAll("[data-row] input:not([type=checkbox])")].pop());
    const preview = form && (!button?.name || button.name === "preview") && $("#preview h2", form);
    if (preview) {
      const wrong = $("#preview [aria-invalid]", form);
      focus(wrong || preview);
      return wrong || preview.scrollIntoView();
    }
    if (!lost() || (place < 0 && source.matches("[data-quiet]"))) return;
    const rows = region.querySelectorAll("[data-row]");
    const near = place >= 0 && rows[Math.min(place, rows.length - 1)];
    focus(near && ($("summary", near) || $("button,a", near)) || $("h2,h1,caption", region) || region, { preventScroll: true });
  });
  on("htmx:error", ({ detail: { ctx } }) => {
    const alert = $("#alert"), offline = $("#offline");
    if (ctx && !ctx.response && !ctx.sourceElement?.matches("[data-quiet]") && alert && offline) alert.replaceChildren(offline.content.cloneNode(true));
  });

  const start = () => {
    toasts();
    copies();
    reveals();
    counts();
    marks();
    const shortcuts = $("[data-shortcuts]");
    if (shortcuts) shortcuts.checked = !off();
  };
  start();
  // What could not be done is where a page begins.
  focus($("[data-focus]:not([data-result])") || $("[aria-invalid=true]"));
  // A live region speaks when it changes, not when it arrives full.
  const notice = $("#status > *");
  if (notice) setTimeout(() => notice.isConnected && notice.parentNode.append(notice), 150);
})();

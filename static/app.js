// Small comforts on top of pages that work without any script. Nothing here is needed to save or to find.
(() => {
  "use strict";

  // --- the document, in short

  const find = (selector, place = document) => place.querySelector(selector);
  const all = (selector, place = document) => [...place.querySelectorAll(selector)];
  const on = (type, handler, options) => document.addEventListener(type, handler, options);

  // What every part of a page gets when it comes. What has it already is left alone.
  function dress() {
    all("[data-toast]").forEach(letGoInTime);
    all("[data-copy]").forEach(addCopyButton);
    all("[data-reveal]").forEach(addRevealButton);
    all("td.act").forEach(addMenu);
    all("time[data-until]").forEach(countDown);
    all("[data-shortcuts]").forEach((field) => { field.checked = hasShortcuts(); });
    guarded().forEach(markUnsaved);
  }

  function newButton(className, text = "") {
    return Object.assign(document.createElement("button"), { type: "button", className, textContent: text });
  }

  // --- the focus, and what is said to those who hear the page

  const CAN_HAVE_FOCUS = "a[href],button,input,select,textarea,summary,[tabindex]";

  function focus(element, options) {
    if (!element) return;
    if (!element.matches(CAN_HAVE_FOCUS)) element.tabIndex = -1;
    element.focus(options);
  }

  function isFocusLost() {
    return !document.activeElement || document.activeElement === document.body;
  }

  function say(text) {
    const live = find("#live");
    if (live) live.textContent = text.trim().replace(/\s+/g, " ");
  }

  // --- notices leave by themselves, later if something can be undone, and not while somebody reads them

  const leaving = new WeakSet();

  function letGoInTime(toast) {
    if (leaving.has(toast)) return;
    leaving.add(toast);
    let timer;
    const stay = () => clearTimeout(timer);
    const wait = () => {
      stay();
      timer = setTimeout(() => toast.remove(), (find("form", toast) ? 10_000 : 6000) + toast.textContent.length * 25);
    };
    for (const type of ["pointerenter", "focusin"]) toast.addEventListener(type, stay);
    for (const type of ["pointerleave", "focusout"]) toast.addEventListener(type, wait);
    wait();
  }

  on("click", ({ target }) => {
    const toast = target.closest("[data-dismiss]")?.closest(".toast");
    if (!toast) return;
    toast.remove();
    if (isFocusLost()) focus(find("#main"), { preventScroll: true });
  });

  // --- fields

  function addCopyButton(field) {
    if (field.nextElementSibling?.matches("button") || !navigator.clipboard) return;
    const label = field.dataset.copy || "Copy";
    const button = newButton("button small", label);
    button.title = field.ariaLabel || field.labels[0].textContent;
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(field.value);
      button.textContent = "Copied";
      say("Copied");
      setTimeout(() => { button.textContent = label; }, 2000);
    });
    field.after(button);
  }

  on("focusin", ({ target }) => { if (target.matches("[data-copy]")) target.select(); });

  // A key is typed unseen. A button shows it, and sending hides it, so that no browser remembers it as a text.
  function addRevealButton(field) {
    if (field.nextElementSibling) return;
    const button = newButton("button");
    const show = (isShown) => {
      field.type = isShown ? "text" : "password";
      button.textContent = isShown ? "Hide" : "Show";
      button.ariaLabel = `${button.textContent} ${field.dataset.reveal}`;
    };
    button.addEventListener("click", () => show(field.type === "password"));
    field.form.addEventListener("submit", () => show(false));
    show(false);
    field.after(button);
  }

  // A browser completes a field as a whole: what can be typed comes behind the words that are there.
  on("input", ({ target: field }) => {
    if (!field.matches("[data-words]")) return;
    const before = field.value.replace(/\S*$/, "");
    for (const option of field.list.options) {
      option.dataset.word ??= option.value;
      option.value = before + option.dataset.word;
    }
  });

  on("change", ({ target }) => { if (target.matches("[data-submits]")) target.form.requestSubmit(); });

  // --- what ends within a day says how long it has, told from the clock: a laptop may have slept

  const MINUTE = 60_000, DAY = 1440 * MINUTE;
  const millisecondsLeft = (time) => Date.parse(time.dateTime) - Date.now();

  function countDown(time) {
    const left = millisecondsLeft(time);
    if (left >= DAY) return;
    time.classList.add("soon");
    time.textContent = left > 0 ? inWords(Math.floor(left / MINUTE)) : time.dataset.until || "Expired";
  }

  function inWords(minutes) {
    if (minutes < 1) return "in less than a minute";
    if (minutes < 60) return `in ${minutes} minute${minutes > 1 ? "s" : ""}`;
    return `in ${Math.floor(minutes / 60)} h ${minutes % 60} min`;
  }

  // --- a page that tells what is new looks again as long as somebody is there, and not in a tab that nobody sees

  const REST = 30 * MINUTE;
  let lastStir = Date.now();

  function tick() {
    const times = all("time[data-until]");
    times.forEach(countDown);
    if (times.some((time) => millisecondsLeft(time) <= 0)) document.body.dispatchEvent(new Event("expired"));
    const isSomebodyThere = !document.hidden && Date.now() - lastStir < REST;
    if (isSomebodyThere) document.body.dispatchEvent(new Event("look"));
  }

  setInterval(tick, 20_000);
  for (const type of ["keydown", "pointermove", "visibilitychange"]) on(type, () => { lastStir = Date.now(); });
  on("visibilitychange", tick);

  // --- what was typed and not saved

  const guarded = (place = document) => all("form[data-guard]", place);
  let isLeaving = false;

  function isChanged(form) {
    const cameBack = "unsaved" in form.dataset || find("[aria-invalid=true],.conflict", form);
    return !!cameBack || [...form.elements].some(isTyped);
  }

  function isTyped(field) {
    if (/checkbox|radio/.test(field.type)) return field.checked !== field.defaultChecked;
    return field.name && field.type !== "hidden" && "defaultValue" in field && field.value !== field.defaultValue;
  }

  function markUnsaved(form) {
    const mark = find("[data-unsaved-mark]", form);
    if (mark) mark.hidden = !isChanged(form);
  }

  // Leaving with one form must not lose what was typed in another; nor must htmx, where it takes that away.
  function isTypedBeside(element, place) {
    return guarded(place).some((form) => !form.contains(element) && isChanged(form));
  }

  on("input", () => guarded().forEach(markUnsaved));
  on("submit", (event) => { if (!event.defaultPrevented) isLeaving = !isTypedBeside(event.target); });
  addEventListener("beforeunload", (event) => { if (!isLeaving && isTypedBeside(null)) event.preventDefault(); });

  // --- keys: a slash searches, with its switch on the account page; Escape closes; Control and Enter send

  on("keydown", (event) => {
    const field = event.target.closest?.("input,textarea,select,[contenteditable]");
    const isAlone = !event.ctrlKey && !event.metaKey && !event.altKey;
    if (event.key === "/" && isAlone && !field && hasShortcuts()) search(event);
    if (event.key === "Escape") closeAround(event.target);
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) field?.form?.requestSubmit();
  });

  function search(event) {
    const field = find("[data-search]");
    if (!field) return;
    event.preventDefault();
    field.focus();
    field.select();
  }

  function closeAround(element) {
    const details = element.closest?.("details[open]");
    if (!details) return;
    details.open = false;
    find("summary", details).focus();
  }

  function hasShortcuts() {
    try { return localStorage.shortcuts !== "off"; } catch { return true; }
  }

  on("change", ({ target }) => {
    if (!target.matches("[data-shortcuts]")) return;
    try { localStorage.shortcuts = target.checked ? "on" : "off"; } catch { /* a browser that keeps nothing */ }
  });

  // --- menus

  on("click", ({ target }) => {
    for (const menu of all("details.menu[open]")) if (!menu.contains(target)) menu.open = false;
  });

  // A row that has something to do gets a menu, whose content comes from where the row's link leads.
  function addMenu(cell) {
    const blank = find("#row_menu"), row = cell.parentElement, link = find("a", row);
    if (!blank || !link || find("details", cell)) return;
    const menu = blank.content.firstElementChild.cloneNode(true), sheet = find(".sheet", menu);
    const { pathname, search: query } = new URL(link.href);
    find(".visually-hidden", menu).append(find(".name", row).textContent);
    sheet.id = `menu_${pathname.split("/").pop()}`;
    sheet.setAttribute("hx-get", pathname + query);
    cell.replaceChildren(menu);
    htmx.process(menu);
  }

  const isRowMenu = (element) => !!element?.matches(".row-menu > .sheet");
  const menuOf = (row) => row && find(".row-menu > .sheet", row);

  // It comes each time that it is opened: as things stand then.
  on("toggle", ({ target: menu }) => {
    if (!menu.matches(".row-menu") || !menu.open) return;
    const sheet = menuOf(menu.parentElement);
    sheet.replaceChildren();
    sheet.dispatchEvent(new Event("opened"));
  }, true);

  function enterMenu(sheet) {
    const menu = sheet.parentElement;
    if (!menu.open || !menu.contains(document.activeElement)) return;
    focus(find("a,button", sheet) || sheet);
  }

  // --- htmx: what it sends

  // What loads by itself, or in a list of what does, takes no focus and makes no noise.
  const isQuiet = (element) => !!element?.matches("[data-quiet],ol[data-quiet] a");

  function regionOf({ target }) {
    if (typeof target === "string") return find(target);
    return target?.id ? document.getElementById(target.id) : target;
  }

  on("htmx:before:request", (event) => {
    const { ctx } = event.detail, region = regionOf(ctx);
    ctx.source = ctx.sourceElement;
    if (isHeldBack(ctx.source, region)) return event.preventDefault();
    if (ctx.request.submitter) makeBusy(ctx);
  });

  // A list does not renew itself under an open menu, and nothing that was typed goes unasked.
  function isHeldBack(source, region) {
    if (!region) return false;
    if (isQuiet(source) && find(".row-menu[open]", region)) return true;
    return isTypedBeside(source, region) && !confirm("Your changes aren’t saved. Leave anyway?");
  }

  function makeBusy(ctx) {
    const button = ctx.request.submitter;
    button.ariaBusy = "true";
    ctx.said = button.innerHTML;
    ctx.timer = setTimeout(() => { if (button.dataset.busy) button.textContent = button.dataset.busy; }, 300);
  }

  on("htmx:finally:request", ({ detail: { ctx } }) => {
    const button = ctx.request.submitter;
    clearTimeout(ctx.timer);
    if (!button?.ariaBusy) return;
    button.ariaBusy = null;
    if (button.dataset.busy && ctx.said) button.innerHTML = ctx.said;
  });

  // What could not be answered may have been saved: the same form sent again says so, and is done once.
  const again = new WeakMap();

  on("htmx:config:request", ({ detail: { ctx } }) => {
    const key = again.get(ctx.sourceElement);
    if (key) ctx.request.headers["Idempotency-Key"] = key;
  });

  on("htmx:after:request", ({ detail: { ctx } }) => {
    const key = ctx.response?.headers.get("Idempotency-Key");
    if (key) again.set(ctx.sourceElement, key);
    else again.delete(ctx.sourceElement);
  });

  on("htmx:error", ({ detail: { ctx } }) => {
    if (!ctx || ctx.response || isQuiet(ctx.sourceElement)) return;
    const isOfMenu = isRowMenu(ctx.sourceElement);
    const place = isOfMenu ? ctx.sourceElement : find("#alert"), words = find(isOfMenu ? "#row_menu_failed" : "#offline");
    if (place && words) place.replaceChildren(words.content.cloneNode(true));
  });

  // --- htmx: what stays when a part of the page is exchanged

  let before = {};

  on("htmx:before:swap", ({ detail: { ctx } }) => {
    const region = regionOf(ctx), hasFailed = ctx.response?.status >= 400;
    const row = document.activeElement?.closest("[data-row]");
    before = {
      place: row && region?.contains(row) ? all("[data-row]", region).indexOf(row) : -1,
      menu: menuOf(row)?.id,
      isUnsaved: hasFailed || isStillUnsaved(ctx.request.submitter, region),
      opened: all("details[id][open]").filter((details) => !isMenuAround(ctx.request.submitter, details)),
    };
    if (!hasFailed) find("#alert")?.replaceChildren();
    else if (isRowMenu(ctx.source)) ctx.source.parentElement.open = false;
  });

  // A preview saves nothing, nor does a button with another name; the one that saves has none.
  function isStillUnsaved(button, region) {
    const [form] = guarded(region || document);
    return button?.name === "preview" ? form && isChanged(form) : button?.name;
  }

  function isMenuAround(button, details) {
    return details.matches(".menu") && details.contains(button);
  }

  on("htmx:after:swap", ({ detail: { ctx } }) => {
    const region = regionOf(ctx);
    const [form] = region ? guarded(region) : [];
    if (form && before.isUnsaved) form.dataset.unsaved = "";
    for (const { id } of before.opened) document.getElementById(id)?.setAttribute("open", "");
    dress();
    if (!region || region.closest(".toasts")) return;
    if (region === document.body) return focus(find("#main"), { preventScroll: true });
    const source = ctx.source || ctx.sourceElement, button = ctx.request?.submitter;
    announce(source, button, region);
    moveFocus(source, button, region, form);
  });

  function announce(source, button, region) {
    if (button?.dataset.says) say(button.dataset.says);
    if (!source.matches("[data-announce]")) return;
    say(find(source.dataset.announce || ".empty :is(h2,h3),[data-result]", region)?.textContent || "");
  }

  // --- htmx: where the focus goes

  function moveFocus(source, button, region, form) {
    if (isRowMenu(source)) return enterMenu(source);
    if (source === region) return;
    const next = find("[data-focus]", region) || (source.dataset.next && find(source.dataset.next, region));
    if (next) return focus(next);
    if (button?.name === "add_domain") return focus(all("[data-row] input:not([type=checkbox])", region).pop());
    const preview = form && (!button?.name || button.name === "preview") && find("#preview h2", form);
    if (preview) return lookAtPreview(find("#preview [aria-invalid]", form) || preview);
    const isNobodyHere = before.place < 0 && isQuiet(source);
    if (isFocusLost() && !isNobodyHere) focusWhereItWas(region);
  }

  function lookAtPreview(element) {
    focus(element);
    element.scrollIntoView();
  }

  // In the same row, or in the one that stands in its place; else at the beginning of the part.
  function focusWhereItWas(region) {
    const same = before.menu && document.getElementById(before.menu)?.closest("[data-row]");
    const row = same || (before.place >= 0 && all("[data-row]", region).slice(0, before.place + 1).pop());
    const control = row && (find("summary", row) || find("button,a", row));
    focus(control || find("h2,h1,caption", region) || region, { preventScroll: true });
  }

  // --- the page as it comes

  dress();
  // What could not be done is where a page begins.
  focus(find("[data-focus]:not([data-result])") || find("[aria-invalid=true]"));
  // A live region speaks when it changes, not when it arrives full.
  const notice = find("#status > *");
  if (notice) setTimeout(() => notice.isConnected && notice.parentNode.append(notice), 150);
})();

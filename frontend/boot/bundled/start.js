(() => {
  // frontend/boot/page.ts
  var find = (id) => document.getElementById(id), later = () => new Promise((go) => setTimeout(go, 1e3));

  // frontend/boot/second-load.ts
  var file = (rel) => document.querySelector(`link[rel=${rel}]`).getAttribute("href"), hasBegun = !1, loadAgain = async () => {
    if (hasBegun) return Promise.reject();
    hasBegun = !0, await later();
    let script = `${file("modulepreload")}#again`, { default: init } = await import(script);
    return init({ module_or_path: file("preload") });
  };

  // frontend/boot/failures.ts
  var isReady = () => document.body.hasAttribute("data-ready" /* Ready */), show = (id) => {
    let note = find(id);
    note && !isReady() && (note.hidden = !1);
  }, isOld = (error) => typeof WebAssembly != "object" || error instanceof WebAssembly.CompileError, fail = (error) => {
    if (!isReady())
      isOld(error) && (find("boot-missing" /* Missing */).hidden = !0, find("boot-old" /* Old */).hidden = !1), show("boot-failed" /* Failed */);
    else if (error instanceof WebAssembly.RuntimeError) {
      let dialog = find("stopped" /* Stopped */);
      dialog.open || dialog.showModal();
    }
  };
  isOld() && fail();
  var { origin } = location;
  addEventListener(
    "error",
    ({ error, filename, target }) => {
      let source = target;
      if (source.tagName === "SCRIPT" && source.type === "module") {
        loadAgain().catch(fail);
        return;
      }
      let url = target === window ? filename : source.src || source.href || origin;
      !(source.tagName === "IMG" || source.tagName === "LINK") && `${url}`.startsWith(origin) && fail(error);
    },
    !0
  );
  addEventListener("unhandledrejection", ({ reason }) => {
    let [, ...frames] = `${reason?.stack}`.split(`
`);
    (!frames.length || frames.some((frame) => frame.includes(origin))) && fail(reason);
  });
  setTimeout(() => show("boot-slow" /* Slow */), 15e3);

  // frontend/boot/reload.ts
  for (let button of document.querySelectorAll("[data-reload]"))
    button.onclick = () => location.reload();

  // frontend/boot/answers.ts
  var ask = window.fetch, load = async (path, init = {}) => {
    let response = await ask(location.origin + path, init);
    if (response.ok && !/text|json/.test(response.headers.get("Content-Type"))) return response;
    throw new Error(`${path}: ${response.status}`);
  }, build = "__BUILD__" /* Build */;
  window.fetch = async (...request) => {
    let [path] = request;
    if (typeof path == "string" && path.startsWith("/") && path.endsWith(".wasm"))
      return load(path).catch(() => later().then(() => load(path, { cache: "reload" })));
    let response = await (window.askedEarly?.(path) ?? ask(...request)), current = response.headers.get("x-build" /* Build */);
    return current && current !== build && !build.startsWith("__") && dispatchEvent(new Event("twinlock:outdated" /* Outdated */)), response;
  };

  // frontend/boot/history.ts
  for (let name of ["pushState", "replaceState"]) {
    let change = history[name], tried = (...to) => {
      try {
        change.apply(history, to);
      } catch {
      }
    };
    Object.defineProperty(history, name, { get: () => tried, set: (other) => change = other });
  }

  // frontend/boot/double-click.ts
  var CONTROLS = "a, button, input, label, select, summary", hit;
  addEventListener(
    "click",
    (event) => {
      let now = event.target.closest?.(CONTROLS);
      if (event.detail < 2 || now === hit) {
        hit = now;
        return;
      }
      event.preventDefault(), event.stopImmediatePropagation();
    },
    !0
  );

  // frontend/boot/sign-in-form.ts
  var form = find("boot-sign-in" /* SignInForm */);
  if (form) {
    let toggle = form.querySelector(".password__toggle");
    toggle.onclick = () => {
      let password = form.password, isShown = password.type === "password";
      toggle.setAttribute("aria-pressed", `${isShown}`), password.type = isShown ? "text" : "password";
    };
    let submit = form.querySelector(".button");
    submit.type = "submit";
    let wait = (isBusy) => {
      for (let state of ["aria-busy" /* Submitted */, "aria-disabled"])
        isBusy ? submit.setAttribute(state, "true") : submit.removeAttribute(state);
      submit.firstChild.textContent = isBusy ? "Signing in\u2026" : "Sign in";
    };
    form.onsubmit = (event) => {
      event.preventDefault(), wait(!0);
    }, form.oninput = () => wait(!1);
  }

  // frontend/boot/keys.ts
  var PARTS = [
    "clientDataJSON",
    "attestationObject",
    "authenticatorData",
    "signature",
    "userHandle"
  ], GRACE_MS = 5e3, encoded = (bytes) => btoa(String.fromCharCode(...new Uint8Array(bytes))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=/g, ""), running, stop = () => running?.abort(), run = async (options, makes, signal) => {
    let { credentials } = navigator, { rawId, response } = await (makes ? credentials.create({
      publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(options),
      signal
    }) : credentials.get({
      publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options),
      signal
    })), written = { transports: response.getTransports?.() };
    for (let part of PARTS) {
      let bytes = response[part];
      bytes && (written[part] = encoded(bytes));
    }
    let id = encoded(rawId);
    return JSON.stringify({ id, rawId: id, type: "public-key", response: written });
  };
  window.twinlockKeys = {
    trouble: () => {
      let isAddress = /^\[|^[\d.]+$/.test(location.hostname);
      return !isSecureContext || isAddress ? "address" /* Address */ : window.PublicKeyCredential?.parseRequestOptionsFromJSON ? "" : "browser" /* Browser */;
    },
    // Returns the answer, or the name of the browser's error; none if the browser never answers.
    ask: (options, makes) => {
      stop();
      let controller = running = new AbortController();
      return new Promise((settle) => {
        let parsed = JSON.parse(options);
        controller.signal.onabort = () => settle("AbortError" /* Stopped */), setTimeout(() => {
          settle(""), controller.abort();
        }, parsed.timeout + GRACE_MS), run(parsed, makes, controller.signal).then(
          settle,
          (error) => settle(`${error?.name}`)
        );
      });
    },
    stop,
    // Fire and forget: browsers without these functions keep the keys that they list.
    signal: async (credentials, user) => {
      try {
        await PublicKeyCredential.signalAllAcceptedCredentials(JSON.parse(credentials)), await PublicKeyCredential.signalCurrentUserDetails(JSON.parse(user));
      } catch {
      }
    }
  };
})();

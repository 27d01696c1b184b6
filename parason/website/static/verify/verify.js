/* Checks a policy's seal in the browser: no network is needed once the page, the keys and the list are here.
   The seal stands behind the # of the address, so it never reaches a server. */
"use strict";
(() => {
  const $ = (id) => document.getElementById(id);
  const data = JSON.parse($("data").textContent);
  const STORE = "parason-verify";
  const utf8 = new TextDecoder("utf-8", { fatal: true });
  let words = data.words[document.documentElement.lang] || data.words.en;
  let shown = null; // what the page says now, to say it again in another language

  const bytes = (text) => {
    const raw = atob(text.replace(/-/g, "+").replace(/_/g, "/"));
    return Uint8Array.from(raw, (sign) => sign.charCodeAt(0));
  };
  const base64url = (buffer) =>
    btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=/g, "");
  const sha256 = (text) => crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));

  /* --- what this device remembers -------------------------------------------------------------------- */
  const remembered = () => {
    try { return JSON.parse(localStorage.getItem(STORE)) || {}; } catch { return {}; }
  };
  const remember = (state) => {
    try { localStorage.setItem(STORE, JSON.stringify(state)); } catch { /* private window: works while open */ }
  };
  let known = remembered();

  const get = async (address) => {
    const answer = await fetch(address, { signal: AbortSignal.timeout(6000), credentials: "omit", cache: "no-cache" });
    if (!answer.ok) throw new Error(answer.status);
    return answer;
  };

  /* --- the signature --------------------------------------------------------------------------------- */
  const open = async (token, keys) => {
    const parts = token.split(".");
    if (parts.length !== 3) return null;
    try {
      const head = JSON.parse(utf8.decode(bytes(parts[0])));
      const jwk = keys.find((key) => key.kid === head.kid);
      if (head.alg !== "ES256" || !jwk) return null;
      const key = await crypto.subtle.importKey(
        "jwk", { kty: jwk.kty, crv: jwk.crv, x: jwk.x, y: jwk.y }, { name: "ECDSA", namedCurve: "P-256" }, false, ["verify"]);
      const signature = bytes(parts[2]);
      // One spelling only: what base64 forgives, a seal does not.
      if (base64url(signature) !== parts[2] || signature.length !== 64) return null;
      const signed = new TextEncoder().encode(parts[0] + "." + parts[1]);
      if (!await crypto.subtle.verify({ name: "ECDSA", hash: "SHA-256" }, key, signature, signed)) return null;
      return JSON.parse(utf8.decode(bytes(parts[1])));
    } catch { return null; }
  };

  /* --- keys and the list: from the network when there is one ---------------------------------------- */
  const refresh = async () => {
    try {
      const keys = (await (await get(data.keys)).json()).keys;
      const after = known.list ? known.list.to : 0;
      const list = await open((await (await get(`${data.list}?after=${after}`)).text()).trim(), keys);
      if (!list) return false;
      const before = after && list.from === after ? known.list : { w: [], r: [] };
      known = { keys, list: { at: list.at, to: list.to, w: before.w.concat(list.w), r: before.r.concat(list.r), k: list.k } };
      remember(known);
      return true;
    } catch { return false; }
  };

  const status = async (lookup) => {
    try { return await (await get(data.status + lookup)).json(); } catch { return null; }
  };

  /* --- the verdict ----------------------------------------------------------------------------------- */
  const dayOf = (moment) => new Intl.DateTimeFormat("en-CA", { timeZone: data.zone }).format(moment).replace(/-/g, "");

  const judge = (claims, ended, today) => {
    if (ended === "withdrawn" || ended === "replaced") return ended;
    if (today < claims.f) return "not_yet";
    return today > claims.t ? "expired" : "valid";
  };

  const check = async (token) => {
    say({ verdict: "checking" });
    if (!window.crypto || !crypto.subtle) return say({ verdict: "cannot", detail: "no_crypto" });
    const fresh = await refresh();
    if (!known.keys) return say({ verdict: "cannot", detail: "no_keys" });
    const claims = await open(token, known.keys);
    if (!claims || !claims.n) {
      let kid = "";
      try { kid = JSON.parse(utf8.decode(bytes(token.split(".")[0]))).kid; } catch { /* rubbish */ }
      const foreign = kid && !known.keys.some((key) => key.kid === kid);
      const detail = (known.list.k || []).includes(kid) ? "revoked_key" : foreign ? "unknown_key" : "changed";
      return say({ verdict: "not_genuine", detail, fresh });
    }
    const lookup = base64url((await sha256(token)).slice(0, 16));
    const answer = fresh ? await status(lookup) : null;
    if (answer && answer.status === "unknown") return say({ verdict: "not_genuine", detail: "not_issued", answer });
    const short = lookup.slice(0, 8);
    const listed = known.list.w.includes(short) ? "withdrawn" : known.list.r.includes(short) ? "replaced" : "issued";
    const ended = answer && answer.status !== "issued" ? answer.status : listed;
    // A clock that runs behind the list is wrong; then the list's own day is the least that today can be.
    const clock = dayOf(new Date());
    const least = dayOf(new Date(known.list.at));
    const today = answer ? answer.today : clock < least ? least : clock;
    return say({ verdict: judge(claims, ended, today), claims, answer, today, wrongClock: !answer && clock < least });
  };

  /* --- saying it ------------------------------------------------------------------------------------- */
  const day = (text) => `${text.slice(6, 8)}.${text.slice(4, 6)}.${text.slice(0, 4)}`;
  const moment = (iso) => new Date(iso).toLocaleString(document.documentElement.lang, { dateStyle: "medium", timeStyle: "short" });
  const SIGN = { valid: "good", not_yet: "wait", expired: "bad", withdrawn: "bad", replaced: "bad", not_genuine: "bad" };

  const fact = (label, value, code) => {
    const row = document.createElement("div");
    const term = document.createElement("dt");
    const text = document.createElement("dd");
    term.textContent = label;
    const inner = document.createElement("bdi");
    if (code) inner.className = "mono";
    inner.textContent = value;
    text.append(inner);
    row.append(term, text);
    return row;
  };

  const ageLine = (state) => {
    if (state.answer) return words.status_today.replace("{moment}", moment(state.answer.at));
    if (!known.list) return "";
    const days = Math.floor((Date.now() - new Date(known.list.at)) / 86400000);
    const old = days > 30 ? ` ${words.old_list}` : "";
    return (state.fresh ? words.list_fresh : words.cannot_tell).replace("{moment}", moment(known.list.at)) + old;
  };

  const say = (state) => {
    shown = state;
    const box = $("verdict");
    box.className = `verdict verdict--${SIGN[state.verdict] || "wait"}`;
    box.dataset.verdict = state.verdict;
    $("verdict-words").textContent = words[state.verdict];
    const claims = state.claims;
    let detail = state.detail ? words[state.detail] : "";
    if (state.verdict === "not_yet") detail = words.starts.replace("{day}", day(claims.f));
    if (state.verdict === "expired") detail = words.ended.replace("{day}", day(claims.t));
    if (state.verdict === "valid") detail = words.until.replace("{day}", day(claims.t));
    $("verdict-detail").textContent = detail;
    $("age").textContent = state.verdict === "checking" ? "" : ageLine(state);
    $("clock").textContent = claims ? (state.wrongClock ? words.wrong_clock : words.day_used).replace("{day}", day(state.today)) : "";
    $("facts").replaceChildren(...(claims ? [
      fact(words.name, claims.p), claims.y ? fact(words.born, String(claims.y)) : "", fact(words.document, "…" + claims.d, true),
      fact(words.policy, claims.n, true), fact(words.dates, `${day(claims.f)} – ${day(claims.t)}`),
      fact(words.sum, claims.s), fact(words.territory, claims.z), fact(words.issuer, data.insurer[document.documentElement.lang] || data.insurer.en),
    ] : []));
    $("result").hidden = !claims;
    $("match-answer").textContent = "";
    return state;
  };

  /* --- the passport's number ------------------------------------------------------------------------- */
  const ALIKE = { А: "A", В: "B", Е: "E", К: "K", М: "M", Н: "H", О: "O", Р: "P", С: "C", Т: "T", У: "Y", Х: "X", І: "I", Ѕ: "S", Ј: "J" };
  const plain = (text) => text.toUpperCase().replace(/./gu, (sign) => ALIKE[sign] || sign).replace(/[^0-9A-Z]/g, "");

  $("match").addEventListener("submit", async (event) => {
    event.preventDefault();
    const claims = shown && shown.claims;
    const number = plain($("number").value);
    if (!claims || !number) return;
    const hash = base64url((await sha256(`${claims.n}:${number}`)).slice(0, 2));
    const fits = number.endsWith(claims.d) && hash === claims.h;
    $("match-answer").textContent = fits ? words.match : words.no_match;
    $("match-answer").className = fits ? "notice notice--good" : "notice notice--bad";
  });

  /* --- where a seal comes from: the address, a pasted text, the camera ------------------------------- */
  const tokenOf = (text) => text.trim().split("#").pop();
  const begin = (text) => {
    const token = tokenOf(text);
    if (token.length > 4000) return say({ verdict: "not_genuine", detail: "changed" });
    return token ? check(token) : null;
  };
  $("paste").addEventListener("submit", (event) => {
    event.preventDefault();
    begin($("code").value);
    $("verdict").focus();
  });
  window.addEventListener("hashchange", () => begin(location.hash));

  const scan = $("scan");
  const film = $("film");
  let stream = null; // what the camera gives, as long as it is on
  const filming = (given) => {
    if (stream && !given) stream.getTracks().forEach((track) => track.stop());
    stream = given;
    film.srcObject = given;
    film.hidden = !given;
    scan.dataset.word = given ? "stop_button" : "scan_button";
    scan.textContent = words[scan.dataset.word];
  };
  const seen = async () => {
    const eye = new BarcodeDetector({ formats: ["qr_code"] });
    await film.play();
    while (stream) {
      const [found] = film.readyState > 1 ? await eye.detect(film) : []; // no picture yet: nothing to look at
      if (found) return found.rawValue;
      await new Promise((later) => setTimeout(later, 150));
    }
    return "";
  };
  if ("BarcodeDetector" in window && navigator.mediaDevices) {
    scan.hidden = false;
    scan.addEventListener("click", async () => {
      if (stream) return filming(null);
      try {
        filming(await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } }));
        const text = await seen();
        if (!text) return;
        filming(null);
        begin(text);
        $("verdict").focus();
      } catch (error) {
        if (!stream && error.name === "AbortError") return; // stopped before the first picture
        filming(null);
        say({ verdict: "cannot", detail: error.name === "NotAllowedError" ? "no_permission" : "no_camera" });
        $("verdict").focus();
      }
    });
  }

  /* --- languages, and the page for the next time without a network ---------------------------------- */
  const speak = (language) => {
    if (!data.words[language]) return;
    words = data.words[language];
    document.documentElement.lang = language;
    document.documentElement.dir = language === "ar" ? "rtl" : "ltr";
    document.querySelectorAll("[data-word]").forEach((node) => { node.textContent = words[node.dataset.word]; });
    document.querySelectorAll("[data-language]").forEach((button) => {
      button.setAttribute("aria-pressed", String(button.dataset.language === language));
    });
    if (shown) say(shown);
  };
  document.querySelectorAll("[data-language]").forEach((button) => {
    button.addEventListener("click", () => speak(button.dataset.language));
  });
  if ("serviceWorker" in navigator) navigator.serviceWorker.register(data.worker, { scope: data.scope }).catch(() => {});
  if (location.hash.length > 1) begin(location.hash); else refresh();
})();

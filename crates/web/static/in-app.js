// Shows the messages of plays inside your product. Text only: nothing of a message is ever taken as markup.
//
//   <script src="https://success.example/in-app.js" data-account="acme" data-user="ada" data-signature="..." defer></script>
(() => {
  "use strict";
  const script = document.currentScript;
  if (!script) return;
  const base = new URL(script.src).origin;
  const { account, user, signature } = script.dataset;
  if (!account || !user || !signature) {
    console.warn("in-app.js needs data-account, data-user and data-signature");
    return;
  }
  const headers = { Authorization: `Bearer ${signature}` };
  const closed = `mainstay:closed:${account}:${user}`;

  // A product may forbid storage: a message that was closed then comes back with the next page.
  const remembered = () => {
    try {
      return JSON.parse(localStorage.getItem(closed)) || [];
    } catch {
      return [];
    }
  };
  const remember = (key) => {
    try {
      localStorage.setItem(closed, JSON.stringify([...remembered(), key].slice(-100)));
    } catch {
      // Not remembered.
    }
  };

  const note = (act, key) =>
    fetch(`${base}/in-app/${act}`, { method: "POST", headers, body: JSON.stringify({ account, user, key }), keepalive: true }).catch(() => {});

  const isWebLink = (url) => {
    try {
      return ["https:", "http:"].includes(new URL(url).protocol);
    } catch {
      return false;
    }
  };

  const element = (name, text, style) => {
    const made = document.createElement(name);
    made.textContent = text;
    Object.assign(made.style, style);
    return made;
  };

  const show = (place, message) => {
    const box = element("section", "", {
      background: "Canvas", color: "CanvasText", border: "1px solid GrayText", borderRadius: "8px", padding: "12px 16px",
      boxShadow: "0 4px 16px rgb(0 0 0 / 20%)", font: "14px/1.5 system-ui, sans-serif",
    });
    box.setAttribute("aria-label", message.title || "Message");
    const close = element("button", "\u00d7", { float: "right", border: "0", background: "none", color: "inherit", font: "inherit", cursor: "pointer", minWidth: "24px", minHeight: "24px" });
    close.type = "button";
    close.setAttribute("aria-label", "Close");
    const end = (act) => {
      note(act, message.key);
      remember(message.key);
      box.remove();
    };
    close.addEventListener("click", () => end("dismissed"));
    box.append(close);
    if (message.title) box.append(element("strong", message.title, {}));
    box.append(element("p", message.body, { margin: "4px 0 0", whiteSpace: "pre-line" }));
    if (message.url && isWebLink(message.url)) {
      const link = element("a", "Open", { display: "inline-block", marginTop: "8px", color: "LinkText" });
      link.href = message.url;
      link.rel = "noopener";
      link.addEventListener("click", () => end("clicked"));
      box.append(link);
    }
    place.append(box);
    note("seen", message.key);
  };

  const load = async () => {
    const whose = new URLSearchParams({ account, user });
    const answer = await fetch(`${base}/in-app/messages?${whose}`, { headers });
    if (!answer.ok) {
      console.warn(`in-app.js: ${answer.status}`, await answer.text());
      return;
    }
    const { messages } = await answer.json();
    const known = remembered();
    const open = messages.filter((message) => !known.includes(message.key)).slice(0, 3);
    if (open.length === 0) return;
    const place = element("div", "", { position: "fixed", right: "16px", bottom: "16px", width: "min(360px, calc(100vw - 32px))", display: "grid", gap: "8px", zIndex: "2147483000" });
    place.setAttribute("role", "status");
    document.body.append(place);
    for (const message of open) show(place, message);
  };

  // A product must not suffer from a server that does not answer.
  load().catch(() => {});
})();

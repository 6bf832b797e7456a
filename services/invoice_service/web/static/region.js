// Pages are drawn by the server. A script that wants one anew asks for it and puts its regions (`data-region`) in place
// of those that differ; the cursor stays where it was.

const policy = globalThis.trustedTypes?.createPolicy("factures", { createHTML: (text) => text });

/** A page as the server drew it, parsed. The only place where text becomes HTML. */
export function parsed(text) {
  return new DOMParser().parseFromString(policy ? policy.createHTML(text) : text, "text/html");
}

/** Ask this server for something; the page's token goes along. */
export async function ask(address, options = {}) {
  const url = new URL(address, location.href);
  if (url.origin !== location.origin) throw new Error(`not ours: ${url.origin}`);
  const headers = { "X-CSRF-Token": csrfToken(), ...options.headers };
  return fetch(url, { credentials: "same-origin", ...options, headers });
}

export function csrfToken() {
  return document.querySelector('meta[name="csrf-token"]').content;
}

/** Put the regions of `page` in place of those of this one. `only`: names of regions, else all. */
export function show(page, only) {
  const focused = focusedNow();
  for (const fresh of page.querySelectorAll("[data-region]")) {
    const name = fresh.dataset.region;
    if (only && !only.includes(name)) continue;
    const here = document.querySelector(`[data-region="${CSS.escape(name)}"]`);
    if (here && !here.isEqualNode(fresh)) here.replaceWith(document.adoptNode(fresh));
  }
  focused?.();
  document.dispatchEvent(new CustomEvent("shown"));
}

/** Draw this page anew, from the server. */
export async function refresh(only) {
  const answer = await ask(location.href, { headers: { Accept: "text/html" } });
  if (answer.ok && !answer.redirected) show(parsed(await answer.text()), only);
  return answer;
}

function focusedNow() {
  const at = document.activeElement;
  if (!at?.id) return null;
  const [start, end] = [at.selectionStart, at.selectionEnd];
  return () => {
    const again = document.getElementById(at.id);
    if (!again || again === document.activeElement) return;
    again.focus({ preventScroll: true });
    if (start !== null && start !== undefined && again.setSelectionRange && again.type !== "email") {
      try { again.setSelectionRange(start, end); } catch { /* a field without a selection */ }
    }
  };
}

// Small requests to our own server.

/** The token that Django asks for on every change. */
export function csrf() {
  return JSON.parse(document.body.getAttribute("hx-headers") ?? "{}")["X-CSRFToken"] ?? "";
}

/** POST form fields; resolves to the response, rejects when there is no connection. */
export function post(url, fields) {
  return fetch(url, {
    method: "POST",
    body: new URLSearchParams(fields),
    headers: { "X-CSRFToken": csrf(), Accept: "application/json", "X-Requested-With": "fetch" },
    credentials: "same-origin",
    keepalive: true,
  });
}

// The feed of the whole installation: /ws/feed says what has happened, the page fetches it again.
import { flash } from "./flash.js";
import { refresh } from "./refresh.js";
import { keepOpen } from "./socket.js";

// The server stops sending to a page that does not say how far it has read.
const ACK_AFTER = 500;
let read = 0;
let timer = 0;

function acknowledge(socket, number) {
  read = number;
  timer ||= setTimeout(() => {
    timer = 0;
    socket.send({ type: "ack", n: read });
  }, ACK_AFTER);
}

function hear(event) {
  if (event.type === "notice") {
    document.dispatchEvent(new CustomEvent("notice", { detail: event }));
    return;
  }
  const topic = String(event.type ?? "").split("_")[0];
  if (topic) refresh(topic, event.incident ?? "");
}

if (document.body.dataset.feed !== undefined) {
  const socket = keepOpen({
    source: "feed",
    url: () => "/ws/feed",
    onMessage(message) {
      for (const event of message.events ?? [message]) hear(event);
      if (message.n) acknowledge(socket, message.n);
    },
    onOpen: (again) => again && refresh("*"),
    onEnd: () => flash("error", "You are signed out. Reload the page to sign in; nothing was lost."),
  });
}

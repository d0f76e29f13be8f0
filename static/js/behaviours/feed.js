// The feed of the whole installation: /ws/feed says what has happened, the page fetches it again.
import { flash } from "./flash.js";
import { refresh } from "./refresh.js";
import { keepOpen } from "./socket.js";

if (document.body.dataset.feed !== undefined) {
  keepOpen({
    source: "feed",
    url: () => "/ws/feed",
    onMessage(message) {
      const topic = String(message.type ?? "").split("_")[0];
      if (topic) refresh(topic, message.incident ?? "");
      document.dispatchEvent(new CustomEvent("feed", { detail: message }));
    },
    onOpen: (again) => again && refresh("*"),
    onEnd: () => flash("error", "You are signed out. Reload the page to sign in; nothing was lost."),
  });
}

// The war room: one socket, resumed at the last fact that was read.
import "./room-bridge.js";
import "./room-counts.js";
import { flash } from "./flash.js";
import { compose } from "./room-composer.js";
import { unshow } from "./room-files.js";
import { jumps } from "./room-jump.js";
import { line } from "./room-line.js";
import { log } from "./room-log.js";
import { menus } from "./room-menu.js";
import { optimism } from "./room-optimism.js";
import { outbox } from "./room-outbox.js";
import { side } from "./room-panel.js";
import { people } from "./room-people.js";
import "./room-pictures.js";
import "./room-merged.js";
import { unread } from "./room-unread.js";
import { refresh } from "./refresh.js";
import { showWayBack, watchReturn } from "./room-return.js";
import { keepOpen } from "./socket.js";

const room = document.querySelector("[data-room]");
// The server stops sending to a page that does not say how far it has read.
const ACK_AFTER = 250;
let read = Number(room.dataset.lastSeq);
let acknowledging = 0;

function acknowledge(seq) {
  read = seq;
  acknowledging ||= setTimeout(() => {
    acknowledging = 0;
    line.whisper({ type: "ack", seq: read });
  }, ACK_AFTER);
}

function hearFact(fact) {
  // A fact that is here already was drawn with the page.
  if (fact.seq > read) acknowledge(fact.seq);
  if (fact.client_id) optimism.drop(fact.client_id);
  composer?.heard(fact.client_id);
  if (fact.kind === "file.removed") unshow(fact.data);
  log.add(fact);
  if (fact.kind === "chat.posted" && fact.thread) side.add(fact);
  // What was deleted may stand elsewhere on the page, too: pinned, or as what a task came from.
  if (!fact.kind.startsWith("chat.") || fact.kind === "chat.deleted") refresh("room");
}

function hearError({ client_id: id, message, hint, retry }) {
  if (retry) {
    line.putOff(id);
    return;
  }
  flash("error", `${message} ${hint}`.trim());
  optimism.undo(id);
  const failed = line.answered(id)?.message;
  if (failed?.type === "post") composer?.giveBack(failed.body);
}

const HEAR = {
  fact: hearFact,
  error: hearError,
  hello: (message) => unread.hello(message),
  ok({ client_id: id, seq, text }) {
    line.answered(id);
    optimism.settle(id, seq);
    if (text) log.reply(text);
  },
  presence: (message) => people.show(message),
  typing: (message) => people.type(message),
  notice: (message) => document.dispatchEvent(new CustomEvent("notice", { detail: message })),
};

const IDLE = 4408;
const ENDS = {
  4401: "You are signed out. Reload the page to sign in; what you typed is kept on this device.",
  4403: "You may no longer see this incident.",
  4404: "You may no longer see this incident.",
  4429: "This room is full. Ask the commander for a role in it, or try again later.",
};

const socket = keepOpen({
  source: "room",
  url: () => `/ws/incidents/${room.dataset.ref}?after=${read}`,
  onMessage: (message) => HEAR[message.type]?.(message),
  onOpen(again) {
    people.announce();
    line.begin();
    if (again) {
      refresh("room");
      refresh("notice");
      side.refresh();
    }
  },
  onEnd(code) {
    if (code === IDLE) showWayBack();
    else flash("error", ENDS[code] ?? ENDS[4403]);
  },
});
line.use(socket);
people.watch();
watchReturn();
log.start();
unread.start();
side.start();
menus();
const composer = compose();
outbox.waiting.forEach((item) => optimism.show(item));
jumps((seq) => side.openReply(seq));

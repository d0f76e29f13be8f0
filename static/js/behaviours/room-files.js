// Files in the composer: chosen, pasted or dropped, and sent with what is written. They stay here
// until the server has them; sent again under the same id they are still one message.
import { flash } from "./flash.js";
import { csrf } from "./http.js";
import { optimism } from "./room-optimism.js";
import { outbox } from "./room-outbox.js";
import { clone } from "./room-rows.js";

const chat = document.querySelector("[data-room]");
const form = document.getElementById("composer");
const THUMB = 40;
const NOT_SENT = "Not sent: no connection. They are still here; send them when the mark says Live.";
const STOPPED = "Stopped. They are still here.";

const size = (bytes) =>
  bytes < 2 ** 20 ? `${Math.max(1, Math.round(bytes / 1024))} KB` : `${(bytes / 2 ** 20).toFixed(1)} MB`;

/** A file from the clipboard is called image.png, whatever it shows. */
function named(file) {
  const at = new Date().toTimeString().slice(0, 8).replaceAll(":", "");
  const ending = file.name.split(".").pop();
  return new File([file], `pasted-${at}.${ending}`, { type: file.type });
}

/** A picture is drawn small; blob addresses are not allowed on this page. */
async function draw(file, canvas) {
  if (!file.type.startsWith("image/")) return;
  try {
    const bitmap = await createImageBitmap(file);
    const scale = Math.max(THUMB / bitmap.width, THUMB / bitmap.height);
    const [wide, high] = [bitmap.width * scale, bitmap.height * scale];
    canvas.getContext("2d").drawImage(bitmap, (THUMB - wide) / 2, (THUMB - high) / 2, wide, high);
    bitmap.close();
    canvas.hidden = false;
    canvas.nextElementSibling.remove();
  } catch {
    // The server will say what is wrong with it.
  }
}

/** What the server said is wrong, in words. */
function reason({ status, responseText }) {
  try {
    return JSON.parse(responseText).detail;
  } catch {
    return status === 413 ? responseText || "That is too much at once." : "The server did not take them.";
  }
}

/** The tray over the field. `giveBack` gets the text of what could not be sent. */
export function tray({ field, giveBack, onSent }) {
  const list = form.querySelector("[data-tray]");
  const word = form.querySelector("[data-tray-word]");
  const way = form.querySelector("[data-tray-way]");
  const bar = form.querySelector("[data-tray-progress]");
  const input = form.querySelector("[data-attach-input]");
  const most = Number(form.dataset.mostBytes);
  let files = [];
  let sent = { id: "", text: "" };
  let sending = null;

  /** Said once: whoever hears the page is not told each per cent. */
  function say(text) {
    if (word.textContent !== text) word.textContent = text;
  }

  function show() {
    list.hidden = files.length === 0;
    field.required = files.length === 0;
    list.inert = Boolean(sending);
    way.hidden = !sending;
  }

  function remove(file, row) {
    if (sending) return;
    files = files.filter((other) => other !== file);
    row.remove();
    sent.id = "";
    say("");
    show();
    field.focus();
  }

  function put(file) {
    const row = clone("tray-file");
    row.querySelector("[data-name]").textContent = file.name;
    row.querySelector("[data-size]").textContent = size(file.size);
    row.querySelector("[data-remove-word]").textContent = `Remove ${file.name}`;
    row.querySelector("button").addEventListener("click", () => remove(file, row));
    list.append(row);
    files.push(file);
    draw(file, row.querySelector("canvas"));
  }

  function add(chosen) {
    if (sending) return flash("error", "Wait until the files before these are sent.");
    for (const file of chosen) {
      if (file.size > most) flash("error", `${file.name} is larger than ${size(most)}.`);
      else if (files.length >= Number(form.dataset.mostFiles)) {
        flash("error", `${form.dataset.mostFiles} files at once are the most. Send the others after these.`);
        break;
      } else put(file);
    }
    sent.id = "";
    say("");
    show();
    field.focus();
  }

  function clear() {
    files = [];
    sent = { id: "", text: "" };
    list.replaceChildren();
    say("");
  }

  function ended(done) {
    sending = null;
    if (done) clear();
    show();
  }

  function failed(why) {
    optimism.drop(sent.id);
    ended(false);
    say(why);
    giveBack(sent.text);
  }

  function request(body) {
    const asked = new XMLHttpRequest();
    asked.open("POST", form.dataset.share);
    asked.setRequestHeader("X-CSRFToken", csrf());
    asked.setRequestHeader("HX-Request", "true");
    asked.upload.addEventListener("progress", ({ loaded, total }) => {
      bar.value = loaded / total;
      say(loaded < total ? "Sending" : "Being checked");
    });
    asked.addEventListener("load", () => {
      if (asked.status >= 200 && asked.status < 300) {
        optimism.settle(sent.id, JSON.parse(asked.responseText).seq);
        ended(true);
      } else failed(`Not sent: ${reason(asked)}`);
    });
    asked.addEventListener("error", () => failed(NOT_SENT));
    asked.addEventListener("abort", () => failed(STOPPED));
    asked.send(body);
    return asked;
  }

  function drops(event) {
    if (!event.dataTransfer?.types.includes("Files")) return false;
    event.preventDefault();
    return true;
  }

  way.querySelector("[data-tray-cancel]").addEventListener("click", () => sending?.abort());
  window.addEventListener("beforeunload", (event) => {
    if (files.length) event.preventDefault();
  });
  form.querySelector("[data-attach]").addEventListener("click", () => input.click());
  input.addEventListener("change", () => {
    add(input.files);
    input.value = "";
  });
  field.addEventListener("paste", (event) => {
    const { files: pasted, types } = event.clipboardData;
    if (!pasted.length || types.includes("text/plain")) return;
    event.preventDefault();
    add([...pasted].map(named));
  });
  chat.addEventListener("dragover", (event) => chat.classList.toggle("dropping", drops(event)));
  chat.addEventListener("dragleave", ({ relatedTarget }) => {
    if (!chat.contains(relatedTarget)) chat.classList.remove("dropping");
  });
  chat.addEventListener("drop", (event) => {
    chat.classList.remove("dropping");
    if (drops(event)) add(event.dataTransfer.files);
  });

  return {
    /** Whether what is sent next takes files with it. */
    get isLoaded() {
      return files.length > 0 && !sending;
    },
    send(text) {
      if (!sent.id || sent.text !== text) sent = { id: outbox.uuid(), text };
      const body = new FormData();
      body.append("text", text);
      body.append("client_id", sent.id);
      for (const file of files) body.append("file", file, file.name);
      bar.value = 0;
      say("Sending");
      optimism.show({ id: sent.id, message: { type: "post", body: text, files: files.map(({ name }) => name) } });
      sending = request(body);
      show();
      onSent();
    },
    /** A message has come to everybody: ours, though its answer never reached us. */
    heard(id) {
      if (!id || id !== sent.id || sending) return;
      if (field.value.trim() === sent.text) field.value = "";
      field.dispatchEvent(new Event("input", { bubbles: true }));
      ended(true);
    },
  };
}

/** A file was removed that has a row of its own. */
export function unshow({ id, name }) {
  for (const row of document.querySelectorAll(`[data-file="${CSS.escape(id)}"]`)) {
    const gone = document.createElement("span");
    gone.className = "meta";
    gone.textContent = `${name} was removed`;
    row.replaceChildren(gone);
  }
}

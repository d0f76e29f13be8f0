// The video room inside the war room: it stays while tabs change, until it is put away.
const dock = document.getElementById("bridge-dock");

function show(address) {
  const frame = document.createElement("iframe");
  frame.src = address;
  frame.title = "Video bridge";
  frame.allow = "camera; microphone; display-capture; fullscreen; autoplay";
  dock.querySelector("iframe")?.remove();
  dock.append(frame);
  dock.hidden = false;
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("[data-bridge-here]");
  if (link && dock) {
    event.preventDefault();
    show(link.href);
  } else if (event.target.closest("[data-bridge-away]")) {
    dock.querySelector("iframe")?.remove();
    dock.hidden = true;
  }
});

// Running clocks [data-clock=ISO start] and deadlines [data-due=ISO].
import { duration, serverNow, stopwatch } from "./server_time.js";

function write(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

function deadline(element, now) {
  const left = Date.parse(element.dataset.due) - now;
  const late = left < 0;
  write(element, late ? `late ${duration(-left)}` : `${stopwatch(left)} left`);
  if (late) element.classList.remove("ink2");
  element.classList.toggle("tone", late);
  element.classList.toggle("p2", late);
}

function tick() {
  const now = serverNow();
  for (const clock of document.querySelectorAll("[data-clock]")) {
    write(clock, stopwatch(now - Date.parse(clock.dataset.clock)));
  }
  for (const due of document.querySelectorAll("[data-due]")) deadline(due, now);
  setTimeout(tick, 1000 - (serverNow() % 1000));
}

tick();

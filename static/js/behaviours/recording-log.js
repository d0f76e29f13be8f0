// The rows of a recording: a window of them is on the page; what comes later than now is hidden.
import { upto } from "./recording-scale.js";

const AHEAD = 40;
const MOST = 700;

/** `fetchPart` resolves to the element of a part of the rows, for a query such as "after=12". */
export class Log {
  constructor(list, earlier, fetchPart) {
    this.list = list;
    this.earlier = earlier;
    this.fetchPart = fetchPart;
    this.loading = {};
    this.asked = 0;
    this.take(list);
  }

  /** Whether the page holds what was there at `t`. */
  covers(t) {
    if (!this.times.length) return true;
    return (t >= this.times[0] || !this.before) && (t < this.times.at(-1) || !this.after);
  }

  /** Show how it read at `t`; true when rows came or went. The caller loads what is not covered. */
  show(t) {
    const count = upto(this.times, t);
    const changed = count !== this.shown;
    if (changed) {
      this.rows.forEach((row, n) => (row.hidden = n >= count));
      this.rows[this.shown - 1]?.removeAttribute("aria-current");
      this.rows[count - 1]?.setAttribute("aria-current", "true");
      this.shown = count;
    }
    for (const { element, since, until } of this.lasting) {
      const hidden = since > t || until <= t;
      if (element.hidden !== hidden) element.hidden = hidden;
    }
    const runsOut = this.after && count > this.rows.length - AHEAD;
    if (runsOut && this.covers(t)) this.more("after").catch(() => {});
    return changed;
  }

  /** Load the rows around `t`; the last who asks wins. */
  async jump(t) {
    const asked = ++this.asked;
    this.loading = {};
    const part = await this.fetchPart(`at=${Math.round(t)}`);
    if (asked !== this.asked) return;
    this.list.replaceChildren(...part.children);
    this.take(part);
  }

  /** The row that is the newest one at `t`. */
  current(t) {
    return this.rows[upto(this.times, t) - 1];
  }

  /** When the next row comes after `t`; undefined at the end. */
  next(t) {
    return this.times[upto(this.times, t)];
  }

  /** When the row before the newest one came. */
  previous(t) {
    const newest = this.times[upto(this.times, t) - 1];
    return this.times[upto(this.times, newest - 1) - 1];
  }

  /** Load the rows before the first or after the last one: `side` says which. */
  more(side) {
    const { loading } = this;
    loading[side] ??= this.#more(side, this.asked).finally(() => delete loading[side]);
    return loading[side];
  }

  async #more(side, asked) {
    const row = this.rows.at(side === "after" ? -1 : 0);
    const part = await this.fetchPart(`${side}=${row.dataset.seq}`);
    if (asked !== this.asked) return;
    const rows = [...part.children];
    if (side === "after") {
      this.list.append(...rows);
      this.after = part.dataset.moreAfter === "yes";
      this.#trim();
    } else {
      this.list.prepend(...rows);
      this.before = part.dataset.moreBefore === "yes";
    }
    this.index();
  }

  #trim() {
    const over = Math.min(this.list.children.length - MOST, this.shown - AHEAD);
    if (over <= 0) return;
    for (const row of [...this.list.children].slice(0, over)) row.remove();
    this.before = true;
  }

  take(part) {
    this.before = part.dataset.moreBefore === "yes";
    this.after = part.dataset.moreAfter === "yes";
    this.index();
  }

  index() {
    this.rows = [...this.list.children];
    this.times = this.rows.map((row) => Number(row.dataset.at));
    this.shown = -1;
    for (const row of this.rows) row.removeAttribute("aria-current");
    this.lasting = [...this.list.querySelectorAll("[data-since]")].map((element) => ({
      element,
      since: Number(element.dataset.since),
      until: element.dataset.until ? Number(element.dataset.until) : Infinity,
    }));
    this.earlier.hidden = !this.before;
  }
}

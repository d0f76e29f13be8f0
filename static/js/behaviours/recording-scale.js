// The ruler: times to places on it and back. Silences are shorter there than they were.

/** `text` holds pairs "time,place", in order, even in between. */
export function scaleOf(text) {
  const knots = text.trim().split(" ").map((pair) => pair.split(",").map(Number));
  const along = (value, from, to) => {
    const n = Math.max(1, knots.findIndex((knot) => knot[from] >= value));
    const [a, b] = value >= knots.at(-1)[from] ? [knots.at(-1), knots.at(-1)] : [knots[n - 1], knots[n]];
    const part = b[from] === a[from] ? 0 : (value - a[from]) / (b[from] - a[from]);
    return a[to] + Math.max(0, part) * (b[to] - a[to]);
  };
  return {
    start: knots[0][0],
    end: knots.at(-1)[0],
    place: (at) => along(at, 0, 1),
    time: (x) => Math.round(along(x, 1, 0)),
  };
}

/** How many of the sorted numbers are at most `at`. */
export function upto(numbers, at) {
  let low = 0;
  let high = numbers.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (numbers[middle] <= at) low = middle + 1;
    else high = middle;
  }
  return low;
}

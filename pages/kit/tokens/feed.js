// A piece of a text that is being written, for the strip with the same `feed`: nothing is shown here. Each piece is an
// element of its own that stays on the page, so none is lost where several come at once, and a strip that is mounted
// anew finds them all.

export default function ({ data }) {
  const feeds = (globalThis.unrolledFeeds ??= new Map());
  if (!feeds.has(data.feed)) feeds.set(data.feed, []);
  const pieces = feeds.get(data.feed);
  pieces[data.n] = data;
  dispatchEvent(new CustomEvent("unrolled-feed", { detail: data.feed }));
  return () => {
    delete pieces[data.n];
    if (!pieces.some(Boolean)) feeds.delete(data.feed);
    // A strip that was sent before this piece went would go on showing it. Later, for a piece that is only drawn again.
    queueMicrotask(() => dispatchEvent(new CustomEvent("unrolled-feed", { detail: data.feed })));
  };
}

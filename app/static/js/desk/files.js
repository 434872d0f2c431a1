// The bytes of evidence, fetched once and for the next claim ahead of time. Answers are not to be stored by the browser
// (no-store), so they are kept here, a few at a time, and forgotten with the page.
const MOST = 8;
const kept = new Map();

export function bytesOf(url) {
  const known = kept.get(url);
  if (known) {
    kept.delete(url);
    kept.set(url, known);
    return known;
  }
  const coming = fetch(url, { credentials: 'same-origin' }).then((answer) => {
    if (!answer.ok) throw new Error(`${answer.status} ${url}`);
    return answer.blob();
  });
  coming.catch(() => kept.delete(url));
  kept.set(url, coming);
  for (const oldest of kept.keys()) {
    if (kept.size <= MOST) break;
    kept.delete(oldest);
  }
  return coming;
}

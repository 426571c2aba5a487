/**
 * Keeps the app alive if the browser refuses to change the URL. Safari refuses after 100 calls in
 * 30 s, and an extension may throw. Functions that replace these two later are wrapped too.
 */

for (const name of ['pushState', 'replaceState'] as const) {
  let change = history[name];
  const tried: typeof change = (...to) => {
    try {
      change.apply(history, to);
    } catch {
      // The page has the right content under the old URL.
    }
  };
  Object.defineProperty(history, name, { get: () => tried, set: (other) => (change = other) });
}

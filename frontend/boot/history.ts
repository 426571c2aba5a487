/** Keeps the app alive if the browser refuses to change the URL. */

/**
 * Wraps `pushState` and `replaceState`. Safari refuses after 100 calls in 30 s, and an extension may
 * throw. The app goes on without the change. What replaces them later is wrapped too.
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

// An earlier program at this address left a service worker here, which may answer with its own pages for ever. This one replaces it,
// removes what it kept, and goes.
self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => {
  const remove = async () => {
    const kept = await caches.keys();
    await Promise.all(kept.map((name) => caches.delete(name)));
    await self.registration.unregister();
    const tabs = await self.clients.matchAll({ type: "window" });
    for (const tab of tabs) tab.navigate(tab.url).catch(() => {});
  };
  event.waitUntil(remove());
});

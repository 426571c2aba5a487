import { expect, test } from '../support/run/fixtures';
import { Proxy } from '../support/site/proxy';

/**
 * A service worker of an earlier program, which serves its cached page without a request to the
 * server.
 */
const WORKER = `
self.addEventListener('install', (event) => event.waitUntil(caches.open('old').then((kept) => kept.addAll(['/']))));
self.addEventListener('activate', (event) => event.waitUntil(clients.claim()));
self.addEventListener('fetch', (event) => event.respondWith(caches.match('/')));
`;

for (const [script, type] of [
  ['/sw.js', 'classic'],
  ['/assets/my-own-name.js', 'module'],
] as const) {
  test(`p20 the worker of an earlier program removes itself: ${script}`, async ({ page, server, site, guard, owner: _owner }) => {
    const proxy = await Proxy.before(server);
    guard.expectOrigin(proxy.url);
    proxy.answers = ({ url }, answer) => {
      const isScript = url === script;
      answer.setHeader('Content-Type', isScript ? 'text/javascript' : 'text/html');
      answer.setHeader('Service-Worker-Allowed', '/');
      answer.end(isScript ? WORKER : '<!doctype html><link rel="icon" href="data:,"><h1>The old page</h1>');
      return true;
    };
    await page.goto(proxy.url);
    await page.evaluate(
      async ([script, type]) => {
        await navigator.serviceWorker.register(script!, { scope: '/', type: type as WorkerType });
        await navigator.serviceWorker.ready;
      },
      [script, type],
    );
    await page.reload();
    await expect(page.getByRole('heading', { name: 'The old page' })).toBeVisible();

    // The new program replaces the old one.
    proxy.answers = () => false;
    await page.goto(proxy.url).catch(() => undefined);
    await site.signIn.expectOpen();
    const left = await page.evaluate(async () => ({
      workers: (await navigator.serviceWorker.getRegistrations()).length,
      caches: await caches.keys(),
    }));
    expect(left).toEqual({ workers: 0, caches: [] });
    await page.reload();
    await site.signIn.expectOpen();
    proxy.close();
  });
}

import { type BrowserContext, type Page, test as base, expect } from '@playwright/test';
import { Guard } from '../checks/guard';
import { Server, type ServerOptions } from '../site/server';
import { type Person, seedOwner } from '../site/seed';
import { Site } from '../site/site';

interface Fixtures {
  /** The server's own options, for `test.use`. */
  serverOptions: ServerOptions;
  /** Tests that this browser can't pass, by title, with the reason; they must fail. */
  impossible: Readonly<Record<string, string>>;
  /** Makes a test of `impossible` fail as expected. */
  knownFailure: void;
  /** A server of this test only, on an empty database. */
  server: Server;
  /** Watches every page of the test, and fails the test at its end. */
  guard: Guard;
  /** An owner with a password and no MFA, added by the command line. */
  owner: Person;
  /** All pages on the test's own browser tab, with the owner as the user. */
  site: Site;
  /** Opens a page on another device, which shares nothing with the test's own page. */
  anotherDevice: () => Promise<Page>;
}

export const test = base.extend<Fixtures>({
  serverOptions: [{}, { option: true }],
  impossible: [{}, { option: true }],

  knownFailure: [
    // The fixture needs the browser first: a browser that does not start is no known failure.
    // Otherwise the worker would have no browser, and its later tests would pass without having
    // run.
    async ({ impossible, browser: _browser }, use, info) => {
      const reason = impossible[info.title];
      info.fail(reason !== undefined, reason ?? '');
      await use();
    },
    { auto: true },
  ],

  server: async ({ serverOptions }, use, info) => {
    const server = await Server.start(serverOptions);
    await use(server);
    if (info.status !== info.expectedStatus) {
      await info.attach('server.log', { body: server.log(), contentType: 'text/plain' });
    }
    await server.remove();
  },

  baseURL: async ({ server }, use) => {
    await use(server.url);
  },

  guard: [
    async ({ server, context }, use) => {
      const guard = new Guard(server.url);
      await guard.watch(context);
      await use(guard);
      expect(guard.faults(), 'what no page may do').toEqual([]);
    },
    { auto: true },
  ],

  owner: async ({ server }, use) => {
    await use(seedOwner(server));
  },

  site: async ({ page, server }, use) => {
    await use(new Site(page, server.clock));
  },

  anotherDevice: async ({ browser, contextOptions, baseURL, guard }, use) => {
    const contexts: BrowserContext[] = [];
    await use(async () => {
      const context = await browser.newContext({ ...contextOptions, baseURL: baseURL as string });
      contexts.push(context);
      await guard.watch(context);
      return context.newPage();
    });
    await Promise.all(contexts.map((context) => context.close()));
  },
});

export { expect };

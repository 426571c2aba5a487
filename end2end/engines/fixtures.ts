import { test as base } from '@playwright/test';
import { Server, type ServerOptions } from '../support/site/server';
import { seedOwner } from '../support/site/seed';
import type { Authenticator } from './authenticator';
import type { Tab } from './tab';
import { Visitor } from './visitor';

interface Fixtures {
  /** The server's own options, for `test.use`. */
  serverOptions: ServerOptions;
  /** A server of this test only, on an empty database. */
  server: Server;
  /** A new tab of the engine; each engine provides its own. */
  tab: Tab;
  /** A visitor in that tab whom the server does not know. */
  stranger: Visitor;
  /** An owner in that tab, with a password and no MFA. */
  visitor: Visitor;
  /** The device's authenticator, of an engine that has virtual ones. */
  authenticator: Authenticator;
  /** The same owner in another engine, which has passkeys. */
  elsewhere: Visitor;
}

/** The annotation for the version of the engine. */
export const VERSION = 'version';

export const test = base.extend<Fixtures>({
  serverOptions: [{}, { option: true }],

  server: async ({ serverOptions }, use, info) => {
    const server = await Server.start(serverOptions);
    await use(server);
    if (info.status !== info.expectedStatus) {
      await info.attach('server.log', { body: server.log(), contentType: 'text/plain' });
    }
    await server.remove();
  },

  tab: () => {
    throw new Error('no engine');
  },

  stranger: async ({ tab, server }, use, info) => {
    info.annotations.push({ type: VERSION, description: await tab.version() });
    await use(new Visitor(tab, server));
    if (info.status !== info.expectedStatus) {
      await info.attach('picture', { body: await tab.picture(), contentType: 'image/png' });
    }
  },

  visitor: async ({ stranger, server }, use) => {
    seedOwner(server);
    await use(stranger);
  },

  authenticator: () => {
    throw new Error('no virtual authenticator');
  },

  elsewhere: () => {
    throw new Error('no other engine');
  },
});

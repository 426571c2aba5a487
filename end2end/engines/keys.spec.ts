import { freePort } from '../support/site/free-port';
import {
  type Authenticator,
  ChromiumAuthenticator,
  FirefoxAuthenticator,
  withAuthenticators,
} from './authenticator';
import { test } from './fixtures';
import { deepKeyJourneys, keyJourneys } from './key-journeys';
import { Marionette } from './marionette';
import { PlaywrightTab } from './playwright-tab';
import type { Tab } from './tab';

interface Fixtures {
  tab: Tab;
  authenticator: Authenticator;
}

/** Firefox has to start with other settings, so these tests have a worker of their own. */
const engine = test.extend<Fixtures, { marionette: Marionette }>({
  // The options of the browser need it, so it ends after the browser.
  marionette: [
    async ({}, use) => {
      const marionette = new Marionette(await freePort());
      await use(marionette);
      marionette.close();
    },
    { scope: 'worker' },
  ],

  launchOptions: [
    ({ launchOptions, browserName, marionette: { port } }, use) =>
      use(browserName === 'firefox' ? withAuthenticators(launchOptions, port) : launchOptions),
    { scope: 'worker' },
  ],

  tab: ({ page }, use) => use(new PlaywrightTab(page)),

  authenticator: async ({ page, browserName, marionette }, use) => {
    if (browserName === 'firefox') {
      const authenticator = await FirefoxAuthenticator.plugIn(marionette);
      await use(authenticator);
      await authenticator.unplug();
    } else {
      await use(await ChromiumAuthenticator.plugIn(page));
    }
  },
});

engine.use({ serverOptions: { hasName: true } });

keyJourneys(engine);
test.describe('every other journey', { tag: '@deep' }, () => deepKeyJourneys(engine));

import { type Authenticator, ChromiumAuthenticator } from './authenticator';
import { deepJourneys } from './deep-journeys';
import { test } from './fixtures';
import { journeys } from './journeys';
import { keylessJourneys } from './key-journeys';
import { PlaywrightTab } from './playwright-tab';
import type { Tab } from './tab';
import { Visitor } from './visitor';
import { WebDriverTab } from './webdriver-tab';
import { WebKit } from './webkit';

const engine = test.extend<
  { tab: Tab; authenticator: Authenticator; elsewhere: Visitor },
  { webkit: WebKit }
>({
  webkit: [
    async ({}, use) => {
      const webkit = await WebKit.start();
      await use(webkit);
      await webkit.stop();
    },
    { scope: 'worker' },
  ],

  tab: async ({ webkit }, use) => {
    const driver = await webkit.session();
    await use(new WebDriverTab(driver));
    await driver.quit();
  },

  // The project names no engine of Playwright's, so `page` is a tab of Chromium.
  authenticator: async ({ page }, use) => use(await ChromiumAuthenticator.plugIn(page)),

  elsewhere: ({ page, server }, use) => use(new Visitor(new PlaywrightTab(page), server)),
});

journeys(engine);
test.describe('keys', () => {
  engine.use({ serverOptions: { hasName: true } });
  keylessJourneys(engine);
});
test.describe('every other journey', { tag: '@deep' }, () => deepJourneys(engine));

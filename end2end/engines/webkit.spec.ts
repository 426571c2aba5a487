import { deepJourneys } from './deep-journeys';
import { test } from './fixtures';
import { journeys } from './journeys';
import type { Tab } from './tab';
import { WebDriverTab } from './webdriver-tab';
import { WebKit } from './webkit';

const engine = test.extend<{ tab: Tab }, { webkit: WebKit }>({
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
});

journeys(engine);
test.describe('every other journey', { tag: '@deep' }, () => deepJourneys(engine));

import { deepJourneys } from './deep-journeys';
import { test } from './fixtures';
import { journeys } from './journeys';
import { PlaywrightTab } from './playwright-tab';
import type { Tab } from './tab';

const engine = test.extend<{ tab: Tab }>({
  tab: ({ page }, use) => use(new PlaywrightTab(page)),
});

journeys(engine);
test.describe('every other journey', { tag: '@deep' }, () => deepJourneys(engine));

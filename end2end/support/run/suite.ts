import type { PlaywrightTestConfig } from '@playwright/test';

/** How every suite runs: each test has a server and a database of its own, so they may run in any order, side by side. */
export const suite = {
  fullyParallel: true,
  workers: 2,
  retries: 0,
  forbidOnly: true,
  timeout: 90_000,
  expect: { timeout: 10_000 },
} satisfies PlaywrightTestConfig;

import type { PlaywrightTestConfig } from '@playwright/test';

/**
 * The options of every suite: each test has a server and a database of its own, so tests may run in
 * any order and in parallel.
 */
export const suite = {
  fullyParallel: true,
  workers: 2,
  retries: 0,
  forbidOnly: true,
  timeout: 90_000,
  expect: { timeout: 10_000 },
} satisfies PlaywrightTestConfig;

import { defineConfig } from '@playwright/test';
import { browser } from './support/run/browser';

/**
 * Lighthouse for `cargo xtask lighthouse`. It is separate from the tests because its figures depend
 * on the machine's load.
 */
export default defineConfig({
  testDir: './lighthouse',
  testMatch: 'lighthouse.ts',
  outputDir: '../target/lighthouse',
  workers: 1,
  forbidOnly: true,
  timeout: 3_600_000,
  expect: { timeout: 10_000 },
  reporter: [['line'], ['./support/run/tally.ts']],
  use: browser,
});

import { defineConfig } from '@playwright/test';
import { browser } from './support/run/browser';

/** Lighthouse, called by `cargo xtask lighthouse` and apart from the tests: what it measures depends on the machine's load. */
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

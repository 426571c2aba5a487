import { defineConfig } from '@playwright/test';
import { browser } from './support/run/browser';

/**
 * The browser's half of `cargo xtask bench`. It is separate from the tests because its figures
 * depend on the machine's load.
 */
export default defineConfig({
  testDir: './bench',
  testMatch: 'browser.ts',
  outputDir: '../target/bench-browser',
  workers: 1,
  forbidOnly: true,
  timeout: 3_600_000,
  expect: { timeout: 20_000 },
  reporter: [['line'], ['./support/run/tally.ts']],
  use: browser,
});

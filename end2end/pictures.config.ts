import { defineConfig } from '@playwright/test';
import { browser } from './support/run/browser';

/** The README's pictures, taken by `cargo xtask pictures`. */
export default defineConfig({
  testDir: './pictures',
  testMatch: 'pictures.ts',
  outputDir: '../target/pictures',
  workers: 1,
  forbidOnly: true,
  timeout: 120_000,
  expect: { timeout: 10_000 },
  reporter: [['line'], ['./support/run/tally.ts']],
  // Sharp on high-density screens, and small enough for a README.
  use: { ...browser, deviceScaleFactor: 1.5 },
});

import { defineConfig } from '@playwright/test';
import { browser } from './support/run/browser';

/**
 * The gallery of widgets for `cargo xtask gallery --check`. It is separate from the tests because
 * it has a build of its own.
 */
export default defineConfig({
  testDir: '.',
  testMatch: 'gallery.ts',
  outputDir: './test-results/gallery',
  workers: 1,
  forbidOnly: true,
  timeout: 180_000,
  expect: { timeout: 10_000 },
  reporter: [['list'], ['./support/run/tally.ts']],
  use: browser,
});

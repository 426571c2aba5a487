import { defineConfig } from '@playwright/test';
import { browser } from './support/run/browser';

export default defineConfig({
  testDir: '.',
  testMatch: 'screenshots.ts',
  outputDir: './test-results',
  workers: 1,
  forbidOnly: true,
  timeout: 600_000,
  expect: { timeout: 10_000 },
  reporter: [['list'], ['./support/run/tally.ts']],
  use: browser,
});

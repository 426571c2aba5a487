import { existsSync } from 'node:fs';
import { defineConfig } from '@playwright/test';
import { browser } from './support/run/browser';
import { suite } from './support/run/suite';

/**
 * Debian's Chromium without a window system, which makes each test a third cheaper. The journeys in
 * `engines` use the whole browser.
 */
const WINDOWLESS = '/usr/bin/chromium-headless-shell';
const takesIt = process.env['CHROMIUM'] === undefined && existsSync(WINDOWLESS);

export default defineConfig({
  testDir: './tests',
  outputDir: './test-results',
  snapshotPathTemplate: 'snapshots/{arg}{ext}',
  ...suite,
  reporter: [['list'], ['./support/run/tally.ts']],
  use: {
    ...browser,
    launchOptions: { ...browser.launchOptions, ...(takesIt ? { executablePath: WINDOWLESS } : {}) },
  },
});

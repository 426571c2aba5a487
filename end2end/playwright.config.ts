import { defineConfig } from '@playwright/test';
import { browser } from './support/browser';
import { suite } from './support/suite';

export default defineConfig({
  testDir: './tests',
  outputDir: './test-results',
  snapshotPathTemplate: 'snapshots/{arg}{ext}',
  ...suite,
  reporter: [['list'], ['./support/tally.ts']],
  use: browser,
});

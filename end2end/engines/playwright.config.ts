import { defineConfig } from '@playwright/test';
import { browser } from '../support/run/browser';
import { suite } from '../support/run/suite';
import { absent } from './absent';
import { firefox, impossible } from './firefox';

/** The options of the other suite's fixtures. */
interface EveryTest {
  impossible: Readonly<Record<string, string>>;
}

/** Set by `cargo xtask ci --deep`: every journey instead of the short set. */
const deep = process.env['TWINLOCK_DEEP'] === '1';

/** In Chromium the other suite owns passkeys, so the short set leaves them to Firefox. */
const PLAYWRIGHT = /(playwright|keys)\.spec\.ts$/;

/**
 * Runs the same journeys on each engine, and every other test on the second engine that Playwright
 * drives.
 */
export default defineConfig<EveryTest>({
  testDir: '.',
  outputDir: '../test-results/engines',
  // The snapshots are those of the other suite.
  snapshotPathTemplate: '../snapshots/{arg}{ext}',
  ...suite,
  reporter: [['line'], ['./table.ts', { absent: deep ? absent : [] }]],
  ...(deep ? {} : { grepInvert: /@deep/ }),
  projects: [
    { name: 'Chromium', testMatch: deep ? PLAYWRIGHT : 'playwright.spec.ts', use: browser },
    { name: 'Firefox', testMatch: PLAYWRIGHT, use: firefox },
    { name: 'WebKit', testMatch: 'webkit.spec.ts', use: browser },
    ...(deep
      ? // Its protocol takes more steps for the same; looking at each width takes minutes.
        [
          {
            name: 'Firefox, every test',
            testDir: '../tests',
            // They add their authenticators by Chromium's protocol.
            testIgnore: /(passkeys|passkeys-elsewhere|security-keys)\.spec\.ts$/,
            timeout: 300_000,
            use: { ...firefox, impossible },
          },
        ]
      : []),
  ],
});

import type {
  BrowserContext,
  PlaywrightTestOptions,
  PlaywrightWorkerOptions,
} from '@playwright/test';

/**
 * Debian's Chromium, because Playwright's own build would be a download from outside the package
 * registries. The flags keep the browser from contacting any server but the one under test.
 */
export const browser: Partial<PlaywrightTestOptions & PlaywrightWorkerOptions> = {
  browserName: 'chromium',
  headless: true,
  launchOptions: {
    executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  },
  locale: 'en-GB',
  timezoneId: 'Europe/Berlin',
  viewport: { width: 1280, height: 800 },
  actionTimeout: 10_000,
  navigationTimeout: 20_000,
  screenshot: 'only-on-failure',
  // With transitions, the contrast check could meet a colour half way.
  contextOptions: { reducedMotion: 'reduce' },
};

/**
 * Allows a page to write to the clipboard: Chromium needs a permission, the other engines a click.
 */
export async function allowClipboard(context: BrowserContext): Promise<void> {
  if (context.browser()?.browserType().name() === 'chromium') {
    await context.grantPermissions(['clipboard-write']);
  }
}

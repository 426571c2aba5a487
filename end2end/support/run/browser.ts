import type {
  BrowserContext,
  PlaywrightTestOptions,
  PlaywrightWorkerOptions,
} from '@playwright/test';

/**
 * Debian's Chromium: Playwright's own build would be a download from outside the package registries.
 * The flags keep the browser from talking to anybody but the server under test.
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
  // A colour in mid-transition would make the contrast check a matter of luck.
  contextOptions: { reducedMotion: 'reduce' },
};

/** Chromium asks before a page may write to the clipboard; the others want a press of a button. */
export async function allowClipboard(context: BrowserContext): Promise<void> {
  if (context.browser()?.browserType().name() === 'chromium') {
    await context.grantPermissions(['clipboard-write']);
  }
}

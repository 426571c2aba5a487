import type { Page } from '@playwright/test';

const WASM = '**/*.wasm';

/** Delays the app until the returned function is called, as a slow network does. */
export async function holdApp(page: Page): Promise<() => Promise<void>> {
  let letGo: () => void = () => undefined;
  const held = new Promise<void>((go) => {
    letGo = go;
  });
  await page.route(WASM, async (route) => {
    await held;
    await route.fallback();
  });
  return async () => {
    letGo();
    await page.locator('body[data-ready]').waitFor({ state: 'attached' });
  };
}

/** Emulates a bad mobile network. */
export async function throttle(page: Page): Promise<void> {
  const session = await page.context().newCDPSession(page);
  await session.send('Network.emulateNetworkConditions', {
    offline: false,
    latency: 150,
    downloadThroughput: 200_000,
    uploadThroughput: 100_000,
  });
}

/** Records in each frame which main headings are visible; consecutive repeats are recorded once. */
export async function watchHeadings(page: Page): Promise<() => Promise<string[]>> {
  await page.addInitScript(() => {
    const seen: string[] = [];
    Object.assign(window, { seenHeadings: seen });
    const look = (): void => {
      const shown = [...document.querySelectorAll('h1')].filter((heading) => heading.checkVisibility());
      const now = shown.map((heading) => heading.textContent?.trim() ?? '').join(' + ');
      if (document.body !== null && seen.at(-1) !== now) {
        seen.push(now);
      }
      requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
  });
  return () => page.evaluate(() => (window as unknown as { seenHeadings: string[] }).seenHeadings);
}

/**
 * Adds up the layout shifts, including those after a key or a click, which the browser would not
 * count.
 */
export async function watchShifts(page: Page): Promise<() => Promise<number>> {
  await page.addInitScript(() => {
    const shifts: PerformanceEntry[] = [];
    Object.assign(window, { shifts });
    new PerformanceObserver((list) => shifts.push(...list.getEntries())).observe({
      type: 'layout-shift',
      buffered: true,
    });
  });
  return () =>
    page.evaluate(async () => {
      // The observer is called after the frame of the shift.
      await new Promise((painted) => requestAnimationFrame(() => setTimeout(painted)));
      const { shifts } = window as unknown as { shifts: { value: number }[] };
      return shifts.reduce((sum, { value }) => sum + value, 0);
    });
}

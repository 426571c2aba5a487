import type { Page } from '@playwright/test';
import { expect } from '../support/run/fixtures';
import type { Site } from '../support/site/site';
import { listen } from './visit';

/** One step from a click to the next page. */
export interface Turn {
  step: string;
  /** The time from the click to the first frame with the complete next page. */
  ms: number;
  /** The requests that the step sent to the server. */
  requests: string[];
}

/** The step that hashes ten backup codes. */
export const HASHES = 'code → backup codes';

/** Adds the stopwatch to every page of a tab. */
export async function installStopwatch(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const heading = (): string => document.querySelector('h1')?.textContent ?? '';
    const isComplete = (): boolean => document.querySelector('main .skeleton') === null;
    const turn: { from?: string; at: number; took?: number } = { at: 0 };
    Object.assign(window, { turn });
    const look = (): void => {
      if (heading() === turn.from || !isComplete()) {
        requestAnimationFrame(look);
        return;
      }
      // The message arrives after the frame is painted.
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = () => {
        turn.took = performance.now() - turn.at;
      };
      port2.postMessage(null);
    };
    const start = (event: Event): void => {
      turn.from = heading();
      turn.at = event.timeStamp;
      delete turn.took;
      requestAnimationFrame(look);
    };
    addEventListener('click', start, true);
  });
}

/** Walks through the wizard as a signed-in user, from My profile back to it. */
export async function walk(site: Site): Promise<Turn[]> {
  const { page, profile, newMethod, setup, methodCode, backupCodes } = site;
  const session = await page.context().newCDPSession(page);
  const transfers = await listen(session);
  const turns: (Turn & { since: number })[] = [];
  const turn = async (step: string, click: () => Promise<void>): Promise<void> => {
    const since = transfers().length;
    await click();
    turns.push({ step, ms: await took(page), requests: [], since });
  };
  await profile.open();
  await expect(profile.addMethod).toBeVisible();
  await turn('My profile → new method', () => profile.addMethod.click());
  await turn('new method → QR code', () => newMethod.next.click());
  const key = await setup.readKey();
  await turn('QR code → code', () => setup.next.click());
  await methodCode.code.fill(site.code({ key }));
  await turn(HASHES, () => methodCode.enter.click());
  await backupCodes.saved.check();
  await turn('backup codes → My profile', () => backupCodes.finish.click());
  await profile.expectOpen();
  const asked = transfers().map(({ path }) => path);
  await session.detach();
  // Every request before the next click belongs to the step, also if its page was shown earlier.
  return turns.map(({ step, ms, since }, place) => {
    return { step, ms, requests: asked.slice(since, turns[place + 1]?.since) };
  });
}

async function took(page: Page): Promise<number> {
  const took = await page.waitForFunction(
    () => (window as unknown as { turn: { took?: number } }).turn.took,
  );
  return (await took.jsonValue()) as number;
}

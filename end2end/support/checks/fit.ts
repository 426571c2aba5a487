import type { Page } from '@playwright/test';
import { inEachLook } from '../tours/looks';
import { expectAccessible, expectNoSidewaysScroll } from './a11y';

/** Expects that a state is accessible and fits, in each width and theme. */
export async function expectFit(page: Page): Promise<void> {
  await inEachLook(page, async () => {
    await expectAccessible(page);
    await expectNoSidewaysScroll(page);
  });
}

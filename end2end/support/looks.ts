import type { Page } from '@playwright/test';

/** One way of looking at a page. */
export interface Look {
  width: number;
  colorScheme: 'light' | 'dark';
}

const HEIGHT = 800;

/** A desk's screen and the narrowest one WCAG asks for (400 % zoom of the former), both themes. */
export const LOOKS: readonly Look[] = [
  { width: 1280, colorScheme: 'light' },
  { width: 1280, colorScheme: 'dark' },
  { width: 320, colorScheme: 'light' },
  { width: 320, colorScheme: 'dark' },
];

/** Shows the page in each way, and leaves it in the first. */
export async function inEachLook(page: Page, act: (look: Look) => Promise<void>): Promise<void> {
  for (const look of LOOKS) {
    await wear(page, look);
    await act(look);
  }
  await wear(page, LOOKS[0] as Look);
}

async function wear(page: Page, { width, colorScheme }: Look): Promise<void> {
  await page.setViewportSize({ width, height: HEIGHT });
  await page.emulateMedia({ colorScheme });
}

import type { Page } from '@playwright/test';

/** One width and colour scheme for a page. */
export interface Look {
  width: number;
  colorScheme: 'light' | 'dark';
}

const HEIGHT = 800;

/** The deep run shows every page in every look and width. */
export const isDeep = process.env['TWINLOCK_DEEP'] === '1';

const WIDE: Look = { width: 1280, colorScheme: 'light' };
const NARROW: Look = { width: 320, colorScheme: 'dark' };

/** A desktop screen and the narrowest width of WCAG (400 % zoom of the former), both themes. */
export const ALL_LOOKS: readonly Look[] = [
  WIDE,
  { ...WIDE, colorScheme: 'dark' },
  { ...NARROW, colorScheme: 'light' },
  NARROW,
];

/** What the tests show: in the quick run each width and each theme once. */
export const LOOKS: readonly Look[] = isDeep ? ALL_LOOKS : [WIDE, NARROW];

/** The narrowest width (400 % zoom of 1280), a phone, a tablet, a desktop, a wide screen. */
const WIDTHS = isDeep ? [320, 375, 768, 1280, 3840] : [320, 768, 1280];

/** Shows the page in each look, and restores the first. */
export async function inEachLook(
  page: Page,
  act: (look: Look) => Promise<void>,
  looks = LOOKS,
): Promise<void> {
  for (const look of looks) {
    await wear(page, look);
    await act(look);
  }
  await wear(page, WIDE);
}

/** Shows the page in each width, and restores the ordinary one. */
export async function inEachWidth(page: Page, act: (width: number) => Promise<void>): Promise<void> {
  for (const width of WIDTHS) {
    await page.setViewportSize({ width, height: HEIGHT });
    await act(width);
  }
  await wear(page, WIDE);
}

/** Shows the page at the size that an open phone keyboard leaves. */
export async function besideKeyboard(page: Page, act: () => Promise<void>): Promise<void> {
  await page.setViewportSize({ width: 320, height: 300 });
  await act();
  await wear(page, WIDE);
}

/** Users' own browser settings, by name. */
export const HABITS = {
  /** WCAG 1.4.12. */
  'text spacing': `
    * { line-height: 1.5; letter-spacing: 0.12em; word-spacing: 0.16em; }
    p { margin-block-end: 2em; }`,
  /** WCAG 1.4.4, the text alone. */
  'text of twice the size': ':root { font-size: 200%; }',
} as const;

/** Shows the page with each of the users' own settings. */
export async function inEachHabit(page: Page, act: (habit: string) => Promise<void>): Promise<void> {
  for (const [habit, css] of Object.entries(HABITS)) {
    // The page's own content security policy forbids a style element.
    await page.evaluate((text) => {
      const sheet = new CSSStyleSheet();
      sheet.replaceSync(text);
      document.adoptedStyleSheets = [sheet];
    }, css);
    await act(habit);
  }
  await page.evaluate(() => {
    document.adoptedStyleSheets = [];
  });
}

async function wear(page: Page, { width, colorScheme }: Look): Promise<void> {
  await page.setViewportSize({ width, height: HEIGHT });
  await page.emulateMedia({ colorScheme });
}

import AxeBuilder from '@axe-core/playwright';
import { expect, type Page } from '@playwright/test';

const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

/** The rules that depend on colours and sizes; all other rules check the document alone. */
const LOOK_RULES = ['color-contrast', 'link-in-text-block', 'target-size'];

/** The documents in which this worker's tests have found nothing. */
const fine = new Set<string>();

/**
 * Expects no axe findings on the current page: WCAG 2.2 AA and best practice. A document that an
 * earlier test of this worker showed is not judged again, because axe takes most of a second.
 */
export async function expectAccessible(page: Page): Promise<void> {
  const document = await fingerprint(page);
  if (!fine.has(document)) {
    await expectNoFindings(page, builder(page).withTags(RULES));
    fine.add(document);
  }
}

/**
 * Returns what axe's findings depend on: the document and its look, without the numbers, keys and
 * codes in the body that differ from test to test, and without the points of a QR code. The head is
 * taken as it is, because its styles hold the colours.
 */
async function fingerprint(page: Page): Promise<string> {
  return page.evaluate(() => {
    const look = [
      location.pathname,
      innerWidth,
      innerHeight,
      ...['(prefers-color-scheme: dark)', '(forced-colors: active)', 'print'].map(
        (query) => matchMedia(query).matches,
      ),
    ];
    const body = document.body.outerHTML
      .replace(/ d="[^"]*"/g, '')
      .replace(/[0-9A-Z]{4,}|\d+/g, '#');
    const root = document.documentElement.cloneNode(false) as Element;
    return [...look, root.outerHTML, document.head.outerHTML, body].join(' ');
  });
}

/**
 * Like `expectAccessible`, but with the rules about colours and sizes only, for a document that was
 * checked in another look.
 */
export async function expectLegible(page: Page): Promise<void> {
  await expectNoFindings(page, builder(page).withRules(LOOK_RULES));
}

function builder(page: Page): AxeBuilder {
  // Legacy mode checks this page only. There are no frames, and it needs no page of its own.
  return new AxeBuilder({ page }).setLegacyMode(true);
}

async function expectNoFindings(page: Page, axe: AxeBuilder): Promise<void> {
  const { violations } = await axe.analyze();
  const findings = violations.flatMap(({ id, help, nodes }) =>
    nodes.map(({ html, failureSummary }) => ({ id, help, html, why: failureSummary })),
  );
  expect(findings, `axe on ${page.url()}`).toEqual([]);
}

/** Expects that nothing extends beyond the right edge of the window. */
export async function expectNoSidewaysScroll(page: Page): Promise<void> {
  const wide = await page.evaluate(() => {
    const limit = document.documentElement.clientWidth;
    const root = document.scrollingElement ?? document.documentElement;
    if (root.scrollWidth <= limit) {
      return [];
    }
    const guilty = [...document.body.querySelectorAll('*')]
      .filter((element) => element.getBoundingClientRect().right > limit)
      .map((element) => element.cloneNode(false) as Element)
      .map((element) => element.outerHTML.slice(0, 120));
    return [`${root.scrollWidth} px in a window of ${limit} px`, ...guilty];
  });
  expect(wide, `sideways scroll on ${page.url()}`).toEqual([]);
}

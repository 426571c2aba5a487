import type { Page } from '@playwright/test';

/** The query of a request that an application has sent to the portal. */
export const ASKED = `?app=${'0a'.repeat(16)}&to=%2Freports%3Fyear%3D2026&state=${'A'.repeat(43)}`;

/** The heading of the page that is shown instead of the application. */
export const ARRIVED = 'The application';

/**
 * Answers `/door/open` of a complete session as the server does, but by a page instead of the way
 * into an application. All others get the server's pages. Returns the queries that arrived.
 */
export async function standInForTheDoor(page: Page): Promise<string[]> {
  const arrived: string[] = [];
  await page.route('**/door/open?*', async (route) => {
    const request = route.request();
    const answer = await page.request.post('/api/session/whoami', {
      data: {},
      headers: { 'Sec-Fetch-Site': 'same-origin' },
    });
    const viewer = (await answer.json()) as { standing: { standing: string } } | null;
    if (viewer?.standing.standing !== 'full') {
      return route.continue();
    }
    arrived.push(new URL(request.url()).search);
    // The mark of a shown page, for tests that wait for one after the app was held back.
    const body = `<!doctype html><html lang="en"><title>${ARRIVED}</title><body data-ready><h1>${ARRIVED}</h1></html>`;
    return route.fulfill({ status: 200, contentType: 'text/html', body });
  });
  return arrived;
}

import type { Page, Route } from '@playwright/test';
import { words } from '../pages/words';

type Lose = (route: Route) => Promise<void>;

/** The server handles the first request, and its answer gets lost in this way. */
export async function loseFirst(page: Page, api: string, lose: Lose): Promise<void> {
  await page.route(
    `**/api/${api}`,
    async (route) => {
      await route.fetch();
      await lose(route);
    },
    { times: 1 },
  );
}

export const gateway: Lose = (route) =>
  route.fulfill({ status: 502, contentType: 'text/html', body: '<h1>Bad gateway</h1>' });
const nothing: Lose = (route) => route.abort('connectionreset');
const empty: Lose = (route) => route.fulfill({ status: 200, body: '' });

/** The kinds of loss, and the page's message for each. */
export const LOSSES = [
  ['no answer', nothing, /can't be reached/],
  ['a gateway', gateway, words.gatewayHere],
  ['an empty answer', empty, words.cutShort],
] as const;

import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from '../support/run/fixtures';

/** What scripts of the page, or a later user of the browser, could read. */
interface Kept {
  local: Record<string, string>;
  session: Record<string, string>;
  cookies: string;
  databases: string[];
  caches: string[];
  workers: number;
  history: unknown;
}

test('after the whole journey the browser keeps nothing but the theme', async ({ site, page, owner: _owner }) => {
  await site.enter();
  const enrolled = await site.haveMfa();
  await site.signOut();
  await site.enterWithCode(enrolled);
  await site.menu.choose('Theme');
  await page.getByRole('menuitemradio', { name: 'Dark' }).click();
  await site.profile.open();
  const kept = await page.evaluate(
    async (): Promise<Kept> => ({
      local: { ...localStorage },
      session: { ...sessionStorage },
      cookies: document.cookie,
      databases: (await indexedDB.databases()).map(({ name }) => name ?? ''),
      caches: await caches.keys(),
      workers: (await navigator.serviceWorker.getRegistrations()).length,
      history: history.state as unknown,
    }),
  );
  expect({ ...kept, history: null }).toEqual({
    local: { theme: 'dark' },
    session: {},
    cookies: '',
    databases: [],
    caches: [],
    workers: 0,
    history: null,
  });
  // The router stores only the scroll position.
  const said = JSON.stringify(kept.history);
  for (const secret of [enrolled.key, ...enrolled.codes, site.person.password, site.person.email]) {
    expect(said).not.toContain(secret);
  }
});

test('a script that somebody smuggles into the page does not run', async ({ site, page, owner: _owner, guard }) => {
  guard.expectAttack();
  await site.signIn.open();
  const ran = await page.evaluate(async () => {
    const blocked: string[] = [];
    document.addEventListener('securitypolicyviolation', ({ effectiveDirective }) =>
      blocked.push(effectiveDirective),
    );
    const inline = document.createElement('script');
    inline.textContent = 'window.smuggled = true';
    document.body.append(inline);
    const picture = document.createElement('img');
    picture.setAttribute('onerror', 'window.smuggled = true');
    picture.src = 'data:,';
    document.body.append(picture);
    const foreign = document.createElement('script');
    foreign.src = 'https://evil.invalid/x.js';
    document.body.append(foreign);
    await new Promise((resolve) => {
      foreign.onerror = resolve;
    });
    return { smuggled: 'smuggled' in window, blocked: new Set(blocked).size > 0 };
  });
  expect(ran).toEqual({ smuggled: false, blocked: true });
});

test('another site can not put a page into a frame', async ({ server, page, owner: _owner, guard }) => {
  guard.expectAttack();
  const evil = createServer((_, answer) => {
    answer.setHeader('Content-Type', 'text/html');
    answer.end(`<title>Prizes</title><iframe src="${server.url}/sign-in"></iframe>`);
  });
  await new Promise<void>((listening) => evil.listen(0, '127.0.0.1', listening));
  try {
    const { port } = evil.address() as AddressInfo;
    await page.goto(`http://localhost:${port}/`);
    // The outer page has loaded once its frame has; the form would be in the first bytes of the
    // frame.
    const inner = page.frameLocator('iframe');
    await expect(page.locator('iframe')).toBeVisible();
    await expect(inner.getByLabel('Email')).toHaveCount(0);
    await expect(inner.getByRole('heading', { name: 'Sign in' })).toHaveCount(0);
    // The form appears on a page of its own, so its absence above is not slowness.
    await page.goto('/sign-in');
    await expect(page.getByLabel('Email')).toBeVisible();
  } finally {
    evil.close();
  }
});

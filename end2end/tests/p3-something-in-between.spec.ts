import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Page } from '@playwright/test';
import { expectAccessible, expectNoSidewaysScroll } from '../support/checks/a11y';
import { expect, test as base } from '../support/run/fixtures';
import { Notice } from '../support/pages/notice';
import { Proxy, html } from '../support/site/proxy';
import { words } from '../support/pages/words';

/** The pages behind a proxy. */
const test = base.extend<{ between: Proxy; sso: Proxy }>({
  between: async ({ server }, use) => {
    const proxy = await Proxy.before(server);
    await use(proxy);
    proxy.close();
  },
  /** The page of a sign-in in front of the server, on another origin that no call may reach. */
  sso: async ({ server }, use) => {
    const sso = await Proxy.before(server);
    sso.answers = (_asked, answer) => html(answer, 200, 'The sign-in in front');
    await use(sso);
    sso.close();
  },
  baseURL: async ({ between: proxy }, use) => {
    await use(proxy.url);
  },
});

test.beforeEach(({ owner: _owner, guard, between: proxy, sso }) => {
  guard.expectOrigin(proxy.url);
  guard.expectOrigin(sso.url);
  guard.expectOutage();
});

const isCall = (asked: IncomingMessage): boolean => asked.url?.startsWith('/api/') ?? false;
const calls = (proxy: Proxy): number => proxy.asked.filter((path) => path.startsWith('/api/')).length;

/** Makes the proxy answer every call. */
function callsMeet(proxy: Proxy, meet: (answer: ServerResponse) => true): void {
  proxy.answers = (asked, answer) => isCall(asked) && meet(answer);
}

/** Expects that the page is accessible and fits narrow and wide windows, in both themes. */
async function expectReadable(page: Page): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    for (const width of [1280, 320]) {
      await page.setViewportSize({ width, height: 800 });
      await expectNoSidewaysScroll(page);
      await expectAccessible(page);
    }
  }
  await page.setViewportSize({ width: 1280, height: 800 });
}

for (const [name, meet] of [
  ['a redirect to another origin', (answer: ServerResponse, sso: string) => html(answer, 302, 'Found', { Location: sso })],
  ['a redirect to itself', (answer: ServerResponse) => html(answer, 307, 'Moved', { Location: '/oauth2/start' })],
  ['401 with a page', (answer: ServerResponse) => html(answer, 401, 'Sign in to Example')],
  ['511 of a network', (answer: ServerResponse) => html(answer, 511, 'Accept the terms')],
] as const) {
  test(`p3 a sign-in in front that ended is told, and a reload leads there: ${name}`, async ({ site, page, guard, between: proxy, sso }) => {
    guard.expectRefusals(401, 511);
    const { signIn } = site;
    await page.clock.install();
    await signIn.open();
    await signIn.fill(site.person.email, site.person.password);
    callsMeet(proxy, (answer) => meet(answer, `${sso.url}/login`));
    await signIn.submit.click();
    await expect(signIn.alert.filter({ hasText: words.frontEndedHere })).toBeVisible();
    const notice = new Notice(page);
    await expect(notice.status(words.frontEnded)).toBeVisible();
    await expect(signIn.tryAgain).toHaveCount(0);
    await expectReadable(page);
    await expect(signIn.email).toHaveValue(site.person.email);
    await expect(signIn.password).toHaveValue(site.person.password);
    // The page sends no more requests until the user does something.
    const before = calls(proxy);
    await page.clock.runFor('05:00');
    await page.evaluate(() => fetch(`${location.origin}/livez`));
    expect(calls(proxy)).toBe(before);
    expect(sso.asked).toEqual([]);

    proxy.answers = (_asked, answer) => html(answer, 302, 'Found', { Location: `${sso.url}/login` });
    await notice.reload.click();
    await expect(page.getByRole('heading', { name: 'The sign-in in front' })).toBeVisible();
  });
}

test('p3 a sign-in in front that was given elsewhere is noticed when the person comes back', async ({ site, page, between: proxy, sso }) => {
  const { signIn } = site;
  await signIn.open();
  await signIn.fill(site.person.email, site.person.password);
  callsMeet(proxy, (answer) => html(answer, 302, 'Found', { Location: `${sso.url}/login` }));
  await signIn.submit.click();
  await expect(new Notice(page).status(words.frontEnded)).toBeVisible();
  proxy.answers = () => false;
  await page.evaluate(() => window.dispatchEvent(new Event('focus')));
  await new Notice(page).expectGone();
  await expect(signIn.password).toHaveValue(site.person.password);
  await signIn.submit.click();
  await site.home.expectOpen();
});

test('p3 a page that comes with 200 instead of an answer is told', async ({ site, page, between: proxy }) => {
  const { signIn } = site;
  await signIn.open();
  await signIn.fill(site.person.email, site.person.password);
  callsMeet(proxy, (answer) => html(answer, 200, 'Welcome to the hotel'));
  await signIn.submit.click();
  const notice = new Notice(page);
  await expect(notice.status(words.otherPage)).toBeVisible();
  await expectReadable(page);
  await expect(signIn.email).toHaveValue(site.person.email);
  await notice.reload.click();
  await signIn.arrive();
});

for (const [status, said] of [
  [403, words.blocked],
  [406, words.blocked],
  [413, words.blocked],
  [429, words.throttled],
] as const) {
  test(`p3 s15 ${status} of something in between says that it refused what was sent`, async ({ site, page, guard, between: proxy }) => {
    guard.expectRefusals(status);
    const { signIn } = site;
    await signIn.open();
    await signIn.fill(site.person.email, site.person.password);
    callsMeet(proxy, (answer) => html(answer, status, 'Blocked'));
    await signIn.submit.click();
    await expect(signIn.alert.filter({ hasText: said })).toBeVisible();
    await expect(signIn.tryAgain).toHaveCount(0);
    await expectReadable(page);
    await expect(signIn.password).toHaveValue(site.person.password);
    proxy.answers = () => false;
    await signIn.submit.click();
    await site.home.expectOpen();
  });
}

test('p3 a gateway without its server: nobody is asked to repeat a code, and the page comes back by itself', async ({ site, page, guard, between: proxy }) => {
  guard.expectRefusals(502, 504);
  const { methodCode } = site;
  await page.clock.install();
  await site.enter();
  const { key } = await site.setUpToCode();
  callsMeet(proxy, (answer) => html(answer, 504, 'Gateway time-out'));
  const code = site.code({ key });
  await methodCode.submit(code);
  await expect(methodCode.alert.filter({ hasText: words.gatewayHere })).toBeVisible();
  await expect(methodCode.tryAgain).toHaveCount(0);
  await expect(methodCode.code).not.toHaveAttribute('aria-invalid', 'true');
  await expect(methodCode.code).toHaveValue(code);
  await expect(new Notice(page).status(words.gateway)).toBeVisible();
  await expectReadable(page);
  callsMeet(proxy, (answer) => html(answer, 502, 'Bad gateway'));
  const before = calls(proxy);
  await page.clock.runFor('01:00');
  await expect.poll(() => calls(proxy)).toBeGreaterThan(before);
  proxy.answers = () => false;
  await page.clock.runFor('01:00');
  await new Notice(page).expectGone();
  await methodCode.enter.click();
  await site.backupCodes.expectOpen();
});

test('p3 a set-up whose answer was lost on its way leads to the backup codes', async ({ site, page, guard }) => {
  guard.expectRefusals(502, 409);
  const { methodCode } = site;
  await site.enter();
  const { key } = await site.setUpToCode();
  let isLost = false;
  await page.route('**/api/mfa/confirm', async (route) => {
    const response = await route.fetch();
    if (isLost) {
      await route.fulfill({ response });
      return;
    }
    isLost = true;
    await route.fulfill({ status: 502, contentType: 'text/html', body: '<h1>Bad gateway</h1>' });
  });
  await methodCode.submit(site.code({ key }));
  await expect(methodCode.alert.filter({ hasText: words.gatewayHere })).toBeVisible();
  await methodCode.enter.click();
  await site.backupCodes.expectOpen();
  expect(await site.backupCodes.read()).toHaveLength(10);
});

test('p3 a page that could not be loaded comes by itself once the gateway has its server', async ({ site, page, guard, between: proxy }) => {
  guard.expectRefusals(502);
  await site.enter();
  callsMeet(proxy, (answer) => html(answer, 502, 'Bad gateway'));
  await page.goto(site.profile.path);
  await expect(page.getByRole('heading', { level: 1, name: "This page can't be loaded" })).toBeVisible();
  await expectReadable(page);
  proxy.answers = () => false;
  await site.profile.arrive();
  await new Notice(page).expectGone();
});

for (const ending of ['.js', '.wasm']) {
  test(`p3 a part that is missing once is asked for once more: ${ending}`, async ({ site, page, guard, between: proxy }) => {
    guard.expectRefusals(502);
    // A preload of the script may be a request of its own. Therefore the script is missing until
    // the page has noticed it.
    await page.addInitScript(() => {
      const note = ({ target }: Event): unknown => target instanceof HTMLScriptElement && fetch(`${location.origin}/livez?missing`);
      addEventListener('error', note, true);
    });
    let missing = 0;
    const isNoticed = (): boolean => (ending === '.js' ? proxy.asked.includes('/livez?missing') : missing > 0);
    proxy.answers = ({ url }, answer) => {
      if (!url?.endsWith(ending) || isNoticed()) {
        return false;
      }
      missing += 1;
      return html(answer, 502, 'Bad gateway');
    };
    await site.signIn.open();
    await site.signIn.arrive();
    expect(missing).toBeGreaterThan(0);
  });

  test(`p3 a part that stays missing says nothing of the browser's age: ${ending}`, async ({ site, page, guard, between: proxy }) => {
    guard.expectRefusals(502);
    guard.expectPageError(/./);
    guard.expectConsole(/^Failed to load module script/);
    proxy.answers = ({ url }, answer) => (url?.endsWith(ending) ?? false) && html(answer, 200, 'Sign in');
    await page.goto(site.signIn.path);
    await expect(site.signIn.alert.filter({ hasText: words.notLoaded })).toBeVisible();
    await expect(page.getByText(/too old/)).not.toBeVisible();
    await expectReadable(page);
    proxy.answers = () => false;
    await page.getByRole('button', { name: 'Reload', exact: true }).click();
    await site.signIn.arrive();
  });
}

test('s17 a proxy that drops what tells our page from others: the page and the log say so', async ({ site, page, server, guard, between: proxy }) => {
  guard.expectRefusals(403);
  const { signIn } = site;
  await signIn.open();
  proxy.sends = (headers) => {
    for (const name of ['origin', 'sec-fetch-site', 'sec-fetch-mode', 'sec-fetch-dest']) {
      delete headers[name];
    }
  };
  await signIn.fill(site.person.email, site.person.password);
  await signIn.submit.click();
  await expect(signIn.alert.filter({ hasText: words.foreignRequest })).toBeVisible();
  await expect(signIn.tryAgain).toHaveCount(0);
  await expectReadable(page);
  const host = new URL(proxy.url).host;
  const line = server.log().split('\n').find((text) => text.includes('did not arrive as our own page sends it'));
  expect(line).toContain('origin="none"');
  expect(line).toContain(`host="${host}"`);
  expect(line).toContain(`TWINLOCK_PUBLIC_URL=${server.url.replace('127.0.0.1', 'localhost')}`);
});

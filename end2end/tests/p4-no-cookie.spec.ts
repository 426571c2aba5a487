import { expectAccessible, expectNoSidewaysScroll } from '../support/checks/a11y';
import { expect, test } from '../support/run/fixtures';
import { Proxy } from '../support/site/proxy';
import { words } from '../support/pages/words';

const PUBLIC = 'https://panel.example.com';

test('p4 a sign-in that leaves no cookie says so, and nothing comes back in silence', async ({ page, server, site, guard, owner: _owner }) => {
  guard.expectRefusals(401);
  const proxy = await Proxy.before(server);
  guard.expectOrigin(proxy.url);
  await site.enter();
  const enrolled = await site.addMfa();
  await site.signOut();
  proxy.returns = (headers) => delete headers['set-cookie'];
  await page.goto(`${proxy.url}/sign-in`);
  await expect(page.locator('body[data-ready]')).toBeAttached();
  await site.signIn.fill(site.person.email, site.person.password);
  await site.signIn.submit.click();
  await site.signInCode.expectOpen();
  server.clock.toStep();
  await site.signInCode.submit(site.code(enrolled));
  await expect(site.signIn.alert.filter({ hasText: words.noCookie })).toBeVisible();
  await site.signIn.arrive();
  proxy.close();
});

test('p4 a browser that blocks all cookies hears it at once', async ({ page, server, site, guard, owner: _owner }) => {
  const proxy = await Proxy.before(server);
  guard.expectOrigin(proxy.url);
  // Chromium's switch blocks cookies for scripts only, so the proxy removes the cookies of the
  // answers.
  const session = await page.context().newCDPSession(page);
  await session.send('Emulation.setDocumentCookieDisabled', { disabled: true });
  proxy.returns = (headers) => delete headers['set-cookie'];
  await page.goto(`${proxy.url}/sign-in`);
  await expect(page.locator('body[data-ready]')).toBeAttached();
  expect(await page.evaluate(() => navigator.cookieEnabled)).toBe(false);
  await site.signIn.fill(site.person.email, site.person.password);
  await site.signIn.submit.click();
  await expect(site.signIn.alert.filter({ hasText: words.noCookie })).toBeVisible();
  await site.signIn.arrive();
  proxy.close();
});

test.describe('with a public address', () => {
  test.use({ serverOptions: { settings: { TWINLOCK_PUBLIC_URL: PUBLIC } } });

  test('p4 s30 another address says where the page is', async ({ page, guard }) => {
    guard.expectRefusals(421);
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      for (const width of [1280, 320]) {
        await page.setViewportSize({ width, height: 640 });
        const answer = await page.goto(`/invitation?${colorScheme}${width}#token`);
        expect(answer?.status()).toBe(421);
        await expect(page.getByRole('heading', { level: 1, name: 'Customer Control Panel has another address' })).toBeVisible();
        await expect(page.getByRole('link', { name: PUBLIC })).toHaveAttribute('href', `${PUBLIC}/`);
        await expectNoSidewaysScroll(page);
        await expectAccessible(page);
      }
    }
  });
});

test.describe('with a public address by TLS, opened without at an allowed host', () => {
  test.use({ serverOptions: { settings: { TWINLOCK_PUBLIC_URL: PUBLIC, TWINLOCK_ALLOWED_HOSTS: '127.0.0.1' } } });

  test('p4 the page names the public address', async ({ page, site, guard, server, owner: _owner }) => {
    guard.expectRefusals(401, 403);
    const proxy = await Proxy.before(server);
    guard.expectOrigin(proxy.url);
    // A browser on a LAN without TLS sends no `Sec-Fetch-Site` and keeps no `Secure` cookie.
    proxy.sends = (headers) => delete headers['sec-fetch-site'];
    await page.goto(`${proxy.url}/sign-in`);
    await expect(page.locator('body[data-ready]')).toBeAttached();
    await site.signIn.fill(site.person.email, site.person.password);
    await site.signIn.submit.click();
    await expect(site.signIn.alert.filter({ hasText: words.foreignRequest })).toBeVisible();
    await expect(page.getByRole('link', { name: PUBLIC })).toHaveAttribute('href', `${PUBLIC}/`);
    await expectAccessible(page);

    proxy.sends = () => undefined;
    proxy.returns = (headers) => delete headers['set-cookie'];
    await site.signIn.submit.click();
    await expect(site.signIn.alert.filter({ hasText: words.noCookie })).toBeVisible();
    await expect(page.getByRole('link', { name: PUBLIC })).toBeVisible();
    await expectAccessible(page);
    proxy.close();
  });
});

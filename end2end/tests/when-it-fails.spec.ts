import type { Page, Route } from '@playwright/test';
import { expectAccessible } from '../support/checks/a11y';
import { expect, test } from '../support/run/fixtures';
import { Notice } from '../support/pages/notice';
import { words } from '../support/pages/words';

test.beforeEach(({ owner: _owner, guard }) => guard.expectOutage());

const answer = (status: number, body: unknown, headers: Record<string, string> = {}) => (route: Route) =>
  route.fulfill({ status, headers, contentType: 'application/json', body: JSON.stringify(body) });

/** Returns a function that tells whether the page has been reloaded since. */
async function markLoad(page: Page): Promise<() => Promise<boolean>> {
  await page.evaluate(() => Object.assign(window, { marked: true }));
  return () => page.evaluate(() => !('marked' in window));
}

test.describe('without a network', () => {
  test('the page says so until it is back, and keeps what was typed', async ({ site, page, context }) => {
    const { signIn } = site;
    const notice = new Notice(page);
    await signIn.open();
    await signIn.fill(site.person.email, site.person.password);
    await context.setOffline(true);
    await expect(notice.status(words.offline)).toBeVisible();
    await expectAccessible(page);
    await signIn.submit.click();
    await expect(signIn.tryAgain).toBeVisible();

    await context.setOffline(false);
    await notice.expectGone();
    await expect(signIn.email).toHaveValue(site.person.email);
    await expect(signIn.password).toHaveValue(site.person.password);
    // The message about the server disappears too.
    await expect(signIn.alert).toHaveCount(0);
    await expect(signIn.tryAgain).toHaveCount(0);
    await signIn.submit.click();
    await site.home.expectOpen();
  });
});

test.describe('without a server', () => {
  test('the notice goes by itself when the server is back', async ({ site, page, server }) => {
    const { signIn } = site;
    const notice = new Notice(page);
    await signIn.open();
    await signIn.fill(site.person.email, site.person.password);
    await server.stop();
    await signIn.submit.click();
    await expect(notice.status(words.noServer)).toBeVisible();
    await expect(signIn.tryAgain).toBeVisible();
    await expectAccessible(page);

    await server.start();
    await notice.expectGone();
    await expect(signIn.alert).toHaveCount(0);
    await expect(signIn.password).toHaveValue(site.person.password);
    await signIn.submit.click();
    await site.home.expectOpen();
  });

  test('each page that loads something is loaded once the server is back', async ({ site, server, page }) => {
    await site.enter();
    const { profile, accounts, menu } = site;
    for (const [item, screen] of [
      ['My profile', profile],
      ['Accounts', accounts],
    ] as const) {
      await server.stop();
      await menu.choose(item);
      await screen.arrive();
      await expect(screen.tryAgain).toBeVisible();
      await server.start();
      await new Notice(page).lookAgain();
      await expect(screen.tryAgain).toHaveCount(0);
      await expect(screen.alert).toHaveCount(0);
    }
  });

  test('a page that never learnt who is there says so, and comes by itself', async ({ site, page }) => {
    await site.enter();
    await page.route('**/api/session/whoami', (route) => route.abort());
    await page.goto(site.profile.path);
    await expect(site.profile.tryAgain).toBeVisible();
    await expect(new Notice(page).status(words.noServer)).toBeVisible();
    await expectAccessible(page);
    await page.unroute('**/api/session/whoami');
    await site.profile.arrive();
    await new Notice(page).expectGone();
  });

  test('a restart in mid-journey: the next click works', async ({ site, server }) => {
    await site.enter();
    await site.profile.open();
    await expect(site.profile.addMethod).toBeVisible();
    await server.crash();
    await site.profile.addMethod.click();
    await site.newMethod.expectOpen();
    await server.crash();
    await site.newMethod.next.click();
    await site.setup.expectOpen();
    const key = await site.setup.readKey();
    await server.crash();
    await site.proveSetup(key);
    await server.crash();
    await site.finish();
  });
});

test.describe('with another version on the server', () => {
  const NEXT = { supportUrl: 'https://example.com/next' };

  test('a tab notices, says so, and loses nothing', async ({ site, page, server, guard }) => {
    // The server asks for the password again.
    guard.expectRefusals(403);
    const { newMethod, profile, confirmPassword } = site;
    const notice = new Notice(page);
    await site.enter();
    await profile.open();
    await server.redeploy(NEXT);
    server.clock.advance(11 * 60);
    await profile.addMethod.click();
    await newMethod.expectOpen();
    await newMethod.next.click();
    await confirmPassword.expectOpen();
    await confirmPassword.password.fill('correct horse');
    const loaded = await markLoad(page);
    await expect(notice.status(words.newVersion)).toBeVisible();
    await confirmPassword.arrive();
    await expect(confirmPassword.password).toHaveValue('correct horse');
    expect(await loaded()).toBe(false);

    await notice.reload.click();
    await notice.expectGone();
    expect(await loaded()).toBe(true);
  });

  test('the next link loads it on its way', async ({ site, page, server }) => {
    const notice = new Notice(page);
    await site.enter();
    await server.redeploy(NEXT);
    await site.menu.choose('My profile');
    await expect(notice.status(words.newVersion)).toBeVisible();
    const loaded = await markLoad(page);
    await site.menu.choose('Accounts');
    await site.accounts.expectOpen();
    expect(await loaded()).toBe(true);
    await notice.expectGone();
  });

  test('Back loads it too', async ({ site, page, server }) => {
    await site.enter();
    await server.redeploy(NEXT);
    await site.menu.choose('My profile');
    await expect(new Notice(page).status(words.newVersion)).toBeVisible();
    const loaded = await markLoad(page);
    await page.goBack();
    await site.home.expectOpen();
    await expect.poll(loaded).toBe(true);
    await new Notice(page).expectGone();
  });

  test('codes that are not saved yet are not loaded away', async ({ site, page, server }) => {
    const { backupCodes } = site;
    await site.enter();
    const { key } = await site.setUpToCode();
    await server.redeploy(NEXT);
    await site.methodCode.submit(site.code({ key }));
    const codes = await backupCodes.read();
    await expect(new Notice(page).status(words.newVersion)).toBeVisible();
    const loaded = await markLoad(page);
    await site.menu.choose('My profile');
    await expect(site.dialog(words.leaveUnsaved).box).toBeVisible();
    await page.keyboard.press('Escape');
    expect(await backupCodes.read()).toEqual(codes);
    expect(await loaded()).toBe(false);
    await backupCodes.saved.check();
    await backupCodes.finish.click();
    await site.profile.expectOpen();
    await expect(site.profile.status(words.added)).toBeVisible();
  });

  test('an answer that the tab can not read is not called a lost connection', async ({ site, page }) => {
    const { profile } = site;
    const notice = new Notice(page);
    await site.enter();
    await page.route('**/api/profile/view', answer(200, { other: 'words' }, { 'x-build': '0123456789abcdef' }));
    await site.menu.choose('My profile');
    await expect(profile.alert.filter({ hasText: words.unreadable })).toBeVisible();
    await expect(notice.status(words.newVersion)).toBeVisible();
    await page.unroute('**/api/profile/view');
    await notice.reload.click();
    await profile.arrive();
    await expect(profile.settings).toBeVisible();
  });

  test('a tab that was opened in the middle of it offers to load again', async ({ site, page, guard }) => {
    guard.expectRefusals(404);
    guard.expectPageError(/./);
    await page.route('**/*.wasm', (route) => route.fulfill({ status: 404, body: 'Not found' }));
    await page.goto(site.signIn.path);
    await expect(site.signIn.alert.filter({ hasText: words.notLoaded })).toBeVisible();
    await expectAccessible(page);
    await page.unroute('**/*.wasm');
    await page.getByRole('button', { name: 'Reload', exact: true }).click();
    await site.signIn.arrive();
  });
});

test('a failure on the server has a reference to quote', async ({ site, page, guard }) => {
  guard.expectRefusals(500);
  const reference = '0123456789abcdef';
  const { profile } = site;
  await site.enter();
  await page.route('**/api/profile/view', answer(500, { kind: 'failed', reference }));
  await site.menu.choose('My profile');
  await expect(profile.alert.filter({ hasText: words.reference(reference) })).toBeVisible();
  await profile.arrive();
  await page.unroute('**/api/profile/view');
  await profile.tryAgain.click();
  await expect(profile.settings).toBeVisible();
});

test('an app that dies says so and can be loaded again', async ({ site, page, guard }) => {
  guard.expectPageError(/./);
  await site.enter();
  // The product never does this: it breaks the framework in the middle of a page.
  await page.evaluate(() => {
    const { createElement } = Document.prototype;
    Object.assign(window, { mend: () => Object.assign(Document.prototype, { createElement }) });
    Document.prototype.createElement = () => {
      throw new Error('broken on purpose');
    };
  });
  await site.menu.choose('My profile');
  const stopped = site.dialog('This page has stopped working');
  await expect(stopped.box).toBeVisible();
  await page.evaluate(() => (window as unknown as { mend: () => void }).mend());
  await stopped.arrive();
  await stopped.button('Reload').click();
  await site.profile.arrive();
});

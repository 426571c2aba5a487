import { test } from '../support/site/between';
import { expect } from '../support/run/fixtures';
import type { Proxy } from '../support/site/proxy';
import { words } from '../support/pages/words';

const NEW = 'a wooden bridge across the fjord';

test.beforeEach(({ owner: _owner, guard, between }) => {
  guard.expectOrigin(between.url);
  guard.expectOutage();
});

/**
 * Cuts the connection after the server's work and before the answer arrives, so that the browser
 * resends the request by itself.
 */
function cutOnce(proxy: Proxy, api: string): () => number {
  let cuts = 0;
  proxy.cuts = (asked) => asked.url === `/api/${api}` && cuts++ === 0;
  return () => proxy.asked.filter((path) => path === `/api/${api}`).length;
}

test('p3 a code at the sign-in that the browser sends twice signs in', async ({ site, between }) => {
  const enrolled = await site.enrolledAtCode();
  const sent = cutOnce(between, 'session/verify_code');
  await site.signInCode.submit(site.code(enrolled));
  await site.home.expectOpen();
  expect(sent()).toBe(2);
});

test('p3 a change of password that the browser sends twice is one', async ({ site, between }) => {
  await site.enter();
  await site.changePassword.open();
  const sent = cutOnce(between, 'profile/change_password');
  await site.changePassword.change(site.person.password, NEW);
  await expect(site.profile.status(words.passwordChanged)).toBeVisible();
  expect(sent()).toBe(2);
});

test('p3 a first code that the browser sends twice shows the backup codes', async ({ site, between }) => {
  await site.enter();
  const { key } = await site.setUpToCode();
  const sent = cutOnce(between, 'mfa/confirm');
  await site.methodCode.submit(site.code({ key }));
  await site.backupCodes.expectOpen();
  expect(sent()).toBe(2);
});

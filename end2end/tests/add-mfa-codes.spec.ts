import type { Request } from '@playwright/test';
import { expect, test } from '../support/run/fixtures';
import { expectAccessible } from '../support/checks/a11y';
import { wrongCode } from '../support/site/totp';
import { words } from '../support/pages/words';

test.beforeEach(async ({ owner: _owner, site }) => {
  await site.enter();
});

test('a wrong code is refused and changes nothing', async ({ site, server, guard }) => {
  guard.expectRefusals(401);
  const { methodCode } = site;
  const { key } = await site.setUpToCode();

  await methodCode.submit(wrongCode(key, server.clock.now()));
  await methodCode.expectRefused(words.wrongCode);
  await methodCode.arrive();

  await methodCode.submit(site.code({ key }));
  await site.backupCodes.expectOpen();
});

test('a code that has just expired is named so', async ({ site, server, guard }) => {
  guard.expectRefusals(401, 409);
  const { key } = await site.setUpToCode();
  server.clock.toStep(15);

  await site.methodCode.submit(site.code({ key }, undefined, 30));
  await site.methodCode.expectRefused(words.justExpired);
});

test('a device whose clock is slow is told by how much', async ({ site, server, guard }) => {
  guard.expectRefusals(401);
  const { key } = await site.setUpToCode();
  server.clock.toStep(15);

  await site.methodCode.submit(site.code({ key }, undefined, 65));
  await site.methodCode.expectRefused(words.slowDevice);
  await expectAccessible(site.page);
});

test('something that is no code is refused without spending a try', async ({ site, guard }) => {
  guard.expectRefusals(422);
  await site.setUpToCode();
  await site.methodCode.submit('12 34');
  await expect(site.methodCode.code).toHaveAttribute('aria-invalid', 'true');
  await expect(site.methodCode.code).toHaveAccessibleDescription(/6 digits/);
});

test('pressing Enter twice confirms once', async ({ site }) => {
  const { methodCode, backupCodes, page } = site;
  const { key } = await site.setUpToCode();
  const confirmations: Request[] = [];
  page.on('request', (request) => {
    if (request.url().endsWith('/api/mfa/confirm')) {
      confirmations.push(request);
    }
  });

  await methodCode.code.fill(site.code({ key }));
  await methodCode.enter.dblclick();

  await backupCodes.expectOpen();
  await backupCodes.read();
  expect(confirmations).toHaveLength(1);
});

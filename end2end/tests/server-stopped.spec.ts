import { expect, test } from '../support/run/fixtures';
import { Notice } from '../support/pages/notice';

test.beforeEach(({ owner: _owner, guard }) => guard.expectOutage());

test('a sign-in that meets no server can be tried again', async ({ site, server }) => {
  const { signIn } = site;
  await signIn.open();
  await signIn.fill(site.person.email, site.person.password);
  await server.stop();
  await signIn.submit.click();

  await expect(signIn.tryAgain).toBeVisible();
  await expect(signIn.alert).toBeVisible();
  await signIn.arrive();
  await expect(signIn.email).toHaveValue(site.person.email);
  await expect(signIn.password).toHaveValue(site.person.password);

  await server.start();
  await signIn.submit.click();
  await site.home.expectOpen();
});

test('a code that meets no server is still there, and the same press works later', async ({
  site,
  server,
}) => {
  const { methodCode } = site;
  await site.enter();
  const { key } = await site.setUpToCode();
  await server.stop();
  const code = site.code({ key });
  await methodCode.submit(code);
  await expect(methodCode.tryAgain).toBeVisible();
  await expect(methodCode.code).toHaveValue(code);
  await methodCode.arrive();

  await server.start();
  await methodCode.enter.click();
  await site.backupCodes.expectOpen();
});

test('a page that meets no server says so and loads by itself', async ({ site, server, page }) => {
  const { profile } = site;
  await site.enter();
  await server.stop();
  await site.menu.choose('My profile');
  await expect(profile.tryAgain).toBeVisible();

  await server.start();
  await new Notice(page).lookAgain();
  await profile.arrive();
  await expect(profile.settings).toBeVisible();
});

test('a restart between two steps does not disturb the wizard', async ({ site, server }) => {
  await site.enter();
  await site.startSetup();
  const key = await site.setup.readKey();
  await server.stop();
  await server.start();

  await site.setup.next.click();
  await site.methodCode.expectOpen();
  server.clock.toStep();
  await site.methodCode.submit(site.code({ key }));
  await site.backupCodes.read();
  await server.stop();
  await server.start();

  await site.backupCodes.saved.check();
  await site.backupCodes.finish.click();
  await site.profile.expectOpen();
});

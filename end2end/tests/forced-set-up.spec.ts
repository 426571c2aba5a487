import { expect, test } from '../support/run/fixtures';
import { PASSKEY } from '../support/site/passkeys';
import { MAX, seedMember, setRule } from '../support/site/seed';
import { oathtool } from '../support/site/totp';
import { VirtualKey } from '../support/site/virtual-key';
import { words } from '../support/pages/words';

test('a set-up when logging into an account that requires MFA', async ({
  owner: _owner,
  page,
  server,
  site: ownersSite,
}) => {
  const site = ownersSite.as(seedMember(server));
  const { setup, methodCode, backupCodes } = site;
  setRule(server, 'on');

  await test.step('When logging in you need to set up the MFA method.', async () => {
    await site.givePassword();
    await setup.arrive();
    await expect(page.getByRole('main')).toContainText(words.demanded(MAX.account));
  });

  const key = await test.step('Configure your authenticator application.', () => setup.readKey());

  await test.step('Click Next: the identity verification page.', async () => {
    await setup.next.click();
    await methodCode.arrive();
  });

  await test.step('Enter the 6-digit code. Click Enter.', async () => {
    server.clock.toStep();
    await methodCode.submit(site.code({ key }, oathtool));
  });

  await test.step('A set of 10 backup codes: save them.', async () => {
    await backupCodes.arrive();
    await backupCodes.read();
    await backupCodes.saved.check();
  });

  await test.step('Click Finish.', async () => {
    await backupCodes.finish.click();
    await site.home.arrive();
    await expect(site.home.status(words.added)).toBeVisible();
  });
});

test.describe('with another method', () => {
  test.use({ serverOptions: { hasName: true } });

  test('a forced set-up is left by its end, with a passkey too', async ({
    owner: _owner,
    page,
    server,
    site: ownersSite,
  }) => {
    const site = ownersSite.as(seedMember(server));
    const { setup, newMethod, backupCodes } = site;
    await VirtualKey.laptop(page);
    setRule(server, 'on');
    await site.givePassword();
    await setup.arrive();
    await page.getByRole('link', { name: 'Choose another method' }).click();
    await newMethod.arrive();
    await newMethod.cancel.click();
    await setup.arrive();
    await page.getByRole('link', { name: 'Choose another method' }).click();
    await newMethod.method.selectOption(PASSKEY);
    await newMethod.next.click();
    await setup.arrive();
    await expect(page.getByRole('main')).toContainText(words.demanded(MAX.account));
    await page.reload();
    await setup.createPasskey.click();
    await backupCodes.arrive();
    await expect(page.getByText('instead of your MFA method')).toBeVisible();
    await backupCodes.read();
    await backupCodes.saved.check();
    await backupCodes.finish.click();
    await site.home.arrive();
    await expect(site.home.status('Passkey added.')).toBeVisible();
  });
});

import { expect, test } from '../support/run/fixtures';
import { ADA, joinAccount, MAX, OLE, seedMember, seedOwner } from '../support/site/seed';
import type { Enrolled, Site } from '../support/site/site';
import { words } from '../support/pages/words';

const SUPPORT = 'https://help.example.com/';

test.beforeEach(({ owner: _owner }) => undefined);

/** Enrols the user and uses up backup codes, without a page, until `wanted` are left. */
async function withCodesLeft(site: Site, wanted: number): Promise<Enrolled> {
  const enrolled = await site.enrolledAndOut();
  while (enrolled.codes.length > wanted) {
    await site.useUp(enrolled.codes.shift() as string);
  }
  return enrolled;
}

/** Enrols the user, and signs in by the first of ten backup codes. */
async function enterByBackupCode(site: Site): Promise<void> {
  const { codes } = await withCodesLeft(site, 10);
  await site.enterWithBackupCode(codes[0] as string);
}

test.describe('at three codes or fewer', () => {
  test.slow();

  test('new ones are offered, and Later skips it', async ({ site, page }) => {
    const enrolled = await withCodesLeft(site, 5);
    await site.enterWithBackupCode(enrolled.codes.shift() as string);
    await expect(site.home.status(words.codesLeft(4))).toBeVisible();
    await expect(page.getByRole('dialog'), 'four are no reason yet').toHaveCount(0);
    await site.signOut();

    await site.enterWithBackupCode(enrolled.codes.shift() as string);
    const offer = site.dialog(words.codesOffered(3));
    await offer.arrive();
    await offer.button('Later').click();
    await offer.expectClosed();
    await expect(site.home.heading).toBeFocused();
    await expect(site.home.status(words.codesLeft(3))).toBeVisible();
    await page.reload();
    await site.home.arrive();
    await expect(page.getByRole('dialog')).toHaveCount(0);
    await site.profile.open();
    await expect(site.profile.settings).toContainText('3 of 10 backup codes left');
    await site.profile.arrive();
  });

  test('the last one makes new ones, without another verification', async ({ site }) => {
    const enrolled = await withCodesLeft(site, 1);
    await site.enterWithBackupCode(enrolled.codes[0] as string);
    const offer = site.dialog(words.codesOffered(0));
    await offer.arrive();
    await offer.button('Generate backup codes').click();
    await site.backupCodes.arrive();
    const [fresh] = await site.backupCodes.read();
    await site.finish();
    await site.signOut();
    await site.enterWithBackupCode(fresh as string);
  });

  test('the last one sets up a new device, without another verification', async ({ site }) => {
    const enrolled = await withCodesLeft(site, 1);
    await site.enterWithBackupCode(enrolled.codes[0] as string);
    await site.dialog(words.codesOffered(0)).button('Set up a new device').click();
    await site.setup.arrive();
    const fresh = await site.proveSetup(await site.setup.readKey());
    await site.finish();
    await site.signOut();
    await site.enterWithCode(fresh);
  });

  test('none left is an alert on My profile', async ({ site }) => {
    const enrolled = await withCodesLeft(site, 1);
    await site.enterWithBackupCode(enrolled.codes[0] as string);
    await site.dialog(words.codesOffered(0)).button('Later').click();
    await site.profile.open();
    const alert = site.profile.settings.getByRole('alert');
    await expect(alert.filter({ hasText: '0 of 10 backup codes left' })).toBeVisible();
    await site.profile.arrive();
  });
});

test('a sign-in by backup code stands for one verification', async ({ site }) => {
  await enterByBackupCode(site);
  await site.profile.open();
  await site.profile.generate.click();
  await site.backupCodes.expectOpen();
  await site.backupCodes.read();
  await site.finish();
  await site.askToGenerate();
});

test('and for ten minutes only', async ({ site, server }) => {
  await enterByBackupCode(site);
  server.clock.advance(10 * 60 + 1);
  await site.askToReset();
});

test('and never for Delete', async ({ site }) => {
  await enterByBackupCode(site);
  await site.askToDelete();
});

test.describe('Lost your device?', () => {
  test.use({
    serverOptions: { supportUrl: SUPPORT, settings: { TWINLOCK_SHOW_HELPERS: 'true' } },
  });

  /** The member asks who can help, at the question for a code. */
  async function ask(site: Site): Promise<void> {
    const max = site.as(MAX);
    await max.enterUpToCode();
    await max.signInCode.lostDevice.click();
    await max.signInCode.arrive();
  }

  test.beforeEach(async ({ server, site }) => {
    const max = site.as(seedMember(server));
    await max.enter();
    await max.haveMfa();
    await max.signOut();
  });

  test('names the Owner of the only account', async ({ site, page }) => {
    await ask(site);
    await expect(page.getByRole('main')).toContainText(`ask ${ADA.name}`);
  });

  test('names nobody who owns only some of the accounts', async ({ site, page, server }) => {
    seedOwner(server, OLE);
    joinAccount(server, MAX, OLE.account);
    await ask(site);
    for (const owner of [ADA, OLE]) {
      await expect(page.getByRole('main')).not.toContainText(owner.name);
    }
    const link = page.getByRole('main').getByRole('link', { name: /support/i });
    await expect(link).toHaveAttribute('href', SUPPORT);
  });

  test('a question that could not be asked is asked again', async ({ site, page, server, guard }) => {
    guard.expectOutage();
    const max = site.as(MAX);
    await max.enterUpToCode();
    await server.stop();
    await max.signInCode.lostDevice.click();
    const again = page.getByRole('main').getByRole('button', { name: 'Try again' });
    await expect(again).toBeVisible();
    await expect(page.getByRole('main')).not.toContainText('contact your operator');
    await server.start();
    await again.click();
    await expect(page.getByRole('main')).toContainText(`ask ${ADA.name}`);
  });

  test('names an Owner of all the accounts', async ({ site, page, server }) => {
    seedOwner(server, OLE);
    joinAccount(server, MAX, OLE.account);
    joinAccount(server, ADA, OLE.account, 'owner');
    await ask(site);
    await expect(page.getByRole('main')).toContainText(`ask ${ADA.name}`);
    await expect(page.getByRole('main')).not.toContainText(OLE.name);
  });

  test('names nobody who is disabled', async ({ site, page, server }) => {
    seedMember(server, { ...OLE, account: ADA.account }, 'owner');
    server.command(['user', 'disable', ADA.email]);
    await ask(site);
    await expect(page.getByRole('main')).toContainText(`ask ${OLE.name}`);
    await expect(page.getByRole('main')).not.toContainText(ADA.name);
  });
});

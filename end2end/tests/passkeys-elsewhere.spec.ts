import type { Page } from '@playwright/test';
import { expect, test } from '../support/run/fixtures';
import { expectFit } from '../support/checks/fit';
import { addFirst, addFurther, PASSKEY } from '../support/site/passkeys';
import { VirtualKey } from '../support/site/virtual-key';

test.use({ serverOptions: { hasName: true } });
test.beforeEach(({ owner: _owner }) => undefined);

/** Takes all that a browser needs for keys. */
async function forgetKeys(page: Page): Promise<void> {
  await page.addInitScript(() => {
    Reflect.deleteProperty(window, 'PublicKeyCredential');
  });
}

test('a browser without keys asks for the next method, and says why', async ({ site, page, anotherDevice }) => {
  await site.enter();
  const enrolled = await site.haveMfa();
  await VirtualKey.laptop(page);
  await addFurther(site, enrolled);
  const other = site.on(await anotherDevice());
  await forgetKeys(other.page);
  await other.enterUpToCode();
  await expect(other.page.getByText("“Passkey” can't be used here. This browser can't use passkeys")).toBeVisible();
  await expect(other.signInCode.code).toBeVisible();
  await expect(other.signInCode.way(PASSKEY)).toHaveCount(0);
  await expectFit(other.page);
  await other.enterWithCode(enrolled);
  await other.profile.open();
  await other.profile.addMethod.click();
  await other.verify('add', enrolled);
  await expect(other.page.getByText("This browser can't use passkeys or security keys.")).toBeVisible();
  await expect(other.newMethod.method.getByRole('option', { name: PASSKEY })).toBeDisabled();
  await expectFit(other.page);
});

test('a browser without keys takes a backup code for a passkey', async ({ site, page, anotherDevice }) => {
  await site.enter();
  await VirtualKey.laptop(page);
  const codes = await addFirst(site);
  const other = site.on(await anotherDevice());
  await forgetKeys(other.page);
  await other.enterUpToCode();
  await expect(other.page.getByText("“Passkey” can't be used here.")).toBeVisible();
  await expect(other.signInCode.otherWays).toHaveCount(0);
  await expectFit(other.page);
  await other.signInCode.submitBackupCode(codes[0] as string);
  await other.home.expectOpen();
});

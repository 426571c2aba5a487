import { expect } from '@playwright/test';
import { type Person, seedOwner } from '../site/seed';
import type { Server } from '../site/server';
import type { Enrolled, Site } from '../site/site';
import { wrongCode } from '../site/totp';
import type { Stop, Tour } from './tour';
import { words } from '../pages/words';

const NORA: Person = {
  name: 'Nora Lind',
  email: 'nora@example.com',
  password: 'under the old stone bridge',
  account: 'Northwind Ltd',
};

/** The actions on a method: from its name to the last backup code. */
export async function method({ site, server, guard, visit: look }: Tour): Promise<void> {
  guard.expectRefusals(401, 403, 422);
  const nora = site.as(seedOwner(server, NORA));
  const visit = (stop: string): Promise<void> => look(stop, nora.page);
  await nora.enter();
  const first = await nora.addMfa();
  await details(nora, visit);
  await changePassword(nora, visit);
  const second = await reset(nora, server, first, visit);
  await generate(nora, second, visit);
  await deleteAsked(nora, visit);
  await lastCodes(nora, second, visit);
}

async function details({ page, profile }: Site, visit: Stop): Promise<void> {
  await profile.methodMenu.button.click();
  await expect(profile.methodMenu.item('Delete')).toBeVisible();
  await visit('MFA method menu');
  await page.keyboard.press('Escape');
  await profile.methodMenu.choose('Rename');
  await expect(profile.name).toBeVisible();
  await visit('name of the method');
  await profile.open();
  await profile.testApp.click();
  await expect(profile.code).toBeVisible();
  await visit('test of the authenticator');
}

async function changePassword({ profile, changePassword: form, person }: Site, visit: Stop): Promise<void> {
  await profile.open();
  await profile.changePassword.click();
  await form.expectOpen();
  await visit('change password');
  await form.change('not the password at all', 'passwordpassword');
  await expect(form.code).toHaveAttribute('aria-invalid', 'true');
  await form.code.fill('123456');
  await form.submit.click();
  await expect(form.next).toHaveAttribute('aria-invalid', 'true');
  await visit('change password, refused');
  await form.useBackupCode.click();
  await expect(form.backupCode).toBeFocused();
  await form.next.fill(person.password);
  await visit('change password by a backup code');
}

async function reset(site: Site, server: Server, old: Enrolled, visit: Stop): Promise<Enrolled> {
  const stepUp = site.stepUp('reset');
  await site.askToReset();
  await visit('verification before a reset');
  server.clock.toStep();
  await stepUp.submit(wrongCode(old.key, server.clock.now()));
  await expect(stepUp.alert).toBeVisible();
  await visit('verification before a reset, refused');
  await stepUp.submit(site.code(old));
  await site.setup.expectOpen();
  await expect(site.setup.qrCode(site.person.email)).toBeVisible();
  await visit('method setup of a reset');
  const fresh = await site.proveSetup(await site.setup.readKey());
  await visit('backup codes of a reset');
  await site.finish();
  await expect(site.profile.status(words.reset)).toBeVisible();
  await visit('profile after a reset');
  return fresh;
}

async function generate(site: Site, enrolled: Enrolled, visit: Stop): Promise<void> {
  await site.askToGenerate();
  await site.stepUp('generate').useBackupCode.click();
  await visit('verification by a backup code');
  await site.generateUpToBackupCodes(enrolled);
  await visit('generated backup codes');
  await site.menu.choose('My profile');
  await expect(site.dialog(words.leaveUnsaved).box).toBeVisible();
  await visit('generated backup codes, left unsaved');
  await site.dialog(words.leaveUnsaved).button('Leave').click();
  await site.profile.expectOpen();
  await expect(site.profile.settings).toContainText(words.neverFinished);
  await visit('profile, new codes not finished');
}

async function deleteAsked(site: Site, visit: Stop): Promise<void> {
  const dialog = site.dialog(/^Delete/);
  await site.profile.methodMenu.choose('Delete');
  await expect(dialog.box).toBeVisible();
  await visit('delete, asked');
  await dialog.button('Delete').click();
  await site.stepUp('delete').expectOpen();
  await visit('verification before a deletion');
  await site.stepUp('delete').cancel.click();
  await site.profile.expectOpen();
}

async function lastCodes(site: Site, { codes }: Enrolled, visit: Stop): Promise<void> {
  for (const code of codes.slice(0, 6)) {
    await site.signOut();
    await site.enterWithBackupCode(code);
  }
  await site.signOut();
  await site.enterWithBackupCode(codes[6] as string);
  const offer = site.dialog(words.codesOffered(3));
  await expect(offer.box).toBeVisible();
  await visit('few backup codes, offer');
  await offer.button('Later').click();
  await site.profile.open();
  await expect(site.profile.settings).toContainText('3 of 10 backup codes left');
  await visit('profile, few backup codes');
  await site.signOut();
}

import { expect } from '@playwright/test';
import { type Person, seedOwner } from '../site/seed';
import type { Site } from '../site/site';
import { VirtualKey } from '../site/virtual-key';
import type { Stop, Tour } from './tour';

const KIT: Person = {
  name: 'Kit Soto',
  email: 'kit@example.com',
  password: 'four brown owls in a barn',
  account: 'Northwind Ltd',
};

/** A user with a passkey and a security key: from the first one to a browser that has neither. */
export async function keys({ site, server, guard, visit: look }: Tour): Promise<void> {
  guard.expectRefusals(401, 403, 409, 422);
  const kit = site.as(seedOwner(server, KIT));
  const visit = (stop: string): Promise<void> => look(stop, kit.page);
  await kit.enter();
  const laptop = await VirtualKey.laptop(kit.page);
  await addPasskey(kit, laptop, visit);
  await actions(kit, visit);
  await addSecurityKey(kit, laptop, visit);
  await signIn(kit, laptop, visit);
  await withoutKeys(kit, look);
}

async function addPasskey(site: Site, laptop: VirtualKey, visit: Stop): Promise<void> {
  const { page, profile, newMethod, setup, backupCodes } = site;
  await profile.open();
  await profile.addMethod.click();
  await newMethod.expectOpen();
  await newMethod.method.selectOption('Passkey');
  await visit('new method, passkey');
  await newMethod.next.click();
  await expect(setup.createPasskey).toBeVisible();
  await visit('method setup of a passkey');
  await laptop.touch(false);
  await setup.createPasskey.click();
  await expect(page.getByRole('button', { name: 'Waiting for your browser…' })).toBeVisible();
  await visit('method setup of a passkey, waiting');
  await setup.cancel.click();
  await profile.expectOpen();
  await laptop.touch(true);
  await laptop.verifyUser(false);
  await profile.addMethod.click();
  await newMethod.method.selectOption('Passkey');
  await newMethod.next.click();
  await setup.createPasskey.click();
  await expect(page.getByText('The set-up was cancelled or took too long.')).toBeVisible();
  await visit('passkey not made');
  await laptop.verifyUser(true);
  await setup.createPasskey.click();
  await backupCodes.expectOpen();
  await backupCodes.read();
  await visit('backup codes of a passkey');
  await site.finish();
  await visit('profile with a passkey');
}

async function actions(site: Site, visit: Stop): Promise<void> {
  const { profile } = site;
  await profile.methodMenu.choose('Test');
  await expect(site.signInCode.usePasskey).toBeVisible();
  await visit('test of a passkey');
  await profile.methodMenu.choose('Delete');
  await site.dialog('Delete the passkey?').arrive();
  await visit('delete a passkey, asked');
  await site.dialog('Delete the passkey?').button('Delete').click();
  await expect(site.stepUp('delete').usePasskey).toBeVisible();
  await visit('verification by a passkey');
  await site.changePassword.open();
  await site.changePassword.expectOpen();
  await visit('change password with a passkey');
  await site.home.open();
  await site.home.expectOpen();
  await visit('home with a passkey');
}

async function addSecurityKey(site: Site, laptop: VirtualKey, visit: Stop): Promise<void> {
  const { page, profile, newMethod, setup } = site;
  await profile.open();
  await profile.addMethod.click();
  await site.stepUp('add').usePasskey.click();
  await newMethod.expectOpen();
  await newMethod.method.selectOption('Security key');
  await newMethod.next.click();
  await expect(setup.useSecurityKey).toBeVisible();
  await visit('method setup of a security key');
  const stick = await VirtualKey.stick(page);
  await setup.useSecurityKey.click();
  await profile.expectOpen();
  await expect(profile.menuOf('Security key').button).toBeVisible();
  await visit('profile with a passkey and a security key');
  await profile.menuOf('Security key').button.click();
  await visit('menu of a security key');
  await page.keyboard.press('Escape');
  await stick.unplug();
  await laptop.touch(true);
}

async function signIn(site: Site, laptop: VirtualKey, visit: Stop): Promise<void> {
  const { page, signInCode } = site;
  await site.signOut();
  await site.enterUpToCode();
  await expect(signInCode.usePasskey).toBeVisible();
  await visit('passkey at sign-in');
  await signInCode.way('Security key').click();
  await expect(signInCode.useSecurityKey).toBeFocused();
  await visit('security key at sign-in');
  await laptop.unplug();
  const other = await VirtualKey.laptop(page);
  await signInCode.useSecurityKey.click();
  await expect(page.getByText('is not set up for you')).toBeVisible();
  await visit('key not used at sign-in');
  await other.unplug();
}

async function withoutKeys(site: Site, look: Tour['visit']): Promise<void> {
  const other = site.on(await site.page.context().newPage());
  await other.page.addInitScript(() => {
    Reflect.deleteProperty(window, 'PublicKeyCredential');
  });
  await other.page.goto('/sign-in/verify');
  await expect(other.page.getByText("can't be used here")).toBeVisible();
  await look('passkey at sign-in in a browser without keys', other.page);
  await other.page.close();
}

import { expect } from '@playwright/test';
import { Menu } from '../pages/screen';
import { words } from '../pages/words';
import type { Enrolled, Site } from '../site/site';
import type { Stop, Tour } from './tour';
import { type Person, seedOwner } from '../site/seed';

const TILDA: Person = {
  name: 'Tilda Berg',
  email: 'tilda@example.com',
  password: 'seven grey herons at noon',
  account: 'Fabrikam Ltd',
};

const SECOND = 'Tablet';

/** A user with two methods: from the second one to a sign-in with either. */
export async function severalMethods({ site, server, guard, visit: look }: Tour): Promise<void> {
  guard.expectRefusals(401, 403, 422);
  const tilda = site.as(seedOwner(server, TILDA));
  const visit = (stop: string): Promise<void> => look(stop, tilda.page);
  await tilda.enter();
  const first = await tilda.haveMfa();
  await addSecond(tilda, first, visit);
  await actions(tilda, visit);
  await signIn(tilda, visit);
}

async function addSecond(site: Site, first: Enrolled, visit: Stop): Promise<void> {
  const { profile, newMethod, setup, methodCode } = site;
  await profile.addMethod.click();
  await site.stepUp('add').expectOpen();
  await visit('verification before a further method');
  await site.verify('add', first);
  await newMethod.expectOpen();
  await visit('further method');
  await newMethod.name.fill('');
  await newMethod.next.click();
  await expect(newMethod.name).toHaveAttribute('aria-invalid', 'true');
  await visit('further method, refused');
  await newMethod.name.fill(SECOND);
  await newMethod.next.click();
  await setup.expectOpen();
  await expect(setup.qrCode(site.person.email)).toBeVisible();
  await visit('method setup of a further method');
  const key = await setup.readKey();
  await setup.next.click();
  await methodCode.expectOpen();
  await visit('code of a further method');
  await methodCode.submit(site.code({ key }));
  await profile.expectOpen();
  await expect(profile.status(words.added)).toBeVisible();
  await visit('profile with two methods');
}

async function actions(site: Site, visit: Stop): Promise<void> {
  const { page, profile } = site;
  const menu = new Menu(page, `MFA method menu for ${SECOND}`);
  await menu.button.click();
  await expect(menu.item('Make default')).toBeVisible();
  await visit('menu of one of two methods');
  await menu.item('Test').click();
  await expect(profile.code).toBeVisible();
  await menu.choose('Rename');
  await expect(profile.name).toBeVisible();
  await visit('test and name of one of two methods');
  await menu.choose('Delete');
  await site.dialog(`Delete ${SECOND}?`).arrive();
  await visit('delete one of two methods, asked');
  await site.dialog(`Delete ${SECOND}?`).button('Delete').click();
  await site.stepUp('delete').expectOpen();
  await visit('verification before deleting one of two methods');
  await site.changePassword.open();
  await visit('change password with two methods');
}

async function signIn(site: Site, visit: Stop): Promise<void> {
  await site.signOut();
  await site.enterUpToCode();
  await visit('code at sign-in with two methods');
  await site.signInCode.useBackupCode.click();
  await expect(site.signInCode.backupCode).toBeFocused();
  await visit('backup code at sign-in with two methods');
}

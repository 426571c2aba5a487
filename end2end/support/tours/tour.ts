import { expect, type Page } from '@playwright/test';
import type { Guard } from '../checks/guard';
import type { Server } from '../site/server';
import { inviteMember } from '../site/seed';
import type { Site } from '../site/site';
import { wrongCode } from '../site/totp';
import { words } from '../pages/words';

/** Called with a short name at each page and in each state worth looking at. */
export type Visit = (stop: string, page: Page) => Promise<void>;

/** The fixtures that a tour needs. */
export interface Tour {
  site: Site;
  server: Server;
  guard: Guard;
  visit: Visit;
}

/** From the first start over the first method to a stopped server. */
export async function firstSteps({ site, server, guard, visit: look }: Tour): Promise<void> {
  guard.expectRefusals(401, 403, 404, 409, 422, 429);
  guard.expectOutage();
  const visit = (stop: string): Promise<void> => look(stop, site.page);
  await firstStart(site, server, visit);
  await wizardWithPassword(site, server, visit);
  const key = await wizardWithCode(site, server, visit);
  await signInWithCode(site, server, key, visit);
  await outsiders(site, server, visit);
}

/** A visit of the page in the tour's own tab. */
export type Stop = (stop: string) => Promise<void>;

async function firstStart(site: Site, server: Server, visit: Stop): Promise<void> {
  const { page, person, firstStart: form } = site;
  await page.goto(await server.setupLink());
  await form.expectOpen();
  await visit('create the first owner');
  await form.account.fill(person.account);
  await form.name.fill(person.name);
  await form.email.fill(person.email);
  await form.password.fill('too short');
  await form.create.click();
  await expect(form.password).toHaveAttribute('aria-invalid', 'true');
  await visit('create the first owner, refused');
  await form.password.fill(person.password);
  await form.create.click();
  await site.home.expectOpen();
  await visit('home without MFA');
  await site.menu.button.click();
  await expect(site.menu.item('Sign out')).toBeVisible();
  await visit('user menu');
  await page.keyboard.press('Escape');
}

async function wizardWithPassword(site: Site, server: Server, visit: Stop): Promise<void> {
  const { profile, confirmPassword, newMethod, setup } = site;
  await profile.open();
  await expect(profile.settings).toBeVisible();
  await visit('profile without MFA');
  await profile.addMethod.click();
  await newMethod.expectOpen();
  await visit('new method');
  server.clock.advance(11 * 60);
  await newMethod.next.click();
  await confirmPassword.expectOpen();
  await visit('confirm your password');
  await confirmPassword.password.fill(site.person.password);
  await confirmPassword.proceed.click();
  await setup.expectOpen();
  await expect(setup.qrCode(site.person.email)).toBeVisible();
  await visit('method setup');
}

async function wizardWithCode(site: Site, server: Server, visit: Stop): Promise<string> {
  const { profile, setup, methodCode, backupCodes } = site;
  const key = await setup.readKey();
  await visit('method setup, key shown');
  await setup.next.click();
  await methodCode.expectOpen();
  await visit('code of the new app');
  server.clock.toStep();
  await methodCode.submit(wrongCode(key, server.clock.now()));
  await expect(methodCode.alert).toBeVisible();
  await visit('code of the new app, refused');
  await methodCode.submit(site.code({ key }));
  await backupCodes.expectOpen();
  await backupCodes.read();
  await visit('backup codes');
  await backupCodes.finish.click();
  await expect(backupCodes.alert).toBeVisible();
  await visit('backup codes, not saved');
  await profile.open();
  await expect(profile.settings).toContainText('backup codes left');
  await visit('profile, never finished');
  await backupCodes.open();
  await backupCodes.expectOpen();
  await backupCodes.read();
  await backupCodes.saved.check();
  await backupCodes.finish.click();
  await profile.expectOpen();
  await visit('profile with MFA');
  await site.home.open();
  await site.home.expectOpen();
  await visit('home with MFA');
  return key;
}

async function signInWithCode(
  site: Site,
  server: Server,
  key: string,
  visit: Stop,
): Promise<void> {
  const { signIn, signInCode } = site;
  await site.signOut();
  await signIn.open();
  await visit('sign in');
  await signIn.fill(site.person.email, 'not the password at all');
  await signIn.submit.click();
  await expect(signIn.alert).toBeVisible();
  await visit('sign in, refused');
  await site.enterUpToCode();
  await visit('code at sign-in');
  server.clock.toStep();
  const wrong = wrongCode(key, server.clock.now());
  for (let attempt = 1; attempt <= 6; attempt += 1) {
    await signInCode.submit(wrong);
  }
  await expect(signInCode.alert.filter({ hasText: words.tooManyAttempts })).toBeVisible();
  await visit('code at sign-in, too many attempts');
  await signInCode.useBackupCode.click();
  await expect(signInCode.backupCode).toBeVisible();
  await visit('backup code at sign-in');
  await signInCode.lostDevice.click();
  await visit('lost device');
  server.clock.advance(16 * 60);
  await site.enterWithCode({ key, codes: [] });
  await site.notFound.open();
  await site.notFound.expectOpen();
  await visit('page not found');
  await site.signOut();
}

async function outsiders(site: Site, server: Server, visit: Stop): Promise<void> {
  const { page, invitation, firstStart: form, signIn } = site;
  await page.goto(inviteMember(server));
  await invitation.expectOpen();
  await expect(invitation.save).toBeVisible();
  await visit('invitation');
  await page.goto('/setup#AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA');
  await form.expectOpen();
  await expect(form.create).toHaveCount(0);
  await visit('dead link');
  await signIn.open();
  await signIn.fill(site.person.email, site.person.password);
  await server.stop();
  await signIn.submit.click();
  await expect(signIn.tryAgain).toBeVisible();
  await visit('server stopped');
  await server.start();
}

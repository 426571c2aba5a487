import type { Site } from './site';

/** The type of the method, and its suggested name. */
export const PASSKEY = 'Passkey';

/** Goes from My profile without a method to the button that makes a passkey. */
export async function startFirst(site: Site): Promise<void> {
  await site.profile.open();
  await site.profile.addMethod.click();
  await site.newMethod.expectOpen();
  await site.newMethod.method.selectOption(PASSKEY);
  await site.newMethod.next.click();
  await site.setup.expectOpen();
}

/** Adds a passkey as the first method; My profile follows. */
export async function addFirst(site: Site): Promise<string[]> {
  await startFirst(site);
  await site.setup.createPasskey.click();
  await site.backupCodes.expectOpen();
  const codes = await site.backupCodes.read();
  await site.finish();
  return codes;
}

/** Adds a passkey to an app, and makes it the default as suggested. */
export async function addFurther(site: Site, enrolled: { key: string }): Promise<void> {
  await site.profile.open();
  await site.profile.addMethod.click();
  await site.verify('add', enrolled);
  await site.newMethod.expectOpen();
  await site.newMethod.method.selectOption(PASSKEY);
  await site.newMethod.next.click();
  await site.setup.expectOpen();
  await site.setup.createPasskey.click();
  await site.profile.expectOpen();
}

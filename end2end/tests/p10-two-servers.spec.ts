import { expect, test } from '../support/run/fixtures';
import { Server } from '../support/site/server';
import { seedOwner } from '../support/site/seed';

test('p10 two servers on one host under two ports sign nobody out of the other', async ({ page, site, guard, owner: _owner }) => {
  const other = await Server.start();
  guard.expectOrigin(other.url);
  seedOwner(other);
  await site.enter();
  const tab = await page.context().newPage();
  await tab.goto(`${other.url}/sign-in`);
  await expect(tab.locator('body[data-ready]')).toBeAttached();
  const there = site.on(tab);
  await there.signIn.fill(site.person.email, site.person.password);
  await there.signIn.submit.click();
  await there.home.expectOpen();

  await page.goto(site.profile.path);
  await site.profile.expectOpen();
  await tab.goto(`${other.url}${site.profile.path}`);
  await there.profile.expectOpen();
  await site.signOut();
  await tab.reload();
  await there.profile.expectOpen();
  await other.remove();
});

test('p10 cookies of other programs, odd and many, keep nobody out', async ({ page, site, server, owner: _owner }) => {
  const url = server.url;
  const many = Array.from({ length: 100 }, (_, number) => ({ name: `other${number}`, value: 'x'.repeat(60), url }));
  await page.context().addCookies([...many, { name: 'twinlock', value: 'A'.repeat(43), url }]);
  await page.goto('/sign-in');
  await page.evaluate(() => {
    document.cookie = 'name=Jürgen; path=/';
    document.cookie = 'Füße=ÄÖ; path=/';
  });
  await site.enter();
  await page.goto(site.profile.path);
  await site.profile.expectOpen();
  expect((await page.context().cookies()).length).toBeGreaterThan(100);
});

import { expect, test } from '../support/run/fixtures';

for (const path of ['/sign-in', '/profile']) {
  test(`p6 an address with a name and a password in it works: ${path}`, async ({ page, site, server, owner: _owner }) => {
    const address = new URL(path, server.url);
    address.username = 'u';
    address.password = 'p';
    await page.goto(address.href);
    await expect(page.locator('body[data-ready]')).toBeAttached();
    await site.signIn.expectOpen();
    await site.signIn.fill(site.person.email, site.person.password);
    await site.signIn.submit.click();
    await (path === '/profile' ? site.profile : site.home).expectOpen();

    // With a session, the page's early requests work too, and so do links and Back.
    await page.goto(address.href);
    await (path === '/profile' ? site.profile : site.home).expectOpen();
    await site.menu.choose('Accounts');
    await site.accounts.expectOpen();
    await page.goBack();
    await (path === '/profile' ? site.profile : site.home).expectOpen();
    expect(await page.evaluate(() => document.querySelectorAll('#boot-failed:not([hidden])').length)).toBe(0);
  });
}

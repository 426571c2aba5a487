import { join } from 'node:path';
import type { Page, TestInfo } from '@playwright/test';
import { ALL_LOOKS, inEachLook } from '../support/tours/looks';
import { Caddy } from '../support/door/caddy';
import { expect, test as base } from '../support/run/fixtures';
import { freePort } from '../support/site/free-port';
import { MAX, seedMember, setRule } from '../support/site/seed';
import { Radicale } from '../support/door/radicale';
import { Server } from '../support/site/server';

/** Twinlock before a calendar that has no sign-in of its own, both behind Caddy. */
interface Door {
  /** Where people sign in. */
  portal: string;
  /** The application at a host of the portal's own site. */
  near: string;
  /** The same application at a host of another site, to which the portal's cookie is not sent. */
  far: string;
  /** Takes a picture of the page in each look; the pictures are left beside the test's results. */
  film: (page: Page, step: string) => Promise<void>;
}

const NEAR = 'calendar.example.com';
const FAR = 'calendar.example.org';

const test = base.extend<{ tls: number; door: Door }, object>({
  launchOptions: [
    async ({ launchOptions }, use) => {
      const rules = 'MAP *.example.com 127.0.0.1, MAP *.example.org 127.0.0.1';
      const args = [...(launchOptions.args ?? []), `--host-resolver-rules=${rules}`];
      await use({ ...launchOptions, args });
    },
    { scope: 'worker' },
  ],
  ignoreHTTPSErrors: true,

  tls: async ({}, use) => {
    await use(await freePort());
  },

  server: async ({ tls }, use, info) => {
    const settings = {
      TWINLOCK_PUBLIC_URL: `https://panel.example.com:${tls}`,
      TWINLOCK_TRUSTED_PROXIES: '127.0.0.1',
    };
    const server = await Server.start({ settings });
    await use(server);
    if (info.status !== info.expectedStatus) {
      await info.attach('server.log', { body: server.log(), contentType: 'text/plain' });
    }
    await server.remove();
  },

  baseURL: async ({ tls }, use) => {
    await use(`https://panel.example.com:${tls}`);
  },

  door: async ({ tls, server, guard, owner: _owner }, use, info) => {
    const [portal, near, far] = ['panel.example.com', NEAR, FAR].map(
      (host) => `https://${host}:${tls}`,
    ) as [string, string, string];
    [portal, near, far].forEach((url) => guard.expectOrigin(url));
    // The first question of the browser, and those of a page that was left.
    guard.expectRefusals(401, 404);
    const calendar = await freePort();
    const radicale = await Radicale.start(server.folder, calendar);
    const applications = { [NEAR]: calendar, [FAR]: calendar };
    const twinlock = Number(new URL(server.url).port);
    const caddy = await Caddy.start(server.folder, { tls, twinlock, applications });
    server.command(['app', 'add', 'Calendar', '--url', near]);
    server.command(['app', 'add', 'Calendar of the other site', '--url', far]);
    await use({ portal, near, far, film: filmStrip(info) });
    if (info.status !== info.expectedStatus) {
      await info.attach('caddy.log', { body: caddy.log(), contentType: 'text/plain' });
    }
    await caddy.stop();
    await radicale.stop();
  },
});

test.beforeAll(({}, info) => {
  info.setTimeout(180_000);
  Radicale.install();
});

test.beforeEach(() => {
  test.setTimeout(180_000);
});

/** Returns what takes numbered pictures of one journey. */
function filmStrip(info: TestInfo): Door['film'] {
  let number = 0;
  return async (page, step) => {
    number += 1;
    const name = `${String(number).padStart(2, '0')}-${step.replace(/\W+/g, '-')}`;
    await inEachLook(
      page,
      async ({ width, colorScheme }) => {
        const path = info.outputPath(join('film', `${name}-${width}-${colorScheme}.png`));
        await page.screenshot({ path, fullPage: true, animations: 'disabled' });
      },
      ALL_LOOKS,
    );
  };
}

/** Expects Radicale's page of this user. */
async function expectCalendarOf(page: Page, email: string): Promise<void> {
  await expect(page.locator('#collectionsscene')).toBeVisible();
  await expect(page.getByText(`${email}'s Collections`)).toBeVisible();
}

test('a person opens the calendar, signs in with password and code, and lands where they wanted', async ({
  door,
  page,
  site,
  server,
}) => {
  const enrolled = await test.step('MFA is set up', async () => {
    await site.enter();
    const added = await site.addMfa();
    await site.signOut();
    return added;
  });

  await test.step('the calendar leads to the sign-in', async () => {
    await page.goto(`${door.near}/.web/?year=2026`);
    await site.signIn.expectOpen();
    await door.film(page, 'sign in');
    await site.signIn.fill(site.person.email, site.person.password);
    await site.signIn.submit.click();
  });

  await test.step('the second factor leads to the page that was asked for', async () => {
    await site.signInCode.expectOpen();
    await door.film(page, 'second factor');
    server.clock.toStep();
    await site.signInCode.submit(site.code(enrolled));
    await expect(page).toHaveURL(`${door.near}/.web/?year=2026`);
    await expectCalendarOf(page, site.person.email);
    await door.film(page, 'calendar');
  });

  await test.step('Back leaves the calendar, and Forward returns', async () => {
    await page.goBack();
    await expect(page).not.toHaveURL(/door/);
    await page.goForward();
    await expectCalendarOf(page, site.person.email);
  });

  await test.step('the home page lists both, and opens the one of the other site', async () => {
    await page.goto(door.portal);
    await site.home.expectOpen();
    const list = page.getByRole('region', { name: 'Applications' });
    await expect(list.getByRole('listitem')).toHaveCount(2);
    await door.film(page, 'home');
    await list.getByRole('link', { name: 'Open Calendar of the other site' }).click();
    await expect(page).toHaveURL(`${door.far}/.web/`);
    await expectCalendarOf(page, site.person.email);
  });

  await test.step('a link within the other site, where the portal gets no cookie at first', async () => {
    await page.context().clearCookies({ domain: FAR });
    await page.evaluate(() => location.assign('/.web/?week=7'));
    await expect(page).toHaveURL(`${door.far}/.web/?week=7`);
    await expectCalendarOf(page, site.person.email);
  });

  await test.step('the sign-out of the calendar ends its session alone', async () => {
    await page.goto(`${door.near}/.twinlock/sign-out`);
    await expect(page).toHaveURL(`${door.portal}/door/signed-out`);
    await door.film(page, 'signed out of the calendar');
    await page.goto(door.near);
    await expectCalendarOf(page, site.person.email);
  });

  await test.step('the sign-out of Twinlock ends all', async () => {
    await page.goto(door.portal);
    await site.signOut();
    for (const application of [door.near, door.far]) {
      await page.goto(application);
      await site.signIn.expectOpen();
    }
  });
});

test('a forced set-up stands between a person and the calendar', async ({
  door,
  page,
  site: ownersSite,
  server,
}) => {
  const site = ownersSite.as(seedMember(server));
  setRule(server, 'on');
  await page.goto(`${door.far}/.web/`);
  await site.signIn.expectOpen();
  await site.signIn.fill(MAX.email, MAX.password);
  await site.signIn.submit.click();
  await site.setup.expectOpen();
  await door.film(page, 'set up');
  await page.reload();
  await site.setup.expectOpen();
  await site.proveSetup(await site.setup.readKey());
  await door.film(page, 'backup codes');
  await site.backupCodes.saved.check();
  await site.backupCodes.finish.click();
  await expect(page).toHaveURL(`${door.far}/.web/`);
  await expectCalendarOf(page, MAX.email);
});

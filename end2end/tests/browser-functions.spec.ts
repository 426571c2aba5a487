import type { Page } from '@playwright/test';
import { expect, test } from '../support/run/fixtures';
import { inviteMember, MAX, seedMember } from '../support/site/seed';
import type { Site } from '../support/site/site';
import { words } from '../support/pages/words';

/**
 * Functions that a browser, a company's policy or an extension may have removed or broken: every
 * page works without them.
 */
test.beforeEach(({ owner: _owner }) => undefined);

/** Goes through the pages, to the end of a set-up and to the members. */
async function journey(site: Site): Promise<void> {
  await site.enter();
  await site.haveMfa();
  await expect(site.profile.detail('Added')).toContainText(/now|minute/);
  await expect(site.page.locator('time').first()).toHaveAttribute('title', /\d{4}/);
  await site.accounts.open();
  await site.accounts.membersOf(site.person.account).click();
  await expect(site.members.row(site.person.name)).toBeVisible();
  await site.members.reset(MAX.name).click();
  const dialog = site.page.getByText(`Reset the MFA of ${MAX.name}?`);
  await expect(dialog).toBeVisible();
  await site.page.getByRole('button', { name: 'Cancel', exact: true }).click();
  await expect(dialog).not.toBeVisible();
  await site.signOut();
}

/** Each function removes something in the page, before any of the page's scripts run. */
const TAKEN: Record<string, () => void> = {
  'Intl missing': () => {
    Reflect.deleteProperty(window, 'Intl');
  },
  'Intl without its constructors': () => {
    for (const name of ['DateTimeFormat', 'RelativeTimeFormat', 'NumberFormat', 'PluralRules']) {
      Reflect.deleteProperty(Intl, name);
    }
  },
  'a RelativeTimeFormat that throws': () => {
    Intl.RelativeTimeFormat.prototype.format = () => {
      throw new RangeError('no tables');
    };
  },
  'constructors of Intl that throw': () => {
    const refuse = class {
      constructor() {
        throw new RangeError('no tables');
      }
    };
    Object.assign(Intl, { RelativeTimeFormat: refuse, DateTimeFormat: refuse });
  },
  'toLocaleString that throws': () => {
    Date.prototype.toLocaleString = () => {
      throw new RangeError('invalid language tag');
    };
  },
  'a language that throws': () => {
    Object.defineProperty(Navigator.prototype, 'language', {
      get: () => {
        throw new Error('hidden');
      },
    });
  },
  'no language': () => {
    Object.defineProperty(Navigator.prototype, 'language', { get: () => undefined });
  },
  'an address that does not change': () => {
    History.prototype.pushState = History.prototype.replaceState = () => {
      throw new DOMException('100 times per 30 seconds', 'SecurityError');
    };
  },
  'normalize missing': () => {
    Reflect.deleteProperty(String.prototype, 'normalize');
  },
  'dialogs that can not be modal': () => {
    Reflect.deleteProperty(HTMLDialogElement.prototype, 'showModal');
    Reflect.deleteProperty(HTMLDialogElement.prototype, 'close');
  },
  'no frames of animation': () => {
    window.requestAnimationFrame = () => {
      throw new Error('none here');
    };
  },
  'what the pages do not use': () => {
    for (const name of ['crypto', 'performance', 'matchMedia', 'ResizeObserver', 'IntersectionObserver', 'Notification', 'requestIdleCallback', 'BroadcastChannel', 'structuredClone']) {
      Reflect.deleteProperty(window, name);
      Object.defineProperty(window, name, { value: undefined });
    }
    for (const name of ['clipboard', 'locks', 'serviceWorker', 'userAgentData', 'storage', 'permissions']) {
      Object.defineProperty(Navigator.prototype, name, { get: () => undefined });
    }
    Object.defineProperty(Document.prototype, 'cookie', {
      get: () => {
        throw new DOMException('denied', 'SecurityError');
      },
    });
  },
};

/** If the address does not change, a test can't wait for it. */
const WITHOUT_ADDRESS = 'an address that does not change';

for (const [what, take] of Object.entries(TAKEN)) {
  test(`p17 ${what}: no page stops`, async ({ site, page, server }) => {
    test.setTimeout(60_000);
    await page.addInitScript(take);
    if (what === WITHOUT_ADDRESS) {
      return withoutAddress(site, page);
    }
    const max = seedMember(server, MAX);
    await site.as(max).enter();
    await site.as(max).haveMfa();
    await site.as(max).signOut();
    await journey(site);
  });
}

/** The pages change although the address bar does not. */
async function withoutAddress(site: Site, page: Page): Promise<void> {
  const heading = (name: string) => page.getByRole('heading', { level: 1, name, exact: true });
  await site.givePassword();
  await expect(heading(site.person.account)).toBeVisible();
  for (let turn = 0; turn < 3; turn += 1) {
    await site.menu.choose('My profile');
    await expect(heading('My profile')).toBeVisible();
    await expect(site.profile.addMethod).toBeVisible();
    await site.menu.choose('Accounts');
    await expect(heading('Accounts')).toBeVisible();
  }
  await site.menu.choose('Sign out');
  await expect(heading('Sign in')).toBeVisible();
}

for (const name of ['pushState', 'replaceState'] as const) {
  test(`p17 ${name} that begins to throw once the page is there stops nothing`, async ({ site, page }) => {
    await site.enter();
    await page.evaluate((taken) => {
      history[taken] = () => {
        throw new DOMException('100 times per 30 seconds', 'SecurityError');
      };
      History.prototype[taken] = history[taken];
    }, name);
    await site.menu.choose('My profile');
    await expect(page.getByRole('heading', { level: 1, name: 'My profile' })).toBeVisible();
    await site.menu.choose('Sign out');
    await expect(page.getByRole('heading', { level: 1, name: 'Sign in' })).toBeVisible();
  });
}

test('p17 a token leaves the address bar although replaceState throws', async ({ page, server, site, guard }) => {
  guard.expectRefusals(404);
  await page.addInitScript(() => {
    History.prototype.replaceState = () => {
      throw new DOMException('denied', 'SecurityError');
    };
  });
  const link = inviteMember(server);
  await page.goto(link);
  await expect(site.invitation.password).toBeVisible();
  const token = new URL(link).hash.slice(1);
  expect(page.url()).not.toContain(token);
  expect(await page.evaluate(() => history.length)).toBeLessThanOrEqual(2);
  await page.reload();
  await expect(page.getByText(words.linkNotKept)).toBeVisible();
});

import { expectAccessible } from '../support/checks/a11y';
import { expect, test } from '../support/run/fixtures';
import { words } from '../support/pages/words';

/** The browser's own functions return nothing, something unexpected, or an error. */
test.beforeEach(({ owner: _owner }) => undefined);

const NOTHING = 'nothing';
const ERROR = 'an error';

for (const answer of [NOTHING, ERROR]) {
  test(`p17 a download that brings ${answer} says what else there is`, async ({ site, page }) => {
    await page.addInitScript((fails) => {
      HTMLAnchorElement.prototype.click = () => {
        if (fails) {
          throw new Error('no downloads here');
        }
      };
    }, answer === ERROR);
    await site.enter();
    const { members, backupCodes } = site;
    await site.accounts.open();
    await site.accounts.membersOf(site.person.account).click();
    await members.download.click();
    const said = answer === ERROR ? words.fileRefused : words.fileHandedOver;
    await expect(page.getByText(said)).toBeVisible();
    await expect(page.getByText(/another browser/)).toBeVisible();

    await site.setUpToBackupCodes();
    await backupCodes.download.click();
    await expect(page.getByText(said)).toBeVisible();
    await expect(page.getByText(/use copy/i)).toBeVisible();
    await expect(backupCodes.saved, 'ticked unless refused').toBeChecked({
      checked: answer === NOTHING,
    });
    await expectAccessible(page);
  });
}

for (const answer of [NOTHING, ERROR]) {
  test(`p17 printing that brings ${answer} says what else there is`, async ({ site, page }) => {
    await page.addInitScript((fails) => {
      window.print = fails ? (undefined as unknown as () => void) : () => undefined;
    }, answer === ERROR);
    await site.enter();
    const { backupCodes } = site;
    await site.setUpToBackupCodes();
    await backupCodes.print.click();
    await expect(page.getByText(answer === ERROR ? words.notPrinted : words.printing)).toBeVisible();
    await expect(backupCodes.saved).toBeChecked({ checked: answer === NOTHING });
    await backupCodes.saved.uncheck();
    await backupCodes.finish.click();
    await expect(backupCodes.alert.filter({ hasText: words.tickFirst })).toBeVisible();
  });
}

for (const [what, clipboard] of [
  ['missing', undefined],
  ['without its function', {}],
] as const) {
  test(`p17 with the clipboard ${what} the codes are selected, and not counted as saved`, async ({
    site,
    page,
  }) => {
    await page.addInitScript((value) => {
      Object.defineProperty(Navigator.prototype, 'clipboard', { get: () => value });
    }, clipboard);
    await site.enter();
    const { codes } = await site.setUpToBackupCodes();
    await site.backupCodes.copy.click();
    await expect(page.getByText(words.copyByHand)).toBeVisible();
    const selected = (): Promise<string> => page.evaluate(() => String(window.getSelection()));
    await expect.poll(selected).toContain(codes[9] as string);
    await expect(site.backupCodes.saved).not.toBeChecked();
  });
}

for (const colorScheme of ['light', 'dark'] as const) {
  test(`p19 an engine without light-dark() shows every edge and ring (${colorScheme})`, async ({
    site,
    page,
  }) => {
    await page.emulateMedia({ colorScheme });
    await page.route('**/*', async (route) => {
      if (!route.request().isNavigationRequest()) {
        return route.fallback();
      }
      const answer = await route.fetch();
      const body = (await answer.text()).replaceAll('light-dark(', 'x(');
      // The policy is removed because its hash would not match the changed style sheet.
      const { 'content-security-policy': _policy, ...headers } = answer.headers();
      await route.fulfill({ response: answer, body, headers });
    });
    const { signIn } = site;
    await signIn.open();
    await signIn.password.focus();
    for (const field of [signIn.email, signIn.password]) {
      await expect(field).toHaveCSS('border-top-style', 'solid');
      await expect(field).toHaveCSS('border-top-width', /^[1-9]/);
      await expect(field).not.toHaveCSS('border-top-color', /, 0\)$|rgb\(255, 255, 255\)/);
    }
    await page.keyboard.press('Tab');
    await page.keyboard.press('Tab');
    await expect(signIn.submit).toBeFocused();
    await expect(signIn.submit).toHaveCSS('outline', 'rgb(42, 92, 218) solid 3px');
    await expect(signIn.submit).toHaveCSS('background-color', 'rgb(36, 78, 181)');
    await expectAccessible(page);
    await site.enter();
    await expectAccessible(page);
  });
}

test('a language that its own tables refuse stops no page', async ({ site, page }) => {
  await page.addInitScript(() => {
    Object.defineProperty(Navigator.prototype, 'language', { get: () => 'en-US@posix' });
  });
  await site.enter();
  await site.profile.open();
  await expect(page.locator('time').first()).toHaveAttribute('title', /\d{4}/);
});

test('storage that throws stops no page', async ({ site, page }) => {
  await page.addInitScript(() => {
    for (const name of ['localStorage', 'sessionStorage', 'indexedDB', 'caches'] as const) {
      Object.defineProperty(window, name, {
        get: () => {
          throw new DOMException('denied', 'SecurityError');
        },
      });
    }
    Reflect.deleteProperty(window, 'BroadcastChannel');
  });
  await site.enter();
  await site.menu.button.click();
  await site.menu.item('Theme').click();
  await page.getByRole('menuitemradio', { name: 'Dark', exact: true }).click();
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark');
  await page.keyboard.press('Escape');
  await site.signOut();
});

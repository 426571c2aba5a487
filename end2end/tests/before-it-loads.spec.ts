import type { Page, Request } from '@playwright/test';
import { expectAccessible, expectNoSidewaysScroll } from '../support/checks/a11y';
import { holdApp, throttle, watchHeadings, watchShifts } from '../support/site/boot';
import { expect, test } from '../support/run/fixtures';

test.beforeEach(({ owner: _owner }) => undefined);

/**
 * Records every request that could be a sign-in, and every address that could contain the form's
 * data.
 */
function watchSubmits(page: Page): { calls: Request[]; posts: Request[]; urls: string[] } {
  const seen = { calls: [] as Request[], posts: [] as Request[], urls: [] as string[] };
  page.on('request', (request) => {
    seen.urls.push(request.url());
    if (request.url().endsWith('/api/session/sign_in')) {
      seen.calls.push(request);
    } else if (request.isNavigationRequest() && request.method() !== 'GET') {
      seen.posts.push(request);
    }
  });
  return seen;
}

/** Records each call of a server function. */
function watchCalls(page: Page, asked: string[]): void {
  page.on('request', (request) => {
    const [, name] = request.url().split('/api/');
    if (name !== undefined) {
      asked.push(name);
    }
  });
}

test('the sign-in form is there before the app is, as it will be', async ({ site, page }) => {
  const { signIn } = site;
  const release = await holdApp(page);
  await page.goto(signIn.path);
  const parts = [signIn.heading, signIn.email, signIn.password, signIn.showPassword, signIn.submit];
  const boxes = (): Promise<unknown[]> => Promise.all(parts.map((part) => part.boundingBox()));
  const styles = (): Promise<string[]> =>
    Promise.all(
      parts.map((part) =>
        part.evaluate((element) => {
          const { font, color, backgroundColor, borderColor } = getComputedStyle(element);
          return [font, color, backgroundColor, borderColor].join();
        }),
      ),
    );
  const eye = (): Promise<string | null> =>
    signIn.showPassword.locator('path:visible').getAttribute('d');
  const look = async () => ({ boxes: await boxes(), styles: await styles(), eye: await eye() });
  const before = await look();
  await expectAccessible(page);
  await expect(signIn.email).toHaveAttribute('autocomplete', 'username');
  await expect(signIn.password).toHaveAttribute('autocomplete', 'current-password');

  await release();
  await signIn.expectOpen();
  expect(await look()).toEqual(before);
  await expect(signIn.email).toHaveAttribute('autocomplete', 'username');
  await expect(signIn.password).toHaveAttribute('autocomplete', 'current-password');
});

test('the form before the app fits a narrow window', async ({ site, page }) => {
  await page.setViewportSize({ width: 320, height: 640 });
  await holdApp(page);
  await page.goto(site.signIn.path);
  await expect(site.signIn.submit).toBeVisible();
  await expectNoSidewaysScroll(page);
});

test('what is typed before the app is there stays, and so does the caret', async ({ site, page }) => {
  const { signIn } = site;
  const release = await holdApp(page);
  await page.goto(signIn.path);
  await signIn.fill(site.person.email, 'abcdef');
  await signIn.showPassword.click();
  await expect(signIn.password).toHaveAttribute('type', 'text');
  await signIn.password.focus();
  await signIn.password.press('Home');
  await signIn.password.press('ArrowRight');
  await signIn.password.press('Shift+ArrowRight');

  await release();
  await expect(signIn.password).toBeFocused();
  await expect(signIn.password).toHaveAttribute('type', 'text');
  await expect(signIn.showPassword).toHaveAttribute('aria-pressed', 'true');
  await page.keyboard.type('X');
  await expect(signIn.password).toHaveValue('aXcdef');
  await expect(signIn.email).toHaveValue(site.person.email);
  await signIn.showPassword.click();
  await expect(signIn.password).toHaveAttribute('type', 'password');
});

test('the caret in the email stays where it is', async ({ site, page }) => {
  const { signIn } = site;
  const release = await holdApp(page);
  await page.goto(signIn.path);
  await signIn.email.fill('ada.example.com');
  await signIn.email.press('Home');
  for (let step = 0; step < 3; step += 1) {
    await signIn.email.press('ArrowRight');
  }
  await signIn.email.press('Delete');
  await release();
  await expect(signIn.email).toBeFocused();
  await page.keyboard.type('@');
  await expect(signIn.email).toHaveValue('ada@example.com');
  await expect(signIn.email).toHaveAttribute('type', 'email');
});

for (const way of ['Enter', 'click'] as const) {
  test(`a submit that comes too early is carried out once: ${way}`, async ({ site, page }) => {
    const { signIn } = site;
    const seen = watchSubmits(page);
    const release = await holdApp(page);
    await page.goto(signIn.path);
    await signIn.fill(site.person.email, site.person.password);
    const press = (button = signIn.submit): Promise<void> =>
      way === 'Enter' ? signIn.password.press('Enter') : button.click({ force: true });
    await press();
    await expect(signIn.busy).toHaveAttribute('aria-busy', 'true');
    await press(signIn.busy);
    expect(seen.calls).toHaveLength(0);

    await release();
    await site.home.arrive();
    expect(seen.calls).toHaveLength(1);
    expect(seen.posts).toHaveLength(0);
    expect(seen.urls.filter((url) => url.includes('password=') || url.includes('email='))).toEqual([]);
  });
}

for (const early of ['before the app is there', 'before it knows of a session'] as const) {
  test(`p11 a submit ${early} takes no session away`, async ({ site, page, context }) => {
    const { signIn } = site;
    await site.enter();
    await site.addMfa();
    const other = site.on(await context.newPage());
    await other.profile.open();
    const seen = watchSubmits(page);
    // A link from another site sends no cookie, so the server returns the form.
    await page.route('**/sign-in', async (route) => {
      const bare = await fetch(route.request().url(), { headers: { 'Accept-Encoding': 'identity' } });
      await route.fulfill({ headers: Object.fromEntries(bare.headers), body: await bare.text() });
    });
    let tell: () => void = () => undefined;
    const told = new Promise<void>((resolve) => {
      tell = resolve;
    });
    await page.route('**/api/session/whoami', async (route) => {
      await told;
      await route.fallback();
    });
    const release = await holdApp(page);
    await page.goto(signIn.path);
    await expect(page.locator('#boot-sign-in')).toBeVisible();
    if (early === 'before it knows of a session') {
      await release();
    }
    await signIn.fill(site.person.email, site.person.password);
    await signIn.submit.click();
    await expect(signIn.busy).toBeVisible();
    if (early === 'before the app is there') {
      await release();
      await expect(signIn.busy).toBeVisible();
    }
    tell();
    await site.home.expectOpen();
    expect(seen.calls).toHaveLength(0);
    await other.page.reload();
    await expect(other.profile.settings).toBeVisible();
  });
}

test('p11 if nobody can say who is signed in, the submit waits for the next try', async ({
  site,
  page,
  guard,
}) => {
  guard.expectOutage();
  const seen = watchSubmits(page);
  await page.route('**/api/session/whoami', (route) => route.abort(), { times: 1 });
  const release = await holdApp(page);
  await page.goto(site.signIn.path);
  await site.signIn.fill(site.person.email, site.person.password);
  await site.signIn.submit.click();
  await release();
  await expect(site.signIn.tryAgain).toBeVisible();
  expect(seen.calls).toHaveLength(0);
  await site.signIn.submit.click();
  await site.home.expectOpen();
  expect(seen.calls).toHaveLength(1);
});

test('whoever goes on typing has not submitted yet', async ({ site, page }) => {
  const { signIn } = site;
  const seen = watchSubmits(page);
  const release = await holdApp(page);
  await page.goto(signIn.path);
  await signIn.fill(site.person.email, 'half a pass');
  await signIn.password.press('Enter');
  await signIn.password.pressSequentially('word');
  await expect(signIn.submit).not.toHaveAttribute('aria-busy');

  await release();
  await expect(signIn.password).toHaveValue('half a password');
  await signIn.password.fill(site.person.password);
  await signIn.submit.click();
  await site.home.expectOpen();
  expect(seen.calls).toHaveLength(1);
});

test('an early submit of nothing asks for what is missing', async ({ site, page }) => {
  const { signIn } = site;
  const seen = watchSubmits(page);
  const release = await holdApp(page);
  await page.goto(signIn.path);
  await signIn.submit.click();
  await release();
  await expect(signIn.email).toHaveAttribute('aria-invalid', 'true');
  await expect(signIn.email).toBeFocused();
  await expect(signIn.submit).not.toHaveAttribute('aria-busy');
  expect(seen.calls).toHaveLength(0);
});

for (const path of ['/', '/profile', '/sign-in']) {
  test(`a visitor meets the form at once and no other page: ${path}`, async ({ site, page }) => {
    const headings = await watchHeadings(page);
    const shifts = await watchShifts(page);
    const release = await holdApp(page);
    await page.goto(path);
    await site.signIn.email.fill(site.person.email);
    await release();
    await site.signIn.expectOpen();
    await expect(site.signIn.email).toHaveValue(site.person.email);
    expect((await headings()).filter((heading) => heading !== '')).toEqual(['Sign in']);
    expect(await shifts()).toBe(0);

    // The sign-in uses the email that was typed before the app was there.
    await site.signIn.password.fill(site.person.password);
    await site.signIn.submit.click();
    await (path === '/profile' ? site.profile : site.home).expectOpen();
  });
}

for (const path of ['/', '/profile', '/sign-in']) {
  test(`who is signed in sees nothing of the form, and nothing jumps: ${path}`, async ({ site, page }) => {
    await site.enter();
    const headings = await watchHeadings(page);
    const shifts = await watchShifts(page);
    const release = await holdApp(page);
    await page.goto(path);
    await expect(page.locator('#boot .skeleton').first()).toBeVisible();
    await expect(site.signIn.email).toHaveCount(0);
    await release();
    const { profile, home } = site;
    const target = path === '/profile' ? profile : home;
    await target.expectOpen();
    await expect(page.locator('.skeleton')).toHaveCount(0);
    const seen = (await headings()).filter((heading) => !['', 'Customer Control Panel'].includes(heading));
    expect(seen).toEqual([target.title]);
    expect(await shifts()).toBe(0);
  });
}

for (const [path, data] of [
  ['/profile', 'profile/view'],
  ['/accounts', 'accounts/list'],
] as const) {
  test(`what ${path} asks first is asked before the app is there, and once`, async ({ site, page }) => {
    await site.enter();
    const asked: string[] = [];
    const isData = (request: Request): boolean => request.url().endsWith(`/api/${data}`);
    watchCalls(page, asked);
    const release = await holdApp(page);
    const early = page.waitForRequest(isData);
    await page.goto(path);
    await early;
    await release();
    const screen = path === '/profile' ? site.profile : site.accounts;
    await screen.expectOpen();
    await expect(page.locator('.skeleton')).toHaveCount(0);
    expect(asked).toEqual(['session/whoami', data]);

    // Later, the way back to the page loads the data again.
    await page.getByRole('link', { name: 'Customer Control Panel' }).click();
    await site.home.expectOpen();
    const anew = page.waitForRequest(isData);
    await page.goBack();
    await anew;
    await screen.expectOpen();
  });
}

test('nobody asks early for what a half signed in session may not see', async ({ site, page }) => {
  await site.enter();
  await site.addMfa();
  await site.signOut();
  await site.enterUpToCode();
  const asked: string[] = [];
  watchCalls(page, asked);
  const whoami = page.waitForResponse((answer) => answer.url().endsWith('/api/session/whoami'));
  const release = await holdApp(page);
  await page.goto(site.profile.path);
  await whoami;
  await release();
  await site.signInCode.expectOpen();
  expect(asked).toEqual(['session/whoami']);
});

test('nothing jumps on a slow network either', async ({ site, page }) => {
  test.slow();
  const shifts = await watchShifts(page);
  await throttle(page);
  await page.goto(site.signIn.path);
  await site.signIn.expectOpen();
  expect(await shifts()).toBe(0);
  await site.signIn.fill(site.person.email, site.person.password);
  await site.signIn.submit.click();
  await site.home.expectOpen();
  for (const screen of [site.home, site.profile]) {
    await page.goto(screen.path);
    await screen.expectOpen();
    await expect(page.locator('.skeleton')).toHaveCount(0);
    expect(await shifts(), screen.path).toBe(0);
  }
});

test('a session that ended meanwhile still leads to the form and back', async ({ site, page, guard }) => {
  guard.expectRefusals(401);
  await site.enter();
  const cookies = await page.context().cookies();
  const cookie = cookies.find(({ name }) => /^(__Host-)?twinlock(-\d+)?$/.test(name));
  await page.context().addCookies([{ ...cookie!, value: 'A'.repeat(43) }]);
  await page.goto(site.profile.path);
  await site.signIn.expectOpen();
  await site.signIn.fill(site.person.email, site.person.password);
  await site.signIn.submit.click();
  await site.profile.expectOpen();
});

test.describe('with JavaScript off', () => {
  test.use({ javaScriptEnabled: false });

  test('there is no form that could not work', async ({ site, page }) => {
    await page.goto(site.signIn.path);
    await expect(page.getByText(/needs JavaScript/)).toBeVisible();
    await expect(site.signIn.email).toHaveCount(0);
  });
});

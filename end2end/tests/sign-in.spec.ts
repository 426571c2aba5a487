import { expect, test } from '../support/run/fixtures';
import { words } from '../support/pages/words';

test.beforeEach(({ owner: _owner }) => undefined);

test('without MFA, email and password open the home page', async ({ site }) => {
  await site.signIn.open();
  await site.signIn.arrive();
  await site.signIn.fill(site.person.email, site.person.password);
  await site.signIn.submit.click();
  await site.home.arrive();
  await site.home.profileLink.click();
  await site.profile.arrive();
});

test('the email is taken in any case', async ({ site }) => {
  await site.signIn.open();
  await site.signIn.fill(site.person.email.toUpperCase(), site.person.password);
  await site.signIn.submit.click();
  await site.home.expectOpen();
});

test('a key that is held submits once', async ({ site, page, guard }) => {
  guard.expectRefusals(401);
  const { signIn } = site;
  let posts = 0;
  page.on('request', (request) => {
    posts += Number(request.url().endsWith('/api/session/sign_in'));
  });
  await signIn.open();
  await signIn.fill(site.person.email, 'not the password at all');
  await signIn.password.press('End');
  for (let repeat = 0; repeat < 5; repeat += 1) {
    await page.keyboard.down('Enter');
    await expect(signIn.alert.filter({ hasText: words.badCredentials })).toBeVisible();
    await expect(signIn.submit).toBeEnabled();
  }
  await page.keyboard.up('Enter');
  expect(posts).toBe(1);
});

test('a wrong password and an unknown email get one and the same answer', async ({
  site,
  guard,
}) => {
  guard.expectRefusals(401);
  const { signIn } = site;
  const answers: string[] = [];
  for (const email of [site.person.email, 'nobody@example.com']) {
    await signIn.open();
    await signIn.fill(email, 'not the password at all');
    await signIn.submit.click();
    await expect(signIn.alert.filter({ hasText: words.badCredentials })).toBeVisible();
    await signIn.arrive();
    answers.push(await signIn.alert.innerText());
    await expect(signIn.email).toHaveValue(email);
  }
  expect(answers[0]).toBe(answers[1]);
});

test('Show password shows it, and hides it again', async ({ site, page }) => {
  const { signIn } = site;
  await signIn.open();
  await signIn.password.fill(site.person.password);
  await expect(signIn.password).toHaveAttribute('type', 'password');
  await signIn.showPassword.click();
  await expect(signIn.password).toHaveAttribute('type', 'text');
  await signIn.arrive();
  await page.getByRole('button', { name: /^(Show|Hide) password$/ }).click();
  await expect(signIn.password).toHaveAttribute('type', 'password');
  await expect(signIn.password).toHaveValue(site.person.password);
});

test('a deep link is returned to after the sign-in', async ({ site, page, guard }) => {
  guard.expectRefusals(401);
  await page.goto(site.profile.path);
  await site.signIn.expectOpen();
  await site.signIn.fill(site.person.email, site.person.password);
  await site.signIn.submit.click();
  await site.profile.arrive();
});

test('whoever is signed in is not asked again', async ({ site, page }) => {
  await site.enter();
  await page.goto(site.signIn.path);
  await site.home.expectOpen();
});

test('signing out ends the session in the other tab too', async ({ site, context, guard }) => {
  guard.expectRefusals(401);
  await site.enter();
  const other = site.on(await context.newPage());
  await other.profile.open();
  await other.profile.expectOpen();

  await site.signOut();
  await site.signIn.arrive();
  await other.signIn.expectOpen();
  await expect(other.page.getByText(words.sessionEnded)).toBeVisible();
  await expect(site.page.getByText(words.sessionEnded)).toHaveCount(0);
  await other.expectNothingPersonal();
});

test('signing in reaches the other tab too', async ({ site, context }) => {
  const other = site.on(await context.newPage());
  await other.signIn.open();
  await site.enter();
  await other.home.expectOpen();
});

test('Back after signing out shows nothing personal', async ({ site, page, guard }) => {
  guard.expectRefusals(401);
  await site.enter();
  await site.menu.choose('My profile');
  await site.profile.expectOpen();
  await site.signOut();

  await page.goBack();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(site.signIn.title);
  await site.expectNothingPersonal();
  await page.goto(site.profile.path);
  await site.signIn.expectOpen();
  await site.expectNothingPersonal();
});

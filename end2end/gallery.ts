import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, type Locator, type Page, test as base } from '@playwright/test';
import { expectAccessible, expectNoSidewaysScroll } from './support/checks/a11y';
import { Guard } from './support/checks/guard';
import { inEachLook } from './support/tours/looks';

const PICTURES = resolve(__dirname, '../target/gallery-pictures');
const THEMES = ['light', 'dark'] as const;

/** Starts the gallery's server, and stops it with the worker. */
const test = base.extend<{ gallery: Page }, { address: string }>({
  address: [
    // Playwright reads which fixtures are needed from this pattern.
    async ({}, use) => {
      const [program, pages] = [variable('GALLERY_SERVER'), variable('GALLERY_PAGES')];
      const server = spawn(program, [pages], { stdio: ['ignore', 'pipe', 'inherit'] });
      const [line] = (await once(createInterface({ input: server.stdout }), 'line')) as [string];
      await use(line.replace(/^Listening on /, ''));
      server.kill();
    },
    { scope: 'worker' },
  ],

  gallery: async ({ page, context, address }, use) => {
    const guard = new Guard(new URL(address).origin);
    await guard.watch(context);
    await page.goto(address);
    await expect(page.locator('body')).toHaveAttribute('data-ready', '');
    await expect(page.getByRole('heading', { level: 1, name: 'Gallery' })).toBeFocused();
    await use(page);
    expect(guard.faults(), 'what no page may do').toEqual([]);
  },
});

function variable(name: string): string {
  const value = process.env[name];
  if (value === undefined) {
    throw new Error(`${name} is missing: use cargo xtask gallery --check`);
  }
  return value;
}

async function picture(page: Page, name: string, fullPage: boolean): Promise<void> {
  mkdirSync(PICTURES, { recursive: true });
  await page.screenshot({
    path: join(PICTURES, `${name}.png`),
    fullPage,
    animations: 'disabled',
  });
}

test('every widget is accessible and fits, in each width and on each canvas', async ({
  gallery,
}) => {
  await expect(gallery.getByRole('group', { name: /, (light|dark)$/ })).toHaveCount(20);
  await inEachLook(gallery, async ({ width, colorScheme }) => {
    await expectNoSidewaysScroll(gallery);
    await expectAccessible(gallery);
    await picture(gallery, `all-${width}-${colorScheme}`, true);
  });
});

for (const theme of THEMES) {
  const pane = (page: Page, family: string): Locator =>
    page.getByRole('group', { name: `${family}, ${theme}` });

  /** Checks what has just been opened, and takes a picture of it. */
  const look = async (page: Page, name: string): Promise<void> => {
    await expectAccessible(page);
    await picture(page, `${name}-${theme}`, false);
  };

  test(`what opens is accessible too, ${theme}`, async ({ gallery }) => {
    const menus = pane(gallery, 'Menus and steps');
    for (const name of ['Ada Owner', 'MFA method menu']) {
      await menus.getByRole('button', { name }).click();
      await expect(menus.getByRole('menu', { name })).toBeVisible();
      await look(gallery, `menu-${name.replaceAll(' ', '-')}`);
      await gallery.keyboard.press('Escape');
    }

    const dialogs = pane(gallery, 'Dialogs and disclosures');
    await dialogs.getByRole('button', { name: 'Delete' }).click();
    await expect(gallery.getByRole('dialog')).toBeVisible();
    await look(gallery, 'dialog');
    await gallery.keyboard.press('Escape');

    const fields = pane(gallery, 'Fields');
    await fields.getByRole('button', { name: 'Show password' }).first().click();
    await look(gallery, 'password-shown');
  });

  test(`what is pressed answers, ${theme}`, async ({ gallery, context }) => {
    await context.grantPermissions(['clipboard-read', 'clipboard-write']);
    const codes = pane(gallery, 'Codes');
    await codes.getByRole('button', { name: 'Copy key' }).click();
    await expect(codes.getByText('Copied')).toBeVisible();
    await look(gallery, 'copied');

    const save = pane(gallery, 'Buttons').getByRole('button', { name: 'Save' });
    await save.click();
    await expect(save).toHaveCount(0);
    await expect(save).toHaveCount(1);

    const choices = pane(gallery, 'Choices');
    const pressed = choices.getByRole('switch').last();
    await pressed.click();
    await expect(pressed).toBeChecked();
    // Playwright would wait for an `aria-disabled` control; users don't.
    await choices.getByRole('checkbox', { name: 'Default' }).click({ force: true });
    await expect(choices.getByRole('checkbox', { name: 'Default' })).toBeChecked();

    const messages = pane(gallery, 'Messages');
    const done = messages.locator('figure', { hasText: 'Status: what was done' });
    await done.getByRole('button', { name: 'Dismiss' }).click();
    await expect(messages.getByText('Authenticator application added')).toHaveCount(0);
  });
}

import { expect, test } from '../support/run/fixtures';
import { BRAND } from '../support/pages/screen';
import { words } from '../support/pages/words';

test.beforeEach(({ owner: _owner }) => undefined);

/** Counts the pages of a PDF by Chromium, which does not compress the page tree. */
function countPages(pdf: Buffer): number {
  return pdf.toString('latin1').match(/\/Type\s*\/Page\b/g)?.length ?? 0;
}

for (const format of ['A4', 'Letter'] as const) {
  test(`the codes are one clean sheet of ${format}`, async ({ site, page }) => {
    await site.enter();
    const { codes } = await site.setUpToBackupCodes();
    const pdf = await page.pdf({ format, path: test.info().outputPath(`codes-${format}.pdf`) });
    expect(countPages(pdf)).toBe(1);

    await page.emulateMedia({ media: 'print', colorScheme: 'dark' });
    await page.setViewportSize({ width: 700, height: 900 });
    const sheet = await page.locator('body').innerText();

    for (const code of codes) {
      expect(sheet).toContain(code);
    }
    expect(sheet).toContain(BRAND);
    expect(sheet).toContain(site.person.email);
    expect(sheet).toMatch(/\b\d{4}-\d\d-\d\d\b/);
    expect(sheet).toMatch(words.eachOnce);
    await expect(page.getByRole('button').filter({ visible: true })).toHaveCount(0);
    await expect(page.getByRole('checkbox').filter({ visible: true })).toHaveCount(0);
    await expect(page.getByRole('link').filter({ visible: true })).toHaveCount(0);
    await expect(page.getByText(site.person.name).filter({ visible: true })).toHaveCount(0);
    await expect(page.locator('body')).toHaveCSS('background-color', 'rgb(255, 255, 255)');
  });
}

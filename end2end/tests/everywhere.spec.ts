import { test } from '../support/fixtures';
import { expectAccessible, expectNoSidewaysScroll } from '../support/a11y';
import { inEachLook } from '../support/looks';
import { TOURS } from '../support/tours';

for (const [name, tour] of TOURS) {
  test(`every page is accessible and fits, in each width and theme: ${name}`, async ({
    site,
    server,
    guard,
  }) => {
    test.slow();
    await tour({
      site,
      server,
      guard,
      visit: (stop, page) =>
        test.step(stop, () =>
          inEachLook(page, async () => {
            await expectNoSidewaysScroll(page);
            await expectAccessible(page);
          }),
        ),
    });
  });
}

import { test } from '../support/fixtures';
import { expectAccessible, expectNoSidewaysScroll } from '../support/a11y';
import { inEachLook } from '../support/looks';
import { tour } from '../support/tour';

test('every page is accessible and fits, wide and at 320 px, light and dark', async ({
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

import { test } from '../support/run/fixtures';
import { expectAccessible, expectLegible } from '../support/checks/a11y';
import { expectSameAria } from '../support/tours/aria';
import { expectFocusInView, expectRoom } from '../support/checks/layout';
import { besideKeyboard, inEachHabit, inEachLook, inEachWidth } from '../support/tours/looks';
import { TOURS, TOURS_AT } from '../support/tours/tours';

test.use({ serverOptions: TOURS_AT });

/** One walk for all checks, because the way from stop to stop takes most of the time. */
for (const [name, tour] of TOURS) {
  test(`every page is accessible and fits, in each width and theme: ${name}`, async ({
    site,
    server,
    guard,
  }) => {
    // There are about twenty stops in nine sizes each, which takes minutes on a busy machine.
    test.setTimeout(600_000);
    await tour({
      site,
      server,
      guard,
      visit: (stop, page) =>
        test.step(stop, async () => {
          await expectSameAria(page, stop);
          // Two of the four looks get all rules, so that each width and each theme is checked by
          // them once.
          await inEachLook(page, ({ width, colorScheme }) =>
            (width === 320) === (colorScheme === 'dark')
              ? expectAccessible(page)
              : expectLegible(page),
          );
          await inEachWidth(page, (width) => expectRoom(page, `${stop} at ${width} px`));
          await inEachHabit(page, (habit) => expectRoom(page, `${stop} with ${habit}`));
          await besideKeyboard(page, () => expectFocusInView(page));
        }),
    });
  });
}

import { expect } from '@playwright/test';
import { accounts } from './accounts-tour';
import { keys } from './keys-tour';
import { method } from './method-tour';
import { severalMethods } from './several-tour';
import { states } from './states-tour';
import { firstSteps, type Tour, type Visit } from './tour';
import { words } from '../pages/words';
import type { ServerOptions } from '../site/server';

type Walk = (tour: Tour) => Promise<void>;

/** What the tours ask of the server: keys need a name in its address. */
export const TOURS_AT: ServerOptions = { hasName: true };

/**
 * All tours, which together show every page in its main states. The first one needs an empty
 * database.
 */
export const TOURS: readonly [string, Walk][] = [
  ['first steps', settled(firstSteps)],
  ['a method', settled(method)],
  ['several methods', settled(severalMethods)],
  ['passkeys and security keys', settled(keys)],
  ['accounts', settled(accounts)],
  ['rare states', settled(states)],
];

/** Waits until a page has loaded before its visit, except for stops that show how a page waits. */
function settled(tour: Walk): Walk {
  const once = (look: Visit): Visit => async (stop, page) => {
    if (!/on (its|their) way/.test(stop)) {
      await expect(page.getByText(words.loading)).toHaveCount(0);
    }
    await look(stop, page);
  };
  return ({ visit, ...rest }) => tour({ ...rest, visit: once(visit) });
}

import { accounts } from './accounts-tour';
import { method } from './method-tour';
import { states } from './states-tour';
import { firstSteps, type Tour } from './tour';

/** Together they show every page in its main states. The first one needs an empty database. */
export const TOURS: readonly [string, (tour: Tour) => Promise<void>][] = [
  ['first steps', firstSteps],
  ['a method', method],
  ['accounts', accounts],
  ['rare states', states],
];

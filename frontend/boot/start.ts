/** Runs at the end of the page: what has to work before, while and after the app starts. */

import './failures';
import './reload';
import './answers';
import './history';
import './double-click';
import './sign-in-form';
import './keys';

/** Buttons that reload the page. */

import { Mark } from './page';

// No link to the page itself: it would drop the fragment, which may hold an invitation.
for (const button of document.querySelectorAll<HTMLElement>(`[${Mark.Reload}]`)) {
  button.onclick = () => location.reload();
}

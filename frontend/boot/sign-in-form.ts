/** Makes the sign-in form work before the app does. The app takes over what was typed and sent. */

import { find } from './page';
import { Attribute, Element } from './protocol';

const form = find(Element.SignInForm) as HTMLFormElement | null;
if (form) {
  const toggle = form.querySelector<HTMLButtonElement>('.password__toggle')!;
  toggle.onclick = () => {
    const password: HTMLInputElement = form.password;
    const isShown = password.type === 'password';
    toggle.setAttribute('aria-pressed', `${isShown}`);
    password.type = isShown ? 'text' : 'password';
  };
  const submit = form.querySelector<HTMLButtonElement>('.button')!;
  submit.type = 'submit';
  const wait = (isBusy: boolean): void => {
    for (const state of [Attribute.Submitted, 'aria-disabled']) {
      if (isBusy) submit.setAttribute(state, 'true');
      else submit.removeAttribute(state);
    }
    submit.firstChild!.textContent = isBusy ? 'Signing in…' : 'Sign in';
  };
  form.onsubmit = (event) => {
    event.preventDefault();
    wait(true);
  };
  // A user who types again has not yet submitted what will be in the form.
  form.oninput = () => wait(false);
}

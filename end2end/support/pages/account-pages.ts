import type { Locator, Page } from '@playwright/test';
import { Screen, SecondFactorScreen } from './screen';

/** The actions that need a verification, as in the page's address. */
export type Action = 'add' | 'reset' | 'delete' | 'generate' | 'rule-off' | 'member-reset';

export class StepUp extends SecondFactorScreen {
  readonly path: string;
  readonly cancel = this.button('Cancel');

  constructor(page: Page, action: Action) {
    super(page);
    this.path = `/verify/${action}`;
  }
}

export class ChooseAccount extends Screen {
  readonly path = '/sign-in/account';
  readonly title = 'Choose an account';
  readonly choices = this.page.getByRole('main').getByRole('list').getByRole('button');

  /** Returns the button of an account; its name begins with the account's name. */
  choice(account: string): Locator {
    return this.choices.filter({ hasText: account });
  }
}

export class Accounts extends Screen {
  readonly path = '/accounts';
  readonly title = 'Accounts';

  row(account: string): Locator {
    return rowOf(this.page, account);
  }

  /** Returns the link to the members, if there is one. */
  membersOf(account: string): Locator {
    return this.page.getByRole('link', { name: account, exact: true });
  }

  rule(account: string): Locator {
    return this.page.getByRole('switch', { name: `Require MFA for ${account}`, exact: true });
  }
}

/** The members of one account. */
export class Members extends Screen {
  readonly path = '/accounts/';
  readonly search = this.page.getByRole('searchbox', { name: 'Search', exact: true });
  readonly filter = this.page.getByRole('combobox', { name: 'MFA', exact: true });
  readonly clear = this.button('Clear');
  readonly download = this.button('Download CSV');
  readonly previous = this.button('Previous');
  readonly next = this.button('Next');
  readonly rows = this.page.getByRole('row').filter({ has: this.page.getByRole('rowheader') });

  constructor(
    page: Page,
    readonly title: string,
  ) {
    super(page);
  }

  row(name: string): Locator {
    return rowOf(this.page, name);
  }

  reset(name: string): Locator {
    return this.row(name).getByRole('button', { name: 'Reset MFA', exact: true });
  }

  protected override isAt(pathname: string): boolean {
    return pathname.startsWith(this.path) && pathname !== this.path;
  }
}

/** Returns the row of a table whose name cell matches. */
function rowOf(page: Page, name: string): Locator {
  const head = page.getByRole('rowheader', { name, exact: true });
  return page.getByRole('row').filter({ has: head });
}

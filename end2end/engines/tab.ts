/** What people look for on a page: something of a role, by its name or its text. */
export interface Control {
  role:
    | 'alert'
    | 'button'
    | 'checkbox'
    | 'dialog'
    | 'heading'
    | 'img'
    | 'link'
    | 'listitem'
    | 'main'
    | 'menuitem'
    | 'region'
    | 'row'
    | 'status'
    | 'switch'
    | 'textbox';
  /** The accessible name: a string names all of it. */
  name?: string | RegExp;
  /** What it says, in part. */
  text?: RegExp;
  within?: Control;
}

/** A field without a role, as passwords are typed into, by its label. */
export interface Labelled {
  label: string;
}

export type Target = Control | Labelled;

/**
 * One browser tab, whatever engine and protocol stand behind it. The journeys ask for no more than
 * this, so that an engine is added by one class. Whoever acts waits for the target to be there.
 */
export interface Tab {
  /** The engine's own version. */
  version(): Promise<string>;
  open(url: string): Promise<void>;
  reload(): Promise<void>;
  back(): Promise<void>;
  url(): Promise<string>;
  title(): Promise<string>;
  click(target: Target): Promise<void>;
  fill(target: Target, text: string): Promise<void>;
  press(target: Target, key: 'Enter' | 'Escape'): Promise<void>;
  /** The texts of all that are shown at this moment. */
  read(target: Target): Promise<string[]>;
  /** Whether a box is ticked, or a switch is on. */
  isOn(target: Target): Promise<boolean>;
  /** What stands in a field. */
  value(target: Target): Promise<string>;
  /** A picture for the report of a failed test. */
  picture(): Promise<Buffer>;
}

export const button = (name: string, within?: Control): Control => ({
  role: 'button',
  name,
  ...(within === undefined ? {} : { within }),
});

export const link = (name: string): Control => ({ role: 'link', name });

export const textbox = (name: string): Control => ({ role: 'textbox', name });

/** A message of the page: what was refused, or the result of the last action. */
export const message = (role: 'alert' | 'status', text: RegExp | string): Control => ({
  role,
  text: typeof text === 'string' ? literal(text) : text,
});

function literal(text: string): RegExp {
  return new RegExp(text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
}

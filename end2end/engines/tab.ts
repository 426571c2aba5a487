/** A control on a page: an element with a role, found by its name or its text. */
export interface Control {
  role:
    | 'alert'
    | 'button'
    | 'checkbox'
    | 'combobox'
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
  /** The accessible name; a string must match all of it. */
  name?: string | RegExp;
  /** A part of the element's text. */
  text?: RegExp;
  within?: Control;
}

/** A field without a role, such as a password field, found by its label. */
export interface Labelled {
  label: string;
}

export type Target = Control | Labelled;

export type Choices = Record<string, boolean>;

/**
 * One browser tab of any engine and protocol. The journeys use only these functions, so that one
 * class adds an engine. Every action waits until its target is there.
 */
export interface Tab {
  /** The version of the engine. */
  version(): Promise<string>;
  open(url: string): Promise<void>;
  reload(): Promise<void>;
  back(): Promise<void>;
  url(): Promise<string>;
  title(): Promise<string>;
  click(target: Target): Promise<void>;
  fill(target: Target, text: string): Promise<void>;
  press(target: Target, key: 'Enter' | 'Escape'): Promise<void>;
  /** Chooses an option of a select field. */
  select(target: Target, option: string): Promise<void>;
  /** The texts of all matching elements that are shown now. */
  read(target: Target): Promise<string[]>;
  /** Whether a checkbox is checked, or a switch is on. */
  isOn(target: Target): Promise<boolean>;
  /** The value of a field. */
  value(target: Target): Promise<string>;
  /** The options of a select field, and whether each can be chosen. */
  choices(target: Target): Promise<Choices>;
  /** A screenshot for the report of a failed test. */
  picture(): Promise<Buffer>;
}

export const button = (name: string, within?: Control): Control => ({
  role: 'button',
  name,
  ...(within === undefined ? {} : { within }),
});

export const link = (name: string): Control => ({ role: 'link', name });

export const textbox = (name: string): Control => ({ role: 'textbox', name });

/** A message of the page: a refusal, or the result of the last action. */
export const message = (role: 'alert' | 'status', text: RegExp | string): Control => ({
  role,
  text: typeof text === 'string' ? literal(text) : text,
});

function literal(text: string): RegExp {
  return new RegExp(text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
}

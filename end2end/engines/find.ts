import type { Choices, Control, Target } from './tab';

interface Pattern {
  source: string;
  flags: string;
}

/**
 * A target in the form that is sent into the page, because a regular expression can't be sent as
 * such.
 */
export type Wire =
  | { label: string }
  | {
      role: string;
      name: string | Pattern | null;
      text: Pattern | null;
      within: Wire | null;
    };

export function wire(target: Target): Wire {
  if ('label' in target) {
    return { label: target.label };
  }
  const { role, name, text, within } = target;
  return {
    role,
    name: name instanceof RegExp ? pattern(name) : (name ?? null),
    text: text === undefined ? null : pattern(text),
    within: within === undefined ? null : wire(within satisfies Control),
  };
}

function pattern({ source, flags }: RegExp): Pattern {
  return { source, flags };
}

/** The functions of Testing Library that are used here. */
interface Library {
  queryAllByRole(
    scope: HTMLElement,
    role: string,
    options: { name?: string | RegExp },
  ): HTMLElement[];
  queryAllByLabelText(scope: HTMLElement, label: string): HTMLElement[];
}

/**
 * Runs in the page, so it may use nothing from outside. Returns all shown elements that match, with
 * their texts, or null if the library is not loaded yet.
 */
export function find(question: Wire): { element: HTMLElement; text: string }[] | null {
  const library = (window as unknown as { TestingLibraryDom?: Library }).TestingLibraryDom;
  if (library === undefined) {
    return null;
  }
  const revived = (part: string | Pattern): string | RegExp =>
    typeof part === 'string' ? part : new RegExp(part.source, part.flags);
  const plain = (text: string): string => text.replace(/\s+/g, ' ').trim();
  const all = (target: Wire): HTMLElement[] => {
    if ('label' in target) {
      return library.queryAllByLabelText(document.body, target.label);
    }
    const { role, name, text, within } = target;
    const scopes = within === null ? [document.body] : all(within);
    const options = name === null ? {} : { name: revived(name) };
    const found = scopes.flatMap((scope) => library.queryAllByRole(scope, role, options));
    return text === null
      ? found
      : found.filter((element) => (revived(text) as RegExp).test(plain(element.textContent ?? '')));
  };
  return all(question)
    .filter((element) => element.getClientRects().length > 0)
    .map((element) => ({ element, text: plain(element.innerText ?? '') }));
}

/** Runs in the page, so it may use nothing from outside. Returns the options of a select field. */
export function choicesOf(field: HTMLElement): Choices {
  const options = [...(field as HTMLSelectElement).options];
  return Object.fromEntries(options.map(({ text, disabled }) => [text.trim(), !disabled]));
}

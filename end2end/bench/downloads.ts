import type { Transfer } from './visit';

export const PARTS = ['html', 'js', 'wasm', 'css', 'icons', 'calls'] as const;

type Part = (typeof PARTS)[number];

/** The bytes that one visit downloads. */
export interface Downloads {
  parts: Record<Part, number>;
  /** All bytes, without calls of server functions. */
  total: number;
  /** The WASM file, uncompressed. */
  wasm: number;
}

/** Sums up the transfers by their kind. */
export function downloads(transfers: readonly Transfer[]): Downloads {
  const parts: Record<Part, number> = { html: 0, js: 0, wasm: 0, css: 0, icons: 0, calls: 0 };
  for (const transfer of transfers) {
    parts[partOf(transfer)] += transfer.bytes;
  }
  const sum = Object.values(parts).reduce((one, other) => one + other, 0);
  const wasm = transfers.filter((transfer) => partOf(transfer) === 'wasm');
  return {
    parts,
    total: sum - parts.calls,
    wasm: wasm.reduce((plain, transfer) => plain + transfer.plain, 0),
  };
}

function partOf({ path, type }: Transfer): Part {
  const ending = /\.(js|wasm|css|svg|ico)$/.exec(path)?.[1];
  switch (ending) {
    case 'js':
    case 'wasm':
    case 'css':
      return ending;
    case 'svg':
    case 'ico':
      return 'icons';
    default:
      return type === 'Document' ? 'html' : 'calls';
  }
}

import { test as base } from '../run/fixtures';
import { Proxy } from './proxy';

/** The pages behind a proxy that keeps connections and may lose answers. */
export const test = base.extend<{ between: Proxy }>({
  between: async ({ server }, use) => {
    const proxy = await Proxy.before(server);
    await use(proxy);
    proxy.close();
  },
  baseURL: async ({ between }, use) => {
    await use(between.url);
  },
});

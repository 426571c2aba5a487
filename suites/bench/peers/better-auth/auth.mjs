// better-auth as its documentation sets it up, with the hash and the journal mode of the comparison with Twinlock.
import { hash, verify } from "@node-rs/argon2";
import { betterAuth } from "better-auth";
import { twoFactor } from "better-auth/plugins";
import Database from "better-sqlite3";

export const port = Number(process.env.PORT);
export const database = new Database(process.env.DATABASE);
database.pragma("journal_mode = WAL");
database.pragma("synchronous = NORMAL");

// Argon2id, 19 MiB, two passes, one lane: the same as Twinlock.
const cost = { algorithm: 2, memoryCost: 19456, timeCost: 2, parallelism: 1 };

export const options = {
  appName: "Peer",
  baseURL: `http://127.0.0.1:${port}`,
  secret: "a secret of this bench and of nothing else",
  database,
  telemetry: { enabled: false },
  logger: { level: "error" },
  rateLimit: { enabled: false },
  emailAndPassword: {
    enabled: true,
    password: {
      hash: (password) => hash(password, cost),
      verify: ({ hash: stored, password }) => verify(stored, password),
    },
  },
  plugins: [twoFactor()],
};
export const auth = betterAuth(options);

// Creates the tables, and users with a password and an authenticator; prints each user's address and secret.
import { randomBytes, randomUUID } from "node:crypto";

import { symmetricEncrypt } from "better-auth/crypto";
import { getMigrations } from "better-auth/db/migration";

import { auth, database, options } from "./auth.mjs";

const [count, password] = process.argv.slice(2);
const { runMigrations } = await getMigrations(options);
await runMigrations();
const { password: passwords, secretConfig: key } = await auth.$context;
const stored = await passwords.hash(password);
const sealed = (data) => symmetricEncrypt({ key, data });

const people = [];
for (let number = 0; number < Number(count); number += 1) {
  const secret = randomBytes(16).toString("hex");
  people.push({
    email: `person${number}@example.com`,
    secret,
    sealed: await sealed(secret),
    codes: await sealed("[]"),
  });
}

const now = new Date().toISOString();
const user = database.prepare(
  "INSERT INTO user (id, name, email, emailVerified, createdAt, updatedAt, twoFactorEnabled) VALUES (?, ?, ?, 1, ?, ?, 1)",
);
const account = database.prepare(
  "INSERT INTO account (id, accountId, providerId, userId, password, createdAt, updatedAt) VALUES (?, ?, 'credential', ?, ?, ?, ?)",
);
const factor = database.prepare(
  "INSERT INTO twoFactor (id, secret, backupCodes, userId, verified) VALUES (?, ?, ?, ?, 1)",
);
database.transaction(() => {
  for (const person of people) {
    const id = randomUUID();
    user.run(id, "A person", person.email, now, now);
    account.run(randomUUID(), id, id, stored, now, now);
    factor.run(randomUUID(), person.sealed, person.codes, id);
  }
})();
database.close();
for (const { email, secret } of people) console.log(`${email} ${secret}`);

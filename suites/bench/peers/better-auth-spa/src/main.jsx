// Sign-in, code and a signed-in page on better-auth's own client for React: a minimal application.
import { useState } from "react";
import { createRoot } from "react-dom/client";
import { BrowserRouter, Navigate, Route, Routes, useNavigate } from "react-router";

import { twoFactorClient } from "better-auth/client/plugins";
import { createAuthClient } from "better-auth/react";

import "./style.css";

const auth = createAuthClient({ plugins: [twoFactorClient()] });

function Form({ title, fields, action, submit }) {
  const [refused, setRefused] = useState("");
  const [busy, setBusy] = useState(false);
  const onSubmit = async (event) => {
    event.preventDefault();
    setBusy(true);
    setRefused("");
    const said = await submit(Object.fromEntries(new FormData(event.target)));
    setBusy(false);
    if (said) setRefused(said);
  };
  return (
    <main>
      <h1>{title}</h1>
      <form onSubmit={onSubmit}>
        {fields.map(([name, label, type, autoComplete]) => (
          <div key={name}>
            <label htmlFor={name}>{label}</label>
            <input id={name} name={name} type={type} autoComplete={autoComplete} required />
          </div>
        ))}
        {refused && (
          <p className="err" role="alert">
            {refused}
          </p>
        )}
        <button disabled={busy}>{action}</button>
      </form>
    </main>
  );
}

function SignIn() {
  const navigate = useNavigate();
  const submit = async (typed) => {
    const { data, error } = await auth.signIn.email(typed);
    if (error) return error.message;
    navigate(data.twoFactorRedirect ? "/2fa" : "/");
  };
  const fields = [
    ["email", "Email", "email", "username"],
    ["password", "Password", "password", "current-password"],
  ];
  return <Form title="Sign in" action="Sign in" fields={fields} submit={submit} />;
}

function TwoFactor() {
  const navigate = useNavigate();
  const submit = async (typed) => {
    const { error } = await auth.twoFactor.verifyTotp(typed);
    if (error) return error.message;
    navigate("/");
  };
  const fields = [["code", "6-digit code", "text", "one-time-code"]];
  return <Form title="Code" action="Verify" fields={fields} submit={submit} />;
}

function Home() {
  const { data, isPending } = auth.useSession();
  if (isPending) return <main>…</main>;
  if (!data) return <Navigate to="/sign-in" />;
  return (
    <main>
      <h1>{data.user.email}</h1>
      <button onClick={() => auth.signOut()}>Sign out</button>
    </main>
  );
}

createRoot(document.getElementById("root")).render(
  <BrowserRouter>
    <Routes>
      <Route path="/sign-in" element={<SignIn />} />
      <Route path="/2fa" element={<TwoFactor />} />
      <Route path="*" element={<Home />} />
    </Routes>
  </BrowserRouter>,
);

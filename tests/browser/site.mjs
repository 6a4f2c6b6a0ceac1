// The site under test: a small demonstration company, started afresh; or one that runs already, named by SITE_URL, SITE_EMAIL and SITE_PASSWORD.
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const START_MS = 240_000;

export async function startSite(binary) {
  const { SITE_URL: url, SITE_EMAIL: email, SITE_PASSWORD: password } = process.env;
  if (url) return { url, email, password, stop: async () => {} };
  const folder = mkdtempSync(join(tmpdir(), "mainstay-browser-"));
  const arguments_ = ["demo", "--accounts", "60", "--years", "1", "--data", folder, "--addr", "127.0.0.1:0"];
  const server = spawn(binary, arguments_, { stdio: ["ignore", "pipe", "pipe"] });
  const ended = new Promise((resolve) => server.on("exit", resolve));
  const stop = async () => {
    server.kill("SIGTERM");
    await ended;
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    const said = await greeting(server);
    return { ...said, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

// What the server prints on its first start: where it is and how to sign in.
function greeting(server) {
  return new Promise((resolve, reject) => {
    let text = "";
    const late = setTimeout(() => reject(new Error(`the server did not start in time:\n${text}`)), START_MS);
    const read = (part) => {
      text += part;
      const url = text.match(/running at (http:\/\/\S+)/);
      const account = text.match(/sign in as (\S+) with the password (\S+)\s/);
      if (url && account) {
        clearTimeout(late);
        resolve({ url: url[1], email: account[1], password: account[2] });
      }
    };
    server.stdout.on("data", read);
    server.stderr.on("data", read);
    server.on("exit", (code) => reject(new Error(`the server ended with ${code}:\n${text}`)));
  });
}

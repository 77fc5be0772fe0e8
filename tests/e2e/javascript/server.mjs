// The server under test: the binary named by DYNASLED_BIN as a child process on a free port.
import { spawn } from "node:child_process";
import path from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const here = path.dirname(fileURLToPath(import.meta.url));
const binary = process.env.DYNASLED_BIN ?? path.resolve(here, "../../../target/release/dynasled");

/** Starts it: where it answers, and a way to end it. */
export function start(...more) {
  const environment = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith("DYNASLED_") && !name.startsWith("AWS_")));
  const child = spawn(binary, ["--in-memory", "--port", "0", ...more], { env: environment, stdio: ["ignore", "pipe", "inherit"] });
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (code) => reject(new Error(`the server ended with ${code}`)));
    createInterface({ input: child.stdout }).on("line", (line) => {
      const found = /ready on (http:\/\/[^\s,]+)/.exec(line);
      if (found) resolve({ endpoint: found[1], stop: () => child.kill("SIGTERM") });
    });
  });
}

/** What the clients of the SDK need; the first answer counts. */
export const options = (endpoint) => ({ endpoint, region: "eu-south-1", credentials: { accessKeyId: "local", secretAccessKey: "local" }, maxAttempts: 1 });

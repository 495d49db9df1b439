import { expect, test } from "vitest";
import { findRules } from "../whole-catalogue.ts";
import { checkText } from "../test-data/subjects.ts";

const speaks = (alias: string, text: string): boolean =>
  checkText("workflow", text, findRules(alias)).findings.some(
    (finding) => !finding.rule.startsWith("input/") && (finding.peers === undefined || finding.peers.includes(alias)),
  );

/** Forms that no corpus holds: quotes, flow style, triggers as lists and maps, inputs as words. */
const ROWS: readonly (readonly [rule: string, fires: readonly string[], silent: readonly string[]])[] = [
  [
    "template-injection",
    [
      "name: a\non: issues\npermissions: {}\njobs:\n  a:\n    runs-on: ubuntu-24.04\n    steps:\n      - run: |\n          cat <<EOF\n          ${{ github.event.issue.title }}\n          EOF\n",
      "name: a\non: issue_comment\npermissions: {}\njobs:\n  a:\n    runs-on: ubuntu-24.04\n    steps:\n      - run: echo ${{ format('{0}', github.event.comment.body) }}\n",
      "name: a\non: pull_request\npermissions: {}\njobs:\n  a:\n    runs-on: ubuntu-24.04\n    steps:\n      - uses: actions/github-script@0123456789012345678901234567890123456789 # v7.0.1\n        with:\n          script: console.log('${{ github.head_ref }}')\n",
    ],
    [
      'name: a\non: issues\npermissions: {}\njobs:\n  a:\n    runs-on: ubuntu-24.04\n    steps:\n      - run: echo "$T"\n        env:\n          T: ${{ github.event.issue.title }}\n',
      "name: a\non: push\npermissions: {}\njobs:\n  a:\n    runs-on: ubuntu-24.04\n    steps:\n      - run: echo ${{ github.sha }} ${{ github.run_id }} ${{ runner.os }}\n",
      "name: a\non: push\npermissions: {}\njobs:\n  a:\n    runs-on: ubuntu-24.04\n    steps:\n      - run: echo ${{ github.event_name == 'push' }}\n",
      "name: a\non: pull_request\npermissions: {}\njobs:\n  a:\n    runs-on: ubuntu-24.04\n    steps:\n      - run: echo ${{ github.event.pull_request.number }}\n",
    ],
  ],
  [
    "unpinned-uses",
    [
      "name: a\non: push\npermissions: {}\njobs:\n  a:\n    runs-on: ubuntu-24.04\n    steps:\n      - uses: a/b@main\n",
      "name: a\non: push\npermissions: {}\njobs:\n  a:\n    runs-on: ubuntu-24.04\n    steps:\n      - uses: a/b/c@v1.2.3\n",
      'name: a\non: push\npermissions: {}\njobs:\n  a:\n    runs-on: ubuntu-24.04\n    steps:\n      - uses: "actions/checkout@v4"\n',
    ],
    [
      "name: a\non: push\npermissions: {}\njobs:\n  a:\n    runs-on: ubuntu-24.04\n    steps:\n      - uses: a/b@0123456789012345678901234567890123456789 # v1.2.3\n",
      "name: a\non: push\npermissions: {}\njobs:\n  a:\n    runs-on: ubuntu-24.04\n    steps:\n      - uses: ./.github/actions/x\n",
      "name: a\non: push\npermissions: {}\njobs:\n  a:\n    runs-on: ubuntu-24.04\n    steps:\n      - uses: docker://alpine@sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\n",
    ],
  ],
  [
    "artipacked",
    [
      "name: a\non: push\npermissions: {}\njobs:\n  a:\n    runs-on: ubuntu-24.04\n    steps:\n      - uses: actions/checkout@0123456789012345678901234567890123456789 # v4.2.2\n      - uses: actions/upload-artifact@0123456789012345678901234567890123456789 # v4.4.0\n        with: {path: .}\n",
    ],
    [
      'name: a\non: push\npermissions: {}\njobs:\n  a:\n    runs-on: ubuntu-24.04\n    steps:\n      - uses: actions/checkout@0123456789012345678901234567890123456789 # v4.2.2\n        with:\n          persist-credentials: "false"\n',
      "name: a\non: push\npermissions: {}\njobs:\n  a:\n    runs-on: ubuntu-24.04\n    steps:\n      - uses: actions/checkout@0123456789012345678901234567890123456789 # v4.2.2\n        with: {persist-credentials: false}\n",
    ],
  ],
  [
    "dangerous-triggers",
    [
      "name: a\non: [push, pull_request_target]\npermissions: {}\njobs:\n  a:\n    runs-on: ubuntu-24.04\n    steps:\n      - run: a\n",
      "name: a\non: {workflow_run: {workflows: [x], types: [completed]}}\npermissions: {}\njobs:\n  a:\n    runs-on: ubuntu-24.04\n    steps:\n      - run: a\n",
    ],
    ["name: a\non: pull_request\npermissions: {}\njobs:\n  a:\n    runs-on: ubuntu-24.04\n    steps:\n      - run: a\n"],
  ],
  [
    "excessive-permissions",
    [
      "name: a\non: push\njobs:\n  a:\n    runs-on: ubuntu-24.04\n    steps:\n      - run: a\n",
      "name: a\non: push\npermissions: {}\njobs:\n  a:\n    runs-on: ubuntu-24.04\n    permissions: write-all\n    steps:\n      - run: a\n",
    ],
    [
      "name: a\non: push\njobs:\n  a:\n    runs-on: ubuntu-24.04\n    permissions: {contents: read}\n    steps:\n      - run: a\n",
      "name: a\non: push\npermissions: {}\njobs:\n  a:\n    runs-on: ubuntu-24.04\n    steps:\n      - run: a\n",
    ],
  ],
  [
    "secrets-inherit",
    [
      "name: a\non: push\npermissions: {}\njobs:\n  a:\n    uses: o/r/.github/workflows/x.yml@0123456789012345678901234567890123456789\n    secrets: inherit\n",
    ],
    [
      "name: a\non: push\npermissions: {}\njobs:\n  a:\n    uses: o/r/.github/workflows/x.yml@0123456789012345678901234567890123456789\n    secrets: {T: '${{ secrets.T }}'}\n",
    ],
  ],
  [
    "unpinned-images",
    [
      "name: a\non: push\npermissions: {}\njobs:\n  a:\n    runs-on: ubuntu-24.04\n    container: node\n    steps:\n      - run: a\n",
      "name: a\non: push\npermissions: {}\njobs:\n  a:\n    runs-on: ubuntu-24.04\n    services:\n      db:\n        image: postgres:latest\n    steps:\n      - run: a\n",
    ],
    [
      'name: a\non: push\npermissions: {}\njobs:\n  a:\n    runs-on: ubuntu-24.04\n    container: {image: "node@sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"}\n    steps:\n      - run: a\n',
    ],
  ],
  [
    "hardcoded-container-credentials",
    [
      "name: a\non: push\npermissions: {}\njobs:\n  a:\n    runs-on: ubuntu-24.04\n    container:\n      image: a:1\n      credentials: {username: u, password: hunter2}\n    steps:\n      - run: a\n",
    ],
    [
      "name: a\non: push\npermissions: {}\njobs:\n  a:\n    runs-on: ubuntu-24.04\n    container:\n      image: a:1\n      credentials: {username: u, password: '${{ secrets.P }}'}\n    steps:\n      - run: a\n",
    ],
  ],
  [
    "github-env",
    [
      'name: a\non: pull_request_target\npermissions: {}\njobs:\n  a:\n    runs-on: ubuntu-24.04\n    steps:\n      - run: echo "A=${{ github.event.pull_request.title }}" >> "$GITHUB_ENV"\n',
    ],
    ['name: a\non: push\npermissions: {}\njobs:\n  a:\n    runs-on: ubuntu-24.04\n    steps:\n      - run: echo "A=b" >> "$GITHUB_ENV"\n'],
  ],
  [
    "insecure-commands",
    [
      'name: a\non: push\npermissions: {}\nenv:\n  ACTIONS_ALLOW_UNSECURE_COMMANDS: "true"\njobs:\n  a:\n    runs-on: ubuntu-24.04\n    steps:\n      - run: a\n',
    ],
    [
      'name: a\non: push\npermissions: {}\nenv:\n  ACTIONS_ALLOW_UNSECURE_COMMANDS: "false"\njobs:\n  a:\n    runs-on: ubuntu-24.04\n    steps:\n      - run: a\n',
    ],
  ],
  [
    "overprovisioned-secrets",
    [
      'name: a\non: push\npermissions: {}\njobs:\n  a:\n    runs-on: ubuntu-24.04\n    steps:\n      - run: a\n        env: {S: "${{ toJSON(secrets) }}"}\n',
      'name: a\non: push\npermissions: {}\njobs:\n  a:\n    runs-on: ubuntu-24.04\n    steps:\n      - run: a\n        env: {S: "${{ secrets[matrix.x] }}"}\n',
    ],
    [
      'name: a\non: push\npermissions: {}\njobs:\n  a:\n    runs-on: ubuntu-24.04\n    steps:\n      - run: a\n        env: {S: "${{ secrets.A }}"}\n',
    ],
  ],
  [
    "unredacted-secrets",
    [
      'name: a\non: push\npermissions: {}\njobs:\n  a:\n    runs-on: ubuntu-24.04\n    steps:\n      - run: a\n        env: {S: "${{ fromJSON(secrets.A).b }}"}\n',
    ],
    [
      'name: a\non: push\npermissions: {}\njobs:\n  a:\n    runs-on: ubuntu-24.04\n    steps:\n      - run: a\n        env: {S: "${{ secrets.A }}"}\n',
    ],
  ],
  [
    "bot-conditions",
    [
      "name: a\non: pull_request_target\npermissions: {}\njobs:\n  a:\n    runs-on: ubuntu-24.04\n    steps:\n      - run: a\n        if: github.actor == 'dependabot[bot]'\n",
    ],
    [
      "name: a\non: pull_request_target\npermissions: {}\njobs:\n  a:\n    runs-on: ubuntu-24.04\n    steps:\n      - run: a\n        if: github.event.pull_request.user.login == 'dependabot[bot]'\n",
    ],
  ],
  [
    "cache-poisoning",
    [
      'name: a\non: {push: {tags: ["v*"]}}\npermissions: {}\njobs:\n  a:\n    runs-on: ubuntu-24.04\n    steps:\n      - uses: actions/cache@0123456789012345678901234567890123456789 # v4.2.0\n        with: {path: a, key: b}\n      - run: npm publish\n',
    ],
    [
      "name: a\non: pull_request\npermissions: {}\njobs:\n  a:\n    runs-on: ubuntu-24.04\n    steps:\n      - uses: actions/cache@0123456789012345678901234567890123456789 # v4.2.0\n        with: {path: a, key: b}\n",
    ],
  ],
  [
    "use-trusted-publishing",
    [
      'name: a\non: push\npermissions: {}\njobs:\n  a:\n    runs-on: ubuntu-24.04\n    steps:\n      - run: twine upload dist/*\n        env: {TWINE_PASSWORD: "${{ secrets.P }}"}\n',
    ],
    [],
  ],
  [
    "unsound-condition",
    [
      "name: a\non: push\npermissions: {}\njobs:\n  a:\n    runs-on: ubuntu-24.04\n    steps:\n      - run: a\n        if: |\n          ${{ github.actor == 'x' }}\n",
    ],
    [
      "name: a\non: push\npermissions: {}\njobs:\n  a:\n    runs-on: ubuntu-24.04\n    steps:\n      - run: a\n        if: ${{ github.actor == 'x' }}\n",
    ],
  ],
  [
    "self-hosted-runner",
    [
      "name: a\non: push\npermissions: {}\njobs:\n  a:\n    runs-on: self-hosted\n    steps:\n      - run: a\n",
      "name: a\non: push\npermissions: {}\njobs:\n  a:\n    runs-on: [self-hosted, linux]\n    steps:\n      - run: a\n",
      'name: a\non: push\npermissions: {}\njobs:\n  a:\n    runs-on: ["${{ inputs.on }}", linux]\n    steps:\n      - run: a\n',
    ],
    [
      "name: a\non: push\npermissions: {}\njobs:\n  a:\n    runs-on: [linux, self-hosted]\n    steps:\n      - run: a\n",
      "name: a\non: push\npermissions: {}\njobs:\n  a:\n    runs-on: [linux, arm64]\n    steps:\n      - run: a\n",
    ],
  ],
  [
    "unredacted-secrets",
    [
      "name: a\non: push\npermissions: {}\njobs:\n  a:\n    runs-on: ubuntu-24.04\n    steps:\n      - run: a\n        env: {S: '${{ fromJSON(secrets.X).y }}'}\n",
    ],
    [
      "name: a\non: push\npermissions: {}\njobs:\n  a:\n    runs-on: ubuntu-24.04\n    steps:\n      - run: a\n        env: {S: '${{ fromJSON(format(secrets.X)) }}'}\n",
    ],
  ],
];

test.each(ROWS)("zizmor's %s", (rule, fires, silent) => {
  const alias = `zizmor:${rule}`;
  expect(findRules(alias)).not.toEqual([]);
  expect(fires.filter((text) => !speaks(alias, text))).toEqual([]);
  expect(silent.filter((text) => speaks(alias, text))).toEqual([]);
});

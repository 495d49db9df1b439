const indented = (lines: string, by: number): string =>
  lines
    .split("\n")
    .map((line) => (line === "" ? "" : `${" ".repeat(by)}${line}\n`))
    .join("");

/** A pod of one container with these lines. */
export const inContainer = (lines: string, kind = "Pod"): string =>
  `apiVersion: v1\nkind: ${kind}\nmetadata: {name: web}\nspec:\n  containers:\n    - name: web\n${/^image:/m.test(lines) ? "" : "      image: shop/web:1.2.3\n"}${indented(lines, 6)}`;

/** A pod with these lines in its spec. */
export const inPod = (lines: string): string =>
  `apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec:\n${indented(lines, 2)}  containers:\n    - {name: web, image: 'shop/web:1.2.3'}\n`;

/** A deployment with these lines in its spec. */
export const inDeployment = (lines: string): string =>
  `apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec:\n${indented(lines, 2)}  template:\n    metadata: {labels: {app: web}}\n    spec:\n      containers:\n        - {name: web, image: 'shop/web:1.2.3'}\n`;

/** A role with one rule. */
export const roleWith = (rule: string, kind = "Role"): string =>
  `apiVersion: rbac.authorization.k8s.io/v1\nkind: ${kind}\nmetadata: {name: app}\nrules:\n  - ${rule}\n`;

/** Several objects in one text. */
export const together = (...texts: readonly string[]): string => texts.join("---\n");
